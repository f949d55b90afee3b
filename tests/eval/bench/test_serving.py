"""Models behind a real server on loopback."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from vid2book.config import Llm
from vid2book.eval.bench import Options, bench
from vid2book.eval.bench.command import bench as command
from vid2book.models.chat import BackendError

from ...support import benchmarks
from ...support.llm import Reply
from ...support.llm import Stub as Server


def number(body: dict[str, Any]) -> str:
    """Of the question that is asked: "What is word 3?"."""
    return str(body["messages"][-1]["content"][-1]["text"].split("word ")[1].split("?")[0])


def word(body: dict[str, Any], n: int) -> Reply:
    return Reply(f"word{number(body)}\nWhat else?", delay=0.05)


def options(server: Server, data: Path, **more: Any) -> Options:
    return Options(data=data, model_url=server.url, concurrency=3, **more)


def test_shots_are_turns_with_pictures_and_requests_go_side_by_side(
    data: Path, tmp_path: Path
) -> None:
    with Server(word) as server:
        run = bench("stub", ["slides"], [2], tmp_path, options(server, data))
    cell = run.cell("slides", 2)
    assert cell is not None and cell.accuracy.value == 100 and len(cell.questions) == 6
    assert 1 < server.most_at_once <= 3
    body = server.chats[0]
    assert [m["role"] for m in body["messages"]] == "user assistant user assistant user".split()
    assert body["max_tokens"] == 16 and body["stop"] == ["\n"] and body["temperature"] == 0
    for message in body["messages"][::2]:
        picture, text = message["content"]
        head, data_of = picture["image_url"]["url"].split(",", 1)
        assert head == "data:image/png;base64" and text["type"] == "text"
        assert Image.open(io.BytesIO(base64.b64decode(data_of))).size == (60, 40)
    assert body["messages"][1]["content"].startswith("word")


def test_a_run_goes_on_where_its_server_failed(data: Path, tmp_path: Path) -> None:
    def gone(body: dict[str, Any], n: int) -> Reply:
        return word(body, n) if n < 4 else Reply(status=401)

    with Server(gone) as server, pytest.raises(BackendError, match="401"):
        bench("stub", ["slides"], [0], tmp_path, options(server, data))
    log = tmp_path / "stub" / "answers.jsonl"
    kept = log.read_text(encoding="utf-8").splitlines()
    assert 3 <= len(kept) <= 4
    with Server(word) as server:
        run = bench("stub", ["slides"], [0], tmp_path, options(server, data))
        assert len(server.chats) == 6 - len(kept)
    cell = run.cell("slides", 0)
    assert cell is not None and cell.accuracy.value == 100


def test_shots_that_the_server_finds_too_long_are_dropped_and_counted(
    data: Path, tmp_path: Path
) -> None:
    def short(body: dict[str, Any], n: int) -> Reply:
        if len(body["messages"]) > 3:
            told = {"error": {"message": "This model's maximum context length is 4096 tokens."}}
            return Reply(status=400, raw=json.dumps(told))
        return word(body, n)

    with Server(short) as server:
        run = bench("stub", ["slides"], [4], tmp_path, options(server, data, limit=2))
    cell = run.cell("slides", 4)
    assert cell is not None and cell.accuracy.value == 100
    assert [question.dropped for question in cell.questions] == [3, 3]


def test_a_prompt_that_the_server_refuses_costs_its_question(data: Path, tmp_path: Path) -> None:
    def picky(body: dict[str, Any], n: int) -> Reply:
        return Reply(status=422) if number(body) == "1" else word(body, n)

    rows = benchmarks.slides(4)
    rows[2]["image"] = b"no picture"
    benchmarks.write(tmp_path, "slides", "test", rows)
    with Server(picky) as server:
        run = bench("stub", ["slides"], [0], tmp_path / "out", options(server, tmp_path))
    cell = run.cell("slides", 0)
    assert cell is not None
    refused, damaged = cell.questions[1].failure, cell.questions[2].failure
    assert "422" in refused and "cannot be read" in damaged
    assert [question.value for question in cell.questions] == [1, 0, 0, 1]
    assert cell.summary()["without_response"] == 2


def test_a_server_that_fails_over_stop_strings_is_asked_without(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `transformers serve` 5.24 does with image-text models."""
    monkeypatch.setattr("vid2book.models.api._SHORTEST_WAIT", 0.001)

    def answer(body: dict[str, Any], n: int) -> Reply:
        return Reply(status=500) if "stop" in body else word(body, n)

    with Server(answer) as server:
        run = bench("stub", ["slides"], [0], tmp_path, options(server, data))
        assert sum("stop" not in body for body in server.chats) == 6
        assert "stop" not in server.chats[-1]
    cell = run.cell("slides", 0)
    assert cell is not None and cell.accuracy.value == 100, "cut off at the line's end all the same"


def test_the_command_asks_a_server(data: Path, tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(command)
    with Server(word) as server:
        asked = ["--tasks", "slides", "--shots", "0,1", "--data", str(data), "-o", str(tmp_path)]
        named = ["--model", "stub", "--model-url", server.url, "--concurrency", "2"]
        result = CliRunner().invoke(app, [*named, *asked], env={"COLUMNS": "200"})
        assert result.exit_code == 0 and "100.0" in result.output, result.output
        wrong = CliRunner().invoke(app, ["--model", "other", *named[2:], *asked])
        assert wrong.exit_code == 2 and "has no model 'other'" in " ".join(wrong.output.split())


def test_what_a_server_thinks_before_it_answers_is_left_out(data: Path, tmp_path: Path) -> None:
    said = Reply("<think>word9?</think>\nword0", finish="length")
    with Server(lambda body, n: said) as server:
        run = bench("stub", ["slides"], [0], tmp_path, options(server, data, limit=1))
    cell = run.cell("slides", 0)
    assert cell is not None and cell.questions[0].response == "word0"


def test_a_url_is_checked() -> None:
    with pytest.raises(ValueError, match="a URL such as"):
        Llm(model="stub", base_url="localhost:8000")
