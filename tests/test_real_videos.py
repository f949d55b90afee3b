"""The table of real videos, and the rules by which `benchmarks/real/score.py` counts."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
from importlib.util import module_from_spec, spec_from_file_location
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from vid2book.builder.source import open_corpus
from vid2book.eval.truth import CorpusKeyframe
from vid2book.screen.keyframes import KEYFRAMES

FOLDER = Path(__file__).parents[1] / "benchmarks" / "real"
VIDEOS = json.loads((FOLDER / "videos.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def real() -> ModuleType:
    spec = spec_from_file_location("real_score", FOLDER / "score.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def wanted(video: dict[str, Any]) -> list[dict[str, Any]]:
    return [state for state in video["states"] if state.get("final", True)]


def test_no_video_is_there_twice() -> None:
    for field in ("id", "sha256"):
        assert len({video[field] for video in VIDEOS}) == len(VIDEOS)


@pytest.mark.parametrize("video", VIDEOS, ids=lambda video: video["id"])
def test_states_lie_within_the_video_and_wanted_ones_apart(video: dict[str, Any]) -> None:
    assert video["set"] in ("open", "held-out")
    stretches = [*video["states"], *video["uninformative"]]
    stretches += [stretch for state in video["states"] for stretch in state.get("again", [])]
    for stretch in stretches:
        assert 0 <= stretch["start"] < stretch["end"] <= video["duration"] + 0.5
    for before, after in pairwise(wanted(video)):
        assert before["end"] <= after["start"]
    for state in wanted(video):
        assert state["words"] == sorted(state["words"])
        assert all(len(bytes.fromhex(word)) == 4 for word in state["words"])


def test_a_keyframe_is_extra_unless_it_shows_something_new_or_optional(real: ModuleType) -> None:
    truth = {
        "states": [
            {"start": 0.0, "end": 4.0, "final": False},
            {"start": 5.0, "end": 9.0, "words": [], "again": [{"start": 20.0, "end": 22.0}]},
            {"start": 7.0, "end": 8.0, "final": False},
            {"start": 10.0, "end": 15.0, "words": []},
        ]
    }

    def counts(*times: float) -> tuple[int, int, int]:
        found = real.score(truth, [CorpusKeyframe(time, "") for time in times])
        return found.wanted, found.hit, found.extra

    assert counts() == (2, 0, 0)
    assert counts(6.0, 12.0) == (2, 2, 0)
    assert counts(6.0, 9.0) == (2, 1, 1)  # a second picture of one state
    assert counts(6.0, 7.5) == (2, 1, 0)  # but it may be shown here
    assert counts(1.0, 2.0, 4.5) == (2, 0, 1)
    assert counts(21.0, 6.0) == (2, 1, 1)  # shown where it stands again
    assert counts(15.04, 15.2) == (2, 1, 1)  # to a frame


def test_words_of_the_states_that_were_hit_are_counted_as_often_as_they_stand(
    real: ModuleType,
) -> None:
    words = real.hashed("Ohm's law: U = R I, 欧姆")
    truth = {
        "states": [
            {"start": 0.0, "end": 1.0, "words": words},
            {"start": 2.0, "end": 3.0, "words": words},
        ]
    }
    found = real.score(truth, [CorpusKeyframe(0.5, "LAW ohm U U 姆欧")])
    assert len(words) == 8
    assert (found.screen_words, found.screen_found) == (8, 5)


def test_videos_are_found_by_what_is_in_them(real: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name, content in (("deep/a.mp4", b"wanted"), ("b.mp4", b"other")):
        (tmp_path / name).write_bytes(content)
    content = hashlib.sha256(b"wanted").hexdigest()
    assert real.find(tmp_path, {content, "0" * 64}) == {content: tmp_path / "deep" / "a.mp4"}


@pytest.mark.slow
def test_any_second_of_a_real_video_is_in_a_state_or_told(tmp_path: Path) -> None:
    """A second outside the states has a reason, and a picture that it names is one of the video."""
    folder = os.environ.get("VID2BOOK_REAL_VIDEOS")
    if not folder:
        pytest.skip("VID2BOOK_REAL_VIDEOS names no folder of videos")
    corpus = open_corpus(Path(folder), "offline", tmp_path / "store")
    draw = random.Random(19)
    for video in corpus.videos:
        work = corpus.work(video)
        told = [d for d in work.decisions(KEYFRAMES) if d.level == "keyframe"]
        pictures = {f"{k.time:.1f}" for k in work.get(KEYFRAMES)}
        for time in (draw.uniform(0, max(d.end for d in told)) for _ in range(40)):
            here = [d for d in told if d.start <= time <= d.end]
            assert here, (video.video_id, time)
            for decision in here:
                named = re.search(r"picture of ([\d.]+) s", decision.reason)
                assert decision.reason and (named is None or named[1] in pictures), decision
