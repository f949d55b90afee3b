"""A language model behind a real server, as judge and as reader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vid2book.config import Llm
from vid2book.eval.bench import Options, Run, bench
from vid2book.models.chat import BackendError
from vid2book.models.lazy import chat_of

from ...support.llm import Reply
from ...support.llm import Stub as Server
from ...support.stubs import Rule, Stub


def ask(server: Server, rule: Rule, data: Path, out: Path, **options: Any) -> Run:
    chat = chat_of(Llm(model="stub", base_url=server.url, retries=0))
    return bench(Stub(rule), ["mathvista"], [0], out, Options(data=data, chat=chat, **options))


def user(body: dict[str, Any]) -> str:
    return str(body["messages"][-1]["content"])


def test_the_judge_says_true_or_false(data: Path, tmp_path: Path) -> None:
    """Questions 0 to 5 are answered "about ANSWER"; the judge takes those with an even number."""

    def verdict(body: dict[str, Any], n: int) -> Reply:
        system, *cases, query = body["messages"]
        assert "mathematics teacher" in system["content"] and len(cases) == 14
        assert [case["role"] for case in cases] == ["user", "assistant"] * 7
        assert cases[1]["content"] == "###judge: True"
        target = int(query["content"].split("Labeled Answer: ")[1].split(".")[0])
        return Reply(f"Let me see.\n###Judge: {target % 2 == 0}")

    with Server(verdict) as server:
        how = {"scoring": "judge_as_released"}
        run = ask(server, lambda turns: f"about {turns[-1].answer}", data, tmp_path, **how)
        cell = run.cell("mathvista", 0)
        assert cell is not None and [q.value for q in cell.questions] == [0, 1, 0, 1, 0, 1]
        prompts = sorted(map(user, server.chats))
        assert prompts[0] == (
            "Predicted Answer: about 1. Choice: ['1', '2']. Labeled Answer: 1. "
            "Please output you judgement."
        )
        assert prompts[1] == (
            "Predicted Answer: about 2. Choice: None. Labeled Answer: 2. "
            "Please output you judgement."
        )
        again = ask(server, lambda turns: f"about {turns[-1].answer}", data, tmp_path, **how)
        assert again == run and len(server.chats) == 6, "no verdict is asked for twice"


def test_a_verdict_of_no_use_counts_as_wrong(data: Path, tmp_path: Path) -> None:
    with Server(lambda body, n: Reply("who knows")) as server:
        run = ask(server, lambda turns: "7", data, tmp_path, scoring="judge_as_released", limit=2)
        cell = run.cell("mathvista", 0)
        assert cell is not None and cell.accuracy.value == 0


def test_a_judge_out_of_reach_stops_the_run(data: Path, tmp_path: Path) -> None:
    with (
        Server(lambda body, n: Reply(status=500)) as server,
        pytest.raises(BackendError),
    ):
        ask(server, lambda turns: "7", data, tmp_path, scoring="judge_as_released", limit=2)


def test_the_reader_is_asked_only_what_the_rules_cannot_find(data: Path, tmp_path: Path) -> None:
    answers = iter(["who can say", "2", "", "no idea", "5", "6"])

    def found(body: dict[str, Any], n: int) -> Reply:
        return Reply({"answer": None if "no idea" in user(body) else "1"})

    with Server(found) as server:
        run = ask(server, lambda turns: next(answers), data, tmp_path)
        cell = run.cell("mathvista", 0)
        assert cell is not None
        assert [q.extracted for q in cell.questions] == ["1", "2", None, None, "5", "6"]
        assert [q.value for q in cell.questions] == [1, 1, 0, 0, 1, 1]
        assert len(server.chats) == 2
        assert "Question: Hint: answer with an integer." in user(server.chats[0])


def test_only_mathematics_is_judged(data: Path, tmp_path: Path) -> None:
    with Server(lambda body, n: Reply(status=500)) as server:
        chat = chat_of(Llm(model="stub", base_url=server.url, retries=0))
        options = Options(data=data, chat=chat, scoring="judge_as_released")
        run = bench(Stub(lambda turns: "(B)"), ["scienceqa", "okvqa"], [0], tmp_path, options)
        science = run.cell("scienceqa", 0)
        assert science is not None and science.summary()["abstained"] == 6, "read as released"
        assert not server.chats
