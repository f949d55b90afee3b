"""The command `vid2book remove`: videos out of a corpus."""

from __future__ import annotations

import json
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer
from rich.markup import escape

from vid2book.console import takes_ids, user_errors
from vid2book.errors import UserError
from vid2book.quantities import number_of
from vid2book.terminal import AsJson, Quiet, Terminal


@takes_ids
@user_errors(stopped="Stopped. The corpus is as it was; the same command starts anew.")
def remove(
    corpus: Annotated[Path, typer.Argument(metavar="CORPUS", help="Folder of a built corpus.")],
    video_ids: Annotated[
        list[str] | None, typer.Argument(metavar="VIDEO_ID", help="Ids of the videos.")
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
    undo: Annotated[
        bool,
        typer.Option(
            "--undo",
            help="Bring videos back that were removed: the corpus is built again, with them.",
        ),
    ] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Remove videos from a corpus, with everything made from them."""
    terminal = Terminal(as_json, quiet)
    by_origin = channel or uploader or url
    if undo:
        if overlaps or by_origin or not video_ids:
            raise UserError("--undo takes the ids of removed videos, and no other option")
        from ..restoring import restore

        restore(corpus, video_ids, terminal)
        return
    if overlaps:
        if video_ids or by_origin:
            raise UserError(
                "--overlaps removes single samples, so it cannot be combined with videos"
            )
        _decontaminate(corpus, overlaps, terminal)
        return
    from ..removal import remove as take_out

    done = take_out(corpus, video_ids or (), channel=channel, uploader=uploader, url=url)
    names = ", ".join(done.video_ids)
    for line in (
        f"Removed {names}: {number_of(done.samples, 'sample')}, {done.left.samples:,} left",
        f"`vid2book build` leaves them out of {corpus} from now on. To keep them out of every "
        "corpus, put this in the config:",
        f"  reduce:\n    deny: {json.dumps(done.left.removed)}",
        "The store may still hold the stages' results of these videos.",
        f"Look at it: vid2book view {corpus}",
        f"Undo it: vid2book remove {corpus} {' '.join(map(quote, done.video_ids))} --undo",
        "Published versions still hold them: see `vid2book push --delete-history`",
    ):
        terminal.results.print(escape(line), soft_wrap=True)
    terminal.document(
        {
            "removed": done.video_ids,
            "samples_removed": done.samples,
            "samples_left": done.left.samples,
            "removed_in_all": done.left.removed,
        }
    )


def _decontaminate(corpus: Path, overlaps: Path, terminal: Terminal) -> None:
    from ..decontaminate import read_overlaps, take_out_samples

    gone, left = take_out_samples(corpus, read_overlaps(overlaps))
    if left is None:
        told = [f"{overlaps} is empty: nothing overlaps, nothing was removed"]
    else:
        told = [
            f"Samples removed: {gone:,}, left: {left.samples:,}; the table decisions says why",
            "`vid2book build` writes them again: repeat this after it. The table transcripts, "
            "which is pushed on request alone, still holds what was said.",
        ]
    for line in told:
        terminal.results.print(escape(line), soft_wrap=True)
    terminal.document({"samples_removed": gone, "samples_left": left.samples if left else None})
