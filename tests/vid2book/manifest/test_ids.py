"""Every file has an id of its own, and no other file changes it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from vid2book.manifest import read_manifest, read_sources
from vid2book.manifest.ids import file_id, id_in_name
from vid2book.names import is_video_id

NAMES = [
    "a.mp4", "a.mkv", "A.mp4", "a b.mp4", "a-b.mp4", "a_b.mp4", "a--b.mp4", "a.b.mp4", "ä.mp4",
    "第一课.mp4", "第二课.mp4", "Лекция 1.mp4", "Семинар 1.mp4", "محاضرة.mp4", "🎓.mp4",
    "x" * 120 + "1.mp4", "x" * 120 + "2.mp4", "é" * 120 + ".mp4", "-wNyEUrxzFU.mp4",
    "sub/a.mp4", "sub/c d.mp4",
    "第/课.mp4", "What？ Why： a “test”.mp4",
]  # fmt: skip


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    return folder


def ids(folder: Path) -> dict[str, str]:
    videos = read_manifest(folder)
    assert not any(video.problem for video in videos)
    return {str(Path(video.path).relative_to(folder)): video.video_id for video in videos}


def test_each_name_has_its_own_id_whatever_stands_beside(tmp_path: Path) -> None:
    together = ids(touch(tmp_path / "all", *NAMES))
    assert len(set(together.values())) == len(NAMES) and all(map(is_video_id, together.values()))
    for n, name in enumerate(NAMES):
        assert ids(touch(tmp_path / str(n), name)) == {name: together[name]}


@pytest.mark.parametrize("name", ["a", "lecture-01", "2024_05.final", "-wNyEUrxzFU"])
def test_a_plain_name_is_the_id(name: str) -> None:
    assert file_id(Path(f"{name}.mp4")) == name
    assert file_id(Path(f"course/{name}.mp4")) == f"course-{name}"


def test_what_can_be_read_of_a_name_is_in_the_id() -> None:
    assert file_id(Path("Über Kräfte 1.mp4")).startswith("Uber-Krafte-1-")
    composed, apart = "caf\u00e9.mp4", "cafe\u0301.mp4"  # as Linux and as old Macs write it
    assert file_id(Path(composed)) == file_id(Path(apart))


def test_the_example_of_chinese_and_russian_names(tmp_path: Path) -> None:
    found = ids(touch(tmp_path, "Лекция 1.mp4", "Семинар 1.mp4", "第二课.mp4", "第一课.mp4"))
    assert len(set(found.values())) == 4


def test_what_yt_dlp_wrote_keeps_its_id(tmp_path: Path) -> None:
    name = "Work and energy： part 1 [aB3_-xYz012]"
    touch(tmp_path, f"{name}.mp4", "other.mp4", "Plain [Introducing].mp4")
    info = {
        "id": "aB3_-xYz012", "title": "Work and energy: part 1", "uploader": "Ann",
        "channel": "Open Lectures", "upload_date": "20240131", "tags": ["physics", "half \ud83d"],
        "playlist": "Mechanics", "playlist_index": 3, "extractor": "youtube",
        "webpage_url": "https://www.youtube.com/watch?v=aB3_-xYz012",
        "chapters": [{"start_time": 0.0, "end_time": 60.0, "title": "Work"}],
        "formats": [{"url": "https://x.googlevideo.com/videoplayback?ip=1.2.3.4"}],
        "_filename": "/home/ann/videos/x.mp4",
    }  # fmt: skip
    (tmp_path / f"{name}.info.json").write_text(json.dumps(info))
    (tmp_path / "other.info.json").write_text(json.dumps({"id": "123/4 5", "title": "Other"}))
    plain, video, other = read_manifest(tmp_path)
    assert (video.video_id, video.title, video.author) == ("aB3_-xYz012", info["title"], "Ann")
    told = video.metadata
    assert told["chapters"] == info["chapters"] and told["tags"] == ["physics", "half \ufffd"]
    assert (told["channel"], told["upload_date"]) == ("Open Lectures", "20240131")
    assert (told["playlist"], told["playlist_index"]) == ("Mechanics", 3)
    assert "formats" not in told and "/home" not in str(told)
    assert other.video_id.startswith("123-4-5-") and other.metadata["id"] == "123/4 5"
    assert plain.video_id.startswith("Plain-Introducing-")


@pytest.mark.parametrize(
    ("stem", "found"),
    [
        ("Title [aB3_-xYz012]", "aB3_-xYz012"),
        ("[x] Title [00000000001]", "00000000001"),
        ("Title [MATHEMATICS]", ""),
        ("Title [part 1]", ""),
        ("Title-dQw4w9WgXcQ", ""),
    ],
)
def test_an_id_is_told_from_a_word_in_brackets(stem: str, found: str) -> None:
    assert id_in_name(stem) == found


def test_a_download_archive_tells_ids(tmp_path: Path) -> None:
    touch(tmp_path, "Old-dQw4w9WgXcQ.mp4", "Clip [76979871].mp4", "unlisted.mp4")
    archive = tmp_path / "archive.txt"
    archive.write_text("youtube dQw4w9WgXcQ\nvimeo 76979871\nyoutube gone4567890\n")
    by_id = {video.video_id: video for video in read_manifest(tmp_path)}
    assert set(by_id) == {"dQw4w9WgXcQ", "76979871", "unlisted"}
    assert by_id["dQw4w9WgXcQ"].source_url == "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
    assert (by_id["76979871"].title, by_id["76979871"].source_url) == (
        "Clip", "https://vimeo.com/76979871",
    )  # fmt: skip
    listed = read_manifest(archive)
    assert [video.video_id for video in listed] == ["dQw4w9WgXcQ", "76979871", "gone4567890"]
    assert [bool(video.problem) for video in listed] == [False, False, True]


def test_leftovers_of_downloads_are_told_and_passed_over(tmp_path: Path) -> None:
    left = ["a.f137.mp4", "a.f251-9.webm", "a.temp.mp4", "b.mp4.part", "b.mp4.ytdl", "a.fhls-1.mp4",
            "b.mp4.part-Frag12"]  # fmt: skip
    touch(tmp_path, "a.mp4", "a.final.mp4", "f137.mp4", "notes.pdf.part", *left)
    (tmp_path / "broken.mp4").symlink_to("nowhere.mp4")
    (tmp_path / "zero.mp4").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.mp4")
    found = read_sources([tmp_path])
    assert [v.video_id for v in found.videos] == ["a.final", "a", "f137"]
    reasons = {file.path: file.reason for file in found.passed_over}
    assert set(reasons) == {*left, "broken.mp4", "zero.mp4", "pipe.mp4"}
    assert reasons["broken.mp4"] == "a link to nothing"
    assert reasons["zero.mp4"] == reasons["pipe.mp4"] == "a pipe or a device, not a file"


def test_links_to_folders_are_followed_once(tmp_path: Path) -> None:
    touch(tmp_path / "elsewhere", "c.mp4", "deep/d.mp4")
    folder = touch(tmp_path / "here", "z/b.mp4")
    (folder / "a-link").symlink_to(tmp_path / "elsewhere")
    (folder / "loop").symlink_to(folder)
    (folder / "again").symlink_to(folder / "z")
    (tmp_path / "elsewhere" / "back").symlink_to(folder)
    (folder / "itself").symlink_to("itself")
    assert set(ids(folder).values()) == {"z-b", "a-link-c", "a-link-deep-d"}


def test_several_sources_at_once(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp4", "b/x.mp4", "b/y.mp4", "c/x.mp4", "c/z.mp4")
    (tmp_path / "c.jsonl").write_text('{"path": "c/z.mp4"}\n{"path": "c/x.mp4", "video_id": "y"}\n')
    sources = (tmp_path / "a.mp4", tmp_path / "b", tmp_path / "c", tmp_path / "c.jsonl")
    videos = read_manifest(*sources)
    found = [video.video_id for video in videos]
    assert len(set(found)) == len(found) == 7 and not any(video.problem for video in videos)
    assert found[:2] == ["a", "x"] and found[2].startswith("y-") and found[-1] == "y"


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    names = [os.fsdecode(name) for name in (b"caf\xe9.mp4", b"caf\xe8.mp4")]
    for name in names:
        (tmp_path / name).write_bytes(b"video")
        (tmp_path / f"{name[:-4]}.en.vtt").write_text("WEBVTT\n")
    first, second = read_manifest(tmp_path)
    assert first.video_id != second.video_id and first.title == "caf\ufffd"
    assert Path(first.path).is_file() and Path(first.captions).is_file() and not first.problem


def test_a_name_as_long_as_the_disk_allows(tmp_path: Path) -> None:
    touch(tmp_path, "x" * 251 + ".mp4", "y" * 251 + ".mp4")
    assert len(ids(tmp_path)) == 2


def test_an_id_like_that_of_a_bad_row_breaks_nothing(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp4", "b.mp4", "c.mp4")
    lines = ['{"path": "a.mp4", "video_id": "row-2"}', "{bad", '{"path": "b.mp4"}', "[1]",
             '{"path": "c.mp4", "video_id": "row-4"}']  # fmt: skip
    (tmp_path / "m.jsonl").write_text("\n".join(lines))
    videos = read_manifest(tmp_path / "m.jsonl")
    assert [v.video_id for v in videos if not v.problem] == ["row-2", "b", "row-4"]
    assert len({v.video_id for v in videos}) == 5
    assert ["line 2" in videos[1].problem, "line 4" in videos[3].problem] == [True, True]


def test_videos_that_the_manifest_of_a_folder_does_not_list_are_named(tmp_path: Path) -> None:
    folder = touch(tmp_path / "here", "a.mp4", "in/b.mp4", "c d.mp4", "in/e.mp4")
    (folder / "manifest.jsonl").write_text('{"path": "./a.mp4"}\n{"path": "in/../in/b.mp4"}\n')
    found = read_sources([folder])
    assert [video.video_id for video in found.videos] == ["a", "b"]
    assert [(file.path, file.reason) for file in found.passed_over] == [
        (path, "manifest.jsonl does not list it") for path in ("c d.mp4", "in/e.mp4")
    ]
