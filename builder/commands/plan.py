"""The command `vid2book plan`: what a build would take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.filesize import decimal
from rich.markup import escape
from rich.table import Table

from vid2book.console import user_errors
from vid2book.quantities import number_of, time_of
from vid2book.terminal import AsJson, Quiet, Terminal, table

if TYPE_CHECKING:
    from ..forecast import Forecast, Line

_HOUR = 3600.0  # seconds
_UNITS = (("hours", _HOUR), ("minutes", 60.0), ("seconds", 1.0))
_WAITING = 0.05  # share of the work from which on waiting is told apart
_LEAST = 0.005  # share of all time or storage: what takes less is zero in every column


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
    nodes: Annotated[
        int, typer.Option(min=1, metavar="N", help="Number of machines like this one.")
    ] = 1,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Worker processes on each machine. Default: one per core."
        ),
    ] = None,
    price: Annotated[
        float | None,
        typer.Option(
            min=0, metavar="N", help="Price of one machine for one hour, in any currency."
        ),
    ] = None,
    sample: Annotated[int, typer.Option(min=1, metavar="N", help="Number of videos to try.")] = 4,
    minutes: Annotated[
        float, typer.Option(min=0.1, metavar="N", help="Minutes to try of each of them.")
    ] = 3.0,
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
    with terminal.notes.status("Trying a few videos") as status:
        made = forecast(
            corpus,
            at_once,
            sample,
            minutes,
            lambda event: status.update(f"Trying a few videos: {escape(event.video.video_id)}"),
            cpu_seconds(),
        )
    terminal.results.print(_table(made))
    hours = made.wall / at_once / _HOUR
    cost = "" if price is None else f" and costs {hours * nodes * price:,.2f}"
    terminal.results.print(
        f"{number_of(made.videos, 'video')} of {time_of(made.seconds)} in all: the build takes "
        f"about {time_of(made.wall / at_once)} on {number_of(nodes, 'machine')} like this one with "
        f"{number_of(at_once, 'worker')}{cost}. What takes longest is {made.bottleneck.name} "
        f"({made.bottleneck.wall / made.wall:.0%}). Estimated from {time_of(made.measured)} of "
        "video."
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
                for line in made.shown
            ],
        }
    )


def _table(made: Forecast) -> Table:
    """A row for each stage that takes time or storage, in the unit that suits the whole."""
    from ..forecast import Line

    unit, seconds = next((unit for unit in _UNITS if made.wall >= unit[1] * 2), _UNITS[-1])
    times: dict[str, Callable[[Line], float]] = {f"worker {unit}": lambda line: line.wall}
    told = "Worker time: for how long one worker is busy with it."
    if abs(made.wall - made.cpu) > _WAITING * made.wall:
        times[f"CPU {unit}"] = lambda line: line.cpu
        told += " CPU time: the same without waiting for servers, GPUs and disks."
    if any(line.gpu for line in made.lines):
        times[f"GPU {unit}"] = lambda line: line.gpu
    shown = table("stage", *times, "storage", "share", numbers=range(1, len(times) + 3))
    shown.caption, shown.caption_justify = told, "left"

    def add(line: Line) -> None:
        cells = [f"{time(line) / seconds:,.1f}" for time in times.values()]
        size = decimal(round(line.size)) if line.size else ""
        shown.add_row(line.name, *cells, size, f"{line.wall / made.wall:.0%}")

    for line in made.shown:
        if max(line.wall / made.wall, line.size / (made.size or 1.0)) >= _LEAST:
            add(line)
    shown.add_section()
    add(Line("all", made.cpu, made.wall, sum(line.gpu for line in made.lines), made.size))
    return shown
