"""Opens the corpus that a command line names, and reports what is left out of it."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from vid2book.folder.layout import shards
from vid2book.folder.record import CorpusError
from vid2book.folder.removed import undoing
from vid2book.intake.values import whole_text
from vid2book.public import public_url
from vid2book.quantities import names_of, number_of
from vid2book.remote.urls import is_url

if TYPE_CHECKING:
    from vid2book.config import Config
    from vid2book.manifest import Manifest
    from vid2book.manifest.walk import PassedOver
    from vid2book.pipeline.corpus import Corpus
    from vid2book.terminal import Terminal


@dataclass(frozen=True)
class Request:
    """What to build; the log of a corpus records it.

    Attributes:
        sources: folders, manifests and videos.
        config: the name of a config, a YAML file, or the config itself.
        store: folder or URL of the stages' results; None: the default one.
        limit: use only the first so many videos.
        minutes: use only so many minutes of each.
    """

    sources: tuple[str, ...]
    config: str | Config
    store: str | None = None
    limit: int | None = None
    minutes: float | None = None

    def from_anywhere(self) -> Request:
        """The same request with absolute paths, so that it works in any folder."""
        return replace(
            self,
            sources=tuple(map(_absolute, self.sources)),
            config=_absolute(self.config) if isinstance(self.config, str) else self.config,
            store=None if self.store is None else _absolute(self.store),
        )


@dataclass(frozen=True)
class Opened:
    """A corpus that is ready to be built.

    Attributes:
        corpus: without the videos that `vid2book remove` took out.
        passed_over: files that are not videos.
        notes: what the tables of the sources probably got wrong.
        removed: ids of the videos that were taken out.
    """

    corpus: Corpus
    request: Request
    passed_over: tuple[PassedOver, ...] = ()
    notes: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def open_request(request: Request, output: Path | None, restored: Collection[str] = ()) -> Opened:
    """The corpus, without what `vid2book remove` took out of `output`.

    Args:
        restored: ids of removed videos that are to be included again.

    Raises:
        UserError: what is wrong in which file.
    """
    from . import source

    passed_over: list[PassedOver] = []
    notes: list[str] = []

    def tell(found: Manifest) -> None:
        passed_over.extend(found.passed_over)
        notes.extend(found.notes)

    corpus = source.open_corpus(
        list(request.sources), request.config, request.store, request.limit, request.minutes, tell,
    )  # fmt: skip
    removed: tuple[str, ...] = ()
    if output:
        corpus, removed = _without_removed(corpus, output, restored)
    return Opened(corpus, request, tuple(passed_over), tuple(notes), removed)


def open_and_report(
    request: Request, output: Path | None, terminal: Terminal, restored: Collection[str] = ()
) -> Opened:
    """Like `open_request`, and reports what is left out and what will be replaced.

    Raises:
        UserError: what is wrong in which file.
    """
    from .splits import splits

    opened = open_request(request, output, restored)
    _report_passed_over(opened.passed_over, terminal)
    _report_notes(opened.notes, terminal)
    if output:
        if removed := opened.removed:
            it = "it" if len(removed) == 1 else "them"
            terminal.notes.print(
                f"Skipped, because you removed {it} from {escape(str(output))}: "
                f"{escape(names_of(removed))}. To bring {it} back: "
                f"{escape(undoing(output, *removed))}"
            )
        if not restored:
            _warn_of_replacement(opened.corpus, output, terminal)
    splits(opened.corpus)  # reports a name that cannot be written before hours of work
    return opened


def request_of(log: Path) -> Request | None:
    """What the corpus with this log was built from; None if the log does not say."""
    request: dict[str, Any] | None = None
    try:
        with log.open(encoding="utf-8") as lines:
            for line in lines:
                request = json.loads(line).get("built_from", request)
        return Request(**(request | {"sources": tuple(request["sources"])})) if request else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def log_entry(request: Request) -> dict[str, Any] | None:
    """A request as the log records it; None if one of its URLs contains a password or a key, or if
    its config is not in a file."""
    if not isinstance(request.config, str):
        return None
    addresses = [name for name in (*request.sources, request.store or "") if is_url(name)]
    if any(public_url(address) != address for address in addresses):
        return None
    return asdict(request.from_anywhere())


def _absolute(name: str) -> str:
    """The absolute path of a file; URLs and names of configs stay as they are."""
    return os.path.abspath(name) if os.path.exists(name) else name


def _warn_of_replacement(corpus: Corpus, output: Path, terminal: Terminal) -> None:
    """Warn that videos of the existing corpus will not be in the new one."""
    from .changes import ids_in

    new_ids = {video.video_id for video in corpus.videos}
    try:
        old_ids = ids_in(shards(output, "videos"))
    except (CorpusError, OSError):
        return  # the old corpus cannot be read
    if dropped := [video_id for video_id in old_ids if video_id not in new_ids]:
        terminal.errors.print(
            f"[yellow]Warning:[/] {escape(str(output))} holds {number_of(len(dropped), 'video')} "
            f"that this build does not have: {escape(names_of(dropped))}. The build will "
            "replace the corpus; to keep it, stop now and name another folder."
        )


def _report_passed_over(files: Sequence[PassedOver], terminal: Terminal) -> None:
    reasons: dict[str, list[str]] = {}
    for file in files:
        reasons.setdefault(file.reason, []).append(whole_text(file.path))
    for reason, paths in reasons.items():
        names = escape(names_of(paths))
        terminal.notes.print(f"[yellow]Passed over:[/] {names}: {reason}")


def _report_notes(notes: Iterable[str], terminal: Terminal) -> None:
    """Warn of what a table probably got wrong."""
    for note in notes:
        terminal.errors.print(f"[yellow]Warning:[/] {escape(note)}")


def _without_removed(
    corpus: Corpus, output: Path, restored: Collection[str]
) -> tuple[Corpus, tuple[str, ...]]:
    """The corpus without the videos that `vid2book remove` took out of `output`, and their ids.

    They get no row in `videos` either: a removal is not reported again. The config puts them on its
    deny list, so that whoever builds a corpus from the card leaves them out too.
    """
    from vid2book.folder import record

    from .splits import denying

    out_ids = set(record.removed(output)) - set(restored)
    removed = tuple(video.video_id for video in corpus.videos if video.video_id in out_ids)
    if not removed:
        return corpus, ()
    remaining = tuple(video for video in corpus.videos if video.video_id not in out_ids)
    return replace(corpus, videos=remaining, config=denying(corpus.config, removed)), removed
