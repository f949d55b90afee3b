"""A corpus to write, and a Hub to push it to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from typer.testing import CliRunner, Result

from vid2book.builder.commands.push import push as push_command

from ..support.hub.server import TOKEN, Hub
from ..support.made_corpus import FakeCorpus, corpus_of, jpeg, make_sample, make_video


@pytest.fixture
def corpus() -> FakeCorpus:
    """Four videos: two kept (one of them for testing), one filtered, one failed."""
    return corpus_of(
        make_video("optics-1"),
        make_video("optics-2", split="test"),
        make_video("chat"),
        make_video("broken"),
        status={"chat": "filtered", "broken": "failed"},
    )


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """What makes a corpus, for tests that want another."""
    return SimpleNamespace(
        corpus=corpus_of, video=make_video, sample=make_sample, jpeg=jpeg, changed=replace
    )


@pytest.fixture(autouse=True)
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`datasets` caches nothing outside of the test and asks nothing on the Hub."""
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with Hub(tmp_path / "hub") as running:
        yield running


@pytest.fixture
def env(hub: Hub, tmp_path: Path) -> dict[str, str]:
    """Of a process whose Hub is the stand-in."""
    mine = {
        "HF_ENDPOINT": hub.url,
        "HF_HOME": str(tmp_path / "home"),
        "HF_HUB_DISABLE_XET": "1",  # the stand-in does not speak Xet
        "HF_TOKEN": TOKEN,
        "NO_COLOR": "1",
    }
    kept = {k: v for k, v in os.environ.items() if k != "HF_HUB_OFFLINE"}
    return kept | mine


@pytest.fixture
def push(hub: Hub, env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs the command in this process."""
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", hub.url)
    template = f"{hub.url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
    monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda _: None)
    monkeypatch.setenv("HF_TOKEN", TOKEN)

    app = typer.Typer()
    app.command()(push_command)

    def run(corpus: Path, version: str, *more: str) -> Result:
        result = CliRunner().invoke(app, [str(corpus), "org/name", "--version", version, *more])
        print(result.output)  # of a test that fails
        return result

    return run
