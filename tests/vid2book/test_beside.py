"""Which of the captions beside a video are its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vid2book.beside import language_of_name, spoken_language
from vid2book.manifest import read_manifest
from vid2book.records import Video


def row(folder: Path, *names: str, video: str = "a", **info: object) -> Video:
    (folder / f"{video}.mp4").write_bytes(b"video")
    for name in names:
        (folder / name).write_text("WEBVTT\n")
    if info:
        (folder / f"{video}.info.json").write_text(json.dumps(info))
    found = {Path(v.path).stem: v for v in read_manifest(folder)}
    return found[video]


@pytest.mark.parametrize(
    ("language", "names", "chosen", "tag"),
    [
        ("en", ["a.de.srt", "a.en.srt"], "a.en.srt", "en"),
        ("English", ["a.de.vtt", "a.eng.vtt"], "a.eng.vtt", "en"),
        ("de", ["a.English.srt", "a.German.srt"], "a.German.srt", "de"),
        ("en-US", ["a.en-GB.srt", "a.en-US.srt", "a.de.srt"], "a.en-US.srt", "en-US"),
        ("en", ["a.en-orig.vtt", "a.en.vtt"], "a.en.vtt", "en"),
        ("", ["a.de.vtt", "a.en-orig.vtt", "a.fr.vtt"], "a.en-orig.vtt", "en"),
        ("zh-TW", ["a.zh-Hans.srt", "a.zh-Hant.srt"], "a.zh-Hant.srt", "zh-Hant"),
        ("en", ["a.en.forced.srt", "a.en.sdh.srt"], "a.en.sdh.srt", "en"),
        ("en", ["a.en.srt", "a.en.vtt"], "a.en.vtt", "en"),
        ("en", ["a.de.srt", "a.srt"], "a.srt", ""),
        ("", ["a.de.srt"], "a.de.srt", "de"),
        ("", ["a.de.srt", "a.srt"], "a.srt", ""),
        ("", ["a.mp4.srt"], "a.mp4.srt", ""),
        ("", ["a.DE.SRT"], "a.DE.SRT", "de"),
    ],
)
def test_those_of_the_language_of_the_video(
    tmp_path: Path, language: str, names: list[str], chosen: str, tag: str
) -> None:
    video = row(tmp_path, *names, language=language)
    assert (Path(video.captions).name, video.captions_language) == (chosen, tag)
    assert not video.captions_note and not video.problem


def test_translations_alone_are_not_taken_and_told(tmp_path: Path) -> None:
    video = row(tmp_path, "a.de.srt", "a.fr.vtt", language="en")
    assert not video.captions
    assert video.captions_note == "the captions beside the video are not in 'en': de, fr"


def test_of_several_languages_none_is_guessed(tmp_path: Path) -> None:
    video = row(tmp_path, "a.de.srt", "a.fr.vtt")
    assert not video.captions and "(de, fr)" in video.captions_note


def test_captions_of_a_longer_name_are_those_of_its_video(tmp_path: Path) -> None:
    (tmp_path / "a.b.mp4").write_bytes(b"video")
    assert row(tmp_path, "a.b.en.srt").captions == ""
    assert row(tmp_path, video="a.b").captions.endswith("a.b.en.srt")


def test_the_case_of_yt_dlp(tmp_path: Path) -> None:
    """Brackets in names are no pattern, and the info file tells the language."""
    names = ["L [abc].de.srt", "L [abc].en.srt"]
    video = row(tmp_path, *names, video="L [abc]", title="Pendulum", language="en")
    assert video.captions.endswith("L [abc].en.srt")


@pytest.mark.parametrize(
    ("info", "language"),
    [
        ({"language": "en-US"}, "en-US"),
        ({"language": None, "automatic_captions": {"de": [], "en-orig": []}}, "en"),
        ({"language": None}, ""),
        ({"language": 3, "automatic_captions": ["en-orig"]}, ""),
    ],
)
def test_the_language_by_the_info_file(info: dict[str, object], language: str) -> None:
    assert spoken_language(info) == language


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("a.de.srt", "de"),
        ("a.English.srt", "en"),
        ("a.en-orig.vtt", "en"),
        ("a.zh-Hans.vtt", "zh-Hans"),
        ("a.final.srt", ""),
        ("a.new.srt", ""),
        ("a.even.srt", ""),
        ("de.srt", ""),
    ],
)
def test_the_language_by_the_name(name: str, tag: str) -> None:
    assert language_of_name(Path(name)) == tag


def test_the_name_of_the_video_tells_nothing() -> None:
    assert language_of_name(Path("part.no.srt"), Path("part.no.mp4")) == ""


@pytest.mark.parametrize("told", ["English", "eng", "en", "EN"])
def test_a_manifest_may_call_a_language_as_it_likes(tmp_path: Path, told: str) -> None:
    (tmp_path / "a.mp4").write_bytes(b"video")
    (tmp_path / "m.jsonl").write_text(json.dumps({"path": "a.mp4", "language": told}))
    [video] = read_manifest(tmp_path / "m.jsonl")
    assert video.language == "en"


def test_captions_that_a_manifest_names_tell_their_language(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"video")
    (tmp_path / "other.de.srt").write_text("x")
    rows = [{"path": "a.mp4", "captions": "other.de.srt"}]
    (tmp_path / "m.jsonl").write_text("\n".join(map(json.dumps, rows)))
    [video] = read_manifest(tmp_path / "m.jsonl")
    assert video.captions_language == "de"
