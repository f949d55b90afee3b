"""Scores all responses of a task, by its rules and with a language model if there is one."""

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
    """The score of a response.

    Attributes:
        value: 0 to 1.
        extracted: the answer found in the response; None for an abstention.
    """

    value: float
    extracted: str | None


@dataclass(frozen=True)
class Scoring:
    """How responses are scored.

    Attributes:
        how: `extracted` finds an answer and compares it. `as_published` does the same, but for an
            abstention takes the option that the benchmark's own script guesses.
            `judge_as_released` scores like the Multimodal Textbook's scripts: a language model
            judges mathematics as true or false, and option letters are read by their rules.
        chat: the language model. With `extracted`, it reads mathematics that the rules cannot.
    """

    how: How = "extracted"
    chat: Chat | None = None

    def score(
        self,
        facts: Mapping[str, Any],
        docs: Sequence[Doc],
        questions: Sequence[str],
        targets: Sequence[str],
        responses: Sequence[str],
    ) -> list[Score]:
        """A score for each response, aligned with `docs`.

        Args:
            facts: of the task: `extract` and `grade`; `judged` if a language model is useful;
                `choices`, the column of the options; perhaps `extract_as_released`.
            docs: the rows.
            questions: the text of each question.
            targets: the right answers, as a shot gives them.
            responses: the model's responses.

        Raises:
            BackendError: the language model cannot be used.
        """
        if self.how == "judge_as_released" and facts["judged"]:
            assert self.chat is not None
            options = [doc[facts["choices"]] if facts["choices"] else "" for doc in docs]
            verdicts = judge(self.chat, responses, targets, options)
            return [
                Score(float(r), text or None) for r, text in zip(verdicts, responses, strict=True)
            ]
        extract = facts["extract"]
        if self.how == "judge_as_released":
            extract = facts.get("extract_as_released", extract)
        answers = [extract(doc, text) for doc, text in zip(docs, responses, strict=True)]
        if self.chat and facts["judged"]:
            self._read_the_rest(answers, questions, responses)
        guess = facts.get("guess") if self.how == "as_published" else None
        scores = []
        for doc, answer in zip(docs, answers, strict=True):
            graded = guess(doc) if answer is None and guess else answer
            scores.append(Score(0.0 if graded is None else facts["grade"](doc, graded), answer))
        return scores

    def _read_the_rest(
        self, answers: list[str | None], questions: Sequence[str], responses: Sequence[str]
    ) -> None:
        """Let the language model fill in the answers that the rules did not find."""
        assert self.chat is not None
        rest = [i for i, answer in enumerate(answers) if answer is None and responses[i]]
        readings = find(self.chat, [questions[i] for i in rest], [responses[i] for i in rest])
        for i, answer in zip(rest, readings, strict=True):
            answers[i] = answer
