"""The command line starts without the packages that do the work, and knows every command."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vid2book.cli import GROUP, ORDER, app

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
FOUND = PROJECT["project"]["entry-points"][GROUP]
COMMANDS = list(ORDER)
HEAVY = {
    *("numpy", "av", "cv2", "PIL", "pydantic", "yaml", "jinja2", "httpx"),
    *("pyarrow", "datasets", "huggingface_hub", "torch", "transformers", "onnxruntime"),
}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def test_every_command_has_its_place_in_the_order_of_the_work() -> None:
    assert sorted(ORDER) == sorted({"taxonomy", "collect", "config", "view", "why", *FOUND})


def test_a_module_is_the_command_and_tells_its_version() -> None:
    done = run("-m", "vid2book", "--version")
    assert (done.returncode, done.stdout) == (0, f"vid2book {PROJECT['project']['version']}\n")


def test_the_help_lists_every_command_and_imports_no_heavy_package() -> None:
    code = (
        "import sys\nfrom vid2book.cli import main\nsys.argv = ['vid2book', '--help']\n"
        "try: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    )
    done = run("-c", code)
    assert done.returncode == 0, done.stderr
    lines = [line.strip("│ ").split() for line in done.stdout.splitlines()]
    assert [line[0] for line in lines if line and line[0] in COMMANDS] == COMMANDS
    loaded = set(done.stderr.split())
    assert {path.partition(":")[0] for path in FOUND.values()} <= loaded
    assert not HEAVY & {name.partition(".")[0] for name in loaded}


@pytest.mark.parametrize(
    ("name", "some"),
    [
        ("ablate", {"CONFIG", "--workers"}),
        ("bench", {"--model", "--shots"}),
        ("build", {"SOURCE", "--config"}),
        ("diff", {"A", "B"}),
        ("export", {"CORPUS", "--to"}),
        ("measure", {"--output", "--samples"}),
        ("plan", {"SOURCE", "--price"}),
        ("push", {"REPO_ID", "--gated"}),
        ("remove", {"CORPUS"}),
        ("train", {"CORPUS", "--resume"}),
        ("view", {"CORPUS", "--browser"}),
        ("why", {"VIDEO", "TIME"}),
    ],
)
def test_the_help_of_a_command_has_its_arguments_and_options(name: str, some: set[str]) -> None:
    result = CliRunner().invoke(app, [name, "--help"], prog_name="vid2book")
    assert result.exit_code == 0
    assert result.stdout.split()[:4] == ["Usage:", "vid2book", name, "[OPTIONS]"]
    assert CliRunner().invoke(app, [name, "-h"], prog_name="vid2book").stdout == result.stdout
    assert some <= set(result.stdout.replace("│", " ").split())
