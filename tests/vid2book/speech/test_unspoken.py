"""What of a caption is said: neither tags nor notes nor names, and everything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from vid2book.speech.subtitles import read_subtitles

from ...support.captions import CASES, read, said


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


def test_names_of_speakers_are_private() -> None:
    subtitles = read_subtitles(CASES / "speaker.vtt")
    assert len(subtitles.segments) == 6
    assert subtitles.segments[0].text.startswith("A simple pendulum is")
    [finding] = subtitles.findings
    assert "names of speakers" in finding.reason and finding.reason.endswith(": 6")
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
