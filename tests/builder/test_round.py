"""From videos to versions on a Hub and back: real commands, models and clients.

Only the Hub is a stand-in, on loopback.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ..support.hub.client import load
from ..support.hub.server import Hub

LECTURES = Path(__file__).parents[2] / "examples" / "lectures"


@pytest.fixture
def vid2book(env: dict[str, str], tmp_path: Path):
    """Runs the command in a process of its own."""

    def run(*arguments: object) -> str:
        line = [sys.executable, "-c", "from vid2book.cli import main; main()", *map(str, arguments)]
        told = env | {"VID2BOOK_STORE": str(tmp_path / "store"), "COLUMNS": "200"}
        done = subprocess.run(line, env=told, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def manifest_of(folder: Path, *names: str) -> Path:
    rows = map(json.loads, (LECTURES / "manifest.jsonl").read_text().splitlines())
    chosen = [
        row | {"path": str(LECTURES / row["path"])} for row in rows if row["video_id"] in names
    ]
    assert len(chosen) == len(names)
    path = folder / "manifest.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in chosen))
    return path


def test_the_whole_round(hub: Hub, env: dict[str, str], vid2book, tmp_path: Path) -> None:
    out = tmp_path / "corpus"

    def build(*names: str) -> None:
        vid2book("build", manifest_of(tmp_path, *names), "-o", out, "--minutes", 0.6)

    build("cell", "demand")
    vid2book("push", out, "org/name", "--version", "1.0.0")
    build("cell", "demand", "pendulum")
    told = vid2book("push", out, "org/name", "--version", "1.1.0")
    assert "1 added, 0 removed, 0 changed" in told

    found = load(env, "1.0.0", "1.1.0")
    for version, videos in (
        ("1.0.0", ["cell", "demand"]),
        ("1.1.0", ["cell", "demand", "pendulum"]),
    ):
        assert found[version]["videos"] == videos
        assert found[version]["ids"] == found[version]["streamed"]
        assert [name.rsplit("_", 1)[0] for name in found[version]["ids"]] == videos
        assert min(found[version]["image"]) >= 480

    vid2book("remove", out, "demand")
    told = vid2book("push", out, "org/name", "--version", "2.0.0", "--delete-history")
    assert "Deleted with their history: 1.0.0, 1.1.0" in told
    assert set(hub.repos["org/name"].tags) == {"2.0.0"}
    assert load(env, "2.0.0")["2.0.0"]["videos"] == ["cell", "pendulum"]
