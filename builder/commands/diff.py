"""The command `vid2book diff`: what differs between two versions of a corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from vid2book.console import user_errors
from vid2book.quantities import number_of
from vid2book.terminal import AsJson, Terminal

if TYPE_CHECKING:
    from ..changes import Row


@user_errors()
def compare(
    a: Annotated[str, typer.Argument(metavar="A", help="A corpus folder, or ORG/NAME@VERSION.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another one, taken as the newer version.")],
    as_json: AsJson = False,
) -> None:
    """List the videos that were added, removed or changed between two corpora."""
    from ..changes import summary
    from ..versions import compared

    found, old, new = compared(a, b)
    terminal = Terminal(as_json)
    out = terminal.results
    for video_id in found.added:
        out.print(f"[green]+[/] {video_id}  {escape(_described(new[video_id]))}")
    for video_id in found.removed:
        out.print(f"[red]-[/] {video_id}  {escape(_described(old[video_id]))}")
    for change in found.changed:
        out.print(f"[yellow]~[/] {change.video_id}  {escape(change.text())}")
    out.print(summary(found))
    terminal.document(
        {
            "added": found.added,
            "removed": found.removed,
            "changed": [{"video_id": c.video_id, "columns": c.columns} for c in found.changed],
        }
    )


def _described(row: Row) -> str:
    samples = f", {number_of(row['samples'], 'sample')}" if row.get("samples") else ""
    return f"{row.get('title') or ''} ({row.get('status')}{samples})".strip()
