"""Progress is a line per video in a log, and a bar on a terminal; events pass through."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from vid2book.builder import logs
from vid2book.builder.logs import BuildLog
from vid2book.builder.progress import Display
from vid2book.builder.tally import Tally, kind_of
from vid2book.pipeline.branch import Step
from vid2book.terminal import Terminal


@pytest.fixture
def events(make) -> list[SimpleNamespace]:
    def event(name: str, duration: float, seconds: float, failure: str = "") -> SimpleNamespace:
        video = make.video(name)
        return SimpleNamespace(
            video=video, duration=duration, seconds=seconds, failure=failure, cpu={}
        )

    return [event("a", 600.0, 40.0), event("b", 600.0, 0.0), event("c", 0.0, 1.0, "no [audio]")]


def terminal(console: Console) -> Terminal:
    made = Terminal()
    made.notes = made.errors = console
    return made


def counted(tally: Tally, events: Iterable[SimpleNamespace]) -> Iterator[SimpleNamespace]:
    for event in events:
        tally.add(event)  # type: ignore[arg-type]
        yield event


def test_a_log_has_a_line_per_video(events) -> None:
    out, tally = io.StringIO(), Tally(3)
    display = Display(
        tally, terminal(Console(file=out, force_terminal=False, width=40, highlight=False))
    )
    assert list(display.shown(counted(tally, events))) == events
    assert out.getvalue().splitlines() == [
        "1/3 a: 10.0 min of video, 40.0 s of work",
        "2/3 b: in the store",
        "3/3 c: failed, no [audio]",
    ]


def test_a_terminal_has_a_bar_and_the_failures(events) -> None:
    out, tally = io.StringIO(), Tally(3)
    shown_on = Console(file=out, force_terminal=True, no_color=True, width=160, highlight=False)
    display = Display(tally, terminal(shown_on))

    def stepping() -> Iterator[SimpleNamespace]:
        for event in events:
            display.step(Step(event.video.video_id, "keyframes", 75.0))
            yield event

    assert list(display.shown(counted(tally, stepping()))) == events
    assert "c: keyframes 1:15" in out.getvalue()
    assert "c: failed, no [audio]" in out.getvalue()
    assert "3/3" in out.getvalue()
    assert "h of video per hour" in out.getvalue()


def test_time_left_follows_from_what_was_worked_on(events) -> None:
    seconds = iter([0.0, *[100.0] * 20])
    tally = Tally(13, lambda: next(seconds))
    assert list(counted(tally, events)) == events
    assert tally.speed == 600 / 100  # of what was in the store nothing is told
    assert tally.left == 10 * 100 / 2
    assert (
        tally.line()
        == "3 of 13 videos; 6.0 h of video per hour; 0:08:20 left; failed: 1 no [audio]"
    )


def test_the_bar_says_that_the_corpus_is_being_written() -> None:
    out = io.StringIO()
    shown_on = Console(file=out, force_terminal=True, no_color=True, width=160, highlight=False)
    with Display(Tally(2), terminal(shown_on)).writing() as tell:
        tell(1, 2)
    assert "writing the corpus 1/2" in out.getvalue()


def test_no_time_is_promised_from_what_was_in_the_store_or_failed(make) -> None:
    out, tally = io.StringIO(), Tally(30)
    shown_on = Console(file=out, force_terminal=True, no_color=True, width=160, highlight=False)
    none = [
        SimpleNamespace(video=make.video(name), duration=600.0, seconds=0.0, failure="", cpu={})
        for name in ("a", "b")
    ]
    broken = SimpleNamespace(
        video=make.video("c"), duration=0.0, seconds=0.1, failure="not a video", cpu={}
    )
    display = Display(tally, terminal(shown_on))
    assert len(list(display.shown(counted(tally, [*none, broken])))) == 3
    assert "3/30" in out.getvalue() and "-:--:-- left" in out.getvalue()
    assert not re.search(r"\d:\d\d:\d\d left", out.getvalue()) and tally.left is None


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("b 1.mp4: not a readable video (Invalid data)", "not a readable video"),
        ("the OCR passed its deadline of 1,230 s; the next", "the OCR passed its deadline of N s"),
        ("line 3: no path", "line N: no path"),
        ("12", "N"),
    ],
)  # fmt: skip
def test_failures_of_many_videos_are_counted_together(reason: str, kind: str) -> None:
    assert kind_of(reason, "/videos/b 1.mp4") == kind


def test_the_log_is_written_as_videos_are_through(
    events, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_PAUSE", 0.0)
    path, prometheus = tmp_path / "out" / "build.log.jsonl", tmp_path / "build.prom"
    events[0].cpu = {"read": 2.5}
    log = BuildLog(path, Tally(3), prometheus)
    through = log.counted(events)
    next(through)
    first, far = map(json.loads, path.read_text().splitlines())
    assert first["video_id"] == "a" and first["cpu_seconds"] == {"read": 2.5}
    assert (far["videos"], far["of"], far["failed"]) == (1, 3, {})
    assert list(through) == events[1:]
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["failure"] for line in lines if "failure" in line] == ["no [audio]"]
    assert lines[-1]["failed"] == {"no [audio]": 1}
    told = prometheus.read_text().splitlines()
    assert "vid2book_videos_done 3.0" in told
    assert 'vid2book_videos_failed{reason="no [audio]"} 1.0' in told
    assert 'vid2book_cpu_seconds{stage="read"} 2.5' in told
