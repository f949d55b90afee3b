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

import numpy as np
import pytest

from vid2book.builder.source import open_corpus
from vid2book.eval.truth import CorpusKeyframe
from vid2book.media.stills import read_stills
from vid2book.pipeline.corpus import Corpus
from vid2book.records import Keyframe, Video
from vid2book.screen.keyframes import KEYFRAMES
from vid2book.screen.keyframes.cells import WIDTH

from .support.screens import CELLS, PHYSICS, luma, slide
from .support.shown import share_shown

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


LEAST = {  # share of what stands at a moment that a picture named by these words must show
    "nothing new": 0.8,
    "what is new is small or soon gone": 0.6,
    "it moves": 0.4,
}


@pytest.mark.slow
def test_any_second_of_a_real_video_is_in_a_state_or_told(tmp_path: Path) -> None:
    """A second outside the states has a reason. A picture that the reason names is in the corpus,
    unless it says otherwise, and shows what stands on the screen at that second."""
    folder = os.environ.get("VID2BOOK_REAL_VIDEOS")
    if not folder:
        pytest.skip("VID2BOOK_REAL_VIDEOS names no folder of videos")
    corpus = open_corpus(Path(folder), "offline", tmp_path / "store")
    draw = random.Random(19)
    checked = 0
    for video in corpus.videos:
        every = corpus.decisions(video)
        told = [d for d in every if (d.level, d.stage) == ("keyframe", "keyframes")]
        keyframes = corpus.work(video).get(KEYFRAMES)
        pictures = {f"{k.time:.1f}": k for k in keyframes}
        elements = [e for sample in corpus.samples(video) for e in sample.elements]
        there = {f"{e.start:.1f}" for e in elements if e.kind == "image"}
        for time in sorted(draw.uniform(0, max(d.end for d in told)) for _ in range(40)):
            here = [d for d in told if d.start <= time < d.end]
            assert here, (video.video_id, time)
            for decision in here:
                shown = re.search(r"shown at ([\d.]+) s", decision.reason)
                assert not decision.kept or (shown and shown[1] in pictures), decision
                named = re.search(r"the picture of ([\d.]+) s", decision.reason)
                if named is None:
                    continue
                assert named[1] in pictures, decision
                left_out = "which is left out too" in decision.reason
                assert (named[1] in there) != left_out, decision
                others = around(decision.reason, keyframes, pictures[named[1]])
                share = shows(corpus, video, time, others)
                least = next(
                    (n for words, n in LEAST.items() if decision.reason.startswith(words)), 0
                )
                assert share >= least, (decision, time, share)
                checked += 1
    assert checked


def around(reason: str, keyframes: list[Keyframe], named: Keyframe) -> list[Keyframe]:
    """The pictures of which a reason speaks."""
    if "and others" in reason:
        return keyframes
    at = keyframes.index(named)
    return keyframes[max(0, at - 1) : at + 2] if "those around it" in reason else [named]


def shows(corpus: Corpus, video: Video, time: float, pictures: list[Keyframe]) -> float:
    """The share of what stands on the screen at a time that one of the pictures shows."""
    info = corpus.work(video).info
    assert info is not None and video.path is not None
    times = sorted({time, *(k.time for k in pictures)})
    planes = dict(zip(times, read_stills(video.path, times, info), strict=True))
    looks = {at: frame.luma(WIDTH) for at, frame in planes.items()}
    others = [looks[k.time] for k in pictures]
    return share_shown(looks[time], others, pictures[0].subtitle_top)


def test_a_picture_shows_a_page_that_is_on_it_even_if_it_scrolled() -> None:
    page, other = (luma(slide(*text)) for text in (("Work and energy", PHYSICS), ("Cell", CELLS)))
    scrolled = np.roll(page, -40, axis=0)
    assert share_shown(page, [page]) == 1
    assert share_shown(page, [scrolled]) >= 0.7
    assert share_shown(page, [other]) < 0.4
    assert share_shown(np.full_like(page, 240), [other]) == 1  # there is nothing to show
