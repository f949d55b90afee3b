"""The library, built once for all tests of the core."""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vid2book.models.embed import WordLlama
from vid2book.models.face import HaarFaces
from vid2book.models.faster_whisper import FasterWhisper
from vid2book.models.ocr_rapid import RapidOcr
from vid2book.pipeline.graph import STAGES
from vid2book.store import Store

from .support import s3
from .support import web as web_server
from .support.library import LECTURES, Library, film, manifest, vid2book


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A real browser, without a window."""
    installed = shutil.which("chromium") or shutil.which("google-chrome")
    if not installed:
        pytest.skip("no Chromium is installed (Debian: apt install chromium)")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with (
        sync_api.sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=installed, args=["--no-sandbox"]) as browser,
    ):
        yield browser


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("library")
    rows = []
    for video_id, shots in LECTURES.items():
        film(folder / f"{video_id}.mp4", shots)
        rows.append(
            {
                "video_id": video_id,
                "path": f"{video_id}.mp4",
                "title": f"A lecture on {video_id}",
                "language": "en",
                "license": "CC BY 4.0",
            }
        )
    path = manifest(folder, rows)
    store, out = folder / "store", folder / "corpus"
    return Library(
        path, store, out, vid2book("build", path, "-o", out, "--store", store, "--workers", 2)
    )


@pytest.fixture
def store(library: Library, tmp_path: Path) -> Store:
    """A copy of the library's store, to spoil."""
    shutil.copytree(library.store, tmp_path / "store")
    return Store(tmp_path / "store")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts what the stages and the models really do in this process, by name."""
    counts: Counter[str] = Counter()

    def watch(owner: object, name: str, told: str) -> None:
        real: Callable[..., object] = getattr(owner, name)

        def counted(*args: object, **named: object) -> object:
            counts[told] += 1
            return real(*args, **named)

        monkeypatch.setattr(owner, name, counted)

    for stage in STAGES:
        watch(sys.modules[stage.module], stage.name, stage.name)
    watch(FasterWhisper, "recognise", "FasterWhisper")
    watch(HaarFaces, "persons", "HaarFaces")
    for model in (RapidOcr, WordLlama):
        watch(model, "__call__", model.__name__)
    return counts


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """`s3://` is a server on loopback from here on; its address."""
    with s3.serving() as address:
        yield address


@pytest.fixture
def bucket(s3_server: str, request: pytest.FixtureRequest) -> str:
    """URL of a new bucket."""
    name = f"b-{abs(hash(request.node.nodeid)) % 10**12}"
    s3.client().mkdir(name)
    return f"s3://{name}"


@pytest.fixture
def web() -> Iterator[web_server.Web]:
    """A web server on loopback."""
    with web_server.serving() as running:
        yield running


@pytest.fixture(autouse=True)
def own_scratch(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test leaves copies of what it read from elsewhere."""
    monkeypatch.setenv("VID2BOOK_SCRATCH", str(tmp_path_factory.getbasetemp() / "scratch"))


@pytest.fixture(autouse=True)
def own_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or fills the user's store."""
    before = os.environ.get("VID2BOOK_STORE")
    os.environ["VID2BOOK_STORE"] = str(tmp_path_factory.getbasetemp() / "default-store")
    yield
    if before is None:
        os.environ.pop("VID2BOOK_STORE", None)
    else:
        os.environ["VID2BOOK_STORE"] = before
