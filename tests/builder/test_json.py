"""With `--json` standard output is one JSON document, and all else is elsewhere."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from vid2book.cli import app

from ..support.library import LECTURES, Library, vid2book

Run = Callable[..., dict[str, Any]]
# Those that work for long, or with models; their own tests look at what they print.
ELSEWHERE = {"train", "bench", "ablate", "taxonomy expand", "plan", "collect"}


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with its parameters, as the help has them."""
    root = typer.main.get_command(app)
    for name in root.list_commands(None):  # type: ignore[attr-defined]
        found = root.get_command(None, name)  # type: ignore[attr-defined]
        if hasattr(found, "commands"):
            yield from ((f"{name} {inner}", one) for inner, one in found.commands.items())
        else:
            yield name, found


def options(name: str) -> str:
    told = CliRunner().invoke(app, [*name.split(), "--help"], env={"COLUMNS": "200"})
    assert told.exit_code == 0
    return told.stdout


@pytest.fixture
def corpus(library: Library, tmp_path: Path) -> Path:
    """A copy of the library's, with a copy of its store beside it."""
    shutil.copytree(library.store, tmp_path / "store")
    shutil.copytree(library.out, tmp_path / "corpus")
    return tmp_path / "corpus"


@pytest.fixture
def run(library: Library) -> Run:
    def call(*arguments: object, code: int = 0) -> dict[str, Any]:
        done = CliRunner().invoke(app, [*map(str, arguments), "--json"])
        assert done.exit_code == code, done.output
        found = json.loads(done.stdout)
        assert isinstance(found, dict)
        return found

    return call


RUNS: dict[str, Callable[[Run, Library, Path], None]] = {}


def tries(name: str) -> Callable[[Callable[[Run, Library, Path], None]], None]:
    return lambda function: RUNS.__setitem__(name, function)


@tries("build")
def _build(run: Run, library: Library, corpus: Path) -> None:
    found = run("build", library.manifest, "-o", corpus, "--store", corpus.with_name("store"))
    assert found["videos"] == {"kept": 3, "filtered": 0, "failed": 0}
    assert found["samples"] == 3 and found["corpus"] == str(corpus)
    told = run(
        "build", library.manifest, "-o", corpus, "--store", corpus.with_name("store"), "--dry-run"
    )
    assert told["usable"] == 3 and told["seconds"] == 0.0
    assert told["stages"][0]["stage"] == "transcribe"


@tries("merge")
def _merge(run: Run, library: Library, corpus: Path) -> None:
    found = run("merge", library.manifest, "-o", corpus, "--store", corpus.with_name("store"))
    assert found["videos"]["kept"] == 3


@tries("config")
def _config(run: Run, library: Library, corpus: Path) -> None:
    found = run("config", "judge.min_words", "--config", "standard")
    assert found["config"] == "standard"
    (key,) = found["keys"]
    assert (key["name"], key["value"], key["unit"]) == ("judge.min_words", 20, "words")
    assert any(one["name"] == "model" and one["required"] for one in found["language_model_keys"])
    assert len(run("config")["keys"]) > 80


@tries("view")
def _view(run: Run, library: Library, corpus: Path) -> None:
    assert Path(run("view", corpus)["book"]).is_file()


@tries("why")
def _why(run: Run, library: Library, corpus: Path) -> None:
    found = run("why", corpus, "cells", "0:03")
    assert found["video_id"] == "cells" and found["here"]["keyframe"]


@tries("push")
def _push(run: Run, library: Library, corpus: Path) -> None:
    found = run("push", corpus, "org/name", "--version", "1.0.0", "--dry-run")
    assert found["address"].endswith("/datasets/org/name")
    assert found["commit"] is None and found["not_compared"]
    assert "data/train-00000.parquet" in found["send"]


@tries("diff")
def _diff(run: Run, library: Library, corpus: Path) -> None:
    assert run("diff", corpus, corpus) == {"added": [], "removed": [], "changed": []}


@tries("find")
def _find(run: Run, library: Library, corpus: Path) -> None:
    assert run("find", corpus, "--url", "https://example.org", code=1) == {"videos": []}
    run("remove", corpus, "cells")
    [gone, here] = run("find", corpus, "cells", "sorting", code=1)["videos"]
    assert (gone["status"], here["status"]) == ("removed", "kept") and gone["removed_on"]


@tries("remove")
def _remove(run: Run, library: Library, corpus: Path) -> None:
    found = run("remove", corpus, "cells")
    assert found["removed"] == ["cells"] and found["samples_left"] == 2


@tries("export")
def _export(run: Run, library: Library, corpus: Path) -> None:
    out = corpus.with_name("out")
    found = run("export", corpus, out, "--to", "markdown")
    assert found["samples"] == 3 and found["folder"] == str(out) and found["bytes"] > 1000


@tries("measure")
def _measure(run: Run, library: Library, corpus: Path) -> None:
    out = corpus.with_name("report")
    found = run("measure", corpus, "--only", "images_per_sample", "-o", out)
    assert found["corpora"][0]["samples"] == 3
    assert found["report"] == str(out / "report.html")


@tries("store")
def _store(run: Run, library: Library, corpus: Path) -> None:
    listed = run("store", "list", "--store", corpus.with_name("store"))
    assert listed["videos"] == 3
    assert all(kind["objects"] and kind["bytes"] for kind in listed["results"].values())
    assert run("store", "check", "--store", corpus.with_name("store"))["damaged"] == []
    nothing = run("store", "prune", "--store", corpus.with_name("store"), "--older-than", 9999)
    assert nothing["taken_out"] == 0


@tries("taxonomy show")
def _show(run: Run, library: Library, corpus: Path) -> None:
    found = run("taxonomy", "show")
    assert found["points"] == sum(course["points"] for course in found["courses"])
    named = found["courses"][0]["course"]
    assert run("taxonomy", "show", "--of", named)["points"][0]["course"] == named


@tries("taxonomy check")
def _check(run: Run, library: Library, corpus: Path) -> None:
    path = corpus.with_name("my.yaml")
    path.write_text(
        "subject: Physics\ncourses:\n  Optics:\n    Light:\n      - Lens\n      - Lenses\n"
    )
    assert run("taxonomy", "check", path) == {"points": 2, "faults": []}


def test_every_command_is_tried_here_or_elsewhere() -> None:
    assert {name for name, _ in commands()} == RUNS.keys() | ELSEWHERE


@pytest.mark.parametrize("name", sorted(RUNS.keys() | ELSEWHERE))
def test_every_command_takes_json(name: str) -> None:
    assert "--json" in options(name)


@pytest.mark.parametrize(
    "name",
    ["build", "merge", "plan", "view", "push", "remove", "measure", "train", "bench", "ablate"],
)
def test_what_shows_progress_can_be_quiet(name: str) -> None:
    assert "--quiet" in options(name) and "-q" in options(name)


@pytest.mark.parametrize("name", sorted(RUNS))
def test_standard_output_is_one_document(
    name: str, run: Run, library: Library, corpus: Path
) -> None:
    RUNS[name](run, library, corpus)


def test_what_else_is_printed_goes_to_standard_error(library: Library, tmp_path: Path) -> None:
    """Even by a library that knows nothing of this, in C or in a process that was started."""
    code = (
        "import os, subprocess\nfrom vid2book.terminal import Terminal\n"
        "terminal = Terminal(as_json=True)\nprint('a library')\nos.write(1, b'in C\\n')\n"
        "subprocess.run(['echo', 'a process'])\nterminal.results.print('words')\n"
        "terminal.document({'title': 'Über', 'half': '\\ud83d', 'none': float('nan')})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env={"LC_ALL": "C"}
    )
    assert json.loads(done.stdout) == {"title": "Über", "half": "\ud83d", "none": None}
    assert done.stderr.decode().splitlines() == ["in C", "a process", "a library"]


def test_an_error_leaves_standard_output_empty(tmp_path: Path) -> None:
    done = vid2book("build", tmp_path / "nowhere", "-o", tmp_path / "out", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: ")


def test_quiet_shows_failures_alone(library: Library, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.mp4").write_text("no video")
    arguments = ["build", library.manifest, tmp_path / "bad.mp4", "-o", tmp_path / "out"]
    done = vid2book(*arguments, "--store", corpus.with_name("store"), "--json", "-q")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "bad: failed, bad.mp4: not a readable video" in line
    found = json.loads(done.stdout)
    assert found["videos"] == {"kept": len(LECTURES), "filtered": 0, "failed": 1}
    assert found["failed"][0]["video_id"] == "bad"
