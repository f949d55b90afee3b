"""The command `vid2book push`: a version of a corpus onto the Hub."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.markup import escape
from rich.table import Table

from vid2book.console import stop, user_errors

if TYPE_CHECKING:
    from .plan import Plan
    from .publish import Release


@user_errors()
def push(
    corpus: Annotated[Path, typer.Argument(metavar="CORPUS", help="Folder of a built corpus.")],
    repo: Annotated[str, typer.Argument(metavar="REPO_ID", help="The dataset: ORG/NAME.")],
    version: Annotated[str, typer.Option(help="Such as 1.2.0; becomes a tag.")],
    private: Annotated[bool, typer.Option("--private", help="Close it to the public.")] = False,
    gated: Annotated[
        bool, typer.Option("--gated", help="Let in those whose request you approve.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would be done.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a version, or what is none of ours.")
    ] = False,
    decisions: Annotated[
        bool, typer.Option("--decisions", help="Push the config 'decisions' too.")
    ] = False,
    transcripts: Annotated[
        bool, typer.Option("--transcripts", help="Push the config 'transcripts' too.")
    ] = False,
    measures: Annotated[
        Path | None,
        typer.Option(metavar="REPORT", help="Put a report of `vid2book measure` on the card."),
    ] = None,
    allow_license: Annotated[
        list[str] | None,
        typer.Option(metavar="LICENCE", help="Push videos under it too; 'unknown': none stated."),
    ] = None,
    delete_history: Annotated[
        bool,
        typer.Option(
            "--delete-history",
            help="Delete older versions that hold videos which this one no longer has.",
        ),
    ] = False,
) -> None:
    """Publish a corpus on the Hugging Face Hub, as a version that others can load."""
    from vid2book import licences
    from vid2book.folder.layout import CARD, CROISSANT

    from .hub import Hub, HubError, has_token, quiet
    from .measures import read_measures
    from .plan import local_files, plan
    from .publish import Release, checked  # the client takes half a second to import

    out, errors = Console(highlight=False), Console(stderr=True, highlight=False)
    videos = checked(corpus, version, [*licences.OPEN, *(allow_license or [])])
    named = {"decisions": decisions, "transcripts": transcripts}
    asked = {table for table, wanted in named.items() if wanted}
    local = local_files(corpus, asked)
    measured = read_measures(measures, corpus) if measures else None
    local |= measured.files if measured else {}
    try:
        with quiet():
            hub = Hub(repo)
            try:
                if not has_token():
                    raise HubError("no token; log in with `hf auth login`, or set HF_TOKEN")
                release = Release(hub, version, videos, force)
            except HubError as error:
                if not dry_run:
                    raise
                errors.print(f"[yellow]Not compared with the Hub:[/] {escape(str(error))}")
                _show(out, plan(local, {}), repo, version)
                return
            forget = bool(release.holding) and (
                delete_history or (not dry_run and _asked(release.holding))
            )
            local[CARD] = release.card(corpus, asked, forget, measured)
            local[CROISSANT] = release.croissant(local)
            todo = release.plan(local)
            if dry_run:
                _show(out, todo, repo, version)
            else:
                release.send(todo, private, gated, lambda line: out.print(line, soft_wrap=True))
            if forget and not dry_run:
                hub.forget(version, list(release.holding))
    except HubError as error:
        stop(error, code=1)
    _tell_versions(out, release, forget, dry_run)


def _show(out: Console, todo: Plan, repo: str, version: str) -> None:
    table = Table("file", "size", "", box=None)
    table.columns[1].justify = "right"
    for path, size in todo.sizes.items():
        table.add_row(path, decimal(size), "send")
    for path in todo.same:
        table.add_row(path, "", "is there")
    for path in todo.gone:
        table.add_row(path, "", "delete")
    out.print(table)
    total = decimal(sum(todo.sizes.values()))
    out.print(f"{repo} {version}: {len(todo.send)} files, {total}; nothing was sent")


def _tell_versions(out: Console, release: Release, forget: bool, dry_run: bool) -> None:
    from .changes import counted
    from .publish import some

    if release.previous:
        out.print(f"Against {release.previous}: {counted(release.found)}")
    names = ", ".join(release.holding)
    if release.holding and forget:
        out.print(f"{'Would delete' if dry_run else 'Deleted'} with their history: {names}")
    elif release.holding:
        lost = some(sorted({v for videos in release.holding.values() for v in videos}))
        out.print(
            f"[yellow]Older versions still hold what this one no longer has[/] ({lost}): {names}. "
            "Push again with --delete-history to delete these tags and all older history.",
            soft_wrap=True,
        )


def _asked(holding: dict[str, list[str]]) -> bool:
    """On a terminal, ask; elsewhere nobody is there to answer."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    from .publish import some

    lost = some(sorted({video for videos in holding.values() for video in videos}))
    return typer.confirm(
        f"Versions {', '.join(holding)} hold videos that this one no longer has ({lost}). "
        "Delete these versions, and all older history, after the push?"
    )
