"""The command `vid2book collect`: from a taxonomy to videos and their manifest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from ..console import SOME_FAILED, STOPPED, user_errors
from ..errors import UserError
from ..quantities import number_of
from ..terminal import AsJson, Quiet, Terminal

_LONGEST_TITLE = 40  # characters of a title in the progress line
_MOST_LISTED = 20  # unanswered queries printed on the terminal
_EXTRA = ("yt_dlp", "feedparser", "protego")

if TYPE_CHECKING:
    from rich.console import Console

    from ..models.chat import Chat
    from .ledger import Ledger
    from .places import Places
    from .plan import Plan
    from .taxonomy import KnowledgePoint


@user_errors()
def collect(
    taxonomy: Annotated[
        str,
        typer.Argument(
            metavar="TAXONOMY",
            help="A taxonomy (a .yaml file, or a folder of them), or 'shipped' for that of the "
            "package.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="MANIFEST",
            help="A .jsonl file; other files are put beside it.",
        ),
    ],
    plan: Annotated[
        str,
        typer.Option(
            help="Name of a plan of the package, or a YAML file: where to look, what to take."
        ),
    ] = "open",
    subject: Annotated[
        list[str] | None,
        typer.Option(help="Only this subject of the taxonomy; may be given again."),
    ] = None,
    report: Annotated[
        bool,
        typer.Option(
            "--report",
            help="Only write MANIFEST's report.html and decisions.jsonl, without any requests.",
        ),
    ] = False,
    again: Annotated[
        bool,
        typer.Option(
            "--again",
            help="Look for new videos: repeat queries that were answered in an earlier run, and "
            "ask sites again that refused.",
        ),
    ] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Find and download videos that may be used, for each point of a taxonomy.

    You can stop it at any time. When started again, it continues, and no query
    is repeated unless you use --again. `vid2book build` can read MANIFEST while
    it grows.

    Exit code 0: everything is settled. 1: a query or a video has no answer yet;
    the next run asks again. 2: the command cannot be carried out. 130: stopped.

    Beside MANIFEST are its ledger (what was asked, found, downloaded and
    refused), each decision with its reason, and a report of what is missing.

    The default plan asks the Internet Archive, PeerTube and Wikimedia Commons
    for openly licensed videos. robots.txt and licences are checked first, but
    you are responsible for what you take: see docs/collecting.md.
    """
    from ..folder.lock import hold
    from ..local import check_writable
    from . import plan as plans
    from .ledger import Ledger
    from .model import open_chat
    from .places import places
    from .report import write_report
    from .rows import write_decisions

    if missing := [name for name in _EXTRA if find_spec(name) is None]:
        raise UserError(f"{missing[0]} is missing: pip install 'vid2book[collect]'")
    check_writable(output)
    settings = plans.load(plan)
    points = _points(taxonomy, subject or [])
    at = places(output)
    terminal = Terminal(as_json, quiet)
    console, errors = terminal.results, terminal.errors
    if report:
        console.print(f"The report: {escape(str(write_report(at, points, settings)))}")
        write_decisions(at)
        console.print(f"The decisions: {escape(str(at.decisions))}")
        terminal.document({"report": at.report, "decisions": at.decisions})
        return
    _check_files(settings)
    chat = open_chat(settings.review.llm) if settings.review.llm else None
    at.make()
    with hold(at.lock, output):
        ledger = Ledger(at.ledger)
        try:
            videos = _run(settings, points, at, ledger, chat, terminal, again)
            counts = _print_summary(ledger, console)
            unanswered = _print_queries(settings, ledger, errors) + videos
            write_report(at, points, settings)
        except KeyboardInterrupt:
            _print_queries(settings, ledger, errors)
            write_report(at, points, settings)
            errors.print(
                f"Stopped. What was found and fetched is kept ({escape(str(at.report))}); the same "
                "command goes on from there" + (", without --again." if again else "."),
            )
            raise typer.Exit(STOPPED) from None
        finally:
            ledger.close()
    console.print(f"The manifest: {escape(str(output))}")
    console.print(f"What is missing: {escape(str(at.report))}")
    if videos:
        number = number_of(videos, "video is", "videos are")
        errors.print(
            f"[yellow]{number} unanswered[/] ({escape(str(at.decisions))} says why); the next run "
            "asks again.",
        )
    terminal.document(
        {
            "manifest": output,
            "report": at.report,
            "decisions": at.decisions,
            "candidates": sum(counts.values()),
            "outcomes": counts,
            "unanswered": unanswered,
        }
    )
    if unanswered:
        raise typer.Exit(SOME_FAILED)


def _check_files(plan: Plan) -> None:
    """Raises UserError: a table or a folder of the plan is not there."""
    for source in plan.sources:
        if (path := source.on_disk()) is not None and not path.exists():
            raise UserError(f"{path}: the plan names it as a {source.kind}, and it is not there")


def _points(taxonomy: str, subjects: list[str]) -> list[KnowledgePoint]:
    from .taxonomy import TaxonomyError, load

    points = load(None if taxonomy == "shipped" else taxonomy)
    known = {point.subject.lower(): point.subject for point in points}
    if unknown := [name for name in subjects if name.lower() not in known]:
        raise TaxonomyError(f"no subject '{unknown[0]}'; there are {', '.join(known.values())}")
    chosen = {name.lower() for name in subjects} or set(known)
    return [point for point in points if point.subject.lower() in chosen]


def _run(
    plan: Plan,
    points: list[KnowledgePoint],
    at: Places,
    ledger: Ledger,
    chat: Chat | None,
    terminal: Terminal,
    again: bool,
) -> int:
    """Run the collection, and return how many videos are left without an answer."""
    from ..models.embed import WordLlama
    from .run import Collection
    from .web import Web

    if not plan.manners.contact:
        terminal.errors.print(
            "[yellow]No contact:[/] give manners.contact in the plan, so that those who run a site "
            "can reach you; some turn away programs without one.",
        )
    web = Web(plan.manners, plan.permissions)
    with terminal.notes.status("looking for videos") as status:
        progress = _Progress(status.update)
        try:
            result = Collection(
                plan,
                points,
                at,
                ledger,
                web,
                WordLlama(),
                chat,
                lambda line: terminal.errors.print(f"[yellow]Note:[/] {escape(line)}"),
                progress,
                again,
            ).run()
        finally:
            web.close()
    return result.unanswered


class _Progress:
    """The line that shows how far a collection has got."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._counts = "looking for videos"

    def counted(self, candidates: int, rows: int) -> None:
        number = number_of(candidates, "candidate")
        self._counts = f"{number} found, {number_of(rows, 'row')} in the manifest"
        self._show(self._counts)

    def downloading(self, title: str, size: int) -> None:
        name = title if len(title) <= _LONGEST_TITLE else f"{title[:_LONGEST_TITLE]}..."
        self._show(f"{self._counts}; downloading {escape(name)}: {size / 1e6:,.1f} MB")


def _print_summary(ledger: Ledger, console: Console) -> Counter[str]:
    """Print how many candidates each stage rejected and how many were fetched; return these."""
    from .stages import words

    last = {verdict.key: verdict for verdict in ledger.decisions()}
    counts = Counter("fetched" if v.kept else f"not taken: {words(v.stage)}" for v in last.values())
    table = Table(show_header=False, box=None)
    table.add_row("candidates", f"{len(last):,}")
    for name, count in sorted(counts.items()):
        table.add_row(name, f"{count:,}")
    console.print(table)
    return counts


def _print_queries(plan: Plan, ledger: Ledger, errors: Console) -> int:
    """Print a line for each query of the plan without an answer, and for each list that left
    entries out. Return how many queries the next run asks again."""
    from .facts import UNANSWERED

    names = {source.identity(): source.title() for source in plan.sources}
    for source, query, excluded in ledger.left_out():
        line = ", ".join(f"{reason} ({count:,})" for reason, count in excluded.items())
        if source in names:
            errors.print(
                f"[yellow]Left out[/] of {escape(_named(names[source], query))}: {escape(line)}",
            )
    failed = [q for q in ledger.queries() if q[0] in names and q[2] in UNANSWERED]
    refused = [q for q in failed if q[2] in ("refused", "closed")]
    late = [q for q in failed if q not in refused]
    for group, what in (
        (refused, "refused[/]:"),
        (late, "unanswered[/]; the next run asks again:"),
    ):
        if group:
            number = number_of(len(group), "query is", "queries are")
            errors.print(f"[yellow]{number} {what}")
        for source, query, _, reason in group[:_MOST_LISTED]:
            line = f"  {escape(_named(names[source], query))}: {escape(reason)}"
            errors.print(line)
        if (more := len(group) - _MOST_LISTED) > 0:
            errors.print(f"  and {more:,} more, listed in the report")
    return len(late)


def _named(source: str, query: str) -> str:
    return f"{source}, '{query}'" if query else source
