"""The command `vid2book plan`: what a build would take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from vid2book.console import user_errors
from vid2book.quantities import number_of, time_of
from vid2book.terminal import AsJson, Quiet, Terminal, table

if TYPE_CHECKING:
    from ..forecast import Forecast, Line

_HOUR = 3600.0  # seconds


@user_errors()
def plan(
    videos: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="Videos, folders of videos, or manifests, as for `vid2book build`.",
        ),
    ],
    config: Annotated[
        str, typer.Option(help="A YAML file, or the name of a config that ships with vid2book.")
    ] = "offline",
    nodes: Annotated[int, typer.Option(min=1, help="Number of machines like this one.")] = 1,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Worker processes on each machine. Default: one per core."),
    ] = None,
    price: Annotated[
        float | None,
        typer.Option(min=0, help="Price of one machine for one hour, in any currency."),
    ] = None,
    sample: Annotated[int, typer.Option(min=1, help="Number of videos to try.")] = 4,
    minutes: Annotated[float, typer.Option(min=0.1, help="Minutes to try of each of them.")] = 3.0,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Estimate the time, storage and cost of a build, by trying it on a few videos."""
    from vid2book.pipeline.processes import cores

    from ..forecast import cpu_seconds, forecast
    from ..source import open_corpus

    terminal = Terminal(as_json, quiet)
    at_once = nodes * (workers or cores())
    corpus = open_corpus(list[str | Path](videos), config)
    with terminal.notes.status("a short run") as status:
        made = forecast(
            corpus,
            at_once,
            sample,
            minutes,
            lambda event: status.update(f"a short run: {escape(event.video.video_id)} is through"),
            cpu_seconds(),
        )
    terminal.results.print(_table(made))
    hours = made.wall / at_once / _HOUR
    cost = "" if price is None else f", at a cost of {hours * nodes * price:,.2f}"
    terminal.results.print(
        f"{number_of(made.videos, 'video')}, {made.seconds / _HOUR:,.2f} hours, by "
        f"{made.measured / 60:.1f} minutes of them: {time_of(made.wall / at_once)} on "
        f"{number_of(nodes, 'machine')} like this with {number_of(at_once, 'worker')}{cost}. Most "
        f"of it is {made.bottleneck.name} ({made.bottleneck.wall / made.wall:.0%}).",
        soft_wrap=True,
    )
    terminal.document(
        {
            "videos": made.videos,
            "hours_of_video": made.seconds / _HOUR,
            "measured_minutes": made.measured / 60,
            "workers": at_once,
            "seconds": made.wall / at_once,
            "cost": None if price is None else hours * nodes * price,
            "stages": [
                {
                    "stage": line.name,
                    "cpu_hours": line.cpu / _HOUR,
                    "worker_hours": line.wall / _HOUR,
                    "gpu_hours": line.gpu / _HOUR,
                    "gigabytes": line.size / 1e9,
                }
                for line in made.lines
            ],
        }
    )


def _table(made: Forecast) -> Table:
    headers = ("stage", "CPU hours", "worker hours", "GPU hours", "GB", "share")
    shown = table(*headers, numbers=range(1, len(headers)))
    for line in made.lines:
        shown.add_row(line.name, *_cells(line), f"{line.wall / made.wall:.0%}")
    shown.add_section()
    total = [made.cpu, made.wall, sum(line.gpu for line in made.lines)]
    size = sum(line.size for line in made.lines)
    shown.add_row("all", *(f"{t / _HOUR:,.3f}" for t in total), f"{size / 1e9:,.3f}", "")
    return shown


def _cells(line: Line) -> list[str]:
    times = [f"{seconds / _HOUR:,.3f}" for seconds in (line.cpu, line.wall, line.gpu)]
    return [*times, f"{line.size / 1e9:,.3f}"]
