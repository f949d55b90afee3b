"""What was done because a back end failed holds for its run, and the next run tries again."""

from __future__ import annotations

import pickle
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from vid2book.config import Config
from vid2book.pipeline.work import Work
from vid2book.records import Decision, Video
from vid2book.stage import Stage, StageInput
from vid2book.store import Store

KEY = "k" * 32


@dataclass
class BackEnd:
    """Two stages over a back end that may be down, and how often each ran."""

    down: bool = True
    ran: Counter[str] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        self.ran = Counter()

    def refine(self, given: StageInput) -> tuple[str, list[Decision]]:
        self.ran["refine"] += 1
        decision = Decision("v", "video", "refine", 0, 0, True, "how", provisional=self.down)
        return ("by rules" if self.down else "by model"), [decision]

    @property
    def stages(self) -> tuple[Stage[str], Stage[str], Stage[str]]:
        def judge(given: StageInput) -> tuple[str, list[Decision]]:
            self.ran["judge"] += 1
            return f"{given.get(first)} judged", []

        def clip(given: StageInput) -> tuple[str, list[Decision]]:
            self.ran["clip"] += 1
            return f"{given.get(second)} cut", []

        def stage(name: str, needs: tuple[Stage[Any], ...], compute: Any) -> Stage[str]:
            return Stage(name=name, result=str, compute=compute, needs=needs)

        first = stage("refine", (), self.refine)
        second = stage("judge", (first,), judge)
        return first, second, stage("clip", (second,), clip)


@pytest.fixture
def video(tmp_path: Path) -> Video:
    path = tmp_path / "v.mp4"
    path.write_bytes(b"a video")
    return Video("v", str(path))


def test_a_run_has_its_provisional_results_in_all_its_processes(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.shelf(KEY).save("refine", KEY, list[int], [1], provisional=True)
    same = pickle.loads(pickle.dumps(store)).shelf(KEY)
    assert same.has("refine", KEY) and same.load("refine", KEY, list[int]) == [1]
    later = Store(tmp_path).shelf(KEY)
    assert not later.has("refine", KEY) and later.load("refine", KEY, list[int]) is None
    later.save("refine", KEY, list[int], [2])
    shelf = store.shelf(KEY)
    assert shelf.load("refine", KEY, list[int]) == [2] == later.load("refine", KEY, list[int])
    assert not shelf.provisional("refine", KEY)
    assert len([p for p in tmp_path.rglob("*") if p.is_file()]) == 1


@pytest.mark.parametrize("asked", ["in order", "last first"])
def test_the_next_run_tries_again_and_what_follows_is_redone(
    tmp_path: Path, video: Video, asked: str
) -> None:
    end = BackEnd()
    first, _, third = end.stages
    store = Store(tmp_path / "store")
    work = Work(video, Config(), store)
    early = work.key(third)
    for stage in end.stages if asked == "in order" else [third]:
        work.get(stage)
    assert work.get(third) == "by rules judged cut" and work.decisions(first)[0].provisional
    assert work.key(third) != early
    same_run = Work(video, Config(), store)
    assert all(same_run.is_done(stage) for stage in end.stages)
    assert same_run.get(third) == "by rules judged cut"
    assert end.ran == {"refine": 1, "judge": 1, "clip": 1}

    failing = Work(video, Config(), Store(store.root))
    assert not any(failing.is_done(stage) for stage in end.stages)
    assert failing.get(third) == "by rules judged cut"
    assert end.ran == {"refine": 2, "judge": 1, "clip": 1}  # the same failure, the same outcome

    end.down = False
    well = Work(video, Config(), Store(store.root))
    assert well.get(third) == "by model judged cut"
    assert end.ran == {"refine": 3, "judge": 2, "clip": 2}
    assert well.key(third) == early == well.stamp(third)
    again = Work(video, Config(), Store(store.root))
    assert all(again.is_done(stage) for stage in end.stages)
    assert again.get(third) == "by model judged cut" and end.ran["refine"] == 3


def test_another_failure_has_another_outcome(tmp_path: Path, video: Video) -> None:
    end = BackEnd()
    first, second, _ = end.stages
    here, there = (Work(video, Config(), Store(tmp_path / "store")) for _ in range(2))
    here.get(second)
    partly = replace(first, compute=lambda w: ("half by model", end.refine(w)[1]))
    there.get(partly)
    assert here.stamp(first) != there.stamp(first)
