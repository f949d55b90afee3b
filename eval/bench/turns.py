"""A prompt as turns: the shots, each a question with pictures and answer, then the query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

from PIL import Image

from ..vlm import Item, Message
from .rows import Picture

IMAGE = "<image>"  # stands for a picture when a prompt is shown as text


@dataclass(frozen=True)
class Turn:
    """A question with its pictures and answer. The answer of the query is never shown."""

    pictures: tuple[Picture, ...]
    question: str
    answer: str


def conversation(turns: Sequence[Turn]) -> list[Message]:
    """Messages with alternating roles, for a model with a chat template."""
    messages: list[Message] = []
    for turn in turns:
        content: list[Item] = [picture.open() for picture in turn.pictures]
        messages += [
            Message("user", (*content, turn.question)),
            Message("assistant", (turn.answer,)),
        ]
    return messages[:-1]


def interleaved(turns: Sequence[Turn]) -> list[Item]:
    """Pictures and text in order, for a model that continues text."""
    items: list[Item] = []
    for turn in turns:
        items += [picture.open() for picture in turn.pictures]
        answer = "" if turn is turns[-1] else f" {turn.answer}"
        items.append(f"{turn.question}\nAnswer:{answer}")
    return items


class Visuals(Sequence[Image.Image]):
    """The pictures of a prompt in order, each read on demand."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._pictures = [picture for turn in turns for picture in turn.pictures]

    def __len__(self) -> int:
        return len(self._pictures)

    @overload
    def __getitem__(self, index: int) -> Image.Image: ...
    @overload
    def __getitem__(self, index: slice) -> list[Image.Image]: ...
    def __getitem__(self, index: int | slice) -> Image.Image | list[Image.Image]:
        if isinstance(index, slice):
            return [picture.open() for picture in self._pictures[index]]
        return self._pictures[index].open()


def as_messages(turns: Sequence[Turn]) -> list[dict[str, str]]:
    """Messages with alternating roles and placeholders for pictures, for lm-eval's own models."""
    messages: list[dict[str, str]] = []
    for turn in turns:
        question = "\n".join([*[IMAGE] * len(turn.pictures), turn.question])
        messages += [
            {"role": "user", "content": question},
            {"role": "assistant", "content": turn.answer},
        ]
    return messages[:-1]


def as_text(turns: Sequence[Turn]) -> str:
    """The prompt as text, before a model's own template is applied."""
    lines: list[str] = []
    for turn in turns:
        lines += [IMAGE] * len(turn.pictures)
        lines.append(f"{turn.question}\nAnswer:" + ("" if turn is turns[-1] else f" {turn.answer}"))
    return "\n".join(lines)
