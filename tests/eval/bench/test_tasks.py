"""Every task from local data, its prompts and its probes, asked of models that answer by a rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from vid2book.eval.bench import Options, bench
from vid2book.eval.bench.published import TASKS
from vid2book.eval.bench.results import Cell
from vid2book.eval.bench.run import expand
from vid2book.eval.bench.turns import as_text

from ...support import benchmarks
from ...support.stubs import Rule, Stub, first_shot, right, silent


def ask(rule: Rule, task: str, shots: int, data: Path, out: Path) -> tuple[Cell, Stub]:
    stub = Stub(rule)
    run = bench(stub, [task], [shots], out, Options(data=data))
    cell = run.cell(task, shots)
    assert cell is not None, run.cells
    return cell, stub


@pytest.mark.parametrize("task", [*TASKS, "slides"])
def test_right_answers_score_100_and_silence_abstains(
    task: str, data: Path, tmp_path: Path
) -> None:
    cell, stub = ask(right, task, 2, data, tmp_path)
    assert cell.accuracy.value == pytest.approx(100) and len(cell.questions) == 6
    assert all(len(turns) == 3 and all(t.pictures for t in turns) for turns in stub.prompts)
    mute, _ = ask(silent, task, 0, data, tmp_path)
    assert mute.accuracy.value == 0 and mute.summary()["abstained"] == 6


@pytest.mark.parametrize("task", [*TASKS, "slides"])
def test_the_cheat_test_tells_who_reads_the_first_shot(
    task: str, data: Path, tmp_path: Path
) -> None:
    copied, stub = ask(first_shot, f"{task}+cheat", 2, data, tmp_path)
    assert copied.accuracy.value == pytest.approx(100)
    for turns in stub.prompts:
        assert turns[0] == turns[-1] and turns[1] != turns[-1]
    for i, question in enumerate(copied.questions):
        assert question.shots[0].endswith(f"#{i}") and question.shots[0] != question.shots[1]
    blind, _ = ask(lambda turns: "I see", f"{task}+cheat", 2, data, tmp_path)
    assert blind.accuracy.value == 0


def test_without_the_cheat_the_first_shot_is_no_answer(data: Path, tmp_path: Path) -> None:
    cell, _ = ask(first_shot, "mathvista", 2, data, tmp_path)
    assert cell.accuracy.value is not None and cell.accuracy.value < 50


def test_image_order_moves_the_shots_pictures_only(data: Path, tmp_path: Path) -> None:
    _, plain = ask(right, "slides", 3, data, tmp_path)
    _, moved = ask(right, "slides+image_order", 3, data, tmp_path)
    for before, after in zip(plain.prompts, moved.prompts, strict=True):
        assert [t.question for t in before] == [t.question for t in after]
        shown = [[t.pictures[0].digest() for t in turns] for turns in (before, after)]
        assert shown[1][-1] == shown[0][-1]
        assert sorted(shown[1][:-1]) == sorted(shown[0][:-1])
        assert all(a != b for a, b in zip(shown[0][:-1], shown[1][:-1], strict=True))


def test_no_image_and_no_ocr(data: Path, tmp_path: Path) -> None:
    _, stub = ask(right, "slides+no_image", 1, data, tmp_path)
    assert not any(turn.pictures for turns in stub.prompts for turn in turns)
    _, with_ocr = ask(right, "textvqa_ocr", 1, data, tmp_path)
    _, without = ask(right, "textvqa_ocr+no_ocr", 1, data, tmp_path)
    _, plain = ask(right, "textvqa", 1, data, tmp_path)
    assert "Reference OCR token: STOP, 1" in as_text(with_ocr.prompts[1])
    assert [as_text(t) for t in without.prompts] == [as_text(t) for t in plain.prompts]


def test_a_probe_that_changes_nothing_has_no_cell(data: Path, tmp_path: Path) -> None:
    tasks = ["slides+cheat", "slides+image_order"]
    run = bench(Stub(right), tasks, [0, 1, 2], tmp_path, Options(data=data))
    asked = [(cell.task, cell.shots) for cell in run.cells]
    assert asked == [("slides+cheat", 1), ("slides+cheat", 2), ("slides+image_order", 2)]


@pytest.mark.parametrize(
    ("task", "text"),
    [
        (
            "scienceqa",
            "<image>\nWhich is number 1?\nContext: Count.\nA. one\nB. two\nC. three\n"
            "Answer with the option's letter from the given choices directly.\nAnswer:",
        ),
        (
            "mathvision",
            "<image>\nHow long is side 1?\nChoices:\n(A) 5\n(B) 6\n"
            "Answer with the option's letter.\nAnswer:",
        ),
        ("mathverse", "<image>\nAnswer directly. Question: angle 0?\nAnswer:"),
    ],
)
def test_a_prompt_reads_as_the_benchmark_has_it(
    task: str, text: str, data: Path, tmp_path: Path
) -> None:
    _, stub = ask(right, task, 0, data, tmp_path)
    assert as_text(stub.prompts[1]) == text


def test_mathematics_takes_its_shots_where_the_reference_does(data: Path, tmp_path: Path) -> None:
    for task, pool in [
        ("mathvista", "mathvision/test"),
        ("mathverse", "mathvision/test"),
        ("mathvision", "mathvista/testmini"),
    ]:
        cell, _ = ask(right, task, 1, data, tmp_path)
        assert {shot.split("#")[0] for question in cell.questions for shot in question.shots} == {
            pool
        }


def test_a_missing_benchmark_costs_its_own_cell(data: Path, tmp_path: Path) -> None:
    for name in ("slides", "mathvista"):
        (tmp_path / "some" / name).mkdir(parents=True)
        for file in (data / name).iterdir():
            (tmp_path / "some" / name / file.name).write_bytes(file.read_bytes())
    run = bench(
        Stub(right),
        ["slides", "mathvista"],
        [0, 1],
        tmp_path / "out",
        Options(data=tmp_path / "some"),
    )
    assert run.cell("slides", 1) and run.cell("mathvista", 0) and not run.cell("mathvista", 1)
    missing = next(cell for cell in run.cells if cell.failure)
    assert "mathvision" in missing.failure and "test*.parquet" in missing.failure


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    row = benchmarks.slides(1)[0]
    del row["answer"]
    benchmarks.write(tmp_path, "slides", "test", [row])
    run = bench(Stub(right), ["slides"], [0], tmp_path / "out", Options(data=tmp_path))
    assert "lacks the column answer" in run.cells[0].failure


def test_an_image_that_cannot_be_read_is_no_shot(data: Path, tmp_path: Path) -> None:
    benchmarks.write(tmp_path, "slides", "test", benchmarks.slides(2))
    rows = benchmarks.slides(3, seed=70)
    # Pillow raises an error of its own for each: no picture, cut off, a chunk with a wrong sum.
    damaged = bytearray(rows[2]["image"])
    damaged[20] ^= 255
    data_of = [b"no picture", rows[1]["image"][:60], bytes(damaged)]
    broken = [row | {"image": image} for row, image in zip(rows, data_of, strict=True)]
    whole = benchmarks.slides(1, seed=80)
    benchmarks.write(tmp_path, "slides", "train", [*broken, *whole])
    cell, _ = ask(right, "slides", 1, tmp_path, tmp_path / "out")
    assert {shot for question in cell.questions for shot in question.shots} == {"slides/train#3"}
    assert cell.summary()["excluded"]["unreadable"] > 0
    more, _ = ask(right, "slides", 2, tmp_path, tmp_path / "out")
    assert more.summary()["shots_missing"] == 2, "the pool has one for each of two questions"


def test_limit_asks_the_first_questions_and_keeps_all_shots(data: Path, tmp_path: Path) -> None:
    run = bench(Stub(right), ["okvqa"], [4], tmp_path, Options(data=data, limit=2))
    cell = run.cell("okvqa", 4)
    assert cell is not None and [question.id for question in cell.questions] == ["0", "1"]
    assert all(len(question.shots) == 4 for question in cell.questions)


def test_names_of_tasks_are_checked() -> None:
    assert expand(["all"]) == list(TASKS)
    assert "mathvista+cheat" in expand(["probes"]) and "textvqa_ocr+no_ocr" in expand(["probes"])
    with pytest.raises(ValueError, match=r"no task 'mathvisto'; there are all, .*mathvista"):
        expand(["mathvisto"])
    with pytest.raises(ValueError, match="no probe 'chat'"):
        expand(["slides+chat"])


def test_the_hub_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Offline, the dataset that was looked for is named, with the way out."""
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    run = bench(Stub(right), ["okvqa"], [0], tmp_path, Options())
    assert "lmms-lab/OK-VQA" in run.cells[0].failure and "--data" in run.cells[0].failure
