"""The results of a run: questions, cells (a task with a number of shots), and their files."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from vid2book.store import write_atomically

from ..estimates import ratio
from ..intervals import Interval, interval


@dataclass(frozen=True)
class Question:
    """One question of a cell, as logged.

    Attributes:
        id: the id of the question.
        problem: questions of one problem are resampled together.
        value: the score, 0 to 1.
        extracted: the answer found in the response; None for an abstention.
        response: the model's response.
        target: the right answer.
        prompt: what the model read, token for token, with each run of image tokens written once.
        shots: the rows used as shots, as SPLIT#ROW.
        excluded: how many rows were not allowed as shots, by reason.
        dropped: number of shots left out to fit the prompt into the context.
        failure: why there is no response; empty if there is one.
    """

    id: str
    problem: str
    value: float
    extracted: str | None
    response: str
    target: str
    prompt: str
    shots: list[str]
    excluded: dict[str, int]
    dropped: int
    failure: str


@dataclass(frozen=True)
class Cell:
    """A task with a number of shots.

    Attributes:
        failure: why there are no questions; empty if there are.
    """

    task: str
    shots: int
    questions: tuple[Question, ...] = ()
    failure: str = ""

    @cached_property
    def accuracy(self) -> Interval:
        """Accuracy in percent, with an interval over problems."""
        values = [100 * question.value for question in self.questions]
        problems = [question.problem for question in self.questions]
        return interval(ratio(values, problems, most=100.0))

    def write(self, folder: Path) -> None:
        """Write `FOLDER/questions/TASK.SHOTS.jsonl`, one line per question."""
        lines = [json.dumps(asdict(q), ensure_ascii=False) + "\n" for q in self.questions]
        write_atomically(_log(folder, self.task, self.shots), "".join(lines).encode())

    def summary(self) -> dict[str, Any]:
        """The entry of this cell in `results.json`."""
        excluded: Counter[str] = Counter()
        for question in self.questions:
            excluded.update(question.excluded)
        return {
            "task": self.task,
            "shots": self.shots,
            **self.accuracy.to_dict(),
            "abstained": sum(question.extracted is None for question in self.questions),
            "shots_missing": sum(self.shots - len(question.shots) for question in self.questions),
            "shots_dropped": sum(question.dropped for question in self.questions),
            "without_response": sum(bool(question.failure) for question in self.questions),
            "excluded": dict(excluded),
            "failure": self.failure,
        }


@dataclass(frozen=True)
class Run:
    """The results of one model on several tasks.

    Attributes:
        model: the name of the model.
        settings: how the tasks were asked.
        cells: one for each applicable task and number of shots.
    """

    model: str
    settings: Mapping[str, Any]
    cells: tuple[Cell, ...] = field(default=())

    def cell(self, task: str, shots: int) -> Cell | None:
        """The cell of a task and number of shots; None if it is missing or failed."""
        for cell in self.cells:
            if (cell.task, cell.shots) == (task, shots) and not cell.failure:
                return cell
        return None

    def write(self, folder: Path) -> None:
        """Write `FOLDER/run.json`, which names the cells; `Cell.write` writes their questions."""
        cells = [{"task": c.task, "shots": c.shots, "failure": c.failure} for c in self.cells]
        run = {"model": self.model, "settings": dict(self.settings), "cells": cells}
        write_atomically(folder / "run.json", json.dumps(run, indent=2).encode())


def read_runs(out: Path) -> list[Run]:
    """The runs that `bench` wrote to `out`, one per model.

    Raises:
        FileNotFoundError: there are none.
    """
    runs = []
    for path in sorted(out.glob("*/run.json")):
        run = json.loads(path.read_text(encoding="utf-8"))
        cells = []
        for cell in run["cells"]:
            log = _log(path.parent, cell["task"], cell["shots"])
            lines = log.read_text(encoding="utf-8").split("\n")
            questions = tuple(Question(**json.loads(line)) for line in lines if line)
            cells.append(Cell(cell["task"], cell["shots"], questions, cell["failure"]))
        runs.append(Run(run["model"], run["settings"], tuple(cells)))
    if not runs:
        raise FileNotFoundError(f"{out} holds no run; name a folder that bench wrote to with -o")
    return runs


def folder_of(out: Path, model: str) -> Path:
    """The folder for the run of a model."""
    return out / (re.sub(r"[^\w.-]+", "_", model).strip("_") or "model")


def _log(folder: Path, task: str, shots: int) -> Path:
    return folder / "questions" / f"{task}.{shots}.jsonl"
