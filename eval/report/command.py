"""The command `vid2book measure`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from vid2book.bar import Bar, shows_bars
from vid2book.console import NOTHING_DONE, user_errors
from vid2book.quantities import number_of
from vid2book.terminal import AsJson, Quiet, Terminal

if TYPE_CHECKING:
    from vid2book.folder.measures import Shown
    from vid2book.models.chat import Chat

    from ..tools import Tell
    from .measuring import MeasuredCorpus
    from .metrics import Report


_GOOD = {"higher": " ↑", "lower": " ↓", "neither": ""}
_NAMES, _COLUMN = 32, 24  # widths in characters: names of measures, figures of a corpus


def measure(
    corpora: Annotated[
        list[str],
        typer.Argument(
            metavar="CORPUS [OTHER ...]",
            help="Corpora: folders, Parquet or .jsonl files, the released textbook's .json, or "
            "ORG/NAME on the Hub.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="REPORT", help="Folder for the report."),
    ],
    samples: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="N",
            help="Number of samples drawn at random from each corpus; 0 means all.",
        ),
    ] = 1000,
    seed: Annotated[int, typer.Option(metavar="N", help="Random seed.")] = 0,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Compute only these measures. Separate names with commas, or repeat the option.",
        ),
    ] = None,
    fetch: Annotated[
        bool,
        typer.Option("--fetch", help="Download images that are given as URLs, and keep them."),
    ] = False,
    split: Annotated[str, typer.Option(help="Split of each corpus to measure.")] = "train",
    marked: Annotated[
        bool, typer.Option("--marked", help="Include what `decide: mark` marked as to be dropped.")
    ] = False,
    card: Annotated[
        bool,
        typer.Option(
            "--card",
            help="Put the figures on the card of each corpus that is a folder of `vid2book build`.",
        ),
    ] = False,
    clip_model: Annotated[
        str, typer.Option(help="An open_clip model, such as ViT-L-14.")
    ] = "ViT-B-32",
    clip_weights: Annotated[
        str | None,
        typer.Option(
            help="Weights of the CLIP model: a file, or a tag such as openai. "
            "Without them, CLIP is not used."
        ),
    ] = None,
    benchmark: Annotated[
        str | None,
        typer.Option(
            help="A benchmark that the corpora should not overlap with. REPORT/overlaps.jsonl"
            " lists the samples that do."
        ),
    ] = None,
    benchmark_split: Annotated[str, typer.Option(help="Split of the benchmark.")] = "test",
    language_model: Annotated[
        str | None,
        typer.Option(
            help="Language model that measures how surprising the text is: a .gguf "
            "file, or a name on the Hub."
        ),
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option(help="Language model that grades knowledge density: its name on the server."),
    ] = None,
    judge_url: Annotated[
        str, typer.Option(help="URL of the server; it must offer OpenAI's API.")
    ] = "http://localhost:8000/v1",
    judge_key_env: Annotated[
        str,
        typer.Option(metavar="VARIABLE", help="Environment variable that holds the server's key."),
    ] = "",
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Measure the quality of corpora, and write REPORT/report.html and REPORT/metrics.json."""
    from vid2book.folder.layout import CARD, RECORD
    from vid2book.folder.measures import put_on_card
    from vid2book.models.open_clip import OpenClip

    from .. import measure as measure_corpora
    from ..density.surprise import open_language_model
    from ..intervals import ENOUGH
    from .metrics import write_metrics, write_overlaps
    from .page import write_page
    from .plots import check

    terminal = Terminal(as_json, quiet)
    stopped = "Stopped. Nothing was written; the same command starts anew."
    with user_errors(OSError, stopped=stopped):
        check()  # before hours of work
        named = clip_weights or ":" in clip_model
        open_clip = OpenClip(clip_model, clip_weights) if named else None
        with _progress(terminal.notes) as show_progress:
            report = measure_corpora(
                *corpora,
                samples=samples or None,
                seed=seed,
                split=split,
                marked=marked,
                open_clip=open_clip,
                benchmark=benchmark,
                benchmark_split=benchmark_split,
                language_model=open_language_model(language_model) if language_model else None,
                judge=_judge(judge, judge_url, judge_key_env) if judge else None,
                only=[name for names in only or [] for name in re.split(r"[,\s]+", names) if name],
                fetch=fetch,
                tell=show_progress,
            )
        output.mkdir(parents=True, exist_ok=True)
        write_metrics(report, output / "metrics.json")
        if benchmark:
            write_overlaps(report, output / "overlaps.jsonl")
        write_page(report, output / "report.html")
        cards = {
            folder: put_on_card(output, folder)
            for folder in map(Path, corpora)
            if card and (folder / RECORD).is_file()
        }
    out = terminal.results
    is_empty = all(r.interval is None for c in report.corpora for r in c.results.values())
    if not is_empty:
        for table in _tables(report, out.width):
            out.print(table)
        out.print("Value and 95% interval over videos. ↑: higher is better, ↓: lower is better.")
    for line in _not_computed(report) if only else ():
        out.print(escape(line))
    if few := [corpus.name for corpus in report.corpora if corpus.is_small]:
        out.print(escape(f"{', '.join(few)}: fewer than {ENOUGH} videos, too few for a verdict"))
    for corpus in report.corpora:
        for reason, count in corpus.skipped.items():
            line = f"{corpus.name}: left out {number_of(count, 'time')}: {reason}"
            out.print(escape(line))
    for folder, shown in cards.items():
        out.print(escape(f"{folder / CARD} {_shown(shown)}"))
    out.print(f"The report is {escape(str(output / 'report.html'))}")
    terminal.document(
        report.to_dict()
        | {
            "report": str(output / "report.html"),
            "cards": {str(folder / CARD): asdict(shown) for folder, shown in cards.items()},
        }
    )
    if is_empty:
        terminal.errors.print("[red]Error:[/] none of these measures could be computed")
        raise typer.Exit(NOTHING_DONE)


def _not_computed(report: Report) -> Iterator[str]:
    """A line for each figure of a corpus that has no value."""
    for corpus in report.corpora:
        for name, result in corpus.results.items():
            if result.interval is None:
                yield f"{corpus.name}: {name} could not be computed: {result.reason}"


def _shown(card: Shown) -> str:
    text = f"shows {number_of(card.now, 'measure')}"
    if card.kept:
        text += f", {card.kept:,} of them from an earlier report on the same samples"
    if card.dropped:
        text += (
            f"; it showed {card.dropped:,} more, of other samples or by other versions of the "
            "software"
        )
    return text


def _judge(model: str, url: str, key: str) -> Chat:
    from vid2book.config import Llm
    from vid2book.models.lazy import chat_of

    if not url.startswith(("http://", "https://")):
        raise typer.BadParameter("a URL such as http://localhost:8000/v1 is needed")
    # A grade with its reason is short; anything longer is not an answer.
    return chat_of(Llm(model=model, base_url=url, api_key_env=key, max_tokens=512))


@contextmanager
def _progress(console: Console) -> Iterator[Tell]:
    """A progress bar on a terminal; elsewhere, a line every hundred samples."""
    with Bar(console, "samples") as bar:
        bar.show(now="opening the corpora")

        def show_progress(what: str, done: int, total: int | None) -> None:
            if shows_bars(console):
                corpus, _, counted = what.rpartition(", ")
                bar.show(done, total, what=counted, now=corpus)
            elif done and done % 100 == 0:
                console.print(escape(f"{what}: {done:,}"))

        yield show_progress


def _tables(report: Report, width: int) -> Iterator[Table]:
    """Tables of the computed figures with intervals, each for as many corpora as fit."""
    at_once = max(1, (width - _NAMES) // _COLUMN)
    for first in range(0, len(report.corpora), at_once):
        yield _table(report, report.corpora[first : first + at_once])


def _table(report: Report, corpora: Sequence[MeasuredCorpus]) -> Table:
    from .page import number

    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("measure", no_wrap=True)
    for corpus in corpora:
        table.add_column(escape(corpus.name), justify="right", overflow="fold")
    for name, first in report.corpora[0].results.items():
        cells = []
        for corpus in corpora:
            value = corpus.results[name].interval
            if value is None:
                cells.append("-")
            elif value.low is None:
                cells.append(number(value.value))
            else:
                low, high = number(value.low), number(value.high)
                cells.append(f"{number(value.value)} [dim]{low} to {high}[/]")
        if set(cells) != {"-"} and not first.figure.minor:
            table.add_row(f"{first.figure.name}{_GOOD[first.figure.better]}", *cells)
    return table
