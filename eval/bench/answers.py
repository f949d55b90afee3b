"""The resume log: a model's answers, under keys that cover everything an answer depends on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vid2book.store import make_key

from .turns import Turn


@dataclass(frozen=True)
class Answer:
    """A model's answer to a prompt.

    Attributes:
        text: the response; empty if there is none.
        prompt: what the model read, token for token, with each run of image tokens written once.
        dropped: number of shots left out to fit the prompt into the context.
        failure: why there is no response; empty if there is one.
    """

    text: str
    prompt: str = ""
    dropped: int = 0
    failure: str = ""


def key_of(model: str, turns: Sequence[Turn], settings: Mapping[str, Any]) -> str:
    """The key of an answer: the model, the turns with the content of their images, the settings."""
    texts = [(turn.question, "" if turn is turns[-1] else turn.answer) for turn in turns]
    images = [[picture.digest() for picture in turn.pictures] for turn in turns]
    return make_key(model, texts, images, dict(settings))


class AnswerLog:
    """Answers in a JSON Lines file, each saved as soon as it arrives.

    Args:
        path: the file; None keeps the answers in memory only.
        others: files of other processes, which are read too.
    """

    def __init__(self, path: Path | None = None, others: Iterable[Path] = ()) -> None:
        self._path = path
        self._answers: dict[str, Answer] = {}
        for file in (*others, *([path] if path else [])):
            self._read(file)

    def _read(self, path: Path) -> None:
        if not path.is_file():
            return
        text = path.read_text(encoding="utf-8")
        if path == self._path and text and not text.endswith("\n"):  # the run was killed
            with path.open("a", encoding="utf-8") as file:
                file.write("\n")
        for line in text.split("\n"):  # a response may contain other line separators
            try:
                row = json.loads(line)
            except json.JSONDecodeError:
                continue
            key = row.pop("key")
            self._answers[key] = Answer(**row)

    def get(self, key: str) -> Answer | None:
        return self._answers.get(key)

    def add(self, answers: Iterable[tuple[str, Answer]]) -> None:
        lines = []
        for key, answer in answers:
            self._answers[key] = answer
            lines.append(json.dumps({"key": key} | asdict(answer), ensure_ascii=False) + "\n")
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.writelines(lines)
