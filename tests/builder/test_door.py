"""What real folders hold goes into a corpus, and nothing private goes with it."""

from __future__ import annotations

import csv
import json
import os
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from vid2book.folder import layout

from ..support.library import Library, vid2book

CAPTIONS = (
    "1\n00:00:00,500 --> 00:00:09,000\nThe kinetic energy of a body grows with the square of its "
    "velocity, and work is the product of force and distance in physics.\n"
)
SECRETS = ("hunter2", "/home/ann", "SIGNED", "file:", "C:\\Users", "ya29.token", "SID=")


@pytest.fixture(scope="module")
def built(library: Library, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A corpus of one lecture under names and with metadata of all kinds, and what was told."""
    folder = tmp_path_factory.mktemp("door")
    lecture = library.corpus().videos[0].path
    names = ["-wNyEUrxzFU", "Лекция 1", os.fsdecode(b"caf\xe9"), "Cut [aB3_-xYz012]"]
    (folder / "in").mkdir()
    for name in names:
        shutil.copy(lecture, folder / "in" / f"{name}.mp4")
        (folder / "in" / f"{name}.en.srt").write_text(CAPTIONS)
    (folder / "in" / "Cut [aB3_-xYz012].f137.mp4").write_bytes(b"half")
    info = {
        "id": "aB3_-xYz012", "title": "Gravity \ud83d", "uploader": "=HYPERLINK(\"http://x\")",
        "description": "Notes in file:///home/ann/notes.txt", "tags": ["x \udc00", "/home/ann/a"],
        "channel": "file:///home/ann", "playlist": "https://ann:hunter2@x.org/a?id=1&sig=SIGNED",
        "webpage_url": "https://ann:hunter2@x.org/v?id=7&X-Amz-Signature=SIGNED",
        "chapters": [{"title": "in C:\\Users\\ann\\a.mp4", "start_time": 0, "end_time": 1}],
        "http_headers": {"Cookie": "SID=1"}, "formats": [{"url": "https://x/?token=ya29.token"}],
    }  # fmt: skip
    (folder / "in" / "Cut [aB3_-xYz012].info.json").write_text(json.dumps(info))
    options = ("--store", folder / "store", "--workers", 2, "--minutes", 0.16)
    done = vid2book("build", folder / "in", "-o", folder / "out", *options)
    print(done.stdout, done.stderr)
    return folder / "out", done.stderr


def test_every_name_and_no_secret_is_in_the_corpus(built: tuple[Path, str]) -> None:
    out, told = built
    videos = pq.read_table(out / layout.TABLES["videos"]).to_pylist()
    assert {video["status"] for video in videos} <= {"kept", "filtered"}
    ids = {video["video_id"] for video in videos}
    assert len(ids) == 4 and {"-wNyEUrxzFU", "aB3_-xYz012"} <= ids
    cut = next(video for video in videos if video["video_id"] == "aB3_-xYz012")
    assert (cut["title"], cut["source_url"]) == ("Gravity \ufffd", "https://x.org/v?id=7")
    assert json.loads(cut["metadata"])["playlist"] == "https://x.org/a?id=1"
    assert "Passed over: Cut [aB3_-xYz012].f137.mp4" in told.replace("\n", " ")
    files = [path for path in out.rglob("*") if path.is_file() and path.suffix != ".parquet"]
    tables = (file for table in layout.TABLES for file in layout.shards(out, table))
    rows = [pq.read_table(file).to_pylist() for file in tables]
    everything = repr(rows) + "".join(path.read_text(errors="replace") for path in files)
    assert [s for s in SECRETS if s in everything.replace("\\\\", "\\")] == []


def test_no_cell_of_the_attribution_is_a_formula(built: tuple[Path, str]) -> None:
    with (built[0] / layout.ATTRIBUTION).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert not [cell for row in rows for name, cell in row.items()
                if name != "video_id" and cell.startswith(("=", "+", "-", "@"))]  # fmt: skip


def test_an_id_with_a_dash_is_asked_about_and_removed(built: tuple[Path, str]) -> None:
    out = built[0]
    why = vid2book("why", out, "-wNyEUrxzFU", "0:02")
    assert why.returncode == 0 and "-wNyEUrxzFU at 0:02" in why.stdout.replace("\n", " ")
    removed = vid2book("remove", out, "-wNyEUrxzFU")
    left = pq.read_table(out / layout.TABLES["videos"])["video_id"].to_pylist()
    assert removed.returncode in (0, 2) and "No such option" not in removed.stderr
    assert "-wNyEUrxzFU" not in left or "nothing would be left" in removed.stderr
