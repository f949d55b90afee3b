"""Times, numbers, blocks and blank lines of caption files."""

from __future__ import annotations

from pathlib import Path

import pytest

from vid2book.speech.subtitles import read_subtitles

from ...support.captions import read, said


@pytest.mark.parametrize(
    ("timing", "start", "end"),
    [
        ("00:00:01,500 --> 00:00:03,000", 1.5, 3.0),
        ("0:0:1.5 --> 0:0:3", 1.5, 3.0),
        ("00:01.500 --> 00:03.000 align:start position:0%", 1.5, 3.0),
        ("00:00:01:500 --> 00:00:03:000", 1.5, 3.0),
        ("00: 00: 01, 500 -> 00: 00: 03, 000", 1.5, 3.0),
        ("00：00：01，500 → 00：00：03，000", 1.5, 3.0),
        ("-00:00:01,500 --> 00:00:03,000", 0.0, 3.0),
        ("00:00:0x,500 --> 00:00:03,000", 0.0, 3.0),
        ("00:00:01,500 --> ", 1.5, 2.5),
        ("00:00:03,000 --> 00:00:01,500", 3.0, 4.0),
        ("00:00:03,000 --> 00:00:03,000", 3.0, 4.0),
        ("  100:00:01.5 --> 100:00:03", 360001.5, 360003.0),
    ],
)
def test_times_as_tools_write_them(tmp_path: Path, timing: str, start: float, end: float) -> None:
    assert read(tmp_path, f"1\n{timing}\nEnergy.\n", "a.srt") == [(start, end, "Energy.")]


def test_a_cue_with_bad_times_costs_no_word_and_is_told(tmp_path: Path) -> None:
    text = (
        "1\n00:00:01,000 --> 00:00:02,000\nOne.\n\n2\n00:00:xx,000 --> yy:00\nTwo.\n\n"
        "3\n00:00:05,000 --> 00:00:06,000\nThree.\n\n4\n-0:00:09,000 --> -0:00:08,000\nFour.\n"
    )
    assert said(text, tmp_path, "a.srt") == "One. Two. Three."
    repaired, dropped = read_subtitles(tmp_path / "a.srt").findings
    assert "line 6" in repaired.reason and repaired.kept
    assert 2.0 <= repaired.start < repaired.end <= 5.0
    assert dropped.text == "Four." and not dropped.kept


@pytest.mark.parametrize(
    "text",
    [
        "00:01.000 --> 00:02.000\nOne.\n00:03.000 --> 00:04.000\nTwo is\n\n42\n",
        "1\n\n00:01.000 --> 00:02.000\n\nOne.\n\n2\n\n00:03.000 --> 00:04.000\nTwo is\n42\n",
        "1\r\r\n00:01.000 --> 00:02.000\r\r\nOne.\r\r\n\r\r\n2\r\r\n"
        "00:03.000 --> 00:04.000\r\r\nTwo is 42\r\r\n",
        "1\r00:01.000 --> 00:02.000\rOne.\r\r2\r00:03.000 --> 00:04.000\rTwo is\r\r42",
        "1\n00:01.000 --> 00:02.000\nOne.\n2\n00:03.000 --> 00:04.000\nTwo is 42\n",
        "1\n00:01.000 --> 00:02.000\nOne.\n\n2\nTwo is\n\n3\n00:03.000 --> 00:04.000\n42\n",
        "WEBVTT\n\nintro\n00:01.000 --> 00:02.000\nOne.\n\n"
        "NOTE Two\nnot said\n\nSTYLE\n::cue {}\n\n00:03.000 --> 00:04.000\nTwo is\n42\n",
        "WEBVTT\n\n9f1-a/12-0\n00:01.000 --> 00:02.000\nOne.\n\n"
        "9f1-a/13-1\n00:03.000 --> 00:04.000\nTwo is\n\n42\n",
    ],
)
def test_numbers_names_and_blank_lines_of_cues(tmp_path: Path, text: str) -> None:
    assert said(text, tmp_path, "a.srt") == "One. Two is 42"


def test_in_a_subrip_file_a_note_is_a_word(tmp_path: Path) -> None:
    text = "1\n00:01.000 --> 00:02.000\nOne.\n\nNOTE that two follows.\n"
    assert said(text, tmp_path, "a.srt") == "One. NOTE that two follows."


@pytest.mark.parametrize("line", ["Language: de-DE", "\nNOTE language:de-de"])
def test_a_header_may_tell_the_language(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.vtt").write_text(f"WEBVTT\n{line}\n\n00:01.000 --> 00:02.000\nEnergie.\n")
    subtitles = read_subtitles(tmp_path / "a.vtt")
    assert subtitles.language == "de" and subtitles.segments[0].text == "Energie."


def test_joined_segments_of_a_stream_share_a_clock(tmp_path: Path) -> None:
    part = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:{},LOCAL:00:00:00.000\n\n00:01.000 --> 00:02.000\n{}\n"
    text = "\n".join(part.format(*p) for p in ((900000, "One."), (1440000, "Two.")))
    assert read(tmp_path, text) == [(1.0, 2.0, "One."), (7.0, 8.0, "Two.")]


def test_text_before_the_first_cue_is_told(tmp_path: Path) -> None:
    assert said("A title\n\n1\n00:01.000 --> 00:02.000\nOne.\n", tmp_path, "a.srt") == "One."
    [stray] = read_subtitles(tmp_path / "a.srt").findings
    assert stray.text == "A title" and not stray.kept
