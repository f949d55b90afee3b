"""Brings removed videos back into a corpus, by repeating the build that made it.

Removing a video deletes everything of it from the corpus folder, so it cannot be restored from
there. The results of its stages are in the store until it is pruned; whatever is missing there is
computed again from the video file. If the file is gone as well, so is the video.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.dataset as ds
import typer

from vid2book.console import SOME_FAILED
from vid2book.errors import UserError
from vid2book.folder import record, swap
from vid2book.folder.layout import LOG, shards
from vid2book.pipeline.work import Failed
from vid2book.quantities import names_of

from .build import work
from .changes import read_videos
from .decontaminate import STAGE as DECONTAMINATE
from .features import manifest_row
from .opening import open_and_report, open_request, request_of
from .takedown import take_off_record

if TYPE_CHECKING:
    from vid2book.pipeline.corpus import Corpus
    from vid2book.terminal import Terminal

    from .opening import Opened, Request
    from .takedown import Query


class GoneError(UserError):
    """A video cannot be brought back; the message says what would bring it back."""


def restore(corpus: Path, video_ids: Sequence[str], query: Query, terminal: Terminal) -> None:
    """Build a corpus again as it was built, with videos that were removed from it.

    This takes them off its record of removals and off its deny list. A version on the Hub keeps its
    own record.

    Args:
        corpus: the folder.
        video_ids: ids of the videos.
        query: which videos besides, by their origin.

    Raises:
        GoneError: one of them was not removed, or is not available anywhere; nothing was done.
        typer.Exit: as for a build.
    """
    swap.recover(corpus)
    request = _request(corpus, video_ids)
    if query:
        video_ids = list(dict.fromkeys([*video_ids, *_removed_from(corpus, request, query)]))
    opened = _restorable(corpus, request, video_ids, terminal)
    decontaminated = _is_decontaminated(corpus)
    try:
        work(opened, corpus, terminal, with_summary=False)
    except typer.Exit as done:
        if done.exit_code != SOME_FAILED:
            raise
        code = SOME_FAILED
    else:
        code = 0
    take_off_record(corpus, video_ids)
    names = ", ".join(_as_it_is(corpus, video_ids))
    it = "it" if len(video_ids) == 1 else "them"
    terminal.results.print(
        f"Restored: {names}. If a published version lists {it} as removed, "
        "`vid2book push` needs --allow-removed.",
        markup=False,
    )
    if decontaminated:
        terminal.results.print(
            "The samples that `vid2book remove --overlaps` took out are back, too; run it again."
        )
    if code:
        raise typer.Exit(code)


def _as_it_is(corpus: Path, video_ids: Sequence[str]) -> list[str]:
    """The ids of the videos, with the status of those that were not kept."""
    rows = read_videos(corpus)
    status = {video_id: rows[video_id]["status"] for video_id in video_ids}
    return [f"{name} ({it})" if it != "kept" else name for name, it in status.items()]


def _request(corpus: Path, video_ids: Sequence[str]) -> Request:
    """What the corpus was built from, if all of these videos were removed from it.

    Raises:
        GoneError: see `restore`.
    """
    removed = record.removed(corpus)
    if not removed:
        raise GoneError(f"Nothing to undo: no video has been removed from {corpus}")
    if unknown := [video_id for video_id in video_ids if video_id not in removed]:
        raise GoneError(
            f"{corpus}: {', '.join(unknown)} has not been removed from it; what has been is "
            f"{names_of(removed)}"
        )
    request = request_of(corpus / LOG)
    if request is None:
        raise GoneError(
            f"{corpus / LOG} does not say what the corpus was built from, so it cannot be built "
            "again. Build it from its videos into a new folder, which nothing was removed from: "
            "vid2book build SOURCE -o NEW"
        )
    return request


def _removed_from(corpus: Path, request: Request, query: Query) -> list[str]:
    """The ids of the removed videos that meet the query. Their metadata comes from the sources of
    the corpus, which has kept nothing of them itself.

    Raises:
        GoneError: see `restore`.
    """
    removed = set(record.removed(corpus))
    with _sources_there(corpus, request):
        videos = open_request(request, None).corpus.videos
    ids = [v.video_id for v in videos if v.video_id in removed and query.fits(manifest_row(v))]
    if not ids:
        raise GoneError(f"Nothing to undo: no video from there has been removed from {corpus}")
    return ids


def _restorable(
    corpus: Path, request: Request, video_ids: Sequence[str], terminal: Terminal
) -> Opened:
    """The corpus to build so that these videos are in it again; nothing is done yet.

    Raises:
        GoneError: see `restore`.
    """
    with _sources_there(corpus, request):
        opened = open_and_report(request, corpus, terminal, restored=video_ids)
    _check(opened.corpus, request, video_ids)
    return opened


@contextmanager
def _sources_there(corpus: Path, request: Request) -> Iterator[None]:
    """Raises GoneError: the sources of the corpus cannot be opened."""
    try:
        yield
    except UserError as error:
        raise GoneError(
            f"{corpus} was built from {', '.join(request.sources)}, which cannot be opened any "
            f"more: {error}. Put it back, and try again"
        ) from None


def _check(corpus: Corpus, request: Request, video_ids: Sequence[str]) -> None:
    """Raises GoneError: see `restore`."""
    sources = ", ".join(request.sources)
    by_id = {video.video_id: video for video in corpus.videos}
    for video_id in video_ids:
        video = by_id.get(video_id)
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
            _ = corpus.work(video).shelf  # needs its files, whose content names the shelf
        except (Failed, OSError) as error:
            raise GoneError(
                f"{video_id}: the corpus kept nothing of it, and it cannot be made again: {error}. "
                f"Put the file back ({video.path or sources}), and try again"
            ) from None


def _is_decontaminated(corpus: Path) -> bool:
    """Whether samples were removed from a corpus because of a benchmark."""
    files = [str(file) for file in shards(corpus, "decisions")]
    if not files:
        return False
    return bool(ds.dataset(files).count_rows(filter=ds.field("stage") == DECONTAMINATE))
