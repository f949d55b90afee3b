"""The command `vid2book train`."""

from __future__ import annotations

import os
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from vid2book.bar import Bar
from vid2book.console import user_errors
from vid2book.quantities import number_of
from vid2book.terminal import AsJson, Quiet, Terminal

if TYPE_CHECKING:
    from ..corpora import InterleavedCorpus
    from .folder import TrainResult

_STOPPED = (
    "Stopped. Run the command again with --resume to continue from the last checkpoint, if any."
)


class Text(StrEnum):
    """The text to learn."""

    speech = "speech"
    both = "speech+ocr"


def train(
    corpus: Annotated[
        str,
        typer.Argument(
            metavar="CORPUS", help="A corpus: a folder, a file, or ORG/NAME on the Hub."
        ),
    ],
    model: Annotated[str, typer.Option(help="Name of a model on the Hub, or its folder.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="OUT", help="Folder for the run.")
    ],
    config: Annotated[
        str, typer.Option(help="A YAML file, or the name of a recipe that ships with vid2book.")
    ] = "tiny",
    text: Annotated[
        Text | None, typer.Option(help="Text to train on, overriding the recipe.")
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Train on only N samples, drawn at random."),
    ] = None,
    held_out: Annotated[
        str | None,
        typer.Option(
            metavar="SPLIT",
            help="A split of CORPUS, or another corpus, on which to report the loss.",
        ),
    ] = None,
    marked: Annotated[
        bool, typer.Option("--marked", help="Include what `decide: mark` marked as to be dropped.")
    ] = False,
    resume: Annotated[
        bool, typer.Option(help="Continue the run in OUT from where it stopped.")
    ] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Train an image-text model on a corpus.

    On several GPUs: accelerate launch --config_file FILE "$(which vid2book)" train ...
    """
    from ..corpora import open_corpus
    from .config import load_config
    from .loop import train as run

    first = os.environ.get("RANK", "0") == "0"  # only the first process prints
    terminal = Terminal(as_json, quiet, silent=not first)
    with user_errors(console=terminal.errors, stopped=_STOPPED):
        recipe = load_config(config)
        if text:
            data = recipe.data.model_copy(update={"text": text.value})
            recipe = recipe.model_copy(update={"data": data})
        with Bar(terminal.notes, "percent", total=100) as bar:
            bar.show(now="loading the model")

            def show(line: dict[str, Any], done: float) -> None:
                bar.show(round(100 * min(done, 1.0)), now=_progress_text(line))

            def warn(message: str) -> None:
                terminal.errors.print(f"[yellow]Warning:[/] {escape(message)}")

            result = run(
                recipe, open_corpus(corpus, marked=marked), model, output,
                samples=samples, held_out=_held_out(corpus, held_out, marked), resume=resume,
                tell=show, warn=warn,
            )  # fmt: skip
    _print(result, terminal)


def _held_out(corpus: str, name: str | None, marked: bool) -> InterleavedCorpus | None:
    from ..corpora import open_corpus

    if name is None:
        return None
    if Path(name).exists() or "/" in name:
        return open_corpus(name, marked=marked)
    return open_corpus(corpus, split=name, marked=marked)


def _progress_text(line: dict[str, Any]) -> str:
    return (
        f"step {line['step']:,}  loss {line['loss']:.3f}  {number_of(line['samples'], 'sample')}  "
        f"{number_of(line['tokens'], 'token')}"
    )


def _print(result: TrainResult, terminal: Terminal) -> None:
    held_out = ""
    if result.held_out_loss is not None:
        held_out = f", held out {result.held_out_loss:.3f}"
    counts = (
        number_of(result.steps, "step"),
        number_of(result.samples, "sample"),
        number_of(result.images, "image"),
        number_of(result.loss_tokens, "token"),
    )
    out = terminal.results
    out.print(f"{', '.join(counts)}; loss {result.loss:.3f}{held_out}")
    for reason, number in sorted(result.dropped.items()):
        out.print(f"Left out: {escape(reason)}: {number:,}")
    out.print(f"The model: {escape(str(result.model))}")
    terminal.document(asdict(result))
