"""The command `vid2book remove`: videos out of a corpus."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from vid2book.console import user_errors


@user_errors()
def remove(
    corpus: Annotated[Path, typer.Argument(metavar="CORPUS", help="Folder of a built corpus.")],
    video_ids: Annotated[list[str], typer.Argument(metavar="VIDEO_ID...", help="Of the videos.")],
) -> None:
    """Take videos out of a corpus, with all that came from them."""
    from vid2book.folder import record

    from ..removal import take_out

    out = Console(highlight=False)
    before = record.held(corpus)
    written = take_out(corpus, video_ids)
    samples = before.samples - written.samples if before else 0
    names = ", ".join(video_ids)
    for line in (
        f"Removed {names}: {samples:,} samples, {written.samples:,} are left",
        f"`vid2book build` leaves them out of {corpus} from now on. To keep them out of every "
        "corpus, put this in the config:",
        f"  reduce:\n    deny: {json.dumps(written.removed)}",
        "The store may still hold the stages' results of these videos.",
        f"Look at it: vid2book view {corpus}",
        "Published versions still hold them: see `vid2book push --delete-history`",
    ):
        out.print(escape(line), soft_wrap=True)
