"""The command `vid2book remove`: videos out of a corpus."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from vid2book.console import takes_ids, user_errors
from vid2book.errors import UserError


@takes_ids
@user_errors()
def remove(
    corpus: Annotated[Path, typer.Argument(metavar="CORPUS", help="Folder of a built corpus.")],
    video_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[VIDEO_ID]...", help="Ids of the videos.")
    ] = None,
    channel: Annotated[
        str | None, typer.Option(help="All videos of this channel: its name, id or URL.")
    ] = None,
    uploader: Annotated[
        str | None, typer.Option(help="All videos of this uploader: a name, id or URL.")
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="URL of a video, or a pattern of URLs with '*'.")
    ] = None,
    overlaps: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Remove only the samples listed in overlaps.jsonl, which `vid2book measure "
            "--benchmark` writes.",
        ),
    ] = None,
) -> None:
    """Remove videos from a corpus, with everything made from them."""
    if overlaps:
        if video_ids or channel or uploader or url:
            raise UserError(
                "--overlaps removes single samples, so it cannot be combined with videos"
            )
        _decontaminate(corpus, overlaps)
        return
    from ..removal import remove as take_out

    done = take_out(corpus, video_ids or (), channel=channel, uploader=uploader, url=url)
    out = Console(highlight=False)
    names = ", ".join(done.video_ids)
    for line in (
        f"Removed {names}: {done.samples:,} samples, {done.left.samples:,} are left",
        f"`vid2book build` leaves them out of {corpus} from now on. To keep them out of every "
        "corpus, put this in the config:",
        f"  reduce:\n    deny: {json.dumps(done.left.removed)}",
        "The store may still hold the stages' results of these videos.",
        f"Look at it: vid2book view {corpus}",
        "Published versions still hold them: see `vid2book push --delete-history`",
    ):
        out.print(escape(line), soft_wrap=True)


def _decontaminate(corpus: Path, overlaps: Path) -> None:
    from ..decontaminate import read_overlaps, take_out_samples

    gone, left = take_out_samples(corpus, read_overlaps(overlaps))
    out = Console(highlight=False)
    if left is None:
        out.print(f"{escape(str(overlaps))} is empty: nothing overlaps, nothing was removed")
        return
    for line in (
        f"Samples removed: {gone:,}, left: {left.samples:,}; the table decisions says why",
        "`vid2book build` writes them again: repeat this after it. The table transcripts, which is "
        "pushed on request alone, still holds what was said.",
    ):
        out.print(escape(line), soft_wrap=True)
