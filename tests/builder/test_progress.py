"""Progress is a line per video in a log, and a bar on a terminal; events pass through."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from types import SimpleNamespace

import pytest
from rich.console import Console

from vid2book.builder.progress import Display
from vid2book.builder.tally import Tally
from vid2book.pipeline.branch import Step


@pytest.fixture
def events(make) -> list[SimpleNamespace]:
    def event(name: str, duration: float, seconds: float, failure: str = "") -> SimpleNamespace:
        video = make.video(name)
        return SimpleNamespace(
            video=video, duration=duration, seconds=seconds, failure=failure, cpu={}
        )

    return [event("a", 600.0, 40.0), event("b", 600.0, 0.0), event("c", 0.0, 1.0, "no [audio]")]


def counted(tally: Tally, events: Iterable[SimpleNamespace]) -> Iterator[SimpleNamespace]:
    for event in events:
        tally.add(event)  # type: ignore[arg-type]
        yield event


def test_a_log_has_a_line_per_video(events) -> None:
    out, tally = io.StringIO(), Tally(3)
    display = Display(tally, Console(file=out, force_terminal=False, width=40))
    assert list(display.shown(counted(tally, events))) == events
    assert out.getvalue().splitlines() == [
        "1/3 a: 10.0 min of video, 40.0 s of work",
        "2/3 b: in the store",
        "3/3 c: failed, no [audio]",
    ]


def test_a_terminal_has_a_bar_and_the_failures(events) -> None:
    out, tally = io.StringIO(), Tally(3)
    display = Display(tally, Console(file=out, force_terminal=True, no_color=True, width=160))

    def stepping() -> Iterator[SimpleNamespace]:
        for event in events:
            display.step(Step(event.video.video_id, "keyframes", 75.0))
            yield event

    assert list(display.shown(counted(tally, stepping()))) == events
    assert "c: keyframes 1:15" in out.getvalue()
    assert "c: failed, no [audio]" in out.getvalue()
    assert "3/3" in out.getvalue()
    assert "h of video per hour" in out.getvalue()
