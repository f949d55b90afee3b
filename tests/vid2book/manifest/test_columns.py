"""Columns that were mistyped are named, and none that someone chose on purpose."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vid2book.manifest import Manifest, read_sources


def found(folder: Path, *rows: dict[str, object]) -> Manifest:
    (folder / "a.mp4").write_bytes(b"video")
    (folder / "list.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return read_sources([folder / "list.jsonl"])


@pytest.mark.parametrize(
    ("column", "known"),
    [
        *(("pth", "path"), ("Paths", "path"), ("titel", "title"), ("langauge", "language")),
        *(("Lang", "language"), ("licens", "license"), ("lisence", "license")),
        *(("license url", "license"), ("url", "source_url"), ("link", "source_url")),
        *(("surce_ulr", "source_url"), ("authors", "author"), ("sub course", "sub_course")),
        *(("subcourse", "sub_course"), ("captoins", "captions"), ("id", "video_id")),
    ],
)
def test_a_column_like_a_known_one_is_named_once(tmp_path: Path, column: str, known: str) -> None:
    path = {} if known == "path" else {"path": "a.mp4"}
    told = found(tmp_path, path | {column: "x"}, path | {column: "y"})
    if column == "sub course":  # only spelled with a blank
        assert (told.notes, told.videos[0].sub_course) == ([], "x")
        return
    assert told.notes == [
        f"list.jsonl: {column!r} is not a known column and is kept as metadata; "
        f"did you mean {known!r}?"
    ]
    assert [video.metadata for video in told.videos] == [{column: "x"}, {column: "y"}]


@pytest.mark.parametrize(
    "column",
    ["year", "duration", "time", "date", "tags", "other", "object", "subject_id", "video_type"],
)
def test_another_column_is_nobodys_typo(tmp_path: Path, column: str) -> None:
    assert found(tmp_path, {"path": "a.mp4", column: "x"}).notes == []


def test_a_column_beside_the_known_one_was_chosen(tmp_path: Path) -> None:
    row = {"path": "a.mp4", "titles": "x", "title": "y", "url": "z", "source_url": "w", "lang": ""}
    assert found(tmp_path, row).notes == []
    assert found(tmp_path, {"file": "a.mp4", "video": "the first"}).notes == []


def test_a_licence_is_a_license_unless_the_row_has_both(tmp_path: Path) -> None:
    told = found(tmp_path, {"path": "a.mp4", "Licence": "CC0"})
    assert (told.videos[0].license, told.videos[0].metadata, told.notes) == ("CC0", {}, [])
    told = found(tmp_path, {"path": "a.mp4", "licence": "CC0", "license": "MIT"})
    assert (told.videos[0].license, told.videos[0].metadata) == ("MIT", {"licence": "CC0"})


def test_a_split_like_a_usual_one_is_named(tmp_path: Path) -> None:
    splits = ["trian", "train", "tst", "Validation", "dev", "val", "train2", "text_only", "main"]
    told = found(tmp_path, *({"path": "a.mp4", "split": split} for split in splits))
    assert [video.split for video in told.videos] == splits
    assert told.notes == [
        f"list.jsonl: there is a split {split!r}; did you mean {usual!r}?"
        for split, usual in (("trian", "train"), ("tst", "test"), ("Validation", "validation"))
    ]


def test_a_language_that_is_none_is_named(tmp_path: Path) -> None:
    names = ["Zorblax", "Klingon", "en_US", "unknown", "", "und", "Zorblax"]
    told = found(tmp_path, *({"path": "a.mp4", "language": name} for name in names))
    assert told.notes == [
        "list.jsonl: no language is called 'Zorblax'; the language is identified from the speech "
        "instead"
    ]


def test_what_others_wrote_has_no_typos(tmp_path: Path) -> None:
    """The columns of yt-dlp, and those that `vid2book collect` adds to ours."""
    dump = {"id": "x", "extractor": "youtube", "webpage_url": "u", "_filename": "a.mp4", "url": "w"}
    assert found(tmp_path, dump).notes == []
    collected = {
        "video_id": "x", "path": "a.mp4", "license": "CC0", "license_stated": "s",
        "license_evidence": "e", "source_url": "u", "author": "a", "uploader": "a", "channel": "a",
        "channel_url": "u", "upload_date": "d", "collected_from": "y", "sha256": "0",
    }  # fmt: skip
    assert found(tmp_path, collected).notes == []
