"""`vid2book ablate`: which part of a pipeline, a corpus or a recipe makes the difference."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from vid2book.console import user_errors
from vid2book.errors import UserError
from vid2book.terminal import AsJson, Quiet, Terminal

_NEEDS = ("torch", "transformers", "lm_eval", "scipy", "matplotlib")


@user_errors(stopped="Stopped. What is done is kept; run the same command to continue.")
def ablate(
    config: Annotated[
        str,
        typer.Argument(
            metavar="CONFIG", help="A YAML file, or the name of a study that ships with vid2book."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Folder for everything that is made. Default: ablations/NAME."
        ),
    ] = None,
    videos: Annotated[
        str | None, typer.Option(help="Folder or manifest of videos, instead of the config's.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="Model to train (a folder, or a name on the Hub), instead of the config's."
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="How many models to train at the same time. Default: one on each GPU, or one in "
            "all.",
        ),
    ] = None,
    device: Annotated[
        str | None,
        typer.Option(
            help="cpu, cuda (all GPUs), or a list such as cuda:0,cuda:2. Default: "
            "all GPUs, if there are any."
        ),
    ] = None,
    launch: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            metavar="FILE",
            help="Train each model with `accelerate launch` and this config, one after the other.",
        ),
    ] = None,
    short: Annotated[
        bool,
        typer.Option(
            "--short", help="Run only one seed and two cells, to check that everything works."
        ),
    ] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Train models on corpora that differ in one thing, and compare them.

    If it was stopped, run it again to continue. After a change, only what depends on it is redone.
    """
    terminal = Terminal(as_json, quiet)
    if launch and workers:
        raise UserError("--launch takes all that its file names: leave --workers out")
    if missing := [name for name in _NEEDS if find_spec(name) is None]:
        raise UserError(f"this needs {', '.join(missing)}: pip install 'vid2book[eval,measure]'")
    from rich.markdown import Markdown

    from . import needs, report, table
    from .config import load
    from .effects import main_effects
    from .grid import cells, pick
    from .places import places
    from .study import study

    ablation = load(config).shortened() if short else load(config)
    ablation = ablation.instead(videos, model)
    chosen = cells(ablation)
    if short:
        chosen = pick(chosen, ablation.short.cells)
    needs.check(ablation, chosen)
    target = output or Path("ablations") / Path(config).stem
    devices = places(device, 1 if launch else workers)
    results = study(
        ablation,
        chosen,
        target,
        devices,
        lambda line: terminal.notes.print(escape(line)),
        launch,
    )
    lines = table.table(results)
    measures = table.measures(next(iter(results[chosen[0].name].values())))
    effects = main_effects(chosen, list(ablation.axes), results, measures)
    report.write(ablation, lines, effects, measures, target)
    out = terminal.results
    out.print(Markdown(report.markdown(ablation, lines, effects, measures)))
    out.print(f"Table and plot: {escape(str(target))}")
    terminal.document(report.as_json(ablation, lines, effects, measures))
