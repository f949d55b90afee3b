"""Opens the corpus that a command line names, and tells what of it is passed over."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Sequence
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
    from vid2book.manifest.walk import PassedOver
    from vid2book.pipeline.corpus import Corpus
    from vid2book.terminal import Terminal


@dataclass(frozen=True)
class Request:
    """What is asked to be built; the log of a corpus has it.

    Attributes:
        sources: folders, manifests and videos.
        config: its name, a file, or itself.
        store: folder or URL of the stages' results; None: the default one.
        limit: take only so many videos.
        minutes: take only so much of each.
    """

    sources: tuple[str, ...]
    config: str | Config
    store: str | None = None
    limit: int | None = None
    minutes: float | None = None

    def from_anywhere(self) -> Request:
        """The same, whatever folder a command is called in."""
        return replace(
            self,
            sources=tuple(map(_absolute, self.sources)),
            config=_absolute(self.config) if isinstance(self.config, str) else self.config,
            store=None if self.store is None else _absolute(self.store),
        )


@dataclass(frozen=True)
class Opened:
    """What is to be built.

    Attributes:
        corpus: without what `vid2book remove` took out.
        passed_over: files that were taken for no videos.
        removed: ids of what was taken out.
    """

    corpus: Corpus
    request: Request
    passed_over: tuple[PassedOver, ...] = ()
    removed: tuple[str, ...] = ()


def open_request(request: Request, output: Path | None, restored: Collection[str] = ()) -> Opened:
    """The corpus, without what `vid2book remove` took out of `output`.

    Args:
        restored: ids that are taken although they were removed.

    Raises:
        UserError: what is wrong in which file.
    """
    from . import source

    passed_over: list[PassedOver] = []
    corpus = source.open_corpus(
        list(request.sources), request.config, request.store, request.limit, request.minutes,
        passed_over.extend,
    )  # fmt: skip
    removed: tuple[str, ...] = ()
    if output:
        corpus, removed = _without_removed(corpus, output, restored)
    return Opened(corpus, request, tuple(passed_over), removed)


def opened(
    request: Request, output: Path | None, terminal: Terminal, restored: Collection[str] = ()
) -> Opened:
    """The same for a command, which tells what is left out and what is replaced.

    Raises:
        UserError: what is wrong in which file.
    """
    from .splits import splits

    found = open_request(request, output, restored)
    _tell_passed_over(found.passed_over, terminal)
    if output:
        if removed := found.removed:
            it = "it" if len(removed) == 1 else "them"
            terminal.notes.print(
                f"Skipped, because you removed {it} from {escape(str(output))}: "
                f"{escape(names_of(removed))}. To bring {it} back: "
                f"{escape(undoing(output, *removed))}"
            )
        if not restored:
            _tell_replaced(found.corpus, output, terminal)
    splits(found.corpus)  # a name that cannot be written is told before hours of work
    return found


def request_of(log: Path) -> Request | None:
    """What the corpus with this log was built from; None where the log does not say."""
    found: dict[str, Any] | None = None
    try:
        with log.open(encoding="utf-8") as lines:
            for line in lines:
                found = json.loads(line).get("built_from", found)
        return Request(**(found | {"sources": tuple(found["sources"])})) if found else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def as_noted(request: Request) -> dict[str, Any] | None:
    """A request as the log has it; None where an address in it has a password or a key, or where
    its config is in no file."""
    if not isinstance(request.config, str):
        return None
    addresses = [name for name in (*request.sources, request.store or "") if is_url(name)]
    if any(public_url(address) != address for address in addresses):
        return None
    return asdict(request.from_anywhere())


def _absolute(name: str) -> str:
    """A path from the root; a URL and the name of a config stay."""
    return os.path.abspath(name) if os.path.exists(name) else name


def _tell_replaced(corpus: Corpus, output: Path, terminal: Terminal) -> None:
    """That videos of the corpus which stands there will not be in the new one."""
    from .changes import ids_in

    wanted = {video.video_id for video in corpus.videos}
    try:
        held = ids_in(shards(output, "videos"))
    except (CorpusError, OSError):
        return  # it cannot be read
    if gone := [video_id for video_id in held if video_id not in wanted]:
        terminal.errors.print(
            f"[yellow]Warning:[/] {escape(str(output))} holds {number_of(len(gone), 'video')} that "
            f"this build does not have: {escape(names_of(gone))}. The build will "
            "replace the corpus; to keep it, stop now and name another folder."
        )


def _tell_passed_over(files: Sequence[PassedOver], terminal: Terminal) -> None:
    reasons: dict[str, list[str]] = {}
    for file in files:
        reasons.setdefault(file.reason, []).append(whole_text(file.path))
    for reason, paths in reasons.items():
        named = escape(names_of(paths))
        terminal.notes.print(f"[yellow]Passed over:[/] {named}: {reason}")


def _without_removed(
    corpus: Corpus, output: Path, restored: Collection[str]
) -> tuple[Corpus, tuple[str, ...]]:
    """The corpus without the videos that `vid2book remove` took out of `output`, and their ids.

    They have no row either: what was taken down is not told again. The config denies them, so that
    whoever builds a corpus by the card leaves them out too.
    """
    from vid2book.folder import record

    from .splits import denying

    known = set(record.removed(output)) - set(restored)
    removed = tuple(video.video_id for video in corpus.videos if video.video_id in known)
    if not removed:
        return corpus, ()
    left = tuple(video for video in corpus.videos if video.video_id not in known)
    return replace(corpus, videos=left, config=denying(corpus.config, removed)), removed
