"""The command `vid2book find`: whether something of a video is in a corpus."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from vid2book.console import user_errors


@user_errors()
def find(
    corpus: Annotated[
        str, typer.Argument(metavar="CORPUS", help="A corpus folder, or ORG/NAME@VERSION.")
    ],
    url: Annotated[
        str | None, typer.Option(help="URL of a video, or a pattern of URLs with '*'.")
    ] = None,
    channel: Annotated[str | None, typer.Option(help="Name, id or URL of a channel.")] = None,
    uploader: Annotated[str | None, typer.Option(help="Name, id or URL of an uploader.")] = None,
) -> None:
    """Find what a corpus contains of a video, channel or uploader."""
    from vid2book.names import plain

    from ..takedown import find as look

    found = look(corpus, url=url, channel=channel, uploader=uploader)
    out = Console(highlight=False)
    for video in found:
        inside = f"{video.samples:,} samples" if video.samples else "no sample, a row in `videos`"
        told = f"{video.video_id}  {plain(video.title)} ({video.status}, {inside})"
        out.print(escape(told), soft_wrap=True)
    if not found:
        out.print("Nothing of it is in the corpus")
