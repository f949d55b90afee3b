"""The scripts of `benchmarks/study`: what their lectures say and show, and what is held out."""

from __future__ import annotations

import importlib
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from vid2book.eval.ablate.config import Ablation
from vid2book.eval.ablate.grid import cells

_SCRIPTS = ("lectures", "content", "rendering", "study", "corpora", "ranks")
FOLDER = Path(__file__).resolve().parents[2] / "benchmarks" / "study"


@pytest.fixture(scope="module")
def lectures() -> Iterator[Any]:
    before = set(sys.modules)
    sys.path.insert(0, str(FOLDER))
    yield importlib.import_module("lectures")
    sys.path.remove(str(FOLDER))
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in _SCRIPTS:
            sys.modules.pop(name)


def test_a_lecture_has_all_that_a_pipeline_has_to_deal_with(lectures: Any) -> None:
    lecture = lectures.make_lecture(3, seed=0)
    assert lecture == lectures.make_lecture(3, seed=0) != lectures.make_lecture(4, seed=0)
    kinds = [scene.kind for scene in lecture.scenes]
    assert kinds[0] == "presenter" and kinds[-1] == "end" and "sponsor" in kinds
    slides = [scene for scene in lecture.scenes if scene.kind == "slide"]
    assert len(slides) == lectures.EXERCISES + lectures.AGAIN
    shown = [(s.title, *(item.text for item in s.items)) for s in slides]
    assert len(set(shown)) == lectures.EXERCISES  # the others were there before
    said = [s.off_topic for scene in lecture.scenes for s in scene.say]
    assert 0.1 < sum(said) / len(said) < 0.4


def test_a_fact_comes_onto_the_slide_when_it_is_spoken_of(lectures: Any) -> None:
    for scene in lectures.make_lecture(0, seed=1).scenes:
        for item in scene.items if scene.kind == "slide" else ():
            number = item.text.split()[0]
            if item.at:
                assert number in scene.say[item.at - 1].text


def test_facts_are_told_once_and_in_any_order(lectures: Any) -> None:
    content = sys.modules["content"]
    rng = random.Random(0)
    first = set()
    for _ in range(50):
        facts = content.draw_facts(rng)
        told = content.told(facts, rng)
        assert sorted(name for name, _ in told) == sorted(content.NAMES)
        assert all(getattr(facts, name) in text for name, text in told)
        first.add(told[0][0])
    assert first == set(content.NAMES)


def test_held_out_lessons_have_questions_that_their_speech_answers(tmp_path: Path) -> None:
    out = tmp_path / "corpus"
    command = [sys.executable, FOLDER / "held_out.py", "-o", out, "--lessons", "2"]
    subprocess.run(list(map(str, command)), check=True)
    (sample, _) = pq.read_table(out / "data").to_pylist()
    asked = pq.read_table(out / "questions" / "slides" / "test.parquet").to_pylist()
    assert len(asked) == 2 * 4 * 4  # lessons, slides, facts
    texts = [text for text in sample["texts"] if text]
    own = [q for q in asked if q["video_id"] == sample["video_ids"][0]]
    for number, text in enumerate(texts):
        for question in own[4 * number : 4 * number + 4]:
            assert f"{question['question']} {question['answer']}." in text


@pytest.mark.parametrize("design", ["whole corpora", "matched ids"])
def test_the_study_is_a_valid_one(lectures: Any, design: str) -> None:
    script = importlib.import_module("study")
    assert design in script.DESIGNS
    study = Ablation.model_validate(script.study_of(design, {"lessons": 3}, 1000, None))
    assert len(cells(study)) == 10 and study.design == design
    if study.budget is None:
        assert study.train["epochs"] == script.PASSES
    else:
        assert study.budget == 1000
    (first, second) = list(study.axes["pipeline"])[:2]
    few = script.study_of(design, {"lessons": 3}, 1000, [second, first])
    assert list(few["axes"]["pipeline"]) == [second, first]
    assert study.held_out.corpus is not None
