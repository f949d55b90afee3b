"""The corpus folder changes in one step, and never eats what is not its own."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from vid2book.folder import layout, record, swap
from vid2book.folder.record import CorpusError, FolderError, Record
from vid2book.records import Outcome, Video

from ...support.writer import another_writer

PARTS = tuple(part for part in layout.PARTS if part != layout.MEASURES)  # which no build writes


def _fill(target: Path, word: str, without: str = "") -> None:
    """A corpus whose files say `word`; it may be without one of the tables."""
    target.mkdir(parents=True, exist_ok=True)
    tables = {table: folder for table, folder in layout.TABLES.items() if table != without}
    inside = [*(f"{folder}/train.parquet" for folder in tables.values()), layout.PICTURE]
    for part in (*inside, *layout.DESCRIPTION):
        (target / part).parent.mkdir(exist_ok=True)
        (target / part).write_text(word)
    files = dict.fromkeys(inside, len(word))
    whole = {"train": record.SplitSize(1, 1, 1, 1, "")}
    sizes = {table: whole if table in tables else {} for table in layout.TABLES}
    record.save_record(target, Record(word, 1, 1, [], sizes, files))


def _words(target: Path) -> set[str]:
    parts = [target / part for part in PARTS]
    files = [file for p in parts for file in (p.iterdir() if p.is_dir() else [p])]
    held = record.checked_record(target)
    assert held is not None
    return {file.read_text() for file in files if file.name != layout.RECORD} | {held.revision}


def _exchanged(
    target: Path, monkeypatch: pytest.MonkeyPatch, moves: int, most: int, without: str = ""
) -> None:
    """A new corpus in the place of what is there, interrupted after so many moves of `most`."""
    rename, left = Path.rename, [moves + 1]

    def failing(self: Path, target: Path) -> Path:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return rename(self, target)

    with (
        monkeypatch.context() as patch,
        pytest.raises(KeyboardInterrupt) if moves < most else nullcontext(),
        swap.new_corpus(target) as new,
    ):
        _fill(new, "new", without)
        patch.setattr(Path, "rename", failing)
    swap.recover(target)


@pytest.mark.parametrize("moves", range(2 * len(PARTS) + 1))
def test_an_interrupted_exchange_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    _fill(tmp_path, "old")
    _exchanged(tmp_path, monkeypatch, moves, 2 * len(PARTS))
    assert _words(tmp_path) == {"new"}
    assert {f.name for f in tmp_path.iterdir()} == set(PARTS)


@pytest.mark.parametrize("moves", range(2 * len(PARTS)))
def test_a_table_that_the_new_corpus_has_not_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    _fill(tmp_path, "old")
    _exchanged(tmp_path, monkeypatch, moves, 2 * len(PARTS) - 1, without="clips")
    held = record.checked_record(tmp_path)
    assert held is not None and held.revision == "new"
    assert {f.name for f in tmp_path.iterdir()} == set(PARTS) - {"clips"}
    _exchanged(tmp_path, monkeypatch, 99, 0)  # and comes back
    assert _words(tmp_path) == {"new"}


def test_a_half_written_corpus_is_cleared_away(tmp_path: Path) -> None:
    _fill(tmp_path, "old")
    (tmp_path / ".new-77").mkdir()
    (tmp_path / ".new-77" / "README.md").write_text("half")
    swap.recover(tmp_path)
    assert _words(tmp_path) == {"old"}
    assert {f.name for f in tmp_path.iterdir()} == set(PARTS)


@pytest.mark.parametrize("fault", ["lost", "longer"])
def test_files_that_the_record_does_not_name_take_no_place(tmp_path: Path, fault: str) -> None:
    _fill(tmp_path, "old")
    with (
        pytest.raises(CorpusError, match="changed or deleted"),
        swap.new_corpus(tmp_path) as new,
    ):
        _fill(new, "new")
        file = new / "data" / "train.parquet"
        file.unlink() if fault == "lost" else file.write_text("longer")
    assert _words(tmp_path) == {"old"}
    assert {f.name for f in tmp_path.iterdir()} == set(PARTS)


def test_one_process_writes_at_a_time_and_the_others_are_told_which(tmp_path: Path) -> None:
    _fill(tmp_path, "old")
    with another_writer(tmp_path) as holder:
        for attempt in (swap.recover, lambda out: swap.new_corpus(out).__enter__()):
            with pytest.raises(FolderError, match=rf"process {holder.pid} on .* since 20\d\d-"):
                attempt(tmp_path)
        assert _words(tmp_path) == {"old"}
    with swap.new_corpus(tmp_path) as new:  # who was killed has it no longer
        _fill(new, "new")
    assert _words(tmp_path) == {"new"}
    assert {f.name for f in tmp_path.iterdir()} == set(PARTS)


def test_a_writer_may_hold_its_folder_already(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with swap.writing(out), swap.new_corpus(out) as new:
        _fill(new, "new")
        assert (out / ".lock").is_file()
    assert _words(out) == {"new"} and not (out / ".lock").exists()
    with swap.writing(tmp_path / "empty"):
        pass
    assert not (tmp_path / "empty").exists()


@pytest.mark.parametrize("exchange", [True, False], ids=["exchanged", "moved"])
def test_a_folder_takes_the_place_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool
) -> None:
    if not exchange:
        monkeypatch.setattr(swap, "_exchange", lambda new, out: False)
    for word in ("old", "new"):
        with swap.new_folder(tmp_path / "book") as new:
            (new / "page").write_text(word)
            assert (tmp_path / "book").exists() == (word == "new")
        assert (tmp_path / "book" / "page").read_text() == word
    assert [f.name for f in tmp_path.iterdir()] == ["book"]


def test_files_of_something_else_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("my thesis")
    with pytest.raises(FolderError, match=r"README\.md"):
        swap.new_corpus(tmp_path).__enter__()
    assert (tmp_path / "README.md").read_text() == "my thesis"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "corpus").write_text("")
    with pytest.raises(FolderError, match="a file"):
        swap.new_corpus(tmp_path / "corpus").__enter__()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"sizes": 3}', "null"])
def test_a_damaged_record_is_no_record(tmp_path: Path, text: str) -> None:
    (tmp_path / layout.RECORD).write_text(text)
    assert record.checked_record(tmp_path) is None


def test_the_record_reads_back(tmp_path: Path) -> None:
    size = record.SplitSize(1, 2, 3, 4, "5")
    written = Record("r", 5, 6, ["en"], {"default": {"train": size}}, {})
    _fill(tmp_path, "old")
    record.save_record(tmp_path, written)
    assert record.checked_record(tmp_path) == written
    (tmp_path / layout.CARD).unlink()
    assert record.checked_record(tmp_path) is None  # so that the next build writes it again


def test_the_revision_follows_what_became_of_the_videos() -> None:
    outcomes = [Outcome(Video(name, ""), "failed", "its process died", 0.0) for name in "ab"]
    changed = [*outcomes[:-1], dataclasses.replace(outcomes[-1], status="kept", reason="")]
    first = record.revision("f", outcomes, "w")
    assert first == record.revision("f", outcomes, "w")
    assert first != record.revision("g", outcomes, "w")
    assert first != record.revision("f", changed, "w")
    assert first != record.revision("f", outcomes, "v")


def test_asking_needs_no_datasets() -> None:
    code = "import sys, vid2book.folder.record; sys.exit('datasets' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
