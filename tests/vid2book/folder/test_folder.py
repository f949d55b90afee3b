"""The corpus folder changes in one step, and never eats what is not its own."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from vid2book.folder import layout, record, swap
from vid2book.folder.record import FolderError, Written
from vid2book.records import Outcome, Video

PARTS = layout.PARTS


def _fill(target: Path, word: str) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        if part in layout.TABLES.values():
            (target / part).mkdir()
            (target / part / "train.parquet").write_text(word)
        else:
            (target / part).write_text(word)


def _words(target: Path) -> set[str]:
    files = [target / p / "train.parquet" if (target / p).is_dir() else target / p for p in PARTS]
    return {file.read_text() for file in files}


@pytest.mark.parametrize("moves", range(2 * len(PARTS) + 1))
def test_an_interrupted_exchange_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    _fill(tmp_path, "old")
    _fill(swap.begin(tmp_path), "new")
    rename, left = Path.rename, [moves + 1]

    def failing(self: Path, target: Path) -> Path:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", failing)
        if moves < 2 * len(PARTS):
            with pytest.raises(KeyboardInterrupt):
                swap.put_in_place(tmp_path)
        else:
            swap.put_in_place(tmp_path)
    swap.recover(tmp_path)
    assert _words(tmp_path) == {"new"}
    assert {f.name for f in tmp_path.iterdir()} == set(PARTS)


def test_a_half_written_corpus_is_cleared_away(tmp_path: Path) -> None:
    _fill(tmp_path, "old")
    (swap.begin(tmp_path) / "README.md").write_text("half")
    swap.recover(tmp_path)
    assert _words(tmp_path) == {"old"}
    assert not (tmp_path / ".new").exists()


def test_files_of_something_else_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("my thesis")
    with pytest.raises(FolderError, match=r"README\.md"):
        swap.begin(tmp_path)
    assert (tmp_path / "README.md").read_text() == "my thesis"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "corpus").write_text("")
    with pytest.raises(FolderError, match="a file"):
        swap.begin(tmp_path / "corpus")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"sizes": 3}', "null"])
def test_a_damaged_record_is_no_record(tmp_path: Path, text: str) -> None:
    (tmp_path / layout.RECORD).write_text(text)
    assert record.held(tmp_path) is None


def test_the_record_reads_back(tmp_path: Path) -> None:
    size = record.SplitSize(1, 2, 3, 4, "5")
    written = Written("r", 5, 6, ["en"], {"default": {"train": size}}, {})
    _fill(tmp_path, "old")
    record.save_record(tmp_path, written)
    assert record.held(tmp_path) == written
    (tmp_path / layout.CARD).unlink()
    assert record.held(tmp_path) is None  # so that the next build writes it again


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
