"""Servers that answer, and servers that do everything else."""

from __future__ import annotations

import base64
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from pydantic import Field

from vid2book.config import Llm
from vid2book.models.chat import Answer, AnswerError, BackendError, Prompt
from vid2book.models.server import Server

from ...support.llm import SMOL, Reply, Stub, smollm

PROMPT = Prompt("You rate texts.", "Water boils at 100 degrees.")


class Rating(Answer):
    score: int = Field(ge=1, le=5)
    reason: str


GOOD = {"score": 4, "reason": "a fact"}
RATING = Rating(score=4, reason="a fact")


def server(stub: Stub, **settings: Any) -> Server:
    return Server(Llm(model="stub", base_url=stub.url, **settings))


@pytest.fixture(scope="module")
def real() -> Iterator[str]:
    with smollm() as url:
        yield url


def test_a_real_server_fills_the_schema(real: str) -> None:
    """The model is too small for its rating to mean anything; that it is a rating is llama.cpp's
    work with the schema."""
    chat = Server(Llm(model=SMOL, base_url=real, max_tokens=200, concurrency=2))
    prompts = [PROMPT, Prompt("You rate texts.", "Subscribe to my channel!")]
    answers = chat.ask(prompts, Rating)
    assert all(isinstance(answer, Rating) and 1 <= answer.score <= 5 for answer in answers)
    assert chat.ask(prompts[:1], Rating) == answers[:1]
    (text,) = chat.write([Prompt("You answer in one word.", "What is the capital of France?")])
    assert isinstance(text, str) and "Paris" in text


def test_a_real_server_that_refuses_says_so(real: str) -> None:
    chat = Server(Llm(model=SMOL, base_url=real, max_tokens=8))
    long, cut = chat.ask([Prompt("", "many words " * 9000), PROMPT], Rating)
    assert isinstance(long, AnswerError) and "exceeds the available context size" in str(long)
    assert isinstance(cut, AnswerError) and "longer than llm.max_tokens" in str(cut)
    (other,) = Server(Llm(model="gpt-4o", base_url=real)).write([PROMPT])
    assert isinstance(other, BackendError)
    assert f"has no model 'gpt-4o'; it has {SMOL}: set llm.model" in str(other)
    with pytest.raises(AnswerError, match=r"501.*does not support embeddings"):
        chat.embed(["a text"])


def test_a_real_server_embeds() -> None:
    with smollm(embedding=True) as url:
        chat = Server(Llm(model=SMOL, base_url=url))
        texts = ["A pendulum swings.", " ", *["It swings."] * 70]
        vectors = chat.embed(texts)
    assert vectors.shape == (72, 576) and vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 0, *[1] * 70], atol=1e-5)
    assert chat.embed([]).shape[0] == 0


def test_pictures_keys_and_settings_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "secret")
    picture = b"\xff\xd8jpeg"
    with Stub(lambda body, n: Reply("A cat.")) as stub:
        chat = server(stub, api_key_env="SOME_KEY", max_tokens=77)
        assert chat.write([Prompt("s", "Caption this.", (picture,))]) == ["A cat."]
    assert stub.keys == ["Bearer secret"]
    assert stub.chats[0]["max_tokens"] == 77 and stub.chats[0]["temperature"] == 0
    image, text = stub.chats[0]["messages"][1]["content"]
    kind, data = image["image_url"]["url"].split(",")
    assert kind == "data:image/jpeg;base64" and base64.b64decode(data) == picture
    assert text == {"type": "text", "text": "Caption this."}


def test_a_key_that_is_not_set_is_told() -> None:
    assert "NO_SUCH_KEY" not in os.environ
    with Stub(lambda body, n: Reply()) as stub:
        (answer,) = server(stub, api_key_env="NO_SUCH_KEY").write([PROMPT])
    assert isinstance(answer, BackendError) and "NO_SUCH_KEY" in str(answer)
    assert not stub.chats


def test_answers_keep_their_order_and_the_bound_holds() -> None:
    def answer(body: dict[str, Any], n: int) -> Reply:
        return Reply({"score": 1, "reason": body["messages"][1]["content"]}, delay=0.02)

    with Stub(answer) as stub:
        prompts = [Prompt("", str(i)) for i in range(20)]
        answers = server(stub, concurrency=3).ask(prompts, Rating)
    assert [getattr(a, "reason", a) for a in answers] == [str(i) for i in range(20)]
    assert stub.most_at_once == 3


@pytest.mark.parametrize(
    "trouble",
    [
        Reply(status=429, headers={"Retry-After": "0"}),
        Reply(status=429, headers={"Retry-After": "Tue, 01 Jan 2019 00:00:00 GMT"}),
        Reply(status=500),
        Reply(status=503, raw="<html>busy</html>"),
        Reply(raw="<html>a login page</html>"),
        Reply(raw='{"choices": []}'),
        Reply(delay=0.5),
    ],
    ids=["429", "429-date", "500", "503", "html", "no-choice", "late"],
)
def test_trouble_is_tried_again(trouble: Reply) -> None:
    with Stub(lambda body, n: Reply(GOOD) if n else trouble) as stub:
        assert server(stub, timeout=0.2, retries=1).ask([PROMPT], Rating) == [RATING]
    assert len(stub.chats) == 2


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (Reply(status=500), "status 500 it is .tried 2 times."),
        (Reply(raw="garbage"), "not a reply of OpenAI's API: 'garbage'"),
        (Reply(delay=0.3), "no answer within 0.1 s"),
        (Reply(status=429, headers={"Retry-After": "3600"}), "come back in 3600 s"),
    ],
    ids=["500", "garbage", "late", "for-an-hour"],
)
def test_lasting_trouble_is_a_failure_of_the_back_end(trouble: Reply, told: str) -> None:
    with Stub(lambda body, n: trouble) as stub:
        (answer,) = server(stub, timeout=0.1, retries=1).ask([PROMPT], Rating)
    assert isinstance(answer, BackendError)
    with pytest.raises(BackendError, match=told):
        raise answer


def test_one_prompt_that_fails_costs_no_other() -> None:
    def answer(body: dict[str, Any], n: int) -> Reply:
        bad = body["messages"][1]["content"] == "1"
        return Reply(status=500) if bad else Reply(GOOD)

    with Stub(answer) as stub:
        chat = server(stub, retries=0, concurrency=1)
        answers = chat.ask([Prompt("", str(i)) for i in range(3)], Rating)
    assert answers[0] == answers[2] == RATING and isinstance(answers[1], BackendError)


@pytest.mark.parametrize("status", [401, 404])
def test_a_wrong_key_or_url_is_asked_once(status: int) -> None:
    with Stub(lambda body, n: Reply(status=status)) as stub:
        stub.models = None
        answers = server(stub, concurrency=1).ask([PROMPT] * 5, Rating)
    assert {type(a).__base__ for a in answers} == {BackendError}
    assert len(stub.chats) == 1


def test_nobody_there_is_told_with_the_address_and_no_password() -> None:
    with Stub(lambda body, n: Reply()) as stub:
        pass
    url = stub.url.replace("://", "://me:secret@")
    (answer,) = Server(Llm(model="stub", base_url=url, retries=0)).ask([PROMPT], Rating)
    assert isinstance(answer, BackendError) and stub.url in str(answer)
    assert "secret" not in str(answer)


@pytest.mark.parametrize(
    "text",
    [
        'Sure! Here it is:\n```json\n{"score": 4, "reason": "a fact"}\n```\nAnything else?',
        '<think>{"score": 1}? No.</think>\n{"score": 4, "reason": "a fact"}',
        '{"score": 4, "reason": "a fact", "mood": "glad"}',
    ],
    ids=["fenced", "thought", "more-than-asked"],
)
def test_json_is_found_in_what_is_around_it(text: str) -> None:
    with Stub(lambda body, n: Reply(text)) as stub:
        assert server(stub).ask([PROMPT], Rating) == [RATING]
    assert len(stub.chats) == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Four out of five.", "no JSON"),
        ('{"score": 9, "reason": ""}', "score: Input should be less than or equal to 5"),
        ('{"score": 4', "no JSON"),
        ("[1, 2]", "the whole: Input should be"),
        ("", "no JSON"),
    ],
)
def test_an_answer_that_does_not_fit_is_asked_for_again_once(text: str, told: str) -> None:
    with Stub(lambda body, n: Reply(text if n == 0 else GOOD)) as stub:
        assert server(stub).ask([PROMPT], Rating) == [RATING]
    *_, said, request = stub.chats[1]["messages"]
    assert said == {"role": "assistant", "content": text}
    assert told in request["content"]
    with Stub(lambda body, n: Reply(text)) as stub:
        (answer,) = server(stub).ask([PROMPT], Rating)
    assert isinstance(answer, AnswerError) and told in str(answer)
    assert len(stub.chats) == 2


def test_a_server_without_structured_output_gets_the_schema_in_the_prompt_alone() -> None:
    def answer(body: dict[str, Any], n: int) -> Reply:
        return Reply(status=400) if "response_format" in body else Reply(GOOD)

    with Stub(answer) as stub:
        assert server(stub, concurrency=1).ask([PROMPT] * 2, Rating) == [RATING] * 2
    asked = [chat.get("response_format", {}).get("type") for chat in stub.chats]
    assert asked == ["json_schema", None, None]
    assert '"maximum": 5' in stub.chats[1]["messages"][0]["content"]
    schema = stub.chats[0]["response_format"]["json_schema"]["schema"]
    assert schema["additionalProperties"] is False


def test_a_server_that_dribbles_is_given_up() -> None:
    """Each byte comes in time, and the answer never."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def dribble() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listening.accept()
                    client.recv(1 << 16)
                    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                    for _ in range(1000):
                        client.sendall(b" ")
                        time.sleep(0.05)

        threading.Thread(target=dribble, daemon=True).start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        llm = Llm(model="m", base_url=url, timeout=0.3, retries=0)
        (answer,) = Server(llm).ask([PROMPT], Rating)
    assert isinstance(answer, BackendError) and "no answer within 0.3 s" in str(answer)
