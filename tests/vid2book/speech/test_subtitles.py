"""Caption files as they come from the wild."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest

from vid2book.speech.subtitles import SubtitleError, read_subtitles

from ...support.captions import CASES, read, said, told


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


@pytest.mark.parametrize("text", ["just text\n", "", "a --> b\n", "WEBVTT\n\nNOTE x\n"])
def test_a_file_without_a_cue_is_refused_by_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(SubtitleError, match=r"bad\.vtt: there is no cue"):
        read(tmp_path, text, "bad.vtt")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SubtitleError, match=r"none\.vtt: the captions cannot be read: No such"):
        read_subtitles(tmp_path / "none.vtt")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        (
            "brackets.srt",
            "In Python we write a[0] for the first element. The closed interval [2, 5] holds both "
            "ends. See reference [12] and press [Enter]. An empty list is [] in Python.",
        ),
        (
            "term_before_colon.srt",
            "DNA: the molecule that carries genes. HTTP: a protocol of requests. WARNING: never "
            "pour water into acid.",
        ),
        ("roll_with_pause.vtt", "so the force is mass times acceleration"),
        (
            "blank_line.srt",
            "A simple pendulum is a small bob on a light string of length L. Gravity pulls it "
            "down. The end.",
        ),
    ],
)
def test_no_word_is_lost_or_said_twice(name: str, wanted: str) -> None:
    assert " ".join(s.text for s in read_subtitles(CASES / name).segments) == wanted


def grown(pause: float, *shown: str) -> str:
    cues, at = [], 0.0
    for lines in shown:
        cues.append(f"00:{at:06.3f} --> 00:{at + 1:06.3f}\n{lines}\n")
        at += 1 + pause
    return "WEBVTT\n\n" + "\n".join(cues)


@pytest.mark.parametrize("pause", [0.0, 0.5, 2.0])
@pytest.mark.parametrize(
    ("shown", "wanted"),
    [
        (("so", "so the", "so the force", "so the force\nis", "is mass"), "so the force is mass"),
        (("a b", "a b\nc d", "c d\ne f", "e f\ng h"), "a b c d e f g h"),
        (("a b\nc d\ne f", "c d\ne f\ng h", "e f\ng h\ni"), "a b c d e f g h i"),
        (("单摆", "单摆是一个", "单摆是一个小球"), "单摆 是一个 小球"),
    ],
)
def test_growing_and_rolling_captions(
    tmp_path: Path, pause: float, shown: tuple[str, ...], wanted: str
) -> None:
    assert said(grown(pause, *shown), tmp_path) == wanted
    assert any("already shown by" in reason for reason in told(tmp_path))


def test_what_is_said_twice_in_a_file_that_does_not_roll_is_kept(tmp_path: Path) -> None:
    shown = ("No.", "No.", "It is", "It is so.", "Once more.", "Never.", "Well.", "Good.", "Bye.")
    assert said(grown(0.5, *shown), tmp_path) == " ".join(shown)


CUE = "00:00:01,000 --> 00:00:04,000\n"


@pytest.mark.parametrize(
    "part",
    ["A", "AB ", "<", "<i>", "<v x", "[a] ", "(music) ", "a\n", "\n", "\r", "-->", "1:1 --> \n",
     " ", "Jane Roe: a\n", "<00:00:01.000>a ", "♪a", "{\\i1", "&a", ">> ", "x: ", f"{CUE}a b\n\n"],
)  # fmt: skip
def test_time_is_linear_in_the_length_of_a_file(tmp_path: Path, part: str) -> None:
    """600 capitals took seconds once; these would take hours."""
    path = tmp_path / "a.srt"
    path.write_text(CUE + part * (200_000 // len(part)) + "\n" + CUE + "The end.\n")
    began = time.process_time()
    assert read_subtitles(path).segments[-1].text.endswith("The end.")
    assert time.process_time() - began < 20
