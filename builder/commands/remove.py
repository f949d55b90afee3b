"""The command `vid2book remove`: removes videos from a corpus, or brings them back."""

from __future__ import annotations

import json
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer
from rich.markup import escape

from vid2book.console import takes_ids, user_errors
from vid2book.errors import UserError
from vid2book.folder.layout import PREVIEW
from vid2book.folder.removed import undoing
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
            help="Bring removed videos back: build the corpus again, with them. Takes the same ids "
            "and options.",
        ),
    ] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Remove videos from a corpus, with everything made from them."""
    from ..takedown import NO_QUERY, Query

    terminal = Terminal(as_json, quiet)
    query = Query(channel, uploader, url)
    if undo:
        if overlaps:
            raise UserError(
                "--undo brings videos back, not samples that --overlaps removed; `vid2book build` "
                "writes these again"
            )
        if not (video_ids or query):
            raise UserError(NO_QUERY)
        from ..restoring import restore

        restore(corpus, video_ids or [], query, terminal)
        return
    if overlaps:
        if video_ids or query:
            raise UserError(
                "--overlaps removes single samples, so it cannot be combined with videos"
            )
        _decontaminate(corpus, overlaps, terminal)
        return
    from ..removal import remove as take_out

    removal = take_out(corpus, video_ids or (), channel=channel, uploader=uploader, url=url)
    names = ", ".join(removal.video_ids)
    it = "it" if len(removal.video_ids) == 1 else "them"
    for line in (
        f"Removed {names}, with {number_of(removal.samples, 'sample')}; "
        f"{number_of(removal.left.samples, 'sample is', 'samples are')} left",
        f"`vid2book build` will leave {it} out of the folder {corpus} from now on. To keep {it} "
        "out of other corpora too, put this in the config. It goes by video_id: "
        "where a manifest or another folder gives the same video another one (`vid2book find` "
        "says which), name that:",
        f"  reduce:\n    deny: {json.dumps(removal.left.removed)}",
        f"What the stages made of {it} stays in the store until `vid2book store prune` deletes it.",
        f"Versions that are already published still contain {it}: see "
        "`vid2book push --delete-history`",
        (
            f"The book in {PREVIEW}/ showed {it} and was deleted. Make it again: "
            if removal.book
            else "Look at the corpus: "
        )
        + f"vid2book view {quote(str(corpus))}",
        f"Undo this: {undoing(corpus, *removal.video_ids)}",
    ):
        terminal.results.print(escape(line))
    terminal.document(
        {
            "removed": removal.video_ids,
            "samples_removed": removal.samples,
            "samples_left": removal.left.samples,
            "removed_in_all": removal.left.removed,
        }
    )


def _decontaminate(corpus: Path, overlaps: Path, terminal: Terminal) -> None:
    from ..decontaminate import read_overlaps, take_out_samples

    count, left = take_out_samples(corpus, read_overlaps(overlaps))
    if left is None:
        lines = [f"{overlaps} is empty: nothing overlaps, so nothing was removed"]
    else:
        lines = [
            f"Removed {number_of(count, 'sample')}; "
            f"{number_of(left.samples, 'sample is', 'samples are')} left. The table `decisions` "
            "says why.",
            "`vid2book build` writes them again, so repeat this after it. The table `transcripts`, "
            "which is only pushed on request, still holds what was said.",
        ]
    for line in lines:
        terminal.results.print(escape(line))
    terminal.document({"samples_removed": count, "samples_left": left.samples if left else None})
