"""The command `vid2book push`: publishes a version of a corpus on the Hub."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.markup import escape

from vid2book.console import NOTHING_DONE, SOME_FAILED, confirm, stop, user_errors
from vid2book.quantities import number_of
from vid2book.terminal import AsJson, Quiet, Terminal, table

if TYPE_CHECKING:
    from ..publish import Pushed


@user_errors(stopped="Stopped. What was sent is kept; run the same command to continue.")
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
            metavar="REPORT",
            help="Show the results of this `vid2book measure` report on the card. They stay there "
            "until the samples change.",
        ),
    ] = None,
    allow_license: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LICENCE",
            help="Also push videos under this licence; 'unknown' means that no licence is stated.",
        ),
    ] = None,
    allow_removed: Annotated[
        bool,
        typer.Option(
            "--allow-removed",
            help="Also push videos that an earlier version lists as taken down (REMOVED.csv).",
        ),
    ] = False,
    delete_history: Annotated[
        bool,
        typer.Option(
            "--delete-history",
            help="Also delete the older versions that contain videos removed since. Without this "
            "option, push asks in a terminal before it deletes them, and keeps them in a script.",
        ),
    ] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Publish a version of a corpus on the Hugging Face Hub."""
    from huggingface_hub.utils.tqdm import disable_progress_bars

    from ..hub.errors import HubError
    from ..publish import push as publish  # the client takes half a second to import

    terminal = Terminal(as_json, quiet)
    if quiet:
        disable_progress_bars()
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
            allow_removed=allow_removed,
            delete_history=delete_history or _confirm_deletion,
            dry_run=dry_run,
            tell=lambda line: terminal.notes.print(escape(line)),
        )
    except HubError as error:
        stop(error, SOME_FAILED if error.published else NOTHING_DONE)
    if pushed.not_compared:
        reason = escape(pushed.not_compared)
        terminal.errors.print(f"[yellow]Not compared with the Hub:[/] {reason}")
    if dry_run:
        _report_dry_run(terminal.results, pushed)
    else:
        _report(terminal.results, pushed)
    _report_versions(terminal, pushed, dry_run)
    terminal.document(_as_json(pushed, dry_run))


def _as_json(pushed: Pushed, dry_run: bool) -> dict[str, Any]:
    todo, changes = pushed.plan, pushed.changes
    return {
        "repo": pushed.repo,
        "version": pushed.version,
        "address": pushed.address,
        "dry_run": dry_run,
        "commit": pushed.commit,
        "send": {path: content.size for path, content in todo.send.items()},
        "same": todo.same,
        "delete": todo.gone,
        "previous": pushed.previous,
        "changes": changes
        and {
            "added": changes.added,
            "removed": changes.removed,
            "changed": [change.video_id for change in changes.changed],
        },
        "measures_dropped": pushed.drops_measures,
        "fewer_measures": pushed.fewer_measures and asdict(pushed.fewer_measures),
        "measures_fit": pushed.measures_fit,
        "versions_with_removed_videos": pushed.holding,
        "history_deleted": pushed.forgotten,
        "open_pull_requests": pushed.open_pulls,
        "not_compared": pushed.not_compared,
    }


def _report_dry_run(out: Console, pushed: Pushed) -> None:
    todo = pushed.plan
    files_table = table("file", "size", "", numbers=[1], box=None)
    for path, content in todo.send.items():
        files_table.add_row(path, decimal(content.size), "send")
    for path in todo.same:
        files_table.add_row(path, "", "is there")
    for path in todo.gone:
        files_table.add_row(path, "", "delete")
    out.print(files_table)
    files = f"{number_of(len(todo.send), 'file')}, {decimal(todo.size)}"
    out.print(f"{pushed.repo} {pushed.version}: {files} to send; nothing was sent")


def _report(out: Console, pushed: Pushed) -> None:
    todo = pushed.plan
    if pushed.commit is None:
        out.print(f"Version {pushed.version} of {pushed.repo} is already published; nothing to do")
    else:
        out.print(
            f"{pushed.repo} is at version {pushed.version}: {number_of(len(todo.send), 'file')} "
            f"sent ({decimal(todo.size)}), {len(todo.same):,} already there, "
            f"{len(todo.gone):,} deleted"
        )
    out.print(pushed.address)


def _report_versions(terminal: Terminal, pushed: Pushed, dry_run: bool) -> None:
    from ..changes import summary

    out, errors = terminal.results, terminal.errors
    if pushed.previous and pushed.changes is not None:
        out.print(f"Against {pushed.previous}: {summary(pushed.changes)}")
    if pushed.drops_measures:
        out.print(
            "The measures on the card were of other samples, so the card no longer shows them. "
            "Measure this corpus, and push a higher version with --measures REPORT."
            if not dry_run
            else "The measures on the card are of other samples, so the card would no longer show "
            "them; add --measures REPORT to show those of this corpus."
        )
    if pushed.measures_fit:
        out.print(
            f"The measures of version {pushed.measures_fit} are of the same samples as this one, "
            "so its report fits again; add --measures REPORT to show it on the card."
        )
    if fewer := pushed.fewer_measures:
        would = "would show" if dry_run else "shows"
        out.print(
            f"The card {would} {number_of(fewer.now, 'measure')}; version {fewer.version} "
            f"{'shows' if dry_run else 'showed'} {fewer.before:,}"
        )
    names = ", ".join(pushed.holding)
    if pushed.holding and pushed.forgotten:
        out.print(f"{'Would delete' if dry_run else 'Deleted'} with their history: {names}")
    elif pushed.holding:
        errors.print(
            f"[yellow]{escape(_still_there(pushed.holding))}.[/] `vid2book push --delete-history` "
            f"deletes {_them(pushed.holding)} and all older history."
        )
    if pushed.open_pulls:
        numbers = ", ".join(map(str, pushed.open_pulls))
        errors.print(
            f"[yellow]Open pull requests may still hold it:[/] {numbers}. Merge or close them, "
            "then push again with --delete-history."
        )


def _confirm_deletion(holding: Mapping[str, list[str]]) -> bool:
    """Ask on a terminal; otherwise nobody can answer, so keep the versions."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    return confirm(
        f"{_still_there(holding)}. Delete {_them(holding)} and all older history after the push?"
    )


def _still_there(holding: Mapping[str, list[str]]) -> str:
    """Which older versions contain which videos that this one no longer has."""
    from ..release import first_names

    one = len(holding) == 1
    versions = f"{'Version' if one else 'Versions'} {', '.join(holding)} still contain{'s' * one}"
    lost = sorted({video for videos in holding.values() for video in videos})
    what = "a video" if len(lost) == 1 else "videos"
    return f"{versions} {what} that this corpus does not have ({first_names(lost)})"


def _them(versions: Mapping[str, object]) -> str:
    return "this version" if len(versions) == 1 else "these versions"
