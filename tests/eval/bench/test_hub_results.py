"""Files for the Hub's leaderboards."""

from __future__ import annotations

from pathlib import Path

import yaml
from huggingface_hub import parse_eval_result_entries

from vid2book.eval.bench import Options, bench
from vid2book.eval.bench.hub_results import write
from vid2book.eval.bench.results import Cell, Question, Run

from ...support.stubs import Stub, right


def test_a_file_for_each_benchmark_and_number_of_shots(tmp_path: Path) -> None:
    questions = tuple(
        Question(f"{i}", f"{i}", value, "x", "x", "x", "", [], {}, 0, "")
        for i, value in enumerate([1.0, 0.0, 0.0])
    )
    tasks = ["mathvista", "textvqa_ocr", "mathvista+cheat", "slides"]
    cells = [Cell(task, k, questions) for task in tasks for k in (0, 2)]
    cells.append(Cell("okvqa", 0, failure="no file"))
    settings = {"scoring": "extracted", "shots_by": "rices", "limit": None}
    write(tmp_path, Run("model", settings, tuple(cells)))
    files = sorted((tmp_path / ".eval_results").iterdir())
    assert [file.name for file in files] == [
        "mathvista.yaml",
        "mathvista_2-shot.yaml",
        "textvqa_ocr.yaml",
        "textvqa_ocr_2-shot.yaml",
    ]
    (entry,) = parse_eval_result_entries(yaml.safe_load(files[1].read_text(encoding="utf-8")))
    assert (entry.dataset_id, entry.task_id) == ("AI4Math/MathVista", "mathvista")
    assert entry.value == 33.33
    assert entry.notes == "vid2book bench, 2-shot, extracted, shots by rices"
    (entry,) = parse_eval_result_entries(yaml.safe_load(files[2].read_text(encoding="utf-8")))
    assert entry.dataset_id == "lmms-lab/textvqa"


def test_a_part_of_a_benchmark_is_no_result_of_it(data: Path, tmp_path: Path) -> None:
    bench(Stub(right), ["okvqa"], [0], tmp_path, Options(data=data, limit=2))
    assert not (tmp_path / "Stub" / ".eval_results").exists()
    bench(Stub(right), ["okvqa"], [0], tmp_path, Options(data=data))
    assert (tmp_path / "Stub" / ".eval_results" / "okvqa.yaml").is_file()
