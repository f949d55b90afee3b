"""Versions reach the Hub whole, and load from there. The real clients talk over HTTP to a stand-in.

The clients read their settings when they are imported, so what loads runs in a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
from huggingface_hub import DatasetCard
from typer.testing import CliRunner, Result

from vid2book.builder.push import push as command
from vid2book.builder.write import write_corpus

from .hub.repo import Repo
from .hub.server import TOKEN, Fault, Hub

# The client sends files in a way that its own HTTP library warns of.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

LOAD = """
import json, sys
from datasets import load_dataset
found = {}
for version in sys.argv[1:]:
    rows = load_dataset("org/name", revision=version, split="train")
    stream = load_dataset("org/name", revision=version, split="train", streaming=True)
    videos = load_dataset("org/name", "videos", revision=version, split="train")
    found[version] = {
        "ids": list(rows["id"]),
        "streamed": [row["id"] for row in stream],
        "image": rows[0]["images"][0].size,
        "videos": list(videos["video_id"]),
    }
print(json.dumps(found))
"""


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
    app.command()(command)

    def run(corpus: Path, version: str, *more: str) -> Result:
        result = CliRunner().invoke(app, [str(corpus), "org/name", "--version", version, *more])
        print(result.output)  # of a test that fails
        return result

    return run


def load(env: dict[str, str], *versions: str) -> dict[str, dict[str, list[str]]]:
    """What the `datasets` of another process finds in versions of org/name."""
    done = subprocess.run(
        [sys.executable, "-c", LOAD, *versions], env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, list[str]]] = json.loads(done.stdout.splitlines()[-1])
    return found


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
    found = load(env, "1.0.0", "1.1.0")
    for version, names in (("1.0.0", "ab"), ("1.1.0", "abc")):
        ids = [f"{name}-{n:05d}" for name in names for n in range(2)]
        assert found[version]["ids"] == found[version]["streamed"] == ids
        assert found[version]["videos"] == list(names)
        assert found[version]["image"] == [64, 48]
    assert "### 1.1.0\n\n3 videos, 3 of them kept. Against 1.0.0:" in card(hub)
    assert "- added: 1: `c`" in card(hub)
    assert 'load_dataset("org/name", split="train")' in card(hub)

    write_corpus(make.corpus(a, c), out)
    result = push(out, "2.0.0")
    assert result.exit_code == 0
    assert "still hold" in result.stdout
    assert "(b): 1.0.0, 1.1.0" in result.stdout
    assert load(env, "1.0.0", "2.0.0")["2.0.0"]["videos"] == ["a", "c"]


def test_history_is_deleted_on_request(make, hub: Hub, push, tmp_path: Path) -> None:
    a, b = make.video("a"), make.video("b")
    out = tmp_path / "out"
    write_corpus(make.corpus(a), out)
    push(out, "0.9.0")
    write_corpus(make.corpus(a, b), out)
    push(out, "1.0.0")
    write_corpus(make.corpus(a), out)
    old = hub.repos["org/name"].at("1.0.0").files["data/train-00000-of-00001.parquet"]
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


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "log in with `hf auth login`"),
        (403, "no right"),
        (409, "push again"),
        (412, "someone else committed"),
        (429, "push again in 7 s"),
        (503, "push again later"),
    ],
)
@pytest.mark.parametrize("path", ["/commit/", "info/lfs/objects/batch$", "/preupload/"])
def test_a_refusal_is_one_line_and_loses_nothing(
    corpus, hub: Hub, push, tmp_path: Path, status: int, words: str, path: str
) -> None:
    out = tmp_path / "out"
    write_corpus(corpus, out)
    here = {file: file.read_bytes() for file in out.rglob("*") if file.is_file()}
    fault = hub.fail("POST", path, status, times=99, headers={"Retry-After": "7"}, body=TOKEN)
    result = push(out, "1.0.0")
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"Error: {status}: ")
    assert words in line
    assert TOKEN not in result.output
    assert files(hub) == set()
    assert here == {file: file.read_bytes() for file in out.rglob("*") if file.is_file()}
    fault.times = 0
    assert push(out, "1.0.0").exit_code == 0
    assert "1.0.0" in hub.repos["org/name"].tags


def test_a_short_pause_is_no_failure(corpus, hub: Hub, push, tmp_path: Path) -> None:
    write_corpus(corpus, tmp_path / "out")
    hub.fail("PUT", "^/lfs/", 503, times=2)
    hub.fail("POST", "/preupload/", 429, times=2)
    result = push(tmp_path / "out", "1.0.0")
    assert result.exit_code == 0
    assert result.stderr == ""


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/datasets/"), ("POST", "/create$")])
def test_a_repository_that_may_not_be_touched(
    corpus, hub: Hub, push, tmp_path: Path, method: str, path: str
) -> None:
    write_corpus(corpus, tmp_path / "out")
    hub.fail(method, path, 403)
    result = push(tmp_path / "out", "1.0.0")
    assert result.exit_code == 1
    assert "Error: 403: the token has no right" in result.stderr


def test_a_hub_that_is_not_there(corpus, push, monkeypatch, tmp_path: Path) -> None:
    write_corpus(corpus, tmp_path / "out")
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    result = push(tmp_path / "out", "1.0.0")
    assert result.exit_code == 1
    assert "cannot be reached" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert "cannot be reached" in push(tmp_path / "out", "1.0.0", "--dry-run").stderr


def test_a_wrong_token_and_none(corpus, hub: Hub, push, monkeypatch, tmp_path: Path) -> None:
    write_corpus(corpus, tmp_path / "out")
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    result = push(tmp_path / "out", "1.0.0")
    assert result.exit_code == 1
    assert "401" in result.stderr
    assert "hf_wrong" not in result.output
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "none"))
    assert "no token" in push(tmp_path / "out", "1.0.0").stderr
    assert not hub.repos


def test_a_version_is_not_overwritten(make, hub: Hub, push, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_corpus(make.corpus(make.video("a")), out)
    push(out, "1.0.0")
    first = hub.repos["org/name"].tags["1.0.0"]
    assert "is this corpus" in push(out, "1.0.0").stdout
    write_corpus(make.corpus(make.video("b")), out)
    result = push(out, "1.0.0")
    assert result.exit_code == 1
    assert "--force" in result.stderr
    assert "at version 1.0.0 already" in push(out, "0.9.0").stderr
    assert hub.repos["org/name"].tags == {"1.0.0": first}
    assert push(out, "1.0.0", "--force").exit_code == 0
    assert hub.repos["org/name"].tags["1.0.0"] == hub.repos["org/name"].at("main").sha != first


def test_private_and_gated_before_anything_is_in_it(corpus, hub: Hub, push, tmp_path: Path) -> None:
    write_corpus(corpus, tmp_path / "out")
    hub.fail("POST", "/preupload/", 403)
    assert push(tmp_path / "out", "1.0.0", "--private", "--gated").exit_code == 1
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
    assert "data/train-00000-of-00001.parquet" in result.stdout
    assert not hub.repos
    push(out, "1.0.0")
    write_corpus(make.corpus(make.video("a"), make.video("b", split="test")), out)
    hub.requests.clear()
    result = push(out, "1.1.0", "--dry-run")
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["data/train-00000-of-00001.parquet", "is", "there"] in lines
    assert any(line[:1] == ["data/test-00000-of-00001.parquet"] for line in lines)
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


def test_a_licence_outside_the_list_stops_the_push(make, hub: Hub, push, tmp_path: Path) -> None:
    videos = make.video("a"), make.video("b", license="CC BY-NC 4.0"), make.video("c", license="")
    write_corpus(make.corpus(*videos), tmp_path / "out")
    result = push(tmp_path / "out", "1.0.0")
    assert result.exit_code == 2
    assert "'CC BY-NC 4.0' (b)" in result.stderr
    assert "'' (c)" in result.stderr
    assert hub.requests == []
    more = ("--allow-license", "cc-by-nc-4.0", "--allow-license", "unknown")
    assert push(tmp_path / "out", "1.0.0", *more).exit_code == 0


def test_a_repository_of_something_else_is_left_alone(
    corpus, hub: Hub, push, tmp_path: Path
) -> None:
    write_corpus(corpus, tmp_path / "out")
    repo = hub.repos["org/name"] = Repo("org/name")
    line = {"key": "file", "value": {"path": "data/train.csv", "content": "YQ=="}}
    repo.commit("main", [line], hub.objects)
    result = push(tmp_path / "out", "1.0.0")
    assert result.exit_code == 1
    assert "data/train.csv" in result.stderr
    assert push(tmp_path / "out", "1.0.0", "--force").exit_code == 0
    assert "data/train.csv" in files(hub)


@pytest.mark.parametrize("version", ["1.0", "v1.0.0", "1.0.0-rc1", "latest"])
def test_a_version_is_three_numbers(corpus, push, tmp_path: Path, version: str) -> None:
    write_corpus(corpus, tmp_path / "out")
    result = push(tmp_path / "out", version)
    assert result.exit_code == 2
    assert f"'{version}' is no version" in result.stderr


def test_no_corpus_is_told(push, tmp_path: Path) -> None:
    assert "no corpus" in push(tmp_path, "1.0.0").stderr
