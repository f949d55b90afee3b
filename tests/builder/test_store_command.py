"""`vid2book store`: what is in a store, whether it is sound, and what goes."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vid2book.cli import app
from vid2book.pipeline.graph import STAGES
from vid2book.store import Store

from ..support import stored
from ..support.library import LECTURES, Library


def run(store: Store, action: str, *options: object, code: int = 0) -> str:
    given = map(str, ("store", action, "--store", store.root, *options))
    told = CliRunner().invoke(app, list(given), input="n\n", env={"COLUMNS": "200"})
    assert told.exit_code == code, told.output
    return told.output


def of(store: Store, video_id: str, library: Library) -> list[str]:
    """The objects of a video."""
    shelf = library.corpus().work(library.video(video_id)).shelf
    return sorted(store.place.names(shelf.folder))


def test_what_is_there_is_listed(store: Store) -> None:
    old = store.root / "recognise" / "ab" / f"{'ab' * 16}.json.gz"  # type: ignore[operator]
    old.parent.mkdir(parents=True)
    old.write_bytes(b"of another time")
    told = run(store, "list")
    assert "rehear, refine, read, judge, clip, align, reduce, clips" in told
    names = [line.split("│")[1].strip() for line in told.splitlines() if "│" in line]
    assert "reduce across videos" in names and len(names) == len(set(names))
    assert "Stages on one line are stored together." in told
    assert "3 videos" in told and not any(name in told for name in ("recognise", "legible"))
    assert "no longer used: 1 object (15 B)" in told
    run(store, "prune", "--older-layout", "--yes")
    assert not old.exists() and "earlier versions" not in run(store, "list")
    assert len(stored.results(store)) == len(STAGES) * len(LECTURES)


def test_damage_is_found_and_nothing_else(store: Store) -> None:
    assert "12 objects read, 0 damaged" in run(store, "check")
    first, second, *_ = stored.files(store)
    data = bytearray(first.read_bytes())
    data[len(data) // 3] ^= 0xFF
    first.write_bytes(data)
    second.rename(second.with_name("judge-000000000000.zip"))
    left = second.with_name(".writing-left")
    left.write_bytes(b"half")
    os.utime(left, (time.time() - 1e6,) * 2)
    told = run(store, "check", code=1)
    assert f"{first.name}: damaged" in told and "3 damaged" in told
    assert "judge-000000000000.zip: it holds other results" in told and ".writing-left" in told


def test_a_corpus_goes_or_stays(store: Store, library: Library, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    shutil.copy(library.video("cells").path, tmp_path / "one")
    before = of(store, "cells", library)
    assert before
    assert "Nothing in the store matches" in run(
        store, "prune", "--corpus", tmp_path / "one", "--older-than", 1
    )
    run(store, "prune", "--keep", tmp_path / "one", "--yes")
    assert of(store, "cells", library) == before and of(store, "physics", library) == []
    run(store, "prune", "--corpus", tmp_path / "one", "--yes")
    assert of(store, "cells", library) == []


def test_a_stage_goes_and_the_rest_of_its_object_stays(store: Store, library: Library) -> None:
    before = {part.rpartition("-")[0] for part in stored.results(store)}
    run(store, "prune", "--stage", "read", "--stage", "clip", "--yes")
    left = {part.rpartition("-")[0] for part in stored.results(store)}
    assert left == before - {"read", "legible", "clip"}  # the README's `read` has two parts
    run(store, "prune", "--stage", "recognise", "--yes")
    assert "transcribe" in {part.rpartition("-")[0] for part in stored.results(store)}
    assert " 0 damaged" in run(store, "check")


def test_age(store: Store) -> None:
    first, *rest = stored.files(store)
    os.utime(first, (time.time() - 40 * 86_400,) * 2)
    run(store, "prune", "--older-than", 30, "--yes")
    assert stored.files(store) == rest


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["prune"], "say what to delete"),
        (["prune", "--stage", "reed"], "there is no stage 'reed'"),
        (["prune", "--stage", "read", "--older-layout"], "say what to delete"),
        (["list", "--older-than", "3"], "only prune takes these options"),
    ],
)
def test_what_makes_no_sense_is_told(store: Store, options: list[str], told: str) -> None:
    assert told in run(store, *options, code=2)
    assert len(stored.results(store)) == len(STAGES) * len(LECTURES)


def test_nothing_goes_without_a_yes(store: Store) -> None:
    assert "Delete 6 results" in run(store, "prune", "--stage", "read", code=2)  # with `legible`
    assert len(stored.results(store)) == len(STAGES) * len(LECTURES)


def test_what_cannot_be_known_is_not_taken_for_what_goes(store: Store, tmp_path: Path) -> None:
    (tmp_path / "list.jsonl").write_text('{"path": "http://127.0.0.1:9/gone.mp4"}\n')
    told = run(store, "prune", "--keep", tmp_path / "list.jsonl", "--yes", code=2)
    assert "it is not known what to keep" in told
    assert len(stored.results(store)) == len(STAGES) * len(LECTURES)
