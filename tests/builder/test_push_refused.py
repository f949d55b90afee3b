"""What the Hub refuses, and what is not pushed at all, is told in one line; nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from vid2book.builder.removal import remove
from vid2book.builder.write import write_corpus

from ..support.hub.repo import Repo
from ..support.hub.server import TOKEN, Hub

# The client sends files in a way that its own HTTP library warns of.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


def files(hub: Hub) -> set[str]:
    return set(hub.repos["org/name"].at("main").files)


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
    assert result.exit_code == 2
    (line,) = (told for told in result.stderr.splitlines() if told.startswith("Error"))
    assert line.startswith(f"Error: {status}: ")
    assert words in line
    assert TOKEN not in result.output
    assert files(hub) == set()
    assert here == {file: file.read_bytes() for file in here}
    fault.times = 0
    assert push(out, "1.0.0").exit_code == 0
    assert "1.0.0" in hub.repos["org/name"].tags


def test_a_short_pause_is_no_failure(corpus, hub: Hub, push, tmp_path: Path) -> None:
    write_corpus(corpus, tmp_path / "out")
    hub.fail("PUT", "^/lfs/", 503, times=2)
    hub.fail("POST", "/preupload/", 429, times=2)
    result = push(tmp_path / "out", "1.0.0")
    assert result.exit_code == 0
    assert "Error" not in result.stderr


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/datasets/"), ("POST", "/create$")])
def test_a_repository_that_may_not_be_touched(
    corpus, hub: Hub, push, tmp_path: Path, method: str, path: str
) -> None:
    write_corpus(corpus, tmp_path / "out")
    hub.fail(method, path, 403)
    result = push(tmp_path / "out", "1.0.0")
    assert result.exit_code == 2
    assert "Error: 403: the token has no right" in result.stderr


def test_a_hub_that_is_not_there(corpus, push, monkeypatch, tmp_path: Path) -> None:
    write_corpus(corpus, tmp_path / "out")
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    result = push(tmp_path / "out", "1.0.0")
    assert result.exit_code == 2
    assert "cannot be reached" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    trial = push(tmp_path / "out", "1.0.0", "--dry-run")
    assert trial.exit_code == 0
    assert "Not compared with the Hub: the Hub cannot be reached" in trial.stderr


@pytest.mark.parametrize(
    "cause", ["lower", "other content", "licence", "foreign", "taken down", "no right"]
)
def test_a_dry_run_is_refused_as_the_push_would_be(
    make, hub: Hub, push, tmp_path: Path, cause: str
) -> None:
    out = tmp_path / "out"
    write_corpus(make.corpus(make.video("a"), make.video("b")), out)
    assert push(out, "1.3.0").exit_code == 0
    version = "1.4.0"
    if cause == "lower":
        version = "0.9.0"
    elif cause == "other content":
        version = "1.3.0"
        write_corpus(make.corpus(make.video("a")), out)
    elif cause == "licence":
        write_corpus(make.corpus(make.video("a", license="")), out)
    elif cause == "foreign":
        repo = hub.repos["org/name"] = Repo("org/name")
        line = {"key": "file", "value": {"path": "data/train.csv", "content": "YQ=="}}
        repo.commit("main", [line], hub.objects)
    elif cause == "taken down":
        remove(out, ["a"])
        assert push(out, "1.3.1").exit_code == 0
        out = tmp_path / "again"
        write_corpus(make.corpus(make.video("a"), make.video("b")), out)
    elif cause == "no right":
        hub.fail("GET", "/api/datasets/", 403, times=99)
    trial = push(out, version, "--dry-run")
    real = push(out, version)
    assert trial.exit_code == real.exit_code == 2
    assert trial.stderr == real.stderr
    assert real.stderr.startswith("Error: ")


@pytest.mark.parametrize("status", [429, 503])
def test_a_dry_run_goes_on_if_the_hub_cannot_answer(
    corpus, hub: Hub, push, tmp_path: Path, status: int
) -> None:
    write_corpus(corpus, tmp_path / "out")
    hub.fail("GET", "/api/datasets/", status, times=99)
    trial = push(tmp_path / "out", "1.0.0", "--dry-run")
    assert trial.exit_code == 0
    assert f"Not compared with the Hub: {status}: " in trial.stderr


def test_a_wrong_token_and_none(corpus, hub: Hub, push, monkeypatch, tmp_path: Path) -> None:
    write_corpus(corpus, tmp_path / "out")
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    result = push(tmp_path / "out", "1.0.0")
    assert result.exit_code == 2
    assert "401" in result.stderr
    assert "hf_wrong" not in result.output
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "none"))
    assert "no token" in push(tmp_path / "out", "1.0.0").stderr
    assert not hub.repos


def test_a_licence_outside_the_list_stops_the_push(make, hub: Hub, push, tmp_path: Path) -> None:
    videos = make.video("a"), make.video("b", license="CC BY-NC 4.0"), make.video("c", license="")
    write_corpus(make.corpus(*videos), tmp_path / "out")
    result = push(tmp_path / "out", "1.0.0")
    assert result.exit_code == 2
    assert "'CC BY-NC 4.0' (b)" in result.stderr
    assert "no licence stated (c)" in result.stderr
    assert "(column 'license') and build the corpus again" in " ".join(result.stderr.split())
    assert hub.requests == []
    more = ("--allow-license", "cc-by-nc-4.0", "--allow-license", "unknown")
    assert push(tmp_path / "out", "1.0.0", *more).exit_code == 0


@pytest.mark.parametrize(
    ("licence", "fault", "option", "to_state"),
    [
        ("CC BY-NC 4.0", "not one of the open ones", "CC BY-NC 4.0", False),
        ("All rights reserved", "not one of the open ones", "All rights reserved", False),
        ("", "no licence stated (b)", "unknown", True),
        ("Unknown", "no licence stated (b)", "unknown", True),
    ],
)
def test_only_a_licence_that_is_missing_is_to_be_stated(
    make, hub: Hub, push, tmp_path: Path, licence: str, fault: str, option: str, to_state: bool
) -> None:
    write_corpus(make.corpus(make.video("a"), make.video("b", license=licence)), tmp_path / "out")
    told = " ".join(push(tmp_path / "out", "1.0.0").stderr.split())
    assert fault in told and f"push with --allow-license '{option}'; else" in told
    assert ("state the missing licence" in told) == to_state
    assert ("no licence stated" in told) == to_state
    assert push(tmp_path / "out", "1.0.0", "--allow-license", option).exit_code == 0


def test_a_repository_of_something_else_is_left_alone(
    corpus, hub: Hub, push, tmp_path: Path
) -> None:
    write_corpus(corpus, tmp_path / "out")
    repo = hub.repos["org/name"] = Repo("org/name")
    line = {"key": "file", "value": {"path": "data/train.csv", "content": "YQ=="}}
    repo.commit("main", [line], hub.objects)
    result = push(tmp_path / "out", "1.0.0")
    assert result.exit_code == 2
    assert "data/train.csv" in result.stderr
    assert push(tmp_path / "out", "1.0.0", "--force").exit_code == 0
    assert "data/train.csv" in files(hub)


@pytest.mark.parametrize(
    "version", ["1.0", "v1.0.0", "1.0.0-rc1", "latest", "01.0.0", "1.00.0", "١.0.0"]
)
def test_a_version_is_three_numbers(corpus, push, tmp_path: Path, version: str) -> None:
    write_corpus(corpus, tmp_path / "out")
    result = push(tmp_path / "out", version)
    assert result.exit_code == 2
    assert f"'{version}' is not a version" in result.stderr


def test_no_corpus_is_told(push, tmp_path: Path) -> None:
    assert "not a corpus" in push(tmp_path, "1.0.0").stderr
