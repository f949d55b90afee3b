"""`vid2book.build`: the command `build` from Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from vid2book import notebook
from vid2book.config import ConfigLike, load
from vid2book.folder import layout, swap
from vid2book.folder.reader import CorpusFolder, is_marked
from vid2book.folder.record import Record
from vid2book.local import check_writable
from vid2book.manifest.walk import PassedOver
from vid2book.pipeline.processes import cores
from vid2book.quantities import number_of
from vid2book.records import Outcome
from vid2book.terminal import Terminal

from . import source
from .finish import conclude
from .logs import BuildLog, hours, log_bugs
from .opening import Request, log_entry, open_request
from .progress import Display
from .splits import splits
from .tally import Tally

if TYPE_CHECKING:
    from datasets import DatasetDict

_MOST_NAMED = 10  # videos in a message or a notebook
_PICTURES = 6  # in a notebook


@dataclass(frozen=True)
class Built:
    """A corpus that was built, and what became of each input video.

    Attributes:
        folder: of the corpus.
        outcomes: of all videos, in the order of the manifest.
        passed_over: files that were skipped because they are not videos, and why.
        notes: columns of the manifests, and names of splits, that were probably mistyped.
        removed: ids of videos that were left out because `remove` took them out of this corpus.
        provisional: ids of videos for which a back end failed and something simpler was used
            instead; the next build tries again.
        written: what the folder holds, in numbers.
    """

    folder: Path
    outcomes: tuple[Outcome, ...]
    passed_over: tuple[PassedOver, ...]
    notes: tuple[str, ...]
    removed: tuple[str, ...]
    provisional: tuple[str, ...]
    written: Record

    @property
    def kept(self) -> list[Outcome]:
        """The videos that are in the corpus."""
        return self._with("kept")

    @property
    def filtered(self) -> list[Outcome]:
        """The videos that do not belong in it; `reason` says why."""
        return self._with("filtered")

    @property
    def failed(self) -> list[Outcome]:
        """The videos that could not be used; `reason` says why."""
        return self._with("failed")

    @cached_property
    def dataset(self) -> DatasetDict:
        """The samples by split, as `load_dataset` returns them."""
        return self.table("default")

    def table(self, name: str) -> DatasetDict:
        """Another table of the corpus, by split.

        Args:
            name: `videos`, `decisions`, `transcripts`, or `clips` if the config asks for them.

        Raises:
            ValueError: the corpus has no such table; the message names those that it has.
        """
        from datasets import load_dataset

        return load_dataset(str(self.folder), name)

    def __repr__(self) -> str:
        return f"<Built: {self._counts()}, in {self.folder}>"

    def _repr_html_(self) -> str:
        lost = [(o.video.video_id, o.status, o.reason) for o in (*self.failed, *self.filtered)]
        return "\n".join(
            [
                notebook.title_html(f"{self._counts()}, in {self.folder}"),
                notebook.strip_html(self._pictures()),
                notebook.table_html(("video", "status", "reason"), lost, _MOST_NAMED),
            ]
        )

    def _with(self, status: str) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.status == status]

    def _counts(self) -> str:
        kept = self.kept
        parts = [f"{number_of(len(kept), 'video')} kept ({hours(kept):,.2f} h)"]
        parts += [
            f"{len(outcomes):,} {status}"
            for status in ("filtered", "failed")
            if (outcomes := self._with(status))
        ]
        written = self.written
        return ", ".join(
            [*parts, number_of(written.samples, "sample"), number_of(written.images, "image")]
        )

    def _pictures(self) -> Iterator[tuple[bytes, str]]:
        """The first pictures that are not marked, and the text on each."""
        remaining = _PICTURES
        for row in CorpusFolder(self.folder).samples():
            for image, text, element in zip(
                row["images"], row["ocr_texts"], row["elements"], strict=True
            ):
                if image and not is_marked(element):
                    yield image["bytes"], text or ""
                    remaining -= 1
                    if not remaining:
                        return


def build(
    videos: str | Path | Sequence[str | Path],
    output: str | Path,
    config: ConfigLike = "offline",
    *,
    workers: int | None = None,
    limit: int | None = None,
    minutes: float | None = None,
    store: str | Path | None = None,
    retry_failed: str | None = None,
    progress: bool = True,
) -> Built:
    """Turn videos into a textbook that `load_dataset` opens, as `vid2book build` does.

    A corpus already in `output` stays until the new one is complete. What was computed before is in
    the store and is not computed again. A video that cannot be used costs its own row and nothing
    else. For a Ray cluster or several machines, use the command.

    Args:
        videos: a folder, a manifest, a video, or several of these.
        output: the folder of the corpus.
        config: a name, the path of a YAML file, a `Config`, or a dict of the keys to change.
        workers: processes; None: one per core.
        limit: use only the first so many videos.
        minutes: use only this many minutes of each video, from its start.
        store: folder or URL where the stages' results are kept; None: the default one.
        retry_failed: retry videos that failed before for a reason with these words; "": any reason.
        progress: show progress: a bar on a terminal, elsewhere a line per video.

    Raises:
        UserError: something in the arguments or files is wrong; the message says what and where.
            `ConfigError`, `ManifestError` and `ModelError` are such errors.
        EmptyCorpusError: no video gave a sample; the message names their reasons.
    """
    output = Path(output).expanduser().absolute()
    check_writable(output)
    swap.recover(output)
    sources = [videos] if isinstance(videos, str | Path) else videos
    opened = open_request(
        Request(
            tuple(map(str, sources)),
            str(config) if isinstance(config, str | Path) else load(config),
            None if store is None else str(store),
            limit,
            minutes,
        ),
        output,
    )
    corpus = opened.corpus
    splits(corpus)  # reports a name that cannot be written before hours of work
    tally = Tally(len(corpus.videos))
    display = Display(tally, Terminal(silent=not progress))
    log = BuildLog(output / layout.LOG, tally, built_from=log_entry(opened.request))

    run = source.fill(corpus, workers, display.step, retry_failed)
    run = display.shown(log.counted(log_bugs(run, output / layout.ERRORS)))
    with swap.writing(output):
        corpus, outcomes, written = conclude(
            corpus, list(run), output, workers or cores(), display, log
        )
    if written is None:
        raise _empty(output, outcomes, opened.notes)
    provisional = (v.video_id for v in corpus.videos if corpus.is_provisional(v))
    return Built(
        output, tuple(outcomes), opened.passed_over, opened.notes, opened.removed,
        tuple(provisional), written,
    )  # fmt: skip


def _empty(output: Path, outcomes: Sequence[Outcome], notes: Sequence[str]) -> Exception:
    from .write import EmptyCorpusError  # `datasets` takes a second to import

    reasons = [f"{o.video.video_id}: {o.status}, {o.reason}" for o in outcomes[:_MOST_NAMED]]
    if (more := len(outcomes) - _MOST_NAMED) > 0:
        reasons.append(f"and {more:,} more")
    return EmptyCorpusError(
        "\n".join([f"no video gave a sample; nothing was written to {output}", *reasons, *notes])
    )
