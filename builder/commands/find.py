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
        str | None, typer.Option(help="A video's address, or a pattern of addresses with '*'.")
    ] = None,
    channel: Annotated[str | None, typer.Option(help="Its name, id or address.")] = None,
    uploader: Annotated[str | None, typer.Option(help="A name, id or address.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether something of a video, channel or uploader is in a corpus."""
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
        out.print("Nothing of it is in the corpus")
    terminal.document({"videos": found})
