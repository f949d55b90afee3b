"""The command `vid2book collect`: a taxonomy in, videos and their manifest out."""

from __future__ import annotations

from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..console import user_errors
from ..errors import UserError

_EXTRA = ("yt_dlp", "feedparser", "protego")

if TYPE_CHECKING:
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
            "--output", "-o", metavar="MANIFEST", help="A .jsonl file; all else stands beside it."
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
            "--report", help="Only write MANIFEST's report.html; nobody is asked anything."
        ),
    ] = False,
) -> None:
    """Find and fetch videos that may be used, for each point of a taxonomy.

    Stop it at any time and start it again: it goes on where it was, and no
    query is asked twice. `vid2book build` takes MANIFEST while it grows.

    Beside MANIFEST stand its ledger (what was asked, found, fetched and
    refused), each decision with its reason, and a report of what is missing.

    The default plan asks the Internet Archive, PeerTube and Wikimedia Commons
    for openly licensed videos. robots.txt and licences are looked at first,
    but you answer for what you take: see docs/collecting.md.
    """
    from ..folder.lock import hold
    from ..local import check_writable
    from . import plan as plans
    from .ledger import Ledger
    from .places import places
    from .report import write_report

    if missing := [name for name in _EXTRA if find_spec(name) is None]:
        raise UserError(f"{missing[0]} is missing: pip install 'vid2book[collect]'")
    check_writable(output)
    wanted = plans.load(plan)
    points = _points(taxonomy, subject or [])
    at = places(output)
    console, errors = Console(), Console(stderr=True)
    if report:
        console.print(
            f"The report: {escape(str(write_report(at, points, wanted)))}", soft_wrap=True
        )
        return
    with hold(at.lock, output):
        ledger = Ledger(at.ledger)
        try:
            _run(wanted, points, at, ledger, errors)
            _tell(ledger, console)
            write_report(at, points, wanted)
        finally:
            ledger.close()
    console.print(f"The manifest: {escape(str(output))}", soft_wrap=True)
    console.print(f"What is missing: {escape(str(at.report))}", soft_wrap=True)


def _points(taxonomy: str, subjects: list[str]) -> list[KnowledgePoint]:
    from .taxonomy import TaxonomyError, load

    points = load(None if taxonomy == "shipped" else taxonomy)
    known = {point.subject.lower(): point.subject for point in points}
    if unknown := [name for name in subjects if name.lower() not in known]:
        raise TaxonomyError(f"no subject '{unknown[0]}'; there are {', '.join(known.values())}")
    asked = {name.lower() for name in subjects} or set(known)
    return [point for point in points if point.subject.lower() in asked]


def _run(
    plan: Plan, points: list[KnowledgePoint], at: Places, ledger: Ledger, errors: Console
) -> None:
    from ..models.embed import WordLlama
    from .run import Collection
    from .web import Web

    if not plan.manners.contact:
        errors.print(
            "[yellow]No contact:[/] give manners.contact in the plan, so that those who run a site "
            "can reach you; some turn away programs without one.",
            soft_wrap=True,
        )
    web = Web(plan.manners, plan.permissions)
    with errors.status("looking for videos") as status:
        try:
            Collection(
                plan,
                points,
                at,
                ledger,
                web,
                WordLlama(),
                _chat(plan),
                lambda line: errors.print(f"[yellow]Note:[/] {escape(line)}", soft_wrap=True),
                lambda found, rows: status.update(f"{found:,} candidates, {rows:,} rows"),
            ).run()
        finally:
            web.close()


def _chat(plan: Plan) -> Chat | None:
    from ..models.lazy import chat_of

    return chat_of(plan.review.llm) if plan.review.llm else None


def _tell(ledger: Ledger, console: Console) -> None:
    """How many candidates each stage turned down, and how many came through."""
    last = {verdict.key: verdict for verdict in ledger.decisions()}
    counts = Counter(
        "fetched" if v.kept and v.stage == "media" else f"not taken: {v.stage}"
        for v in last.values()
    )
    table = Table(show_header=False, box=None)
    table.add_row("candidates", f"{len(last):,}")
    for name, count in sorted(counts.items()):
        table.add_row(name, f"{count:,}")
    console.print(table)
