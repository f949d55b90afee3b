"""The base class of models that generate their answers, which reuses earlier answers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from lm_eval.api.instance import Instance
from lm_eval.api.model import LM

from .answers import Answer, AnswerLog, key_of
from .turns import Turn

Tell = Callable[[int, int], None]
Keep = Callable[[Iterable[tuple[str, Answer]]], None]


class Prompt(NamedTuple):
    """What to ask a model, and how it should generate."""

    turns: Sequence[Turn]
    settings: dict[str, Any]


class GeneratingLM(LM):  # type: ignore[misc]  # lm-eval has no types
    """Answers requests whose third argument holds `turns`.

    Args:
        identity: names the model in the log.
        log: where answers are saved as they arrive, and looked up.
        tell: called with the number of answers so far and the total.
    """

    MULTIMODAL = True

    def __init__(self, identity: str, log: AnswerLog | None, tell: Tell | None) -> None:
        super().__init__()
        self.identity = identity
        self.log = log or AnswerLog()
        self.tell = tell or (lambda done, total: None)

    def generate_until(self, requests: list[Instance]) -> list[Answer]:
        """An answer to each request, in the order of the requests.

        Raises:
            BackendError: a server cannot be used, or failed; its earlier answers are kept.
        """
        prompts = [Prompt(request.args[2]["turns"], request.args[1]) for request in requests]
        keys = [key_of(self.identity, *prompt) for prompt in prompts]
        by_key = zip(keys, prompts, strict=True)
        pending = {key: prompt for key, prompt in by_key if self.log.get(key) is None}
        done = len(requests) - len(pending)
        self.tell(done, len(requests))

        def keep(answers: Iterable[tuple[str, Answer]]) -> None:
            nonlocal done
            answers = list(answers)
            self.log.add(answers)
            done += len(answers)
            self.tell(done, len(requests))

        if pending:
            self._answer_all(pending, keep)
        return [answer for key in keys if (answer := self.log.get(key)) is not None]

    @abstractmethod
    def _answer_all(self, pending: Mapping[str, Prompt], keep: Keep) -> None:
        """Answer each prompt, and pass the answers with their keys to `keep` as they arrive."""

    def loglikelihood(self, requests: list[Instance]) -> list[tuple[float, bool]]:
        raise NotImplementedError("these tasks are answered by generating")

    def loglikelihood_rolling(self, requests: list[Instance]) -> list[float]:
        raise NotImplementedError("these tasks are answered by generating")
