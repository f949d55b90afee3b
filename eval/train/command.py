"""The command `vid2book train`."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from vid2book.console import user_errors

if TYPE_CHECKING:
    from rich.progress import Progress

    from ..corpora import InterleavedCorpus
    from .folder import TrainResult


class Text(StrEnum):
    """What is learned."""

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
        int | None, typer.Option(min=1, help="Train on only N samples, drawn at random.")
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
) -> None:
    """Train an image-text model on a corpus.

    On several GPUs: accelerate launch --config_file FILE "$(which vid2book)" train ...
    """
    from ..corpora import open_corpus
    from .config import load_config
    from .loop import train as run

    quiet = os.environ.get("RANK", "0") != "0"  # the first process speaks for all
    console, errors = Console(quiet=quiet), Console(stderr=True, quiet=quiet)
    with user_errors(console=errors):
        recipe = load_config(config)
        if text:
            data = recipe.data.model_copy(update={"text": text.value})
            recipe = recipe.model_copy(update={"data": data})
        with _bar(errors) as bar:
            task = bar.add_task("", total=1.0, told="loading the model")

            def show(line: dict[str, Any], done: float) -> None:
                bar.update(task, completed=min(done, 1.0), told=_told(line))

            result = run(
                recipe, open_corpus(corpus, marked=marked), model, output,
                samples=samples, held_out=_held_out(corpus, held_out, marked), resume=resume,
                tell=show, warn=lambda told: errors.print(f"Warning: {escape(told)}"),
            )  # fmt: skip
    _print(result, console)


def _held_out(corpus: str, named: str | None, marked: bool) -> InterleavedCorpus | None:
    from ..corpora import open_corpus

    if named is None:
        return None
    if Path(named).exists() or "/" in named:
        return open_corpus(named, marked=marked)
    return open_corpus(corpus, split=named, marked=marked)


def _bar(console: Console) -> Progress:
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    return Progress(
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )


def _told(line: dict[str, Any]) -> str:
    return (
        f"step {line['step']:,}  loss {line['loss']:.3f}  {line['samples']:,} samples  "
        f"{line['tokens']:,} tokens"
    )


def _print(result: TrainResult, console: Console) -> None:
    held_out = ""
    if result.held_out_loss is not None:
        held_out = f", held out {result.held_out_loss:.3f}"
    told = (
        _of(result.steps, "step"),
        _of(result.samples, "sample"),
        _of(result.images, "image"),
        _of(result.loss_tokens, "token"),
    )
    console.print(f"{', '.join(told)}; loss {result.loss:.3f}{held_out}")
    for reason, number in sorted(result.dropped.items()):
        console.print(f"Left out: {escape(reason)}: {number:,}")
    console.print(f"The model: {escape(str(result.model))}", soft_wrap=True)


def _of(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
