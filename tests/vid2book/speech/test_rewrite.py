"""A language model rewrites sentences, each in its place; what changes their meaning is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from vid2book.config import Config, Llm
from vid2book.models.server import Server
from vid2book.pipeline.graph import ALIGN, REFINE
from vid2book.pipeline.work import Work
from vid2book.records import Decision, Sentence
from vid2book.speech.rewrite import rewrite
from vid2book.store import Store

from ...support.library import Library
from ...support.llm import SMOL, Reply, Stub, smollm

SAID = [
    ("So the the force is, um, twenty newtons.", "So the force is, twenty newtons."),
    ("And it's not, like, constant.", "And it's not constant."),
    ("So Newton he found F equals m times a.", "So Newton he found F equals m times a."),
]
SENTENCES = [Sentence(10.0 * n, 10.0 * n + 8, text, raw) for n, (raw, text) in enumerate(SAID)]
GOOD = ["The force is 20 newtons.", "It is not constant.", "Newton found that F = m × a."]


def numbered(body: dict[str, Any]) -> list[str]:
    """The sentences that a request wants to have rewritten."""
    asked = body["messages"][1]["content"].split("Rewrite:\n")[1]
    return [re.sub(r"^\d+\. ", "", line) for line in asked.splitlines()]


def answering(texts: dict[int, str]) -> Callable[[dict[str, Any], int], Reply]:
    sentences = [{"number": number, "text": text} for number, text in texts.items()]
    return lambda body, n: Reply({"sentences": sentences})


def run(
    answer: Callable[[dict[str, Any], int], Reply], sentences: list[Sentence] = SENTENCES
) -> tuple[list[Sentence], list[Decision], Stub]:
    with Stub(answer) as stub:
        chat = Server(Llm(model="stub", base_url=stub.url, retries=0))
        written, decisions = rewrite("v", sentences, chat, 0.5)
    assert [(s.start, s.end, s.raw) for s in written] == [
        (s.start, s.end, s.raw) for s in sentences
    ]
    assert len(decisions) == len(sentences) and all(d.kept for d in decisions)
    assert [(d.text, d.raw) for d in decisions] == [(s.text, s.raw) for s in written]
    return written, decisions, stub


def test_each_sentence_keeps_its_place_and_both_wordings_are_told() -> None:
    written, decisions, _ = run(answering({3: GOOD[2], 1: GOOD[0], 2: GOOD[1]}))
    assert [s.text for s in written] == GOOD
    assert {d.reason for d in decisions} == {"reworded by stub"}
    assert all(d.score is not None and d.score >= d.threshold for d in decisions if d.threshold)


@pytest.mark.parametrize(
    ("number", "text", "told"),
    [
        (1, "The force is 30 newtons.", "loses the number 20"),
        (2, "It is constant.", "loses a negation"),
        (3, "He found that F = m × a.", "loses the name newton"),
        (3, "Newton found that F = m + a.", "loses 'times'"),
        (1, "", "0.0 times as many words"),
    ],
)
def test_a_wording_that_changes_the_meaning_is_refused(number: int, text: str, told: str) -> None:
    texts = dict(enumerate(GOOD, 1)) | {number: text}
    written, decisions, _ = run(answering(texts))
    expected = [*GOOD]
    expected[number - 1] = SENTENCES[number - 1].text
    assert [s.text for s in written] == expected
    refused = decisions[number - 1]
    assert told in refused.reason and refused.reason.endswith(f": {text}")
    assert not any(d.provisional for d in decisions)


def test_a_sentence_that_is_left_out_or_invented_changes_nothing_else() -> None:
    written, decisions, _ = run(answering({1: GOOD[0], 3: GOOD[2], 4: "And so on."}))
    assert [s.text for s in written] == [GOOD[0], SENTENCES[1].text, GOOD[2]]
    assert "leaves this sentence out" in decisions[1].reason


@pytest.mark.parametrize(
    ("reply", "provisional"), [(Reply(status=503), True), (Reply("Sure!"), False)]
)
def test_without_an_answer_the_rules_wording_stays(reply: Reply, provisional: bool) -> None:
    written, decisions, _ = run(lambda body, n: reply)
    assert written == SENTENCES
    assert all(d.provisional == provisional for d in decisions)
    assert all(d.reason.startswith("not reworded by stub: ") for d in decisions)


def test_long_speech_is_asked_about_in_parts_that_know_what_came_before() -> None:
    many = [Sentence(n, n + 1.0, f"Cell {n} divides again.", "raw") for n in range(30)]

    def answer(body: dict[str, Any], n: int) -> Reply:
        texts = [text.replace("again", "once more") for text in numbered(body)]
        return answering(dict(enumerate(texts, 1)))(body, n)

    written, _, stub = run(answer, many)
    assert [s.text for s in written] == [f"Cell {n} divides once more." for n in range(30)]
    asked = sorted(len(numbered(chat)) for chat in stub.chats)
    assert asked == [6, 12, 12]
    context = [chat["messages"][1]["content"].split("\n")[0] for chat in stub.chats]
    assert (
        "Said before, not to be rewritten: Cell 10 divides again. Cell 11 divides again." in context
    )


def test_nothing_said_asks_nothing() -> None:
    assert run(answering({}), [])[2].chats == []


def test_a_real_server_answers_for_every_sentence_or_is_refused() -> None:
    """The model is too small to rewrite well: what it does must pass the check all the same."""
    with smollm() as url:
        chat = Server(Llm(model=SMOL, base_url=url, max_tokens=300))
        written, decisions = rewrite("v", SENTENCES, chat, 0.5)
    for sentence, decision in zip(written, decisions, strict=True):
        assert decision.reason.startswith(("reworded by", "rewording by", "not reworded by"))
        assert not decision.provisional
        if not decision.reason.startswith("reworded by"):
            assert sentence.text in {s.text for s in SENTENCES}


def test_a_build_without_the_server_says_so_and_the_next_tries_again(
    library: Library, store: Store
) -> None:
    video = library.video("cells")

    def answer(body: dict[str, Any], n: int) -> Reply:
        texts = {i: text.replace("The ", "Each ") for i, text in enumerate(numbered(body), 1)}
        return answering(texts)(body, n)

    with Stub(answer) as stub:
        llm = {"model": "stub", "base_url": stub.url, "retries": 0}
        nobody = llm | {"base_url": "http://127.0.0.1:9/v1"}
        down = Work(video, Config(refine={"llm": nobody}), Store(store.root))  # type: ignore[arg-type]
        assert down.get(REFINE) == Work(video, Config(), store).get(REFINE)
        assert all(d.provisional for d in down.decisions(REFINE))
        down.get(ALIGN)
        well = Work(video, Config(refine={"llm": llm}), Store(store.root))  # type: ignore[arg-type]
        assert not well.is_done(REFINE) and not well.is_done(ALIGN)
        texts = [clip.text for clip in well.get(ALIGN).clips if clip.text]
        assert any("Each nucleus of a cell" in text for text in texts)
        asked = len(stub.chats)
        assert asked == 1
        assert Work(video, Config(refine={"llm": llm}), Store(store.root)).is_done(ALIGN)  # type: ignore[arg-type]


def test_rules_tell_what_they_reworded(library: Library, store: Store) -> None:
    work = Work(library.video("cells"), Config(), store)
    changed = [s for s in work.get(REFINE) if s.text != s.raw]
    told = work.decisions(REFINE)
    assert [(d.text, d.raw) for d in told] == [(s.text, s.raw) for s in changed]
    assert {d.reason for d in told} <= {"reworded by rules"}
