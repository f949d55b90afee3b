"""VL-ICL Bench from a folder as its repository unpacks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vid2book.eval.bench import Options, bench
from vid2book.eval.bench.run import expand
from vid2book.eval.bench.scoring import vlicl

from ...support import benchmarks
from ...support.stubs import Stub, first_shot, right

Row = dict[str, Any]


def image(folder: Path, seed: int) -> str:
    (folder / "vlicl" / "pictures").mkdir(parents=True, exist_ok=True)
    (folder / "vlicl" / f"pictures/{seed}.png").write_bytes(benchmarks.picture(seed))
    return f"pictures/{seed}.png"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    def sums(n: int, answer: Any) -> list[Row]:
        return [
            {"id": f"{n}{i}", "image": [image(tmp_path, n + i)], "question": "?", "answer": answer}
            for i in range(5)
        ]

    def pair(n: int, answer: str) -> Row:
        pictures = [image(tmp_path, n), image(tmp_path, n + 1)]
        return {"image": pictures, "question": "Match?", "answer": answer}

    classes = {name: {"images": [image(tmp_path, 50 + i)] * 3} for i, name in enumerate("ab")}
    content: dict[str, tuple[list[Row], list[Row]]] = {
        "clevr": (sums(0, 3), sums(10, 2)),
        "operator_induction": (
            [row | {"operator": "x"} for row in sums(20, 12)],
            sums(30, [7, 1, 12]),
        ),
        "open_mi": (
            [
                {
                    "id": "o",
                    "image": [image(tmp_path, 60)],
                    "question": "This is a",
                    "answer": "a",
                    "classes": ["a", "b"],
                    "support": classes,
                }
            ],
            [{}],
        ),
        "matching_mi": (
            [pair(70, "no") | {"id": "m"}],
            [{"same": pair(80 + i, "yes"), "diff": pair(90 + i, "no")} for i in range(0, 6, 2)],
        ),
    }
    for task, (query, support) in content.items():
        (tmp_path / "vlicl" / task).mkdir(parents=True)
        for name, rows in (("query", query), ("support", support)):
            (tmp_path / "vlicl" / task / f"{name}.json").write_text(json.dumps(rows))
    return tmp_path


def ask(task: str, folder: Path, shots: int, out: Path) -> tuple[Any, Stub]:
    stub = Stub(right)
    run = bench(stub, [f"vlicl_{task}"], [shots], out, Options(data=folder))
    cell = run.cell(f"vlicl_{task}", shots)
    assert cell is not None, run.cells
    return cell, stub


@pytest.mark.parametrize(
    ("task", "answers", "pictures"),
    [
        ("clevr", ["2", "2"], [1, 1, 1]),
        ("operator_induction", ["12", "12"], [1, 1, 1]),  # that of the query's sign
        ("matching_mi", ["yes", "no"] * 2, [2] * 5),
    ],
)
def test_each_task_draws_its_own_shots(
    task: str, answers: list[str], pictures: list[int], folder: Path, tmp_path: Path
) -> None:
    cell, stub = ask(task, folder, 2, tmp_path / "out")
    assert cell.accuracy.value == 100 and cell.summary()["shots_missing"] == 0
    for turns in stub.prompts:
        assert [turn.answer for turn in turns[:-1]] == answers
        assert [len(turn.pictures) for turn in turns] == pictures
    again, other = ask(task, folder, 2, tmp_path / "again")
    assert other.prompts == stub.prompts and again == cell


def test_a_made_up_name_is_shown_beside_another(folder: Path, tmp_path: Path) -> None:
    cell, stub = ask("open_mi", folder, 5, tmp_path / "out")
    (turns,) = stub.prompts
    assert [t.question for t in turns] == ["This is a"] * 7
    assert sorted(t.answer for t in turns[:2]) == ["a", "b"]
    assert cell.summary()["shots_missing"] == 2, "the query has three pictures of each"


def test_the_cheat_test_and_no_shots(folder: Path, tmp_path: Path) -> None:
    stub = Stub(first_shot)
    tasks = ["vlicl_clevr", "vlicl_clevr+cheat"]
    run = bench(stub, tasks, [0, 2], tmp_path / "out", Options(data=folder, limit=2))
    plain, cheat = run.cell("vlicl_clevr", 2), run.cell("vlicl_clevr+cheat", 2)
    assert plain is not None and plain.accuracy.value == 0 and len(plain.questions) == 2
    assert cheat is not None and cheat.accuracy.value == 100


def test_what_is_missing_is_told(folder: Path, tmp_path: Path) -> None:
    assert len(expand(["vlicl"])) == 6
    run = bench(Stub(right), ["vlicl_textocr"], [0], tmp_path / "out", Options(data=folder))
    assert "textocr/query.json" in run.cells[0].failure
    run = bench(Stub(right), ["vlicl_clevr"], [0], tmp_path / "hub", Options())
    assert "--data" in run.cells[0].failure


@pytest.mark.parametrize(
    ("extract", "response", "expected"),
    [
        (vlicl.extract, " Blicket.\nThis is", "Blicket."),
        (vlicl.extract, "a dax. It is", "a dax"),
        (vlicl.extract, "", None),
        (vlicl.extract_number, "= 12, or 13", "12"),
        (vlicl.extract_number, "twelve", None),
        (vlicl.extract_yes_or_no, "Yes, they do.", "yes"),
        (vlicl.extract_yes_or_no, "They do not match.", "no"),
        (vlicl.extract_yes_or_no, "I see two birds.", None),
    ],
)
def test_answers_are_read_as_the_benchmark_does(
    extract: Any, response: str, expected: str | None
) -> None:
    assert extract({}, response) == expected
