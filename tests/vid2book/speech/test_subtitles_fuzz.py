"""Caption files made by chance: they are read or refused by name, and no word is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vid2book.intake.encodings import EncodingError, decode
from vid2book.speech.cues import read_cues
from vid2book.speech.subtitles import SubtitleError, read_subtitles

PIECES = (
    "1", "42", "00:00:01,000 --> 00:00:02,000", "-00:01 --> 00:02", "00:05.0 --> 00:01.0", "-->",
    "00:00:xx --> 00:00:09.000", "WEBVTT", "NOTE x", "STYLE", "X-TIMESTAMP-MAP=MPEGTS:9,LOCAL:1:1",
    "Language: de", "<i>", "</i>", "<v Jane Roe>", "<00:00:01.500>", "<c.x>", "<b", ">", "[Music]",
    "[2, 5]", "(laughs)", "♪", "*", "Jane Roe:", ">>", "- ", "{\\an8}", "{", "&amp;", "&#0;",
    "&#xFFFF;", "DNA: the molecule", "vector<i>", "\ufeff", "\u202e", "\0", "\ud7ff", "é", "щ",
    "重力", "9999999999:99:99.9 --> 1:1", "1:1:1:1:1 --> 2:2", "X-TIMESTAMP-MAP=MPEGTS:x,LOCAL:y",
)  # fmt: skip
ENDS = st.sampled_from(("", " ", "\n", "\n\n", "\r"))
SOUP = st.lists(st.tuples(st.sampled_from(PIECES) | st.text(max_size=8), ENDS)).map(
    lambda parts: "".join(piece + end for piece, end in parts)
)
FORMS = st.sampled_from(("{}", "<i>{}</i>", "{{\\an8}}{}", "{} [Music]", "<v J R>{}"))
WORDS = st.lists(st.text("abcdefg", min_size=1, max_size=6), min_size=1, max_size=5)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "a.srt"


def check(file: Path) -> None:
    """Whatever is read can be used."""
    try:
        subtitles = read_subtitles(file)
    except SubtitleError as error:
        assert str(file) in str(error)
        return
    starts = [segment.start for segment in subtitles.segments]
    assert starts == sorted(starts) and all(start >= 0 for start in starts)
    for segment in subtitles.segments:
        assert segment.end >= segment.start and segment.text
        assert "".join(word.text for word in segment.words).strip() == segment.text
        assert all(word.end >= word.start for word in segment.words)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SOUP)
def test_text_of_all_kinds(file: Path, text: str) -> None:
    file.write_bytes(text.encode("utf-8", "replace"))
    check(file)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_bytes_of_all_kinds(file: Path, data: bytes, headed: bool) -> None:
    file.write_bytes(b"1\n00:00:01,000 --> 00:00:02,000\n" * headed + data)
    check(file)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(WORDS, FORMS)),
    st.booleans(),
    st.sampled_from(("\n", "\r\n", "\r", "\r\r\n")),
    st.sampled_from(("\n", " \n", "\n\n")),
)  # fmt: skip
def test_every_word_of_every_cue_is_said(
    file: Path, cues: list[tuple[list[str], str]], numbered: bool, end: str, between: str
) -> None:
    parts, wanted = [], []
    for n, (words, form) in enumerate(cues):
        number = f"{n + 1}\n" if numbered else ""
        # A number of its own in each, so that no cue begins as the one before ends.
        line = " ".join([f"w{n}", *words])
        timing = f"00:{n // 30:02}:{n % 30 * 2:02},000 --> 00:{n // 30:02}:{n % 30 * 2 + 1:02},000"
        parts.append(f"{number}{timing}\n{form.format(line)}\n")
        wanted += line.split()
    file.write_bytes(between.join(parts).replace("\n", end).encode())
    if cues:
        segments = read_subtitles(file).segments
        assert [word for segment in segments for word in segment.text.split()] == wanted


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_structure_keeps_every_line_of_text(text: str) -> None:
    """After a cue has begun, a line is text, a time, a number or a block, and nothing else."""
    head = "1\n00:00:01,000 --> 00:00:02,000\n"
    lines = [
        " ".join(line.split()) for cue in read_cues(f"{head}x{text}").cues for line in cue.lines
    ]
    kept = "".join("".join(lines).split())
    plain = "".join(f"x{text}".replace("\0", "").split())
    if "->" not in text and "→" not in text:
        assert kept == plain


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=120))
def test_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        assert isinstance(decode(data).text, str)
    except EncodingError as error:
        assert str(error)
