"""The commands `vid2book taxonomy show`, `check` and `expand`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from ..console import SOME_FAILED, user_errors
from ..quantities import number_of
from ..terminal import AsJson, Terminal, table
from ..usage import Command, Group

taxonomy = typer.Typer(
    cls=Group,
    help="Look at a taxonomy of knowledge points, check it, or let a language model add to it.",
    no_args_is_help=True,
)
_Taxonomy = Annotated[
    Path | None,
    typer.Argument(
        metavar="TAXONOMY", help="A .yaml file or a folder of them; else the shipped one."
    ),
]


@taxonomy.command(cls=Command)
@user_errors()
def show(
    path: _Taxonomy = None,
    of: Annotated[str, typer.Option(help="A subject, course or sub-course: list its points.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show how many points each course has, or list those of one."""
    from .taxonomy import TaxonomyError, load

    points, terminal = load(path), Terminal(as_json)
    if of:
        listed = [p for p in points if of.lower() in (level.lower() for level in p[:3])]
        if not listed:
            raise TaxonomyError(f"there is no subject, course or sub-course '{of}'")
        for p in listed:
            terminal.results.print(f"{p.course} / {p.sub_course} / [bold]{escape(p.name)}[/]")
        terminal.document({"points": [p._asdict() for p in listed]})
        return
    counts = Counter((p.subject, p.course) for p in points)
    overview = table("subject", "course", "points", numbers=[2])
    for (subject, course), count in counts.items():
        overview.add_row(subject, course, f"{count:,}")
    overview.add_section()
    overview.add_row("", number_of(len(counts), "course"), f"{len(points):,}")
    terminal.results.print(overview)
    terminal.document(
        {
            "points": len(points),
            "courses": [
                {"subject": subject, "course": course, "points": count}
                for (subject, course), count in counts.items()
            ],
        }
    )


@taxonomy.command(cls=Command)
@user_errors()
def check(path: _Taxonomy = None, as_json: AsJson = False) -> None:
    """Find points that mean the same or are no terms. Exit code 1 if there are any."""
    from ..models.embed import WordLlama
    from .expand import faults
    from .taxonomy import load

    points, terminal = load(path), Terminal(as_json)
    problems = faults(points, WordLlama())
    for fault in problems:
        terminal.results.print(escape(fault))
    terminal.results.print(f"{number_of(len(points), 'point')}, {len(problems):,} to look at")
    terminal.document({"points": len(points), "faults": problems})
    if problems:
        raise typer.Exit(SOME_FAILED)


@taxonomy.command(cls=Command)
@user_errors()
def expand(
    path: Annotated[Path, typer.Argument(metavar="TAXONOMY", help="A .yaml file of one subject.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where the larger one is written.")
    ],
    model: Annotated[str, typer.Option(help="Name of the language model at its server.")],
    base_url: Annotated[
        str, typer.Option(help="Of a server that speaks OpenAI's API, with its /v1.")
    ] = "http://localhost:8000/v1",
    api_key_env: Annotated[
        str, typer.Option(help="Environment variable that holds the server's key, if it wants one.")
    ] = "",
    points: Annotated[
        int, typer.Option(min=1, metavar="N", help="How many to ask for in each sub-course.")
    ] = 10,
    as_json: AsJson = False,
) -> None:
    """Let a language model propose points for each sub-course; what is there already is left out.

    Look at what it wrote before you use it.
    """
    from ..config.llm import Llm
    from ..local import check_writable
    from ..models.embed import WordLlama
    from .expand import add_points
    from .model import open_chat
    from .taxonomy import TaxonomyError, dump, load

    terminal = Terminal(as_json)
    check_writable(output)
    known = load(path)
    dump(known)  # raises here, before the model is asked, unless it is one subject
    chat = open_chat(Llm(model=model, base_url=base_url, api_key_env=api_key_env))
    try:  # so the answers of the model are not lost for lack of a folder
        output.parent.mkdir(parents=True, exist_ok=True)
        output.open("a").close()
    except OSError as error:
        raise TaxonomyError(f"{output}: cannot be written: {error.strerror}") from None
    result, failures = add_points(known, chat, WordLlama(), points)
    output.write_text(dump(result), "utf-8")
    for failure in failures:
        terminal.errors.print(f"[yellow]Nothing for[/] {escape(failure)}")
    new = number_of(len(result) - len(known), "new point")
    terminal.results.print(f"{new}, {len(result):,} in all: {escape(str(output))}")
    terminal.document(
        {
            "taxonomy": output,
            "new": len(result) - len(known),
            "points": len(result),
            "failures": list(failures),
        }
    )
