"""A language model as reader: it finds the answer in a response, or says whether it is right.

Every verdict is kept, so that a run that is taken up again asks nothing twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from vid2book.models.chat import Answer, BackendError, Chat, Prompt
from vid2book.store import Store, make_key

_AT_ONCE = 64  # questions between two saves
A = TypeVar("A", bound=Answer)


class Found(Answer):
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

_JUDGE = """\
You mark mathematics tests. You get an answer that was predicted, the options if there are any, and
the right answer. Say whether the prediction gives the right answer, by an option's letter, its
words, or a value equal to it. A prediction that gives another answer, or several, is wrong.

Predicted: [1, 5]. Options: ['[1, 5]', '[2, 5]']. Right: [1, 5]. -> true
Predicted: C. Options: ['2', '4', '8', '16']. Right: 8. -> true
Predicted: No. Options: ['Yes', 'No']. Right: Yes. -> false
Predicted: 40°. Options: none. Right: 50°. -> false
Predicted: A. Options: ['it grows.', 'it shrinks.']. Right: it shrinks. -> false
Predicted: half past. Options: ['half', 'half past', 'half to']. Right: half. -> false
Predicted: B. Options: ['red one', 'red two', 'red three']. Right: red three. -> false"""


def find(chat: Chat, questions: Sequence[str], said: Sequence[str]) -> list[str | None]:
    """The answer in each response, or None.

    Raises:
        BackendError: the model cannot be asked.
    """
    users = [f"Question: {q}\n\nReply: {s}" for q, s in zip(questions, said, strict=True)]
    found = _ask(chat, [Prompt(_FIND, user) for user in users], Found)
    return [answer.answer or None if answer else None for answer in found]


def judge(
    chat: Chat,
    said: Sequence[str],
    targets: Sequence[str],
    options: Sequence[Sequence[str] | None],
) -> list[bool]:
    """Whether each response is right: the protocol of the released scripts, in our words.

    There, too, a model sees the response, the options and the right answer after seven worked
    cases, and an answer of no use counts as wrong.

    Raises:
        BackendError: the model cannot be asked.
    """
    users = [
        f"Predicted: {text}. Options: {list(choices) if choices else 'none'}. Right: {target}."
        for text, target, choices in zip(said, targets, options, strict=True)
    ]
    found = _ask(chat, [Prompt(_JUDGE, user) for user in users], Verdict)
    return [verdict is not None and verdict.right for verdict in found]


def _ask(chat: Chat, prompts: Sequence[Prompt], kind: type[A]) -> list[A | None]:
    """An answer to each prompt from the store or the model; None where it is of no use."""
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
