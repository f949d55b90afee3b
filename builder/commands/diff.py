"""The command `vid2book diff`: what differs between two versions of a corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from vid2book.console import user_errors

if TYPE_CHECKING:
    from ..changes import Row


@user_errors()
def compare(
    a: Annotated[str, typer.Argument(metavar="A", help="A corpus folder, or ORG/NAME@VERSION.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another one, taken as the newer version.")],
) -> None:
    """List the videos that were added, removed or changed between two corpora."""
    from ..changes import counted
    from ..versions import compared

    found, old, new = compared(a, b)
    out = Console(highlight=False)
    for video_id in found.added:
        out.print(f"[green]+[/] {video_id}  {escape(_described(new[video_id]))}", soft_wrap=True)
    for video_id in found.removed:
        out.print(f"[red]-[/] {video_id}  {escape(_described(old[video_id]))}", soft_wrap=True)
    for change in found.changed:
        out.print(f"[yellow]~[/] {change.video_id}  {escape(change.told())}", soft_wrap=True)
    out.print(counted(found))


def _described(row: Row) -> str:
    samples = f", {row['samples']} samples" if row.get("samples") else ""
    return f"{row.get('title') or ''} ({row.get('status')}{samples})".strip()
