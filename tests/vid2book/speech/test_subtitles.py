"""Caption files as they come from the wild."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from vid2book.speech.subtitles import SubtitleError, read_subtitles


def read(folder: Path, text: str | bytes, name: str = "a.vtt") -> list[tuple[float, float, str]]:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return [(s.start, s.end, s.text) for s in read_subtitles(path).segments]


def test_vtt_with_header_notes_settings_and_tags(tmp_path: Path) -> None:
    text = """WEBVTT - a lecture
Kind: captions

STYLE
::cue { color: red }

NOTE This is
not said.

intro
00:01.500 --> 00:04.000 align:start position:0%
<v Dr. Noether><i>Energy</i> &amp; mass are
<c.yellow>one &lt; two</c>.

01:00:00.000 --> 01:00:02.000
So x<y holds.
"""
    assert read(tmp_path, text) == [
        (1.5, 4.0, "Energy & mass are one < two."),
        (3600.0, 3602.0, "So x<y holds."),
    ]


def test_srt_with_byte_order_mark_and_windows_line_ends(tmp_path: Path) -> None:
    text = (
        "\ufeff1\r\n00:00:01,000 --> 00:00:02,500\r\n{\\an8}Hello.\r\n\r\n"
        "2\r\n00:00:03,000 --> 00:00:04,000\r\n42 is even.\r\n"
    )
    assert read(tmp_path, text, "a.srt") == [(1.0, 2.5, "Hello."), (3.0, 4.0, "42 is even.")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = "1\n00:00:01,000 --> 00:00:02,500\nL'état naïf\n"
    assert read(tmp_path, text.encode(encoding), "a.srt") == [(1.0, 2.5, "L'état naïf")]


def test_rolling_captions_are_told_once_and_keep_their_word_times(tmp_path: Path) -> None:
    text = """WEBVTT

00:00:00.000 --> 00:00:02.000 align:start position:0%
 \u0020
so<00:00:00.500><c> the</c><00:00:01.000><c> force</c>

00:00:02.000 --> 00:00:02.010 align:start position:0%
so the force
 \u0020

00:00:02.010 --> 00:00:04.000 align:start position:0%
so the force
is<00:00:02.500><c> mass</c><00:00:03.000><c> times</c>

00:00:04.000 --> 00:00:04.010 align:start position:0%
is mass times
 \u0020
"""
    path = tmp_path / "roll.vtt"
    path.write_text(text)
    segments = read_subtitles(path).segments
    assert [s.text for s in segments] == ["so the force", "is mass times"]
    words = [(w.start, w.text.strip()) for s in segments for w in s.words]
    assert words == [
        (0.0, "so"),
        (0.5, "the"),
        (1.0, "force"),
        (2.01, "is"),
        (2.5, "mass"),
        (3.0, "times"),
    ]


def test_the_same_words_later_are_kept(tmp_path: Path) -> None:
    text = "00:01.000 --> 00:02.000\nAgain.\n\n00:05.000 --> 00:06.000\nAgain.\n"
    assert read(tmp_path, text) == [(1.0, 2.0, "Again."), (5.0, 6.0, "Again.")]


def test_what_nobody_says_is_left_out(tmp_path: Path) -> None:
    text = """WEBVTT

00:01.000 --> 00:02.000
[Music]

00:02.000 --> 00:03.000
(applause)

00:03.000 --> 00:05.000
>> DR. NOETHER: f(x) is even [laughter]

00:05.000 --> 00:06.000
♪ la la ♪
"""
    assert read(tmp_path, text) == [(3.0, 5.0, "f(x) is even")]


def test_overlapping_and_unordered_cues_come_in_order(tmp_path: Path) -> None:
    text = "00:05.000 --> 00:09.000\nSecond.\n\n00:01.000 --> 00:06.000\nFirst one.\n"
    assert read(tmp_path, text) == [(1.0, 5.0, "First one."), (5.0, 9.0, "Second.")]


def test_words_fill_their_cue_in_order(tmp_path: Path) -> None:
    path = tmp_path / "a.vtt"
    path.write_text("00:10.000 --> 00:14.000\nmitochondria make a molecule\n")
    words = read_subtitles(path).segments[0].words
    assert [w.text for w in words] == [" mitochondria", " make", " a", " molecule"]
    assert words[0].start == 10.0 and words[-1].end == pytest.approx(14.0)
    assert all(a.end <= b.start + 1e-6 for a, b in pairwise(words))
    assert words[0].end - words[0].start > words[2].end - words[2].start


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("WEBVTT\n\n00:00:xx --> 00:00:04.000\nHi.\n", "line 3: this timing cannot be read"),
        ("WEBVTT\n\n00:09.000 --> 00:04.000\nHi.\n", r"line 3: this cue ends \(4.000 s\)"),
        ("just text\n", "there is no cue"),
        ("", "there is no cue"),
    ],
)
def test_an_error_names_the_file_and_the_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SubtitleError, match=f"bad.vtt.*{told}"):
        read(tmp_path, text, "bad.vtt")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SubtitleError, match=r"none\.vtt: the captions cannot be read: No such"):
        read_subtitles(tmp_path / "none.vtt")
