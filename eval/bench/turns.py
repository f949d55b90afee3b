"""A prompt as turns: shots, each a question with its picture and its answer, then the query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..vlm import Item, Message
from .rows import Picture

IMAGE = "<image>"  # stands for a picture where a prompt is shown as text


@dataclass(frozen=True)
class Turn:
    """A question with its pictures. The query's answer is what is asked for: never shown."""

    pictures: tuple[Picture, ...]
    question: str
    answer: str


def conversation(turns: Sequence[Turn]) -> list[Message]:
    """Alternating roles, for a model with a chat template."""
    messages: list[Message] = []
    for turn in turns:
        content: list[Item] = [picture.open() for picture in turn.pictures]
        messages += [
            Message("user", (*content, turn.question)),
            Message("assistant", (turn.answer,)),
        ]
    return messages[:-1]


def interleaved(turns: Sequence[Turn]) -> list[Item]:
    """Pictures and text in order, for a model that goes on with text."""
    items: list[Item] = []
    for turn in turns:
        items += [picture.open() for picture in turn.pictures]
        answer = "" if turn is turns[-1] else f" {turn.answer}"
        items.append(f"{turn.question}\nAnswer:{answer}")
    return items


def as_text(turns: Sequence[Turn]) -> str:
    """The prompt as it reads before a model's own template."""
    lines: list[str] = []
    for turn in turns:
        lines += [IMAGE] * len(turn.pictures)
        lines.append(f"{turn.question}\nAnswer:" + ("" if turn is turns[-1] else f" {turn.answer}"))
    return "\n".join(lines)
