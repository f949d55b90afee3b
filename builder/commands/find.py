"""The command `vid2book find`: looks for videos in a corpus."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from vid2book.console import SOME_FAILED, takes_ids, user_errors
from vid2book.errors import UserError
from vid2book.quantities import number_of
from vid2book.terminal import AsJson, Terminal


@takes_ids
@user_errors()
def find(
    corpus: Annotated[
        str, typer.Argument(metavar="CORPUS", help="A corpus folder, or ORG/NAME@VERSION.")
    ],
    video_ids: Annotated[
        list[str] | None, typer.Argument(metavar="VIDEO_ID", help="Ids of the videos.")
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="URL of a video, or a pattern of URLs with '*'.")
    ] = None,
    channel: Annotated[str | None, typer.Option(help="Name, id or URL of a channel.")] = None,
    uploader: Annotated[str | None, typer.Option(help="Name, id or URL of an uploader.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find videos in a corpus: by id, by URL, or all of a channel or an uploader.

    The exit code is 1 if nothing matches, or not every id is in the corpus: a removed video is told
    with its date, and is not in it.
    """
    from vid2book.names import plain

    from ..takedown import NO_QUERY, Query, look_up, with_hint
    from ..versions import open_versioned

    query = Query(channel, uploader, url)
    if not (video_ids or query):
        raise UserError(NO_QUERY)
    versioned = open_versioned(corpus)
    matches = look_up(versioned, video_ids or (), query)
    terminal = Terminal(as_json)
    out = terminal.results
    for video in matches:
        if video.removed_on:
            description = f"removed on {video.removed_on}"
        else:
            samples = number_of(video.samples, "sample") if video.samples else "no samples"
            description = f"{plain(video.title)} ({video.status}, {samples})".lstrip()
        out.print(escape(f"{video.video_id}  {description}"))
    if missing := sorted({*(video_ids or ())} - {video.video_id for video in matches}):
        names = ", ".join(with_hint(versioned, missing))
        out.print(escape(plain(f"Not in the corpus: {names}")))
    elif not matches:
        out.print("No matching video in the corpus")
    terminal.document({"videos": matches})
    if missing or not matches or any(video.removed_on for video in matches):
        raise typer.Exit(SOME_FAILED)
