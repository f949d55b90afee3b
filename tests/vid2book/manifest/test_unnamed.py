"""A table that forgets the captions beside its videos is told so."""

from __future__ import annotations

from pathlib import Path

import pytest

from vid2book.manifest import read_sources


def notes(folder: Path, table: str) -> list[str]:
    path = folder / "list.csv"
    path.write_text(table)
    return list(read_sources([path]).notes)


@pytest.fixture
def lectures(tmp_path: Path) -> Path:
    for name in ("one.mp4", "one.en.vtt", "two.mp4", "two.srt", "three.mp4", "three-b.srt"):
        (tmp_path / name).write_bytes(b"0")
    return tmp_path


def test_captions_that_no_column_names_are_noted_once(lectures: Path) -> None:
    assert notes(lectures, "path,license\none.mp4,CC0\ntwo.mp4,CC0\nthree.mp4,CC0\n") == [
        "list.csv: 2 videos have captions beside the file (one.en.vtt, two.srt), which are not "
        "used; name them in a column 'captions'"
    ]


def test_nothing_is_noted_of_a_table_that_names_some_or_whose_videos_have_none(
    lectures: Path,
) -> None:
    assert notes(lectures, "path,captions\none.mp4,one.en.vtt\ntwo.mp4,\n") == []
    assert notes(lectures, "path,license\nthree.mp4,CC0\n") == []
