"""Caption files as they come from the wild."""

from __future__ import annotations

import time
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


@pytest.mark.parametrize("text", ["just text\n", "", "a --> b\n", "WEBVTT\n\nNOTE x\n"])
def test_a_file_without_a_cue_is_refused_by_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(SubtitleError, match=r"bad\.vtt: there is no cue"):
        read(tmp_path, text, "bad.vtt")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SubtitleError, match=r"none\.vtt: the captions cannot be read: No such"):
        read_subtitles(tmp_path / "none.vtt")


CASES = Path(__file__).parents[2] / "data" / "cases"


def said(text: str | bytes, folder: Path, name: str = "a.vtt") -> str:
    """All that is said, in one line."""
    return " ".join(segment[2] for segment in read(folder, text, name))


def told(folder: Path, name: str = "a.vtt") -> list[str]:
    return [told.reason for told in read_subtitles(folder / name).told]


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


def test_names_of_speakers_are_private() -> None:
    subtitles = read_subtitles(CASES / "speaker.vtt")
    assert len(subtitles.segments) == 6
    assert subtitles.segments[0].text.startswith("A simple pendulum is")
    [told] = subtitles.told
    assert "names of speakers" in told.reason and told.reason.endswith(": 6")
    assert not any(name in repr(subtitles) for name in ("Jane", "Roe"))


@pytest.mark.parametrize(
    "text",
    [
        "A vector<i> holds a<b and b>c, map<c> too, and x <v and v> y.",
        "If x<y and y<z then x<z; 1 << 3 >> 2 is 2.",
        "The set {\\alpha} and {a, b} is f(x)[0] = list[int].",
        "We write #include <stdio.h> and List<String> s;",
        "So 2 H2 + O2 --> 2 H2O burns.",
        "It runs from A -> B to C.",
        "The arts (music) are many (see [3]) and f(noise) is not a[music].",
        "The sign ♪ is a quaver, and ♫ are two.",
        "Ask: why? Because: it is. At 12:30 we stop.",
        "2 * x * y is 2xy; **bold** stays.",
        "R&D, AT&T, a&b; &copy=2 &notanentity; stay.",
        "- 5 degrees is cold.",
        "- x squared plus y",
    ],
)
@pytest.mark.parametrize("name", ["a.vtt", "a.srt"])
def test_what_looks_like_markup_and_is_none_is_said(tmp_path: Path, text: str, name: str) -> None:
    head = "WEBVTT\n\n" if name == "a.vtt" else "1\n"
    assert said(f"{head}00:00:01.000 --> 00:00:04.000\n{text}\n", tmp_path, name) == text


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("<i>Energy</i> is <b>kept</b>", "Energy is kept"),
        ('<font color="#ffff00">Energy</font>', "Energy"),
        ("{\\an8}{\\i1}Energy{\\i0}", "Energy"),
        ("<v Jane Roe>Energy</v>", "Energy"),
        ("<v.loud Jane>Energy", "Energy"),
        ("<c.colorE5E5E5>Energy</c>", "Energy"),
        ("<lang en>Energy</lang>", "Energy"),
        ("Energy<br/>is kept", "Energy is kept"),
        ("E &lt; m &amp;&nbsp;c&#39;s &amp;#39;s", "E < m & c's 's"),
        ("\u200b\u202aEnergy\u202c", "Energy"),
        (">> Energy", "Energy"),
        ("- Energy.", "Energy."),
        ("[soft music playing] Energy", "Energy"),
        ("Energy (laughter)", "Energy"),
        ("Energy [INAUDIBLE 00:12:03] is", "Energy is"),
        ("*coughs* Energy", "Energy"),
        ("【音楽】Energy（笑）", "Energy"),
        ("[Музыка] Energy", "Energy"),
        ("Energy\n[inaudible].", "Energy"),
        ("Energy [&nbsp;__&nbsp;] is", "Energy is"),
        ("EMMY NOETHER: Energy", "Energy"),
        ("♪♪ Energy", "♪♪ Energy"),
        (">> DR. NOETHER: Energy", "Energy"),
        ("SPEAKER 1: Energy", "Energy"),
        ("[SPEAKER_00]: Energy", "Energy"),
        ("PROFESSOR: Energy", "Energy"),
    ],
)
def test_what_is_markup_or_a_note_is_not_said(tmp_path: Path, line: str, wanted: str) -> None:
    text = f"WEBVTT\n\n00:00:01.000 --> 00:00:04.000\n{line}\n"
    assert said(text, tmp_path) == wanted


@pytest.mark.parametrize(
    "label", ["Energy", "Example", "Newton's law", "OHM'S LAW", "Step 1", "mRNA"]
)
def test_a_term_that_is_explained_is_no_speaker(tmp_path: Path, label: str) -> None:
    cues = [f"00:0{n}.000 --> 00:0{n}.900\nThis is cue {n}.\n" for n in range(1, 8)]
    cues[2] = f"00:03.000 --> 00:03.900\n{label}: what it is.\n"
    cues[5] = f"00:06.000 --> 00:06.900\n{label}: what it does.\n"
    assert said("WEBVTT\n\n" + "\n".join(cues), tmp_path).count(f"{label}:") == 2


@pytest.mark.parametrize(
    "label", ["Jane Roe", "Jean-Luc van den Berg", "JANE ROE", "Dr. Roe", "张三"]
)
def test_who_speaks_in_most_cues_is_left_out(tmp_path: Path, label: str) -> None:
    cues = [f"00:0{n}.000 --> 00:0{n}.900\n{label}: DNA: word {n}.\n" for n in range(1, 6)]
    cues.append("00:07.000 --> 00:07.900\nBob Lee: Yes.\n")
    text = said("WEBVTT\n\n" + "\n".join(cues), tmp_path)
    assert text == "DNA: word 1. DNA: word 2. DNA: word 3. DNA: word 4. DNA: word 5. Yes."


def test_names_on_lines_of_their_own(tmp_path: Path) -> None:
    cues = [f"00:0{n}.000 --> 00:0{n}.900\n({who})\nWord {n}.\n"
            for n, who in enumerate(("Jane Roe", "Bob Lee", "Jane Roe", "Bob Lee"))]  # fmt: skip
    assert said("WEBVTT\n\n" + "\n".join(cues), tmp_path) == "Word 0. Word 1. Word 2. Word 3."


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
    repaired, dropped = read_subtitles(tmp_path / "a.srt").told
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


def test_joined_segments_of_a_stream_share_a_clock(tmp_path: Path) -> None:
    part = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:{},LOCAL:00:00:00.000\n\n00:01.000 --> 00:02.000\n{}\n"
    text = "\n".join(part.format(*p) for p in ((900000, "One."), (1440000, "Two.")))
    assert read(tmp_path, text) == [(1.0, 2.0, "One."), (7.0, 8.0, "Two.")]


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
    assert any("has shown already" in reason for reason in told(tmp_path))


def test_what_is_said_twice_in_a_file_that_does_not_roll_is_kept(tmp_path: Path) -> None:
    shown = ("No.", "No.", "It is", "It is so.", "Once more.", "Never.", "Well.", "Good.", "Bye.")
    assert said(grown(0.5, *shown), tmp_path) == " ".join(shown)


def test_text_before_the_first_cue_is_told(tmp_path: Path) -> None:
    assert said("A title\n\n1\n00:01.000 --> 00:02.000\nOne.\n", tmp_path, "a.srt") == "One."
    [stray] = read_subtitles(tmp_path / "a.srt").told
    assert stray.text == "A title" and not stray.kept


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
