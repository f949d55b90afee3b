"""`vid2book ablate`: which part of a pipeline, a corpus or a recipe makes the difference."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from vid2book.console import user_errors
from vid2book.errors import UserError

_NEEDS = ("torch", "transformers", "lm_eval", "scipy", "matplotlib")


@user_errors()
def ablate(
    config: Annotated[
        str, typer.Argument(metavar="CONFIG", help="A YAML file, or the name of one that ships.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder for all that is made; ablations/NAME if none."),
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, help="Runs at once; each takes its share of the cores.")
    ] = 1,
    short: Annotated[
        bool, typer.Option("--short", help="One seed and two cells, to see that all works.")
    ] = False,
) -> None:
    """Train on corpora that differ in one thing, and tell whether the models differ.

    Run it again to go on where it was stopped; what does not depend on a change is kept.
    """
    errors = Console(stderr=True)
    if missing := [name for name in _NEEDS if find_spec(name) is None]:
        raise UserError(f"this needs {', '.join(missing)}: pip install 'vid2book[eval,measure]'")
    from rich.markdown import Markdown

    from . import report, table
    from .config import load
    from .grid import cells, some
    from .study import study

    ablation = load(config).shortened() if short else load(config)
    chosen = cells(ablation)
    if short:
        chosen = some(chosen, ablation.short.cells)
    target = out or Path("ablations") / Path(config).stem
    results = study(ablation, chosen, target, workers, lambda said: errors.print(escape(said)))
    lines = table.table(results)
    measures = table.measures(next(iter(results[chosen[0].name].values())))
    report.write(ablation, lines, measures, target)
    Console().print(Markdown(report.markdown(ablation, lines, measures)))
    errors.print(f"Table and plot: {escape(str(target))}", soft_wrap=True)
