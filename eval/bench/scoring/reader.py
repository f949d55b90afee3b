"""A language model that finds the answer in a response, or says whether it is right.

Every verdict is stored, so a resumed run asks nothing twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from vid2book.models.chat import Answer, BackendError, Chat, Prompt
from vid2book.store import Store, make_key

_AT_ONCE = 64  # questions between two saves
_VERDICTS = "bench/verdict"
A = TypeVar("A", bound=Answer)


class ReadAnswer(Answer):
    """The answer that a response gives; null where it gives none."""

    answer: str | None


class Verdict(Answer):
    """Whether an answer is right."""

    right: bool


_FIND = """\
You are given a question and what a student replied. Find the student's final answer and copy it,
nothing else: a number without its unit, a list in square brackets, or the letter of an option. Do
not solve the question. If the reply settles on no answer, the answer is null.

Reply "The missing number is 14, since 13 + 1 = 14." -> 14
Reply "It costs $1.45 in all." -> 1.45
Reply "From 2007 to 2008." to a question that asks for a list -> [2007, 2008]
Reply "It must be (B), the blue one." -> B
Reply "It depends on what is meant." -> null"""

_VERDICT = re.compile(r"###judge: (True|False)", re.IGNORECASE)


def find(chat: Chat, questions: Sequence[str], responses: Sequence[str]) -> list[str | None]:
    """The answer in each response, or None.

    Raises:
        BackendError: the model cannot be used.
    """
    users = [f"Question: {q}\n\nReply: {s}" for q, s in zip(questions, responses, strict=True)]
    answers = _ask(chat, [Prompt(_FIND, user) for user in users], ReadAnswer)
    return [answer.answer or None if answer else None for answer in answers]


def judge(
    chat: Chat,
    responses: Sequence[str],
    targets: Sequence[str],
    options: Sequence[Sequence[str] | str | None],
) -> list[bool]:
    """Whether each response is right, judged as in the released scripts (`judge.yaml`).

    Args:
        chat: the judge.
        responses: the whole responses.
        targets: the right answers.
        options: the options as the data have them; "" if the script does not show them.

    Raises:
        BackendError: the model cannot be used.
    """
    protocol = _protocol()
    cases = tuple(
        (case.get("before", "") + _query(protocol, case), protocol["verdict"].format(**case))
        for case in protocol["cases"]
    )
    prompts = [
        Prompt(
            protocol["system"],
            _query(protocol, {"said": text, "choices": str(choices), "target": target}),
            examples=cases,
        )
        for text, target, choices in zip(responses, targets, options, strict=True)
    ]
    store = Store()
    keys = [make_key(chat.identity, *prompt.messages()) for prompt in prompts]
    verdicts = [store.load(_VERDICTS, key, Verdict) for key in keys]
    missing = [i for i, verdict in enumerate(verdicts) if verdict is None]
    for start in range(0, len(missing), _AT_ONCE):
        batch = missing[start : start + _AT_ONCE]
        for i, text in zip(batch, chat.write([prompts[i] for i in batch]), strict=True):
            if isinstance(text, BackendError):
                raise text
            match = _VERDICT.search(text) if isinstance(text, str) else None
            verdicts[i] = Verdict(right=bool(match and match[1].lower() == "true"))
            store.save(_VERDICTS, keys[i], Verdict, verdicts[i])
    return [verdict is not None and verdict.right for verdict in verdicts]


def _query(protocol: dict[str, Any], case: Mapping[str, str]) -> str:
    return str(protocol["query"].format(**case))


@cache
def _protocol() -> dict[str, Any]:
    path = Path(__file__).parent.parent / "judge.yaml"
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def _ask(chat: Chat, prompts: Sequence[Prompt], kind: type[A]) -> list[A | None]:
    """An answer to each prompt, from the store or the model; None if it is unusable."""
    store = Store()
    keys = [make_key(chat.identity, prompt.system, prompt.user) for prompt in prompts]
    place = f"bench/{kind.__name__.lower()}"
    answers: list[A | None] = [store.load(place, key, kind) for key in keys]
    missing = [i for i, answer in enumerate(answers) if answer is None]
    for start in range(0, len(missing), _AT_ONCE):
        batch = missing[start : start + _AT_ONCE]
        for i, answer in zip(batch, chat.ask([prompts[i] for i in batch], kind), strict=True):
            if isinstance(answer, BackendError):
                raise answer
            if isinstance(answer, kind):
                answers[i] = answer
                store.save(place, keys[i], kind, answer)
    return answers
