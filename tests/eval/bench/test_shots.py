"""Shots: never the question, its image or its problem; at random or by likeness."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vid2book.eval.bench import Options, bench
from vid2book.eval.bench.features import Features
from vid2book.eval.bench.rows import Library, Rows
from vid2book.eval.bench.shots import Pool, at_random, by_likeness, choose
from vid2book.models.error import ModelError
from vid2book.models.open_clip import OpenClip

from ...support import benchmarks
from ...support.stubs import Stub, right

FACTS = {"path": None, "name": None, "folder": "slides", "image": "image", "columns": ["question"]}


def rows(folder: Path, split: str, cells: list[benchmarks.Row]) -> Rows:
    benchmarks.write(folder, "slides", split, cells)
    return Library(folder).rows(FACTS, split)


def again(data: bytes) -> bytes:
    """The same picture at another size, as JPEG."""
    image = Image.open(io.BytesIO(data))
    out = io.BytesIO()
    image.resize((90, 60)).save(out, "JPEG", quality=80)
    return out.getvalue()


def test_the_question_its_image_and_its_problem_are_passed_over(tmp_path: Path) -> None:
    cells = [row | {"problem": str(i // 2)} for i, row in enumerate(benchmarks.slides(6))]
    cells[3]["image"] = again(cells[0]["image"])
    asked = rows(tmp_path, "test", cells)
    choice = choose(Pool(asked, ("problem",)), asked, 0, lambda row: iter(range(6)), 2)
    assert choice.shots == (4, 2)
    assert choice.excluded == {"question": 1, "problem": 1, "image": 1}


def test_only_what_would_have_been_chosen_is_counted(tmp_path: Path) -> None:
    asked = rows(tmp_path, "test", benchmarks.slides(6))
    choice = choose(Pool(asked, ()), asked, 5, lambda row: iter(range(6)), 2)
    assert choice.shots == (1, 0) and not choice.excluded


def test_a_pool_that_runs_out_gives_what_it_has(tmp_path: Path) -> None:
    asked = rows(tmp_path, "test", benchmarks.slides(3))
    choice = choose(Pool(asked, ()), asked, 0, at_random(Pool(asked, ()), asked, 0), 4)
    assert sorted(choice.shots) == [1, 2]


def test_random_shots_are_seeded_and_grow(tmp_path: Path) -> None:
    asked = rows(tmp_path, "test", benchmarks.slides(4))
    pool = Pool(rows(tmp_path, "train", benchmarks.slides(9, seed=50)), ())
    first, same, other = (at_random(pool, asked, seed) for seed in (0, 0, 1))
    orders = [tuple(first(row)) for row in range(4)]
    assert orders == [tuple(same(row)) for row in range(4)]
    assert orders != [tuple(other(row)) for row in range(4)]
    assert len(set(orders)) == 4 and all(sorted(order) == list(range(9)) for order in orders)
    one, two = (choose(pool, asked, 0, first, count).shots for count in (1, 2))
    assert two[1:] == one


def test_likeness_puts_the_most_similar_last(tmp_path: Path) -> None:
    asked = rows(tmp_path, "test", benchmarks.slides(1))
    pool = Pool(rows(tmp_path, "train", benchmarks.slides(4, seed=50)), ())
    vectors = np.array([[0, 1], [0.6, 0.8], [1, 0], [0.8, 0.6]], np.float32)
    order = by_likeness(vectors, np.array([[1, 0]], np.float32))
    assert list(order(0)) == [2, 3, 1, 0]
    choice = choose(pool, asked, 0, order, 2)
    assert choice.shots == (3, 2)


def test_features_are_computed_once(
    clip_model: OpenClip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = benchmarks.slides(3)
    cells[1]["image"] = b"no picture"
    split = rows(tmp_path, "test", cells)
    vectors = Features(clip_model).of(split)
    assert vectors.shape == (3, 16)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 0, 1], abs=1e-5)

    def refuse(*_: object) -> None:
        raise AssertionError("embedded again")

    monkeypatch.setattr(OpenClip, "images", refuse)
    assert np.array_equal(Features(clip_model).of(split), vectors)
    other = rows(tmp_path, "train", benchmarks.slides(3, seed=9))
    with pytest.raises(AssertionError, match="embedded again"):
        Features(clip_model).of(other)


def test_a_run_by_likeness_shows_the_nearest_pictures_last(
    clip_model: OpenClip, data: Path, tmp_path: Path
) -> None:
    options = Options(data=data, shots_by="rices", open_clip=clip_model)
    run = bench(Stub(right), ["okvqa"], [2], tmp_path, options)
    cell = run.cell("okvqa", 2)
    assert cell is not None
    split = Library(data).rows(FACTS | {"folder": "okvqa"}, "val2014")
    vectors = Features(clip_model).of(split)
    for i, question in enumerate(cell.questions):
        nearest = [j for j in np.argsort(-(vectors @ vectors[i]), kind="stable") if j != i]
        assert question.shots == [f"okvqa/val2014#{j}" for j in reversed(nearest[:2])]
    assert cell.summary()["excluded"] == {"question": 6}
    assert run.settings["clip"] == clip_model.name


def test_other_weights_under_the_same_name_are_other_features(
    clip_model: OpenClip, tmp_path: Path
) -> None:
    first = Features(clip_model).identity
    copy = tmp_path / "tiny.pt"
    copy.write_bytes(Path(str(clip_model.weights)).read_bytes() + b" ")
    other = OpenClip(clip_model.model, str(copy))
    assert other.name == clip_model.name and Features(other).identity != first
    with pytest.raises(ModelError, match="cannot be loaded"):
        Features(OpenClip("tiny-random", str(tmp_path / "none.pt"))).of(
            rows(tmp_path, "test", benchmarks.slides(1))
        )
