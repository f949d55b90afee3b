from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vid2book.manifest import ManifestError, read_manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).write_bytes(b"video")
    return tmp_path


ROWS = [
    {"video_id": "a", "path": "a.mp4", "title": "Áé", "year": 1999, "split": "test"},
    {"video_id": "b", "path": "b.mp4", "title": "B", "year": 2001, "split": None},
]


def write(folder: Path, kind: str, rows: list[dict[str, object]]) -> Path:
    path = folder / f"list.{kind}"
    if kind == "jsonl":
        path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    elif kind == "csv":
        head = list(rows[0])
        lines = [",".join(head)]
        lines += [",".join("" if row[k] is None else str(row[k]) for k in head) for row in rows]
        path.write_text("\ufeff" + "\r\n".join(lines), encoding="utf-8")
    else:
        pq.write_table(pa.Table.from_pylist(rows), path)
    return path


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_tables_of_each_kind_read_alike(folder: Path, kind: str) -> None:
    a, b = read_manifest(write(folder, kind, list(ROWS)))
    assert (a.video_id, a.title, a.split, b.split) == ("a", "Áé", "test", "train")
    assert a.path == str((folder / "a.mp4").resolve())
    assert str(a.metadata["year"]) == "1999"
    assert not a.problem and not b.problem


def test_a_folder_is_read_in_order_with_what_stands_beside(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "c d.mp4").write_bytes(b"video")
    info = {"title": "Waves", "webpage_url": "https://example.org/w", "uploader": "Ann"}
    (folder / "a.info.json").write_text(json.dumps(info))
    (folder / "a.en.vtt").write_text("WEBVTT\n")
    (folder / "notes.txt").write_text("x")
    a, b, c = read_manifest(folder)
    assert (a.title, a.source_url, a.author) == ("Waves", "https://example.org/w", "Ann")
    assert a.captions.endswith("a.en.vtt") and not b.captions
    assert c.video_id.startswith("sub-c-d-")


def test_a_single_file_and_a_folder_with_a_manifest(folder: Path) -> None:
    assert [v.video_id for v in read_manifest(folder / "a.mp4")] == ["a"]
    (folder / "manifest.jsonl").write_text('{"path": "b.mp4"}\n')
    assert [v.video_id for v in read_manifest(folder)] == ["b"]


def test_a_bad_row_costs_only_itself(folder: Path) -> None:
    lines = [
        '{"video_id": "a", "path": "a.mp4"}',
        '{"video_id": "a", "path": "b.mp4"}',
        '{"video_id": "../x", "path": "b.mp4"}',
        '{"video_id": "gone", "path": "gone.mp4"}',
        '{"video_id": "c", ',
        '{"title": "no path"}',
        '{"video_id": "b", "path": "b.mp4"}',
    ]
    path = folder / "list.jsonl"
    path.write_text("\n".join(lines))
    videos = read_manifest(path)
    assert len(videos) == len({v.video_id for v in videos}) == 7
    assert [v.video_id for v in videos if not v.problem] == ["a", "b"]
    told = [v.problem for v in videos if v.problem]
    for problem, part in zip(
        told, ["already that of row 1", "'../x'", "no file", "not JSON", "no 'path'"], strict=True
    ):
        assert part in problem
    assert all(v.video_id.startswith("row-") or v.video_id == "gone" for v in videos if v.problem)


def test_sources_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="no videos"):
        read_manifest(tmp_path)
    with pytest.raises(ManifestError, match="no such file or folder"):
        read_manifest(tmp_path / "none")
    (tmp_path / "x.docx").write_text("x")
    with pytest.raises(ManifestError, match="not a manifest"):
        read_manifest(tmp_path / "x.docx")
    (tmp_path / "x.parquet").write_text("x")
    with pytest.raises(ManifestError, match="cannot be read as parquet"):
        read_manifest(tmp_path / "x.parquet")


def test_a_missing_value_of_a_data_frame_is_missing(folder: Path) -> None:
    rows = [
        '{"path": "a.mp4", "captions": NaN, "title": NaN, "language": NaN, "license": NaN}',
        '{"path": "b.mp4", "captions": "nan", "title": "NA", "language": "None", "license": "nan"}',
    ]
    (folder / "m.jsonl").write_text("\n".join(rows))
    a, b = read_manifest(folder / "m.jsonl")
    assert not a.problem and not b.problem
    assert (a.captions, a.title, a.language, a.license) == ("", "", "", "")
    assert (b.captions, b.title, b.language, b.license) == ("", "NA", "", "")
    assert not a.metadata and not b.metadata


@pytest.mark.parametrize("language", ["English", "eng", "en", "EN"])
def test_a_language_by_any_name(folder: Path, language: str) -> None:
    (folder / "m.jsonl").write_text(json.dumps({"path": "a.mp4", "language": language}))
    assert read_manifest(folder / "m.jsonl")[0].language == "en"


def test_columns_and_paths_as_others_write_them(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "c\u0301a.mp4").write_bytes(b"video")
    (folder / "m.csv").write_text("Path;Video ID;Source-URL\nsub\\\u0107a.mp4;x1;https://x.org/1\n")
    video = read_manifest(folder / "m.csv")[0]
    assert not video.problem
    assert (video.video_id, video.source_url) == ("x1", "https://x.org/1")


def test_rows_that_yt_dlp_dumped(folder: Path) -> None:
    row = {
        "id": "aB3_-xYz012", "title": "Work", "extractor": "youtube", "_filename": "b.mp4",
        "webpage_url": "https://www.youtube.com/watch?v=aB3_-xYz012", "cookies": "SID=secret",
        "formats": [{"url": "https://x.googlevideo.com/videoplayback?ip=1.2.3.4&sig=s"}],
    }  # fmt: skip
    (folder / "m.jsonl").write_text(json.dumps(row))
    video = read_manifest(folder / "m.jsonl")[0]
    assert not video.problem and (video.video_id, video.title) == ("aB3_-xYz012", "Work")
    assert Path(video.path).name == "b.mp4" and "sig" not in str(video.metadata)


def test_a_value_of_another_kind_is_kept_as_metadata(folder: Path) -> None:
    row = {"path": "a.mp4", "title": {"en": "Work"}, "subject": ["Physics", "Mechanics"]}
    (folder / "m.jsonl").write_text(json.dumps(row))
    video = read_manifest(folder / "m.jsonl")[0]
    assert (video.title, video.subject) == ("", "Physics, Mechanics")
    assert video.metadata == {"title": {"en": "Work"}}


def test_a_row_without_a_file_may_say_why(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"")
    rows = [
        {"video_id": "a", "problem": "not fetched: 404", "source_url": "https://a.org/v.mp4"},
        {"video_id": "b", "path": "a.mp4", "problem": "a column of somebody's own"},
    ]
    path = tmp_path / "m.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    gone, there = read_manifest(path)
    assert gone.problem == "m.jsonl line 1: not fetched: 404" and "problem" not in gone.metadata
    assert gone.path == ""  # what was not to be had, or refused, is not fetched from its source
    assert there.problem == "" and there.metadata["problem"] == "a column of somebody's own"
