"""Publishing a corpus: `push`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from huggingface_hub import constants

from vid2book import licences
from vid2book.folder import layout, swap
from vid2book.folder.measures import Measures, number_on, read_measures
from vid2book.folder.record import CorpusError
from vid2book.folder.removed import removals

from .changes import Diff, Videos, read_videos
from .check import check
from .hub.errors import HubError
from .hub.repo import VERSION, Hub
from .hub.session import Tell, has_token, quiet
from .local import Content, Hashes, content_of
from .plan import Plan, local_files, plan
from .release import Release, first_names
from .takedown import put_on_record

Ask = Callable[[Mapping[str, list[str]]], bool]  # takes versions with videos that only they hold


@dataclass(frozen=True)
class FewerMeasures:
    """How many measures the card shows now, and how many that of the version before shows."""

    now: int
    before: int
    version: str


@dataclass(frozen=True)
class Pushed:
    """What a push did, or with `dry_run` would do."""

    repo: str
    version: str
    commit: str | None  # None: nothing was sent
    plan: Plan
    previous: str | None = None  # the version that `changes` compares with
    changes: Diff | None = None
    holding: Mapping[str, list[str]] = field(default_factory=dict)
    forgotten: bool = False  # whether the versions in `holding` were deleted
    open_pulls: tuple[int, ...] = ()  # pull requests that may hold what was deleted
    not_compared: str = ""  # why a dry run could not ask the Hub
    drops_measures: bool = False  # from the card, since they were of other samples
    fewer_measures: FewerMeasures | None = None  # None: as many as before, or none at all
    measures_fit: str | None = None  # of this older version, and the card shows none

    @property
    def address(self) -> str:
        """URL of the dataset."""
        return f"{constants.ENDPOINT}/datasets/{self.repo}"


def push(
    corpus: str | Path,
    repo: str,
    *,
    version: str,
    private: bool = False,
    gated: bool = False,
    force: bool = False,
    decisions: bool = False,
    transcripts: bool = False,
    clips: bool = False,
    measures: str | Path | None = None,
    allow_license: Iterable[str] = (),
    allow_removed: bool = False,
    delete_history: bool | Ask = False,
    dry_run: bool = False,
    tell: Tell = lambda line: None,
) -> Pushed:
    """Publish a corpus on the Hugging Face Hub, as a version that others can load.

    The files are first checked against the corpus' own record. They are sent many at a time, and
    main moves in one step once all have arrived. An interrupted push continues where it stopped.

    Args:
        corpus: folder of a built corpus.
        repo: the dataset, "org/name"; it is created if it does not exist.
        version: three numbers, such as "1.2.0"; becomes a tag. The next version of an
            older line ("1.0.1" when 2.0.0 exists) leaves main alone.
        private, gated: close the repository to the public, or to those whose request is not
            approved, before anything is sent.
        force: replace a version, or a dataset that vid2book did not make.
        decisions, transcripts, clips: push the config of this name too, if there is one.
        measures: folder of a report of `vid2book measure`, to be put on the card. Without one, the
            card keeps its measures until the samples change.
        allow_license: licences to accept besides open ones; "unknown" means none stated.
        allow_removed: also push videos that an earlier version lists as taken down.
        delete_history: delete older versions with videos that this one no longer has; or a
            function that decides, given those versions and videos.
        dry_run: only find out what would be done; refused wherever the push would be.
        tell: called with each line of progress.

    Raises:
        CorpusError: the corpus may not be published, or is not what its record says.
        HubError: the Hub refused, or what is there already may not be replaced.
    """
    corpus = Path(corpus)
    videos = _checked(corpus, version, [*licences.OPEN, *allow_license])
    hub = Hub(repo, tell)
    hashes = Hashes(corpus)
    written = check(corpus, videos, hashes)
    if written.removed:
        put_on_record(corpus, written.removed)  # those of an older record, too
    flags = {"decisions": decisions, "transcripts": transcripts, "clips": clips}
    on_request = {table for table, flag in flags.items() if flag}
    local = local_files(corpus, on_request, hashes)
    hashes.keep()
    report = read_measures(Path(measures), corpus) if measures else None
    local |= _contents(report)
    fits = None
    with quiet(tell):
        try:
            if not has_token():
                raise HubError(
                    "no token; log in with `hf auth login`, or set HF_TOKEN", unanswered=True
                )
            release = Release(hub, version, videos, force)
        except HubError as error:
            if not (dry_run and error.unanswered):
                raise
            return Pushed(repo, version, None, plan(local, {}), not_compared=str(error))
        if not report and layout.METRICS not in local:
            report = release.kept_measures(local)
            fits = None if report else release.version_that_fits(local)
            local |= _contents(report)
        forget = bool(release.holding) and (
            delete_history(release.holding)
            if callable(delete_history) and not dry_run
            else delete_history is True
        )
        if removed := release.removed_csv(removals(corpus), allow_removed):
            local[layout.REMOVED] = content_of(removed)
        card = release.card(corpus, local, on_request, forget, report)
        local[layout.CARD] = content_of(card)
        local[layout.CROISSANT] = content_of(release.croissant(card, local))
        fewer = _fewer_measures(card, release)
        todo = release.plan(local)
        commit = None if dry_run else release.send(todo, local, private, gated)
        pulls = hub.forget(version, list(release.holding)) if forget and not dry_run else []
    return Pushed(
        repo, version, commit, todo, release.previous, release.changes, release.holding, forget,
        tuple(pulls), drops_measures=layout.METRICS in todo.gone, fewer_measures=fewer,
        measures_fit=fits,
    )  # fmt: skip


def _fewer_measures(card: bytes, release: Release) -> FewerMeasures | None:
    now, known = number_on(card.decode()), release.measures_before()
    if not now or known is None or known[1] <= now:
        return None
    version, before = known
    return FewerMeasures(now, before, version)


def _contents(report: Measures | None) -> dict[str, Content]:
    return {path: content_of(content) for path, content in report.files.items()} if report else {}


def _checked(corpus: Path, version: str, allowed: list[str]) -> Videos:
    """The videos of a corpus that may be pushed.

    Raises:
        CorpusError: not a version number, not a complete corpus, or a licence outside the list.
    """
    if not VERSION.fullmatch(version):
        raise CorpusError(
            f"'{version}' is not a version: give three numbers without leading zeros, such as 1.0.0"
        )
    if swap.is_interrupted(corpus):
        swap.recover(corpus)
    videos = read_videos(corpus)
    if not (corpus / layout.CARD).is_file() or not layout.shards(corpus, "default"):
        raise CorpusError(f"{corpus}: not a complete corpus; build it again with `vid2book build`")
    by_licence = defaultdict[str, list[str]](list)
    for video_id, row in videos.items():
        if row.get("status") == "kept":
            by_licence[row.get("license") or ""].append(video_id)
    for licence in _in_samples(corpus) - set(by_licence):
        by_licence[licence].append("rows of data/")
    if outside := licences.outside(by_licence, allowed):
        raise CorpusError(_refusal({name: by_licence[name] for name in sorted(outside)}))
    return videos


def _refusal(by_licence: Mapping[str, Sequence[str]]) -> str:
    """Why videos may not be pushed, and what to do about it.

    Args:
        by_licence: the ids of the videos, by what is stated of their licence.
    """
    unstated = [i for name in by_licence if _is_unstated(name) for i in by_licence[name]]
    stated = {name: ids for name, ids in by_licence.items() if not _is_unstated(name)}
    faults = []
    if stated:
        names = "; ".join(f"'{name}' ({first_names(ids)})" for name, ids in stated.items())
        faults.append(
            "videos whose licence is not one of the open ones, which let everybody share the work "
            f"and change it: {names}"
        )
    if unstated:
        faults.append(f"videos with no licence stated ({first_names(unstated)})")
    state = (
        "state the missing licence in the manifest (column 'license') and build the corpus again, "
        "or " if unstated else ""
    )  # fmt: skip
    options = [f"--allow-license '{name}'" for name in stated]
    options += ["--allow-license 'unknown'"] if unstated else []
    return (
        f"{'; and '.join(faults)}. If they may be published all the same, {state}push with "
        f"{' '.join(options)}; else take them out with `vid2book remove`"
    )


def _is_unstated(licence: str) -> bool:
    return licences.name(licence) == licences.name("")


def _in_samples(corpus: Path) -> set[str]:
    values: set[str] = set()
    for file in layout.shards(corpus, "default"):
        try:
            values |= set(pq.read_table(file, columns=["license"])["license"].unique().to_pylist())
        except pa.ArrowException as error:
            raise CorpusError(f"{file}: cannot be read: {error}; build the corpus again") from None
    return {licence or "" for licence in values}
