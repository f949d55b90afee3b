"""The command `vid2book push`: a version of a corpus onto the Hub."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.markup import escape
from rich.table import Table

from vid2book.console import stop, user_errors

if TYPE_CHECKING:
    from ..publish import Pushed


@user_errors()
def push(
    corpus: Annotated[Path, typer.Argument(metavar="CORPUS", help="Folder of a built corpus.")],
    repo: Annotated[str, typer.Argument(metavar="REPO_ID", help="Name of the dataset: ORG/NAME.")],
    version: Annotated[str, typer.Option(help="Version number, such as 1.2.0. It becomes a tag.")],
    private: Annotated[bool, typer.Option("--private", help="Make the dataset private.")] = False,
    gated: Annotated[
        bool, typer.Option("--gated", help="Give access only to people whose request you approve.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be done, and stop.")
    ] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Replace an existing version, or a dataset that vid2book did not make."
        ),
    ] = False,
    decisions: Annotated[
        bool, typer.Option("--decisions", help="Also push the table of decisions.")
    ] = False,
    transcripts: Annotated[
        bool, typer.Option("--transcripts", help="Also push the transcripts.")
    ] = False,
    clips: Annotated[
        bool, typer.Option("--clips", help="Also push the video clips, if the corpus has any.")
    ] = False,
    measures: Annotated[
        Path | None,
        typer.Option(
            metavar="REPORT", help="Show the results of a `vid2book measure` report on the card."
        ),
    ] = None,
    allow_license: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LICENCE",
            help="Also push videos under this licence; 'unknown' means that no licence is stated.",
        ),
    ] = None,
    delete_history: Annotated[
        bool,
        typer.Option(
            "--delete-history",
            help="Also delete the older versions that contain videos removed since.",
        ),
    ] = False,
) -> None:
    """Publish a version of a corpus on the Hugging Face Hub."""
    from ..hub.errors import HubError
    from ..publish import push as publish  # the client takes half a second to import

    out = Console(highlight=False)
    try:
        pushed = publish(
            corpus,
            repo,
            version=version,
            private=private,
            gated=gated,
            force=force,
            decisions=decisions,
            transcripts=transcripts,
            clips=clips,
            measures=measures,
            allow_license=allow_license or [],
            delete_history=delete_history or _asked,
            dry_run=dry_run,
            tell=lambda line: out.print(escape(line), soft_wrap=True),
        )
    except HubError as error:
        stop(error, code=1)
    if dry_run:
        _show(out, pushed)
    else:
        _tell(out, pushed)
    _tell_versions(out, pushed, dry_run)


def _show(out: Console, pushed: Pushed) -> None:
    if pushed.not_compared:
        errors = Console(stderr=True, highlight=False)
        errors.print(f"[yellow]Not compared with the Hub:[/] {escape(pushed.not_compared)}")
    todo = pushed.plan
    table = Table("file", "size", "", box=None)
    table.columns[1].justify = "right"
    for path, content in todo.send.items():
        table.add_row(path, decimal(content.size), "send")
    for path in todo.same:
        table.add_row(path, "", "is there")
    for path in todo.gone:
        table.add_row(path, "", "delete")
    out.print(table)
    files = f"{len(todo.send)} files, {decimal(todo.size)}"
    out.print(f"{pushed.repo} {pushed.version}: {files}; nothing was sent")


def _tell(out: Console, pushed: Pushed) -> None:
    todo = pushed.plan
    if pushed.commit is None:
        out.print(f"{pushed.repo} has version {pushed.version} already, and it is this corpus")
    else:
        out.print(
            f"{pushed.repo} is at version {pushed.version}: {len(todo.send)} files sent "
            f"({decimal(todo.size)}), {len(todo.same)} were there, {len(todo.gone)} deleted"
        )


def _tell_versions(out: Console, pushed: Pushed, dry_run: bool) -> None:
    from ..changes import counted
    from ..release import some

    if pushed.previous and pushed.changes is not None:
        out.print(f"Against {pushed.previous}: {counted(pushed.changes)}")
    names = ", ".join(pushed.holding)
    if pushed.holding and pushed.forgotten:
        out.print(f"{'Would delete' if dry_run else 'Deleted'} with their history: {names}")
    elif pushed.holding:
        lost = some(sorted({v for videos in pushed.holding.values() for v in videos}))
        out.print(
            f"[yellow]Older versions still hold what this one no longer has[/] ({lost}): {names}. "
            "Push again with --delete-history to delete these tags and all older history.",
            soft_wrap=True,
        )
    if pushed.open_pulls:
        listed = ", ".join(map(str, pushed.open_pulls))
        out.print(
            f"[yellow]Open pull requests may still hold it:[/] {listed}. Merge or close them, then "
            "push again with --delete-history.",
            soft_wrap=True,
        )


def _asked(holding: Mapping[str, list[str]]) -> bool:
    """On a terminal, ask; elsewhere nobody is there to answer."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    from ..release import some

    lost = some(sorted({video for videos in holding.values() for video in videos}))
    return typer.confirm(
        f"Versions {', '.join(holding)} hold videos that this one no longer has ({lost}). "
        "Delete these versions, and all older history, after the push?"
    )
