"""The command `vid2book plan`: what a build would take."""

from __future__ import annotations

from collections.abc import Callable
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
_WAITING = 0.05  # share of the work above which CPU time has its own column
_LEAST = 0.005  # share of all time or storage; a stage with less would show as zero everywhere


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
    from ..opening import Request, open_and_report

    terminal = Terminal(as_json, quiet)
    at_once = nodes * (workers or cores())
    opened = open_and_report(Request(tuple(videos), config), None, terminal)
    with terminal.notes.status("Trying a few videos") as status:
        estimate = forecast(
            opened.corpus,
            at_once,
            sample,
            minutes,
            lambda event: status.update(f"Trying a few videos: {escape(event.video.video_id)}"),
            cpu_seconds(),
        )
    terminal.results.print(_table(estimate))
    hours = estimate.wall / at_once / _HOUR
    cost = (
        ""
        if price is None
        else f" and costs {hours * nodes * price:,.2f} in the currency of --price"
    )
    terminal.results.print(
        f"{number_of(estimate.videos, 'video')} of {time_of(estimate.seconds)} in all: the build "
        f"takes about {time_of(estimate.wall / at_once)} on {number_of(nodes, 'machine')} like "
        f"this one with {number_of(at_once, 'worker')}{cost}. What takes longest is "
        f"{estimate.bottleneck.name} ({estimate.bottleneck.wall / estimate.wall:.0%}). Estimated "
        f"from {time_of(estimate.measured)} of video."
    )
    terminal.document(
        {
            "videos": estimate.videos,
            "hours_of_video": estimate.seconds / _HOUR,
            "measured_minutes": estimate.measured / 60,
            "workers": at_once,
            "seconds": estimate.wall / at_once,
            "notes": list(opened.notes),
            "cost": None if price is None else hours * nodes * price,
            "stages": [
                {
                    "stage": line.name,
                    "cpu_hours": line.cpu / _HOUR,
                    "worker_hours": line.wall / _HOUR,
                    "gpu_hours": line.gpu / _HOUR,
                    "gigabytes": line.size / 1e9,
                }
                for line in estimate.by_stage
            ],
        }
    )


def _table(estimate: Forecast) -> Table:
    """A row for each stage that takes time or storage, in the unit that suits the total."""
    from ..forecast import Line

    unit, seconds = next((unit for unit in _UNITS if estimate.wall >= unit[1] * 2), _UNITS[-1])
    times: dict[str, Callable[[Line], float]] = {f"worker {unit}": lambda line: line.wall}
    caption = "Worker time: for how long one worker is busy with it."
    if abs(estimate.wall - estimate.cpu) > _WAITING * estimate.wall:
        times[f"CPU {unit}"] = lambda line: line.cpu
        caption += " CPU time: the same without waiting for servers, GPUs and disks."
    if any(line.gpu for line in estimate.lines):
        times[f"GPU {unit}"] = lambda line: line.gpu
    overview = table("stage", *times, "storage", "share", numbers=range(1, len(times) + 3))
    overview.caption, overview.caption_justify = caption, "left"

    def add(line: Line) -> None:
        cells = [f"{time(line) / seconds:,.1f}" for time in times.values()]
        size = decimal(round(line.size)) if line.size else ""
        overview.add_row(line.name, *cells, size, f"{line.wall / estimate.wall:.0%}")

    for line in estimate.by_stage:
        if max(line.wall / estimate.wall, line.size / (estimate.size or 1.0)) >= _LEAST:
            add(line)
    overview.add_section()
    gpu = sum(line.gpu for line in estimate.lines)
    add(Line("all", estimate.cpu, estimate.wall, gpu, estimate.size))
    return overview
