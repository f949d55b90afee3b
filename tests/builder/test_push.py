"""Versions reach the Hub whole, and load from there, by the real clients over HTTP."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from datasets import load_dataset
from huggingface_hub import DatasetCard
from typer.testing import CliRunner

from vid2book.builder.commands.diff import compare
from vid2book.builder.removal import take_out
from vid2book.builder.write import write_corpus
from vid2book.config import Config

from ..support.hub.client import load
from ..support.hub.server import Fault, Hub
from ..support.writer import another_writer

# The client sends files in a way that its own HTTP library warns of.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


def files(hub: Hub, revision: str = "main") -> set[str]:
    return set(hub.repos["org/name"].at(revision).files)


def card(hub: Hub, revision: str = "main") -> str:
    blob = hub.repos["org/name"].at(revision).files["README.md"]
    return hub.objects.path(blob.sha256).read_text()


def test_a_round_of_versions(make, hub: Hub, env, push, tmp_path: Path) -> None:
    a, b, c = (make.video(name) for name in "abc")
    out = tmp_path / "out"
    write_corpus(make.corpus(a, b), out)
    assert push(out, "1.0.0").exit_code == 0
    write_corpus(make.corpus(a, b, c), out)
    result = push(out, "1.1.0")
    assert result.exit_code == 0
    assert "1 added, 0 removed, 0 changed" in result.stdout
    assert f"{hub.url}/datasets/org/name" in result.stdout.splitlines()
    found = load(env, "1.0.0", "1.1.0")
    for version, names in (("1.0.0", "ab"), ("1.1.0", "abc")):
        ids = [f"{name}-{n:05d}" for name in names for n in range(2)]
        assert found[version]["ids"] == found[version]["streamed"] == ids
        assert found[version]["videos"] == list(names)
        assert found[version]["image"] == [64, 48]
    assert "### 1.1.0\n\n3 videos, 3 of them kept. Against 1.0.0:" in card(hub)
    assert "- added: 1: `c`" in card(hub)
    assert card(hub).count("  note = {Version 1.1.0},\n") == card(hub).count("note = {Ver") == 1
    assert 'load_dataset("org/name", split="train")' in card(hub)

    take_out(out, ["b"])
    result = push(out, "2.0.0")
    assert result.exit_code == 0
    assert "- removed: 1: `b`" in card(hub)
    assert (
        "Versions 1.0.0, 1.1.0 still contain a video that this corpus does not have (b)"
        in result.stderr
    )
    assert load(env, "1.0.0", "2.0.0")["2.0.0"]["videos"] == ["a", "c"]


def test_transcripts_are_pushed_on_request(hub: Hub, push, corpus, tmp_path: Path) -> None:
    write_corpus(corpus, tmp_path / "out")
    assert push(tmp_path / "out", "1.0.0").exit_code == 0
    assert not any(path.startswith(("transcripts/", "decisions/")) for path in files(hub))
    assert "transcripts" not in card(hub) and "decisions/" not in card(hub)
    assert push(tmp_path / "out", "1.1.0", "--transcripts").exit_code == 0
    assert "transcripts/train-00000.parquet" in files(hub)
    assert not any(path.startswith("decisions/") for path in files(hub))
    assert "config_name: transcripts" in card(hub) and "**`transcripts`**" in card(hub)


def test_clips_are_pushed_on_request(hub: Hub, push, corpus, tmp_path: Path) -> None:
    filmed = replace(corpus, config=Config(clips={"enabled": True}))  # type: ignore[arg-type]
    write_corpus(filmed, tmp_path / "out")
    assert push(tmp_path / "out", "1.0.0").exit_code == 0
    assert not any(path.startswith("clips/") for path in files(hub))
    assert "**`clips`**" not in card(hub) and "config_name: clips" not in card(hub)
    assert push(tmp_path / "out", "1.1.0", "--clips").exit_code == 0
    assert {"clips/train-00000.parquet", "clips/test-00000.parquet"} <= files(hub)
    assert "**`clips`**" in card(hub) and "config_name: clips" in card(hub)


def test_the_lock_of_a_killed_build_is_in_nobodys_way(
    make, hub: Hub, env, push, tmp_path: Path
) -> None:
    out, left = tmp_path / "out", tmp_path / "out" / ".lock"
    write_corpus(make.corpus(make.video("a"), make.video("b")), out)
    with another_writer(out):
        pass  # it is killed
    assert left.read_text()
    assert load_dataset(str(out), split="train")["id"][0] == "a-00000"
    assert push(out, "1.0.0").exit_code == 0
    assert not any(".lock" in path for path in files(hub))
    assert load(env, "1.0.0")["1.0.0"]["videos"] == ["a", "b"]
    take_out(out, ["b"])
    assert not left.exists()


def test_history_is_deleted_on_request(make, hub: Hub, push, tmp_path: Path) -> None:
    a, b = make.video("a"), make.video("b")
    out = tmp_path / "out"
    write_corpus(make.corpus(a), out)
    push(out, "0.9.0")
    write_corpus(make.corpus(a, b), out)
    push(out, "1.0.0")
    write_corpus(make.corpus(a), out)
    old = hub.repos["org/name"].at("1.0.0").files["data/train-00000.parquet"]
    assert push(out, "2.0.0").exit_code == 0
    assert hub.objects.path(old.sha256).exists()
    result = push(out, "2.0.0", "--delete-history")
    assert result.exit_code == 0, result.stderr
    repo = hub.repos["org/name"]
    assert set(repo.tags) == {"0.9.0", "2.0.0"}
    assert repo.at("main").sha == repo.tags["2.0.0"]
    assert repo.at("main").parent is None
    assert not hub.objects.path(old.sha256).exists()
    for revision in ("0.9.0", "2.0.0"):
        assert all(hub.objects.path(b.sha256).exists() for b in repo.at(revision).files.values())


def killed(hub: Hub, env: dict[str, str], out: Path, version: str, fault: Fault) -> None:
    """A push in a process of its own, killed once a request hangs."""
    code = "import sys; from vid2book.cli import main; main()"
    line = [sys.executable, "-c", code, "push", str(out), "org/name", "--version", version]
    child = subprocess.Popen(line, env=env, stdout=subprocess.DEVNULL)
    assert fault.reached.wait(60)
    child.kill()
    child.wait()
    fault.release.set()


def test_a_push_killed_while_it_uploads_goes_on(make, hub: Hub, env, push, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_corpus(make.corpus(make.video("a")), out)
    push(out, "1.0.0")
    before = files(hub)
    hub.requests.clear()
    write_corpus(make.corpus(make.video("a"), make.video("b", split="test")), out)
    killed(hub, env, out, "1.1.0", hub.fail("PUT", "^/lfs/", after=1))
    assert len(hub.sent("PUT", "^/lfs/")) == 2
    assert files(hub) == before
    assert set(hub.repos["org/name"].tags) == {"1.0.0"}
    assert push(out, "1.1.0").exit_code == 0
    sent = [path for method, path, _ in hub.requests if method == "PUT"]
    # The first is not sent again; the second did not arrive.
    assert [sent.count(path) for path in dict.fromkeys(sent)] == [1, 2]
    assert load(env, "1.1.0")["1.1.0"]["videos"] == ["a"]
    assert set(hub.repos["org/name"].tags) == {"1.0.0", "1.1.0"}


def test_a_push_killed_before_its_tag_is_tagged(make, hub: Hub, env, push, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_corpus(make.corpus(make.video("a")), out)
    killed(hub, env, out, "1.0.0", hub.fail("POST", "/tag/"))
    head = hub.repos["org/name"].at("main").sha
    assert hub.repos["org/name"].tags == {}
    assert push(out, "1.0.0").exit_code == 0
    assert hub.repos["org/name"].tags == {"1.0.0": head}


def test_a_version_is_not_overwritten(make, hub: Hub, push, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_corpus(make.corpus(make.video("a")), out)
    push(out, "1.0.0")
    first = hub.repos["org/name"].tags["1.0.0"]
    assert "already published; nothing to do" in push(out, "1.0.0").stdout
    write_corpus(make.corpus(make.video("b")), out)
    result = push(out, "1.0.0")
    assert result.exit_code == 2
    assert "--force" in result.stderr
    assert "at version 1.0.0 already" in push(out, "0.9.0").stderr
    assert hub.repos["org/name"].tags == {"1.0.0": first}
    assert push(out, "1.0.0", "--force").exit_code == 0
    assert hub.repos["org/name"].tags["1.0.0"] == hub.repos["org/name"].at("main").sha != first


def test_private_and_gated_before_anything_is_in_it(corpus, hub: Hub, push, tmp_path: Path) -> None:
    write_corpus(corpus, tmp_path / "out")
    hub.fail("POST", "/preupload/", 403)
    assert push(tmp_path / "out", "1.0.0", "--private", "--gated").exit_code == 2
    repo = hub.repos["org/name"]
    assert (repo.private, repo.gated) == (True, "manual")
    assert push(tmp_path / "out", "1.0.0").exit_code == 0
    assert repo.private  # not opened for want of the option


def test_a_public_repository_is_closed_on_request(corpus, hub: Hub, push, tmp_path: Path) -> None:
    write_corpus(corpus, tmp_path / "out")
    push(tmp_path / "out", "1.0.0")
    assert not hub.repos["org/name"].private
    push(tmp_path / "out", "1.0.0", "--private")
    assert hub.repos["org/name"].private


def test_a_dry_run_sends_nothing(make, hub: Hub, push, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_corpus(make.corpus(make.video("a")), out)
    result = push(out, "1.0.0", "--dry-run")
    assert result.exit_code == 0
    assert "data/train-00000.parquet" in result.stdout
    assert not hub.repos
    push(out, "1.0.0")
    write_corpus(make.corpus(make.video("a"), make.video("b", split="test")), out)
    hub.requests.clear()
    result = push(out, "1.1.0", "--dry-run")
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["data/train-00000.parquet", "is", "there"] in lines
    assert any(line[:1] == ["data/test-00000.parquet"] for line in lines)
    assert "1 added" in result.stdout
    assert {method for method, _, _ in hub.requests} <= {"GET", "HEAD", "POST"}
    assert [p for m, p, _ in hub.requests if m == "POST" and "paths-info" not in p] == []


def test_only_the_corpus_leaves_the_folder(corpus, hub: Hub, push, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_corpus(corpus, out)
    for name in ("preview/index.html", ".new/x", "build.log.jsonl", "data/notes.txt"):
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_text("mine")
    push(out, "1.0.0")
    assert {path.split("/")[0] for path in files(hub)} == {
        "ATTRIBUTION.csv",
        "README.md",
        "card",
        "croissant.json",
        "data",
        "videos",
    }
    assert "data/notes.txt" not in files(hub)
    assert "**`decisions`**" not in card(hub)
    header = DatasetCard(card(hub)).data
    for part in (header.configs, header.dataset_info):
        assert [item["config_name"] for item in part] == ["default", "videos"]
    push(out, "1.1.0", "--decisions")
    assert {"decisions"} == {p.split("/")[0] for p in files(hub) - files(hub, "1.0.0")}
    assert "**`decisions`**" in card(hub)
    push(out, "1.2.0")
    assert files(hub) == files(hub, "1.0.0")


def test_published_versions_are_compared(make, push, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_corpus(make.corpus(make.video("a")), out)
    push(out, "1.0.0")
    write_corpus(make.corpus(make.video("b")), out)
    push(out, "2.0.0")
    app = typer.Typer()
    app.command()(compare)
    for new in ("org/name@2.0.0", str(out)):
        result = CliRunner().invoke(app, ["org/name@1.0.0", new])
        assert result.stdout.splitlines()[-1] == "1 added, 1 removed, 0 changed"
    result = CliRunner().invoke(app, ["org/name@3.0.0", str(out)])
    assert result.exit_code == 2
    assert "404" in result.stderr
