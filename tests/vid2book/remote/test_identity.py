"""What a server tells of a file, and what went wrong in words for anybody."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from vid2book.remote import identity
from vid2book.remote.identity import ask, ask_together, identity_of
from vid2book.store import Store

from ...support import s3
from ...support.web import Web


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    identity._known.clear()


def test_content_is_known_by_its_tag_and_without_keys(web: Web, tmp_path: Path) -> None:
    store = Store(tmp_path)
    url = web.put("/a.mp4", b"one")
    first = store.content(f"{url}?X-Amz-Signature=1")
    identity._known.clear()
    assert store.content(f"{url}?X-Amz-Signature=2") == first
    assert web.asked["GET /a.mp4"] == 0 and "Signature" not in str(ask(f"{url}?X-Amz-Signature=1"))
    web.put("/a.mp4", b"two")
    assert store.content(f"{url}?X-Amz-Signature=2") == first  # asked once in a process
    identity._known.clear()
    assert store.content(url) != first
    web.put("/b.mp4", b"two")
    assert store.content(f"{web.url}/b.mp4") != store.content(url)  # a tag is of one address


def test_a_server_that_tells_nothing_has_its_file_read(web: Web, tmp_path: Path) -> None:
    url = web.put("/a.mp4", b"one", tagged=False)
    first = Store(tmp_path).content(url)
    assert Store(tmp_path).content(url) == first and web.asked["GET /a.mp4"] == 1
    identity._known.clear()
    web.put("/a.mp4", b"two", tagged=False)
    assert Store(tmp_path).content(url) != first


def test_a_server_that_allows_no_head_is_asked_otherwise(web: Web) -> None:
    url = web.put("/a.mp4", b"one", head=False)  # as a presigned address
    assert ask(url).size == 3


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"statuses": [404], "head": False}, "there is no such file (HTTP 404 Not Found)"),
        ({"statuses": [403], "head": False}, "access denied (HTTP 403 Forbidden)"),
        ({"statuses": [500], "head": False}, "the server answered HTTP 500 Internal Server Error"),
        ({"kind": "text/html"}, "it is a web page"),
    ],
)
def test_what_is_wrong_is_told(web: Web, how: dict[str, object], told: str) -> None:
    url = web.put("/a.mp4", b"one", **how)
    with pytest.raises(OSError) as error:
        identity_of(f"{url}?token=secret")
    assert told in str(error.value.strerror)
    assert "secret" not in str(error.value) and "127.0.0.1" not in str(error.value)


def test_a_server_that_is_not_there_is_told() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/a.mp4"
    with pytest.raises(OSError, match=r"refused|cannot be reached"):
        ask(url)


def test_many_of_a_bucket_are_asked_by_a_list(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(25):
        s3.client().pipe_file(f"{bucket}/lectures/{n}.mp4", b"%d" % n)
    urls = [f"{bucket}/lectures/{n}.mp4" for n in range(25)]
    ask_together([*urls, f"{bucket}/lectures/gone.mp4"])
    with monkeypatch.context() as patched:
        patched.setattr(identity, "ask", lambda url: pytest.fail("it is known"))
        found = [identity_of(url) for url in urls]
    assert found[7:9] == [ask(url) for url in urls[7:9]] and len(set(found)) == 25
    with pytest.raises(FileNotFoundError):
        identity_of(f"{bucket}/lectures/gone.mp4")
