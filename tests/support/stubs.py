"""Models that are no models: they answer by a rule from the turns of a prompt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lm_eval.api.model import LM

from vid2book.eval.bench.turns import Turn

Rule = Callable[[Sequence[Turn]], str]


class Stub(LM):  # type: ignore[misc]
    MULTIMODAL = True

    def __init__(self, rule: Rule) -> None:
        super().__init__()
        self._rule = rule
        self.prompts: list[Sequence[Turn]] = []

    def generate_until(self, requests: list[Any]) -> list[str]:
        self.prompts += [request.args[2]["turns"] for request in requests]
        return [self._rule(request.args[2]["turns"]) for request in requests]

    def loglikelihood(self, requests: list[Any]) -> list[tuple[float, bool]]:
        raise NotImplementedError

    def loglikelihood_rolling(self, requests: list[Any]) -> list[float]:
        raise NotImplementedError


def first_shot(turns: Sequence[Turn]) -> str:
    """Copies the answer of its first shot."""
    return turns[0].answer if len(turns) > 1 else "?"


def right(turns: Sequence[Turn]) -> str:
    return turns[-1].answer


def silent(turns: Sequence[Turn]) -> str:
    return ""
