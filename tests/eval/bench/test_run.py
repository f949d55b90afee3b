"""A whole run: its files, its table, models held against each other, and the command."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner, Result

from vid2book.eval.bench import Options, Run, bench
from vid2book.eval.bench.command import bench as command
from vid2book.eval.bench.compare import average, differences, shared_tasks
from vid2book.eval.bench.published import TASKS
from vid2book.eval.bench.results import Cell, Question, read_runs
from vid2book.eval.bench.table import difference_tables, notes, pairs, table, write_results
from vid2book.eval.vlm import VlmError

from ...support import vlms
from ...support.stubs import Stub, right

SETTINGS: dict[str, Any] = {"scoring": "extracted", "shots_by": "random"}


def cell(task: str, shots: int, values: Sequence[float], first: int = 0) -> Cell:
    """A cell of made-up questions, numbered from `first`."""
    return Cell(
        task,
        shots,
        tuple(
            Question(f"q{i}", f"q{i}", value, "x", "x", "x", "", [], {}, 0, "")
            for i, value in enumerate(values, first)
        ),
    )


def shown(runs: list[Run], shots: list[int]) -> str:
    console = Console(width=200, record=True)
    console.print(table(runs, shots))
    return console.export_text()


def test_an_average_is_over_tasks_that_all_have_at_all_shots() -> None:
    one = Run("one", SETTINGS, (cell("a", 0, [1, 1]), cell("b", 0, [0] * 8), cell("c", 0, [1])))
    two = Run("two", SETTINGS, (cell("a", 0, [0, 1]), cell("b", 0, [1] * 8)))
    tasks = shared_tasks([one, two], [0])
    assert tasks == ["a", "b"], "c is missing in the second"
    assert average(one, tasks, 0).value == pytest.approx((100 + 0) / 2)
    assert average(two, tasks, 0).value == pytest.approx((50 + 100) / 2)
    text = shown([one, two], [0])
    assert "average of 2" in text and "50.0" in text and "75.0" in text
    assert shared_tasks([one], [0, 1]) == []
    assert "average" not in shown([one], [0, 1])


def test_a_probe_is_no_part_of_the_average() -> None:
    run = Run("one", SETTINGS, (cell("a", 1, [1]), cell("b", 1, [0]), cell("a+cheat", 1, [1])))
    assert shared_tasks([run], [1]) == ["a", "b"]


def test_differences_are_paired_on_shared_questions() -> None:
    hard = [0.0, 1.0] * 20
    better = [1.0, 1.0, *hard[2:]]
    first = Run("first", SETTINGS, (cell("a", 0, better), cell("b", 0, better)))
    second = Run("second", SETTINGS, (cell("a", 0, hard), cell("b", 0, hard[:10], first=1000)))
    (found,) = differences(first, second)
    assert (found.task, found.shots, found.interval.clusters) == ("a", 0, 40)
    assert found.interval.value == pytest.approx(100 / 40)
    # The two sides differ in one question of forty: unpaired, their intervals are 30 points wide.
    assert found.interval.low is not None and found.interval.high is not None
    assert found.interval.high - found.interval.low < 15


def test_the_average_is_compared_too() -> None:
    first = Run("first", SETTINGS, (cell("a", 0, [1] * 9), cell("b", 0, [1] * 9)))
    second = Run("second", SETTINGS, (cell("a", 0, [0] * 9), cell("b", 0, [1] * 9)))
    found = {difference.task: difference.interval for difference in differences(first, second)}
    assert found["average"].value == pytest.approx(50)
    assert found["a"].excludes_zero and not found["b"].excludes_zero


def runs(recipe: str, scores: Sequence[float], questions: int = 200) -> list[Run]:
    """Trained models that answer so many percent, each other questions."""
    found = []
    for seed, score in enumerate(scores):
        draw = np.random.default_rng((seed, len(recipe), round(10 * score)))
        values = (draw.permutation(questions) < score / 100 * questions).astype(float)
        found.append(Run(f"{recipe}{seed}", SETTINGS, (cell("a", 0, values.tolist()),)))
    return found


def test_what_seeds_make_is_no_verdict() -> None:
    """One recipe, four seeds, 60.9 to 69.8: two of them differ, and the recipes do not."""
    four = runs("recipe", [60.9, 69.8, 62.0, 68.5], questions=1000)
    alone = pairs([four[0]], [four[1]])
    assert alone[0].interval.excludes_zero and not alone[0].stands
    (shown,) = difference_tables(alone, [0])
    assert "*" not in next(iter(shown.columns[1].cells)) and "another training seed" in str(
        shown.caption
    )
    (found,) = pairs([four[:2]], [four[2:]])
    assert found.runs is not None and not found.stands
    assert (found.first, found.second) == ("recipe0, recipe1", "recipe2, recipe3")


def test_recipes_differ_over_runs_and_questions() -> None:
    good, bad = runs("good", [70.0, 72.5, 71.0]), runs("worse", [50.0, 51.5, 49.0])
    (found,) = pairs([good], [bad])
    assert found.interval.value == pytest.approx(71.17 - 50.17, abs=0.5)
    # By hand: s^2 = 1.583 and 1.583, t = 21 / sqrt(2 * 1.583 / 3) = 20.4 with 4 degrees of freedom.
    assert found.runs is not None and found.runs.p == pytest.approx(3.4e-5, rel=0.3)
    assert found.stands
    (shown,) = difference_tables([found], [0])
    assert next(iter(shown.columns[1].cells)).endswith("*")
    assert not pairs([good[:1]], [bad])[0].stands  # one run tells nothing of its recipe


def test_seeds_of_one_recipe_rarely_differ() -> None:
    false = 0
    for n in range(100):
        scores = np.random.default_rng(n).normal(65, 4, 6)
        (found,) = pairs([runs("a", scores[:3])], [runs("b", scores[3:])])
        false += found.stands
    assert false <= 7


def test_published_figures_stand_only_beside_what_is_judged_alike() -> None:
    cells = tuple(cell(task, k, [1, 0]) for task in TASKS for k in (0, 1))
    assert "published" not in shown([Run("one", SETTINGS, cells)], [0, 1])
    judged = SETTINGS | {
        "scoring": "judge_as_released",
        "shots_by": "rices",
        "clip": "ViT-L-14 openai",
        "form": "llava",
        "limit": None,
    }
    for other in [
        {"scoring": "extracted"},
        {"shots_by": "random"},
        {"clip": "ViT-B-32 openai"},
        {"form": ""},
        {"limit": 100},
    ]:
        assert "published" not in shown([Run("one", judged | other, cells)], [0, 1]), other
    text = shown([Run("one", judged, cells)], [0, 1])
    rows = [line for line in text.splitlines() if "published" in line]
    assert [line.split("│")[3].strip() for line in rows] == "26.3 - 24.3 21.6 15.5 10.7".split()
    some = tuple(c for c in cells if c.task in {"mathvista", "okvqa"})
    rows = [r for r in shown([Run("one", judged, some)], [0]).splitlines() if "published" in r]
    assert len(rows) == 2, "the published average is over seven tasks"


def test_a_missing_cell_is_told_and_not_averaged() -> None:
    run = Run(
        "one", SETTINGS, (cell("a", 0, [1]), cell("b", 0, [1]), Cell("c", 0, failure="no file"))
    )
    assert "missing" in shown([run], [0]) and "average of 2" in shown([run], [0])
    assert notes([run]) == ["one, c, 0-shot: missing: no file"]


def test_a_run_is_read_back_as_it_was(data: Path, tmp_path: Path) -> None:
    run = bench(Stub(right), ["textvqa", "slides"], [0, 1], tmp_path, Options(data=data))
    assert read_runs(tmp_path) == [run]
    cells = {(c.task, c.shots): c for c in run.cells}
    assert cells["textvqa", 1].accuracy.clusters == 3, "two questions an image"
    log = tmp_path / "Stub" / "questions" / "textvqa.1.jsonl"
    row = json.loads(log.read_text(encoding="utf-8").split("\n")[0])
    assert row["target"] == "stop" and row["value"] == 1 and row["prompt"].startswith("<image>\n")
    with pytest.raises(FileNotFoundError, match="holds no run"):
        read_runs(tmp_path / "nothing")


def test_results_json_holds_cells_averages_and_differences(tmp_path: Path) -> None:
    one = Run("one", SETTINGS, (cell("mathvista", 0, [1, 0]), cell("okvqa", 0, [1, 1])))
    two = Run("two", SETTINGS, (cell("mathvista", 0, [0, 0]), cell("okvqa", 0, [1, 1])))
    write_results(tmp_path, [one, two], pairs([one, two], []), [0])
    report = json.loads((tmp_path / "results.json").read_text())
    first = report["models"][0]
    assert first["cells"][0] | {"low": None, "high": None} == {
        "task": "mathvista",
        "shots": 0,
        "value": 50,
        "low": None,
        "high": None,
        "n": 2,
        "clusters": 2,
        "abstained": 0,
        "shots_missing": 0,
        "shots_dropped": 0,
        "without_response": 0,
        "excluded": {},
        "failure": "",
    }
    assert first["average"][0]["value"] == 75 and report["average_over"] == ["mathvista", "okvqa"]
    assert [d["task"] for d in report["compared"]] == ["mathvista", "okvqa", "average"]
    assert {"task": "mathvista", "shots": 0, "textbook": 24.3, "OBELICS": 21.6} in report[
        "published"
    ]


def test_options_that_do_not_go_together_are_told(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs a language model"):
        bench(Stub(right), ["slides"], [0], tmp_path, Options(scoring="judge_as_released"))
    with pytest.raises(ValueError, match="0 or more"):
        bench(Stub(right), ["slides"], [-1], tmp_path)
    with pytest.raises(VlmError, match="cannot load"):
        bench(tmp_path / "nowhere", ["slides"], [0], tmp_path)


def invoke(*arguments: object) -> Result:
    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, [str(a) for a in arguments], env={"COLUMNS": "200"})


def test_the_command_prints_the_table_and_goes_on_where_it_was(data: Path, tmp_path: Path) -> None:
    models = [vlms.save("llava", tmp_path / name, seed=i) for i, name in enumerate("ab")]
    out = tmp_path / "out"
    asked = ["--tasks", "slides,okvqa", "--shots", "0,1", "--data", data, "--limit", 1, "-o"]
    result = invoke("--model", models[0], "--model", models[1], *asked, out)
    assert result.exit_code == 0, result.output
    assert "0-shot" in result.output and "average of 2" in result.output
    assert "minus" in result.output
    report = json.loads((out / "results.json").read_text())
    assert len(report["compared"]) == 6 and len(report["models"]) == 2
    logs = sorted(out.glob("*/answers.jsonl"))
    before = [log.read_bytes() for log in logs]
    assert len(logs) == 2
    again = invoke("--model", models[0], "--model", models[1], *asked, out, "--json")
    assert json.loads(again.stdout) == report
    assert again.exit_code == 0 and [log.read_bytes() for log in logs] == before
    assert json.loads((out / "results.json").read_text()) == report
    other = invoke("--model", models[0], *asked, out, "--against", out)
    assert other.exit_code == 0 and "minus" in other.output
    several = invoke(
        "--model", f"{models[0]},{models[1]}", *asked, out, "--against", f"{out},{out}"
    )
    assert several.exit_code == 0, several.output
    report = json.loads((out / "results.json").read_text())
    assert len(report["models"]) == 2 and report["compared"][0]["runs"] is not None


def test_the_command_tells_what_is_wrong(data: Path, tmp_path: Path) -> None:
    model = vlms.save("llava", tmp_path / "model")
    for arguments, message in [
        (["--tasks", "mathvisto"], "no task 'mathvisto'"),
        (["--shots", "one"], "numbers separated by commas"),
        (["--against", tmp_path / "nothing"], "holds no run"),
        (["--scoring", "judge_as_released"], "needs a language model"),
        (["--llm", "a", "--llm-url", "localhost"], "a URL such as"),
    ]:
        result = invoke("--model", model, "--data", data, "-o", tmp_path / "out", *arguments)
        assert result.exit_code == 2 and message in " ".join(result.output.split()), result.output
    asked = ["--tasks", "slides,okvqa", "--shots", "0", "--limit", 1, "--data", tmp_path]
    failed = invoke("--model", model, *asked, "-o", tmp_path / "out")
    assert failed.exit_code == 2 and "no file" in failed.output
