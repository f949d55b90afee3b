"""Brings removed videos back into a corpus, by repeating the build that made it.

Removing a video deletes everything that the corpus folder has of it, so it cannot be restored from
there. The results of its stages are in the store until it is pruned; whatever is missing there is
computed again from the video file. If the file is gone as well, so is the video.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.dataset as ds
import typer

from vid2book.console import SOME_FAILED
from vid2book.errors import UserError
from vid2book.folder import record, swap
from vid2book.folder.layout import LOG, shards
from vid2book.pipeline.work import Failed

from .build import work
from .decontaminate import STAGE as DECONTAMINATE
from .opening import opened, request_of
from .takedown import take_off_record

if TYPE_CHECKING:
    from vid2book.pipeline.corpus import Corpus
    from vid2book.terminal import Terminal

    from .opening import Opened, Request


class GoneError(UserError):
    """A video that cannot be brought back; the message says what would bring it back."""


def restore(corpus: Path, video_ids: Sequence[str], terminal: Terminal) -> None:
    """Build a corpus again as it was built, with videos that were removed from it.

    They are off its record of removals and off its deny list then. A version on the Hub keeps its
    own record.

    Args:
        corpus: the folder.
        video_ids: of the videos.

    Raises:
        GoneError: one of them was not removed, or can be had from nowhere; nothing was done.
        typer.Exit: as of a build.
    """
    swap.recover(corpus)
    found = restorable(corpus, video_ids, terminal)
    decontaminated = _is_decontaminated(corpus)
    try:
        work(found, corpus, terminal)
    except typer.Exit as done:
        if done.exit_code != SOME_FAILED:
            raise
        code = SOME_FAILED
    else:
        code = 0
    take_off_record(corpus, video_ids)
    told = [
        f"Restored: {', '.join(video_ids)}. If a version on the Hub says that they were "
        "taken down, `vid2book push` wants --force.",
    ]
    if decontaminated:
        told.append("So are the samples that --overlaps took out: repeat that.")
    for line in told:
        terminal.results.print(line, soft_wrap=True, markup=False)
    if code:
        raise typer.Exit(code)


def restorable(corpus: Path, video_ids: Sequence[str], terminal: Terminal) -> Opened:
    """What has to be built so that these videos are in the corpus again; nothing is done yet.

    Raises:
        GoneError: as `restore`.
    """
    removed = record.removed(corpus)
    if unknown := [video_id for video_id in video_ids if video_id not in removed]:
        there = f"what was removed is {', '.join(removed)}" if removed else "nothing was"
        raise GoneError(f"{corpus}: {', '.join(unknown)} was not removed from it; {there}")
    request = request_of(corpus / LOG)
    if request is None:
        raise GoneError(
            f"{corpus / LOG} does not say what the corpus was built from, so it cannot be built "
            "again. Build it from its videos into a new folder, which nothing was removed from: "
            "vid2book build SOURCE -o NEW"
        )
    try:
        found = opened(request, corpus, terminal, restored=video_ids)
    except UserError as error:
        raise GoneError(
            f"{corpus} was built from {', '.join(request.sources)}, which cannot be opened any "
            f"more: {error}. Put it back, and try again"
        ) from None
    _check(found.corpus, request, video_ids)
    return found


def _check(corpus: Corpus, request: Request, video_ids: Sequence[str]) -> None:
    """Raises GoneError: see `restore`."""
    sources = ", ".join(request.sources)
    known = {video.video_id: video for video in corpus.videos}
    for video_id in video_ids:
        video = known.get(video_id)
        if video is None:
            raise GoneError(
                f"{video_id}: {sources} has no such video any more, and the corpus kept nothing "
                "of it. Put it back there, and try again"
            )
        if corpus.is_denied(video):
            raise GoneError(
                f"{video_id}: the config {request.config} has it on its deny list (reduce.deny). "
                "Take it from there, and try again"
            )
        try:
            _ = corpus.work(video).shelf  # which the content of its files names
        except (Failed, OSError) as error:
            raise GoneError(
                f"{video_id}: the corpus kept nothing of it, and it cannot be made again: {error}. "
                f"Put the file back ({video.path or sources}), and try again"
            ) from None


def _is_decontaminated(corpus: Path) -> bool:
    """Whether samples were taken out of a corpus for a benchmark's sake."""
    files = [str(file) for file in shards(corpus, "decisions")]
    if not files:
        return False
    return bool(ds.dataset(files).count_rows(filter=ds.field("stage") == DECONTAMINATE))
