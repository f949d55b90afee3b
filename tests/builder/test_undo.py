"""A removed video comes back as it was; where nothing can bring it back, that is said."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from vid2book.builder.changes import read_videos
from vid2book.builder.opening import Request, log_entry, request_of
from vid2book.cli import app
from vid2book.folder import record
from vid2book.folder.layout import LOG, REMOVED

from ..support.hub.server import Hub
from ..support.library import LECTURES, Library, corpus_bytes, manifest

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments], env={"COLUMNS": "200"})


@pytest.fixture
def built(library: Library, tmp_path: Path) -> Path:
    """A corpus of copies of the lectures, which the store knows."""
    rows = []
    for name in LECTURES:
        shutil.copy(library.video(name).path, tmp_path / f"{name}.mp4")
        rows.append({"video_id": name, "path": f"{name}.mp4", "title": f"A lecture on {name}"})
    for row in rows:
        row |= {"language": "en", "license": "CC BY 4.0"}
    rows[list(LECTURES).index("cells")] |= {
        "channel_id": "UC9",
        "uploader": "Prof. A",
        "source_url": "https://www.youtube.com/watch?v=abcdefghijk",
    }
    source = manifest(tmp_path, rows)
    shutil.copytree(library.store, tmp_path / "store")
    out = tmp_path / "corpus"
    done = run("build", source, "-o", out, "--store", tmp_path / "store")
    assert done.exit_code == 0, done.output
    return out


def test_it_is_as_if_nothing_had_been_removed(built: Path) -> None:
    before = corpus_bytes(built)
    removed = run("remove", built, "cells", "sorting")
    assert f"Undo this: vid2book remove {built} cells sorting --undo" in removed.stdout
    assert record.removed(built) == ["cells", "sorting"]
    one = run("remove", built, "sorting", "--undo")
    assert one.exit_code == 0, one.output
    assert one.stdout.startswith("Restored: sorting. ")
    assert "--allow-removed" in one.stdout
    assert all("in the store" in line for line in one.stderr.splitlines() if "/3" in line)
    assert record.removed(built) == ["cells"]
    assert (built / REMOVED).read_text().splitlines()[1].startswith("cells,")
    assert run("remove", built, "cells", "--undo").exit_code == 0
    assert record.removed(built) == [] and not (built / REMOVED).exists()
    assert corpus_bytes(built) == before


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda corpus: (corpus.parent / "cells.mp4").unlink(), "Put the file back"),
        (lambda corpus: (corpus.parent / "manifest.jsonl").unlink(), "cannot be opened any more"),
        (
            lambda corpus: (corpus.parent / "manifest.jsonl").write_text(
                '{"video_id": "sorting", "path": "sorting.mp4"}\n'
            ),
            "has no such video any more",
        ),
        (lambda corpus: (corpus / LOG).unlink(), "vid2book build SOURCE -o NEW"),
    ],
    ids=["file", "manifest", "row", "log"],
)
def test_what_cannot_come_back_is_told_and_changes_nothing(built: Path, spoil, told: str) -> None:
    assert run("remove", built, "cells").exit_code == 0
    spoil(built)
    before = corpus_bytes(built)
    done = run("remove", built, "cells", "--undo")
    assert done.exit_code == 2 and told in done.stderr, done.output
    assert done.stderr.count("\n") == 1
    assert corpus_bytes(built) == before
    assert record.removed(built) == ["cells"]


def test_what_was_not_removed(built: Path) -> None:
    done = run("remove", built, "cells", "--undo")
    assert done.exit_code == 2
    assert f"Nothing to undo: no video has been removed from {built}" in done.stderr
    assert "name the videos by their ids" in run("remove", built, "--undo").stderr
    assert run("remove", built, "sorting").exit_code == 0
    done = run("remove", built, "cells", "--undo")
    assert "cells has not been removed from it; what has been is sorting" in done.stderr
    done = run("remove", built, "--undo", "--channel", "nobody")
    assert done.exit_code == 2 and "no video from there has been removed" in done.stderr


@pytest.mark.parametrize(
    "origin",
    [["--channel", "UC9"], ["--uploader", "Prof. A"], ["--url", "https://youtu.be/abcdefghijk"]],
)
def test_what_was_removed_by_its_origin_comes_back_by_it(built: Path, origin: list[str]) -> None:
    before = corpus_bytes(built)
    assert "Removed sorting, cells," in run("remove", built, "sorting", *origin).stdout
    done = run("remove", built, *origin, "--undo")
    assert done.exit_code == 0 and "Restored: cells. " in done.stdout, done.output
    assert record.removed(built) == ["sorting"]
    assert run("remove", built, "sorting", "--undo").exit_code == 0
    assert corpus_bytes(built) == before


def test_a_removed_video_has_no_row_after_a_build_and_can_be_published_without(
    built: Path, hub: Hub, push: Callable[..., Result]
) -> None:
    assert push(built, "1.0.0", "--allow-license", "CC BY 4.0").exit_code == 0
    assert run("remove", built, "cells").exit_code == 0
    assert push(built, "1.1.0").exit_code == 0
    source = json.loads((built / LOG).read_text().splitlines()[0])["built_from"]
    again = ["build", *source["sources"], "-o", built, "--store", source["store"]]
    done = run(*again)
    assert done.exit_code == 0
    assert f"To bring it back: vid2book remove {built} cells --undo" in done.stderr
    assert "cells" not in done.stdout and run(*again, "--dry-run").exit_code == 0
    assert "cells" not in read_videos(built) and record.removed(built) == ["cells"]
    assert push(built, "1.2.0").exit_code == 0
    assert run("find", built, "sorting").exit_code == 0
    gone = run("find", built, "cells")
    assert gone.exit_code == 1 and gone.stdout.startswith("cells  removed on ")
    found = run("find", built, "cells", "sorting", "other")
    assert found.exit_code == 1 and found.stdout.splitlines() == [
        f"cells  removed on {datetime.now(UTC).date()}",
        "sorting  A lecture on sorting (kept, 1 sample)",
        "Not in the corpus: other",
    ]


def test_what_a_corpus_was_built_from_is_known_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "videos").mkdir()
    monkeypatch.chdir(tmp_path)
    noted = log_entry(Request(("videos", "s3://bucket/more"), "offline", limit=3))
    assert noted is not None
    assert noted["sources"] == (str(tmp_path / "videos"), "s3://bucket/more")
    log = tmp_path / LOG
    log.write_text(json.dumps({"video_id": "a"}) + "\n" + json.dumps({"built_from": noted}) + "\n")
    found = request_of(log)
    assert found and found.sources == noted["sources"] and found.limit == 3
    # What opens an address stays out of every file.
    assert log_entry(Request(("https://me:secret@example.org/list.jsonl",), "offline")) is None
    log.write_text("{half a line")
    assert request_of(log) is None
