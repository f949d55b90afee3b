"""Many files: sent in parts beside main, which moves once, and resumed after a kill."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from huggingface_hub import DatasetCard

from vid2book.builder import parquet
from vid2book.builder.hub import transfer
from vid2book.builder.local import Hashes
from vid2book.builder.publish import Pushed
from vid2book.builder.publish import push as publish
from vid2book.builder.write import write_corpus
from vid2book.folder import layout

from ..support.hub.client import load
from ..support.hub.server import Hub

# The client sends files in a way that its own HTTP library warns of.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file for each row."""
    monkeypatch.setattr(parquet, "SHARD_BYTES", 1)


@pytest.fixture
def many(make, tmp_path: Path) -> Path:
    """A corpus of 210 files in two tables."""
    out = tmp_path / "many"
    videos = [make.video(f"v{number:03d}") for number in range(105)]
    write_corpus(make.corpus(*videos, samples=1), out)
    assert sum(1 for table in ("default", "videos") for _ in layout.shards(out, table)) == 210
    return out


@pytest.fixture
def few(make, tmp_path: Path) -> Path:
    out = tmp_path / "few"
    write_corpus(make.corpus(make.video("v000"), make.video("v001"), samples=1), out)
    return out


def main(hub: Hub) -> set[str]:
    return set(hub.repos["org/name"].at("main").files)


def told(corpus: Path, version: str, tell: Callable[[str], object] = print, **more) -> Pushed:
    return publish(corpus, "org/name", version=version, tell=tell, **more)


def test_main_moves_once_when_all_is_there(few, many, hub: Hub, env, push) -> None:
    push(few, "1.0.0")
    before, old = main(hub), hub.repos["org/name"].at("main").sha
    between: list[str] = []

    def look(line: str) -> None:
        if line.startswith("Part"):
            assert main(hub) == before
            between.append(line)
            if "2 of 3" in line:
                assert load(env, "main")["main"]["ids"] == ["v000-00000", "v001-00000"]

    told(many, "2.0.0", look)
    assert len(between) == 3
    repo = hub.repos["org/name"]
    head = repo.at("main")
    assert head.parent == old  # one step
    assert repo.tags["2.0.0"] == head.sha
    assert repo.pulls["refs/pr/1"].status == "merged"
    assert {p.partition("/")[0] for p in main(hub)} >= {"data", "videos", "README.md"}
    assert len(main(hub)) == 214
    # The client's own batches: not a call for each file.
    assert len(hub.sent("POST", "/preupload/")) + len(hub.sent("POST", "objects/batch$")) < 20
    assert max(commit_sizes(hub)) <= transfer.PART


def commit_sizes(hub: Hub) -> list[int]:
    """How many files each commit changed."""
    commits = hub.repos["org/name"].commits
    return [
        len(dict(commit.files.items() ^ commits[commit.parent].files.items()))
        for commit in commits.values()
        if commit.parent and "(#" not in commit.message
    ]


def test_a_kill_amid_the_parts_costs_nothing_twice(
    few, many, hub: Hub, env, push, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(few, "1.0.0")
    before = main(hub)
    fault = hub.fail("POST", "/commit/refs/pr/1", after=1)
    code = "from vid2book.cli import main; main()"
    line = [sys.executable, "-c", code, "push", str(many), "org/name", "--version", "2.0.0"]
    child = subprocess.Popen(line, env=env, stdout=subprocess.DEVNULL)
    assert fault.reached.wait(120)
    child.kill()
    assert main(hub) == before
    sent = len(hub.sent("PUT", "^/lfs/"))
    assert 200 <= sent <= 210

    def read(*_: object) -> list[str]:
        raise AssertionError("a file was hashed again")

    monkeypatch.setattr(Hashes, "_read", read)
    lines: list[str] = []
    told(many, "2.0.0", lines.append)
    assert "Going on with pull request 1, which an earlier push left" in lines
    assert len(hub.sent("PUT", "^/lfs/")) <= 212  # each file once
    repo = hub.repos["org/name"]
    assert list(repo.pulls) == ["refs/pr/1"]
    assert repo.tags["2.0.0"] == repo.at("main").sha
    assert len(main(hub)) == 214


def test_what_was_left_on_another_main_is_not_gone_on_with(few, many, make, hub, push) -> None:
    push(few, "1.0.0")
    hub.fail("POST", "/commit/refs/pr/1", 403, after=1)
    with pytest.raises(Exception, match="403"):
        told(many, "2.0.0")
    line = {"key": "file", "value": {"path": "notes.md", "content": "YQ=="}}
    hub.repos["org/name"].commit("main", [line], hub.objects)
    told(many, "2.0.0")
    pulls = hub.repos["org/name"].pulls
    assert [pull.status for pull in pulls.values()] == ["closed", "merged"]
    assert "notes.md" in main(hub)


def test_a_strangers_pull_request_is_never_merged(few, many, hub: Hub, push) -> None:
    push(few, "1.0.0")
    repo = hub.repos["org/name"]
    stranger = repo.open_pull("Version 2.0.0", "stranger")
    line = {"key": "file", "value": {"path": "data/evil.parquet", "content": "YQ=="}}
    repo.commit("refs/pr/1", [line], hub.objects)
    told(many, "2.0.0")
    assert stranger.status == "draft"
    assert "data/evil.parquet" not in main(hub)


def test_a_pull_request_with_something_else_is_not_merged(few, many, hub: Hub, push) -> None:
    push(few, "1.0.0")
    before = main(hub)
    line = {"key": "file", "value": {"path": "data.py", "content": "YQ=="}}

    def meddle(told: str) -> None:
        if told.startswith("Part 3"):
            hub.repos["org/name"].commit("refs/pr/1", [line], hub.objects)

    with pytest.raises(Exception, match="pull request 1 does not hold what was sent"):
        told(many, "2.0.0", meddle)
    assert main(hub) == before


def test_a_repository_without_pull_requests(few, many, hub: Hub, env, push) -> None:
    push(few, "1.0.0")
    hub.fail("POST", "/discussions$", 403, times=9)
    lines: list[str] = []
    told(many, "2.0.0", lines.append)
    assert any("files go in one commit" in line for line in lines)
    assert len(main(hub)) == 214
    assert len(hub.repos["org/name"].commits) == 3


@pytest.mark.parametrize("path", ["/discussions$", "/commit/refs/pr/1", "/merge$", "/tag/"])
def test_what_landed_behind_a_gateway_that_gave_up(few, many, hub, push, path: str) -> None:
    push(few, "1.0.0")
    hub.fail("POST", path, 504, landed=True)
    lines: list[str] = []
    told(many, "2.0.0", lines.append)
    repo = hub.repos["org/name"]
    assert any("The Hub answered 504, but" in line and "is there" in line for line in lines)
    assert repo.tags["2.0.0"] == repo.at("main").sha
    assert len(repo.pulls) == 1


def test_folders_stay_under_the_limit(
    make, hub: Hub, env, push, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "SHARDS_A_FOLDER", 4)
    videos = [make.video(f"v{number}") for number in range(9)]
    write_corpus(make.corpus(*videos, samples=1), tmp_path / "out")
    told(tmp_path / "out", "1.0.0")
    inside = [path.rpartition("/")[0] for path in main(hub) if path.startswith("data/")]
    assert {folder: inside.count(folder) for folder in inside} == {
        "data": 4,
        "data/00004": 4,
        "data/00008": 1,
    }
    found = load(env, "1.0.0")["1.0.0"]
    assert found["ids"] == found["streamed"]
    assert sorted(found["videos"]) == [f"v{number}" for number in range(9)]
    card = hub.repos["org/name"].at("main").files["README.md"]
    header = DatasetCard(hub.objects.path(card.sha256).read_text()).data
    assert header.configs[0]["data_files"][0]["path"] == [
        "data/train-*.parquet",
        "data/*/train-*.parquet",
    ]


MANY = """
import resource, sys, time
from vid2book.builder.publish import push
start = time.monotonic()
push(sys.argv[1], "org/name", version=sys.argv[2], tell=lambda line: None)
print(time.monotonic() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
def test_ten_thousand_shards_in_bounded_memory(make, hub: Hub, env, tmp_path: Path) -> None:
    out = tmp_path / "out"
    videos = [make.video(f"v{number:05d}") for number in range(5000)]
    write_corpus(make.corpus(*videos, samples=1), out)
    used = []
    for version in ("1.0.0", "1.0.0"):
        line = [sys.executable, "-c", MANY, str(out), version]
        done = subprocess.run(line, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        seconds, megabytes = map(float, done.stdout.split())
        print(f"{seconds:.0f} s, {megabytes:.0f} MB")
        used.append(megabytes)
    assert len(main(hub)) > 10_000
    assert max(used) < 1000
