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
    from ..versions import compare_versions

    changes, old, new = compare_versions(a, b)
    terminal = Terminal(as_json)
    out = terminal.results
    for video_id in changes.added:
        out.print(f"[green]+[/] {video_id}  {escape(_description(new[video_id]))}")
    for video_id in changes.removed:
        out.print(f"[red]-[/] {video_id}  {escape(_description(old[video_id]))}")
    for change in changes.changed:
        out.print(f"[yellow]~[/] {change.video_id}  {escape(change.text())}")
    out.print(summary(changes))
    terminal.document(
        {
            "added": changes.added,
            "removed": changes.removed,
            "changed": [{"video_id": c.video_id, "columns": c.columns} for c in changes.changed],
        }
    )


def _description(row: Row) -> str:
    samples = f", {number_of(row['samples'], 'sample')}" if row.get("samples") else ""
    return f"{row.get('title') or ''} ({row.get('status')}{samples})".strip()
