"""Scoring all responses of a task: by its rules, with a language model where one is configured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from vid2book.models.chat import Chat

from .scoring.reader import find, judge

Doc = Mapping[str, Any]
How = Literal["extracted", "as_published", "judge_as_released"]


@dataclass(frozen=True)
class Score:
    """How right a response is.

    Attributes:
        value: 0 to 1.
        extracted: the answer that was found in the response; None for an abstention.
    """

    value: float
    extracted: str | None


@dataclass(frozen=True)
class Scoring:
    """How responses are scored.

    Attributes:
        how: `extracted` finds an answer and compares it; `as_published` does too, but for an
            abstention takes the option that the benchmark's own script guesses;
            `judge_as_released` scores as the Multimodal Textbook's scripts do: a language model
            says true or false of the mathematics, and an option's letter is read by their rules.
        chat: the language model. With `extracted` it reads the mathematics that the rules cannot.
    """

    how: How = "extracted"
    chat: Chat | None = None

    def score(
        self,
        facts: Mapping[str, Any],
        docs: Sequence[Doc],
        questions: Sequence[str],
        targets: Sequence[str],
        said: Sequence[str],
    ) -> list[Score]:
        """A score for each response, aligned with `docs`.

        Args:
            facts: of the task. `extract` and `grade`; `judged` if a language model is of use;
                `choices`, the column of the options; perhaps `extract_as_released`.
            docs: the rows.
            questions: the rows as they were asked.
            targets: the right answers, in the words of a shot.
            said: the responses.

        Raises:
            BackendError: the language model cannot be asked.
        """
        if self.how == "judge_as_released" and facts["judged"]:
            assert self.chat is not None
            options = [doc[facts["choices"]] if facts["choices"] else "" for doc in docs]
            right = judge(self.chat, said, targets, options)
            return [Score(float(r), text or None) for r, text in zip(right, said, strict=True)]
        extract = facts["extract"]
        if self.how == "judge_as_released":
            extract = facts.get("extract_as_released", extract)
        found = [extract(doc, text) for doc, text in zip(docs, said, strict=True)]
        if self.chat and facts["judged"]:
            self._read_the_rest(found, questions, said)
        guess = facts.get("guess") if self.how == "as_published" else None
        scores = []
        for doc, answer in zip(docs, found, strict=True):
            graded = guess(doc) if answer is None and guess else answer
            scores.append(Score(0.0 if graded is None else facts["grade"](doc, graded), answer))
        return scores

    def _read_the_rest(
        self, found: list[str | None], questions: Sequence[str], said: Sequence[str]
    ) -> None:
        """Fill in what the rules did not find."""
        assert self.chat is not None
        rest = [i for i, answer in enumerate(found) if answer is None and said[i]]
        read = find(self.chat, [questions[i] for i in rest], [said[i] for i in rest])
        for i, answer in zip(rest, read, strict=True):
            found[i] = answer
