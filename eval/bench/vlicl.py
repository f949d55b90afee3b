"""VL-ICL Bench: tasks that cannot be answered without their shots.

After Zong et al., "VL-ICL Bench: The Devil in the Details of Multimodal In-Context Learning"
(2024). The data are the unpacked repository on the Hub: TASK/query.json, TASK/support.json, and
pictures whose paths are relative to its folder. Each task has its own rule for drawing shots.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from .rows import DataError, Picture
from .task import QuestionWithShots, VisualTask
from .turns import Turn

Doc = dict[str, Any]
Draw = Callable[[random.Random, Sequence[Doc], Doc, int], list[list[Doc]]]
_OPERATORS = "+-x"  # a shot has an answer for each operator, in this order


class VlIclTask(VisualTask):
    """A task of VL-ICL Bench; `metadata` names its folder and how its shots are drawn."""

    def download(self, dataset_kwargs: dict[str, Any] | None = None, **_: Any) -> None:
        from datasets import Dataset

        limit = self.setting.library.limit
        self._queries = self._read("query")[:limit]
        docs = Dataset.from_list([{"_row": i} for i in range(len(self._queries))])
        self.dataset = {self.config.test_split: docs}

    @cached_property
    def _support(self) -> list[Doc]:
        return self._read("support")

    def _read(self, what: str) -> list[Doc]:
        folder = self.setting.library.folder
        if folder is None:
            raise DataError(
                f"{self.config.dataset_path} cannot be streamed from the Hub: download it, run "
                "its unzip.sh, and pass --data the folder that contains it as vlicl/"
            )
        path = folder / self.facts["folder"] / f"{what}.json"
        if not path.is_file():
            raise DataError(f"no file {path}; put {self.config.dataset_path} there, unpacked")
        docs = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(docs, list) or not docs:
            raise DataError(f"{path} is not a list of questions")
        return docs

    def __len__(self) -> int:
        return len(self._queries)

    def _ask(self, row: int) -> QuestionWithShots:
        """The question with the shots that the task's rule draws."""
        query, count = self._queries[row], self.config.num_fewshot or 0
        draw = random.Random(f"{self.setting.seed} {self.facts['folder']} {row}")
        groups = DRAWS[self.facts["draw"]](draw, self._support, query, count) if count else []
        shot_turns = [self._turn(shot) for group in groups for shot in group]
        turns = self._apply_probe([*shot_turns, self._turn(query)])
        name = str(query.get("id", row))
        shots = tuple(" ".join(str(image) for s in g for image in _images(s)) for g in groups)
        return QuestionWithShots(name, name, tuple(turns), shots, Counter())

    def _turn(self, doc: Mapping[str, Any]) -> Turn:
        folder = self.setting.library.folder
        assert folder is not None
        root = folder / Path(self.facts["folder"]).parts[0]
        pictures = tuple(_picture(root / image) for image in _images(doc))
        return Turn(pictures, str(doc["question"]).strip(), str(doc["answer"]))

    def _doc(self, row: int) -> Doc:
        return self._queries[row]

    def target(self, doc: dict[str, Any]) -> str:
        return str(doc["answer"])


def _plain(draw: random.Random, support: Sequence[Doc], query: Doc, count: int) -> list[list[Doc]]:
    return [[shot] for shot in draw.sample(support, min(count, len(support)))]


def _operators(
    draw: random.Random, support: Sequence[Doc], query: Doc, count: int
) -> list[list[Doc]]:
    """Each shot gives its answer for the query's operator, which the model has to work out."""
    position = _OPERATORS.index(query["operator"])
    shots = _plain(draw, support, query, count)
    return [[shot | {"answer": shot["answer"][position]} for shot in group] for group in shots]


def _classes(
    draw: random.Random, support: Sequence[Doc], query: Doc, count: int
) -> list[list[Doc]]:
    """A shot is one picture of each of two made-up classes, one of which is the query's."""
    others = [name for name in query["classes"] if name != query["answer"]]
    names = [query["answer"], draw.choice(others)]
    draw.shuffle(names)
    pictures = {name: query["support"][name]["images"] for name in names}
    return [
        [{"image": pictures[n][i], "question": "This is a", "answer": n} for n in names]
        for i in range(min(count, *map(len, pictures.values())))
    ]


def _pairs(draw: random.Random, support: Sequence[Doc], query: Doc, count: int) -> list[list[Doc]]:
    """A shot is a matching pair and one that does not match."""
    return [[shot["same"], shot["diff"]] for (shot,) in _plain(draw, support, query, count)]


DRAWS: dict[str, Draw] = {
    "plain": _plain,
    "operators": _operators,
    "classes": _classes,
    "pairs": _pairs,
}


def _images(doc: Mapping[str, Any]) -> list[str]:
    image = doc["image"]
    return [image] if isinstance(image, str) else list(image)


def _picture(path: Path) -> Picture:
    return Picture([{"image": {"bytes": None, "path": str(path)}}], "image", 0)
