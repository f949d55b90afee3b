"""The command `vid2book find`: whether something of a video is in a corpus."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from vid2book.console import user_errors
from vid2book.quantities import number_of
from vid2book.terminal import AsJson, Terminal


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
    as_json: AsJson = False,
) -> None:
    """Find what a corpus contains of a video, channel or uploader."""
    from vid2book.names import plain

    from ..takedown import find as look

    found = look(corpus, url=url, channel=channel, uploader=uploader)
    terminal = Terminal(as_json)
    out = terminal.results
    for video in found:
        inside = "no sample, a row in `videos`"
        if video.samples:
            inside = number_of(video.samples, "sample")
        told = f"{video.video_id}  {plain(video.title)} ({video.status}, {inside})"
        out.print(escape(told), soft_wrap=True)
    if not found:
        out.print("No matching video in the corpus")
    terminal.document({"videos": found})
