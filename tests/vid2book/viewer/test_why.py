"""What was decided at one moment of one video."""

from __future__ import annotations

import io
import shlex
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from vid2book.folder.record import FolderError
from vid2book.records import Decision
from vid2book.viewer import scores
from vid2book.viewer.scores import grades_of, reason_of, score_of
from vid2book.viewer.summary import Summary, removed, summary
from vid2book.viewer.verdicts import verdict_on
from vid2book.viewer.why import LEVELS, Why, WhyError, parse_time, why
from vid2book.viewer.why import _standing as standing


def decision(
    level: str,
    stage: str,
    start: float,
    end: float,
    kept: bool,
    reason: str,
    score: float | None = None,
    threshold: float | None = None,
    text: str = "",
    video_id: str = "optics-1",
) -> dict[str, Any]:
    return dict(
        video_id=video_id,
        level=level,
        stage=stage,
        start=start,
        end=end,
        kept=kept,
        reason=reason,
        score=score,
        threshold=threshold,
        text=text,
    )


DECISIONS = [
    decision("video", "judge", 0, 90, True, "it teaches", 0.8, 0.25),
    decision("keyframe", "keyframes", 10, 40, True, "a stable state", 0.4),
    decision("keyframe", "align", 10, 40, False, "a talking head", 0.11, 0.02),
    decision("line", "read", 10, 40, False, "the reader is unsure", 0.31, 0.6, "lcns"),
    decision("line", "interleave", 45, 48, False, "on the picture before", text="F = m a"),
    decision("sentence", "judge", 12, 20, True, "", 0.9, 0.5, "A lens bends light."),
    decision(
        "sentence",
        "judge",
        30,
        36,
        False,
        "not about the topic",
        0.1,
        0.5,
        "\x1b[31mSubscribe\x1b[0m [bold]now[/bold]",
    ),
    decision("sentence", "judge", 5, 9, True, "", 0.7, 0.5, "other", video_id="optics-2"),
    # What was decided over the whole corpus comes last.
    decision("keyframe", "reduce", 60, 70, False, "as in optics-2", 3, 6),
]
VIDEOS = [
    {"video_id": "optics-1", "title": "Lenses", "duration_s": 90.0, "status": "kept", "reason": ""},
    {
        "video_id": "optics-2",
        "title": "Mirrors",
        "duration_s": 30.0,
        "status": "filtered",
        "reason": "too short",
    },
]
PLACE = {
    "kind": "text",
    "video_id": "optics-1",
    "start": 12.0,
    "end": 20.0,
    "clip_start": 12.0,
    "clip_end": 20.0,
    "name": "",
}
SAMPLES = [
    {
        "id": "optics-1-0000",
        "video_ids": ["optics-1"],
        "images": [None],
        "texts": ["A lens bends light."],
        "ocr_texts": [None],
        "elements": [PLACE],
    }
]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    for config, rows in [("data", SAMPLES), ("videos", VIDEOS), ("decisions", DECISIONS)]:
        (folder / config).mkdir()
        file = folder / config / "train-00000-of-00001.parquet"
        pq.write_table(pa.Table.from_pylist(rows), file, row_group_size=3)
    return folder


def printed(corpus: Path, at: float) -> str:
    return shown(why(corpus, "optics-1", at))


def shown(answer: Why | Summary) -> str:
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(answer)
    return console.export_text()


def test_lines_that_are_left_out_for_one_reason_share_a_row() -> None:
    def line(text: str, score: float, reason: str = "a mark that is no text") -> Decision:
        return Decision("v", "line", "read", 40.0, 50.0, False, reason, score, 0.6, text)

    def answer(*lines: Decision) -> list[str]:
        levels: dict[str, tuple[Decision, ...]] = dict.fromkeys(LEVELS, ())
        asked = Why("v", 42.0, "", "kept", "", (), levels | {"line": lines}, levels, ())
        return [row.strip() for row in shown(asked).splitlines()]

    dots = [line(text, score) for text, score in ((".", 0.1), (":", 0.3), ("'", 0.2))]
    rows = answer(*dots[:2], line("F = m a", 0.5, "the reader is unsure"), dots[2])
    [shared] = [row for row in rows if "a mark that is no text" in row]
    assert shared.endswith("read: a mark that is no text (3 lines)")
    assert {"scores 0.100 to 0.300", ". | : | '", "F = m a"} <= set(rows)
    assert sum("a mark that is no text" in row for row in answer(*dots[:2])) == 2


def test_an_image_counts_while_its_state_stands(corpus: Path, tmp_path: Path) -> None:
    shutil.copytree(corpus, tmp_path / "c")
    image = PLACE | {"kind": "image", "start": 38.0, "end": 40.0}  # the frame, and the state's end
    row = SAMPLES[0] | {"texts": [None], "ocr_texts": ["F = m a"], "elements": [image]}
    [file] = (tmp_path / "c" / "data").iterdir()
    pq.write_table(pa.Table.from_pylist([row]), file)
    assert [(p.start, p.end) for p in why(tmp_path / "c", "optics-1", 11).corpus] == [(10, 40)]
    assert why(tmp_path / "c", "optics-1", 9).corpus == ()
    assert why(tmp_path / "c", "optics-1", 41).corpus == ()


def test_what_stands_at_a_moment(corpus: Path) -> None:
    found = why(corpus, "optics-1", 15)
    assert [(d.stage, d.kept, d.score) for d in found.here["keyframe"]] == [
        ("keyframes", True, 0.4),
        ("align", False, 0.11),
    ]
    assert [d.text for d in found.here["sentence"]] == ["A lens bends light."]
    assert [d.text for d in found.here["line"]] == ["lcns"]
    assert found.near["sentence"] == () and found.here["clip"] == found.near["clip"] == ()
    assert [(p.sample, p.position, p.text) for p in found.corpus] == [
        ("optics-1-0000", 0, "A lens bends light.")
    ]
    assert [d.reason for d in found.video] == ["it teaches"]


def test_the_nearest_where_nothing_stands(corpus: Path) -> None:
    found = why(corpus, "optics-1", 50)
    assert all(not decisions for decisions in found.here.values())
    assert [(d.start, d.stage) for d in found.near["keyframe"]] == [
        (10, "keyframes"),
        (10, "align"),
        (60, "reduce"),
    ]
    assert [d.start for d in found.near["sentence"]] == [30]
    assert found.corpus == ()


def test_a_stretch_ends_before_its_end(corpus: Path) -> None:
    assert why(corpus, "optics-1", 19.99).here["sentence"]
    assert not why(corpus, "optics-1", 20).here["sentence"]


def test_it_prints_scores_and_commands_no_terminal(corpus: Path) -> None:
    text = printed(corpus, 32)
    assert "a talking head" in text
    assert "share of the picture that is a face: 0.11 (0 to 1), at most 0.02 allowed" in text
    assert "probability that it teaches: 0.1 (0 to 1), at least 0.5 needed" in text
    assert text.count("it teaches") == 2 and "Kept: it teaches" in text
    assert "[bold]now[/bold]" in text and "\x1b" not in text
    assert "nothing from this moment" in text
    assert "before" in printed(corpus, 50) and "after" in printed(corpus, 50)


PARAGRAPH = Decision("v", "clip", "align", 5, 15, True, "a paragraph", text="Light bends.")
SLIDE = Decision("v", "keyframe", "align", 5, 15, True, "kept", text="Lenses")


@pytest.mark.parametrize(
    ("there", "speech", "screen"),
    [
        ([PARAGRAPH, SLIDE], "kept unchanged (see the paragraph)", "kept as read"),
        # Nobody speaks, and nothing is written on the picture.
        ([replace(PARAGRAPH, text=""), replace(SLIDE, text="")], "nothing here", "nothing here"),
        ([PARAGRAPH, Decision("v", "clip", "recognise", 9, 12, False, "music")],
         "nothing here", "nothing here"),
        # A stage keeps the picture, another drops it.
        ([SLIDE, replace(SLIDE, stage="reduce", kept=False)], "nothing here", "nothing here"),
    ],
)  # fmt: skip
def test_what_nobody_changed_has_no_decision_of_its_own(
    there: list[Decision], speech: str, screen: str
) -> None:
    here = {level: tuple(d for d in there if d.level == level) for level in LEVELS}
    late = Decision("v", "sentence", "judge", 20, 24, False, "small talk", text="Hello.")
    near: dict[str, tuple[Decision, ...]] = {level: () for level in LEVELS} | {"sentence": (late,)}
    lines = shown(Why("v", 10, "", "kept", "", (), here, near, ())).splitlines()
    told = {name: " ".join(line.removeprefix(name).split())
            for line in lines for name in LEVELS.values() if line.startswith(name)}  # fmt: skip
    assert (told["Speech"], told["On-screen text"]) == (speech, screen)
    assert any("small talk" in line for line in lines) == (speech == "nothing here")


def test_questions_that_cannot_be_answered(corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(WhyError, match="did you mean optics-1 or optics-2"):
        why(corpus, "optic-1", 3)
    with pytest.raises(WhyError, match="it has optics-1, optics-2"):
        why(corpus, "zzz", 3)
    with pytest.raises(WhyError, match="1:30 long and has no 1:31"):
        why(corpus, "optics-1", 91)
    shutil.copytree(corpus, tmp_path / "pushed", ignore=shutil.ignore_patterns("decisions"))
    with pytest.raises(WhyError, match="has no decisions"):
        why(tmp_path / "pushed", "optics-1", 3)
    with pytest.raises(FolderError, match="no such folder"):
        why(tmp_path / "nowhere", "optics-1", 3)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("12:34", 754), ("1:02:03", 3723), ("75", 75), ("75.5", 75.5), ("90:00", 5400), (" 0:09 ", 9)],
)
def test_times_that_are_read(text: str, seconds: float) -> None:
    assert parse_time(text) == seconds


def test_of_many_decisions_nearby_a_few_are_printed() -> None:
    lines = [Decision("v", "line", "read", 0, 9, False, "unsure", text=f"x{n}") for n in range(9)]
    none: dict[str, tuple[Decision, ...]] = {level: () for level in LEVELS}
    found = Why("v", 20.0, "", "kept", "", (), none, none | {"line": tuple(lines)}, ())
    text = shown(found)
    assert "x2" in text and "x3" not in text and "and 6 more" in text


@pytest.mark.parametrize(
    "text", ["", "abc", "-5", "1:60", "1:75:00", "1::2", "nan", "1e3", "1:2:3:4", "12:34:"]
)
def test_times_that_are_none(text: str) -> None:
    with pytest.raises(WhyError, match="is not a time; write 12:34"):
        parse_time(text)


def test_a_whole_video(corpus: Path) -> None:
    found = summary(corpus, "optics-1")
    assert (found.samples, found.images, found.texts) == (1, 0, 1)
    lines = [line.split() for line in shown(found).splitlines() if line.strip()]
    assert lines[1:3] == [
        ["Kept:", "it", "teaches"],
        "In the corpus: 1 sample with 0 pictures and 1 paragraph.".split(),
    ]
    # What one stage keeps and another drops is dropped.
    assert ["Screen", "dropped", "0:10–0:40", "a", "talking", "head"] in lines
    assert not any(line[:2] == ["Screen", "kept"] for line in lines)
    assert ["dropped", "0:30–0:36", "not", "about", "the", "topic"] in [
        line[line.index("dropped") :] for line in lines if "dropped" in line
    ]
    assert ["repeated", "0:45–0:48", "on", "the", "picture", "before"] in lines
    with pytest.raises(WhyError, match="did you mean optics-2"):
        summary(corpus, "optics-22")


@pytest.mark.parametrize(
    ("decision", "verdict"),
    [
        (PARAGRAPH, "kept"),
        (replace(PARAGRAPH, text="", reason="pictures over which no speech is kept"), "none"),
        (Decision("v", "sentence", "refine", 0, 9, True, "reworded by rules", text="Now.",
                  raw="Uh, now."), "reworded"),
        (Decision("v", "sentence", "refine", 0, 9, True, "reworded by a model", text="Now.",
                  raw="Now."), "kept"),
        (Decision("v", "sentence", "refine", 0, 9, True, "rewording by a model rejected because "
                  "it adds 3: 3", text="Now.", raw="Uh, now."), "kept"),
        (Decision("v", "sentence", "judge", 0, 9, False, "small talk"), "dropped"),
        (Decision("v", "line", "read", 0, 9, False, "unsure"), "dropped"),
        (Decision("v", "line", "interleave", 0, 9, False, "repeated"), "repeated"),
        (Decision("v", "video", "recognise", 0, 9, False, "no sound"), "note"),
        (Decision("v", "clip", "cut", 0, 9, False, "not in the table `clips`"), "note"),
        (Decision("v", "video", "judge", 0, 9, False, "teaches nothing"), "dropped"),
    ],
)  # fmt: skip
def test_what_became_of_it(decision: Decision, verdict: str) -> None:
    assert verdict_on(decision) == verdict


def test_a_summary_says_why_there_is_no_paragraph_and_what_was_reworded() -> None:
    silent = replace(PARAGRAPH, text="", reason="pictures over which no speech is kept")
    spoken = Decision("v", "sentence", "refine", 20, 22, True, "reworded by rules", raw="Uh, now.")
    later = replace(PARAGRAPH, start=20.0, end=30.0)
    uncut = replace(later, stage="cut", kept=False, reason="not in the table `clips`", text="")
    decisions = (silent, replace(spoken, text="Now."), later, uncut)
    found = Summary("v", "", 30.0, "kept", "", 1, 1, 1, decisions)
    lines = [" ".join(line.split()) for line in shown(found).splitlines()]
    assert "Paragraph none 0:05–0:15 pictures over which no speech is kept" in lines
    assert "Speech reworded 0:20–0:22 reworded by rules" in lines
    # A paragraph stays in its sample, even if its video could not be cut.
    assert "kept 0:20–0:30" in lines and "note 0:20–0:30 not in the table `clips`" in lines


def test_a_removed_video_says_when_and_how_to_undo(corpus: Path, tmp_path: Path) -> None:
    shutil.copytree(corpus, tmp_path / "my corpus")
    (tmp_path / "my corpus" / "REMOVED.csv").write_text("video_id,removed_on\ngone,2026-11-02\n")
    assert removed(tmp_path / "my corpus", "optics-1") is None
    found = removed(tmp_path / "my corpus", "gone")
    assert found and found.removed_on == "2026-11-02"
    assert shlex.split(found.undo)[2:] == [str(tmp_path / "my corpus"), "gone", "--undo"]


@pytest.mark.parametrize(
    ("level", "stage", "kept", "reason", "score", "threshold", "told"),
    [
        ("sentence", "transcribe", False, "too unsure (mean log probability)", -1.4, -1.0,
         ("too unsure", "mean log probability: -1.4, at least -1 needed")),
        ("keyframe", "keyframes", False, "nothing new; see the picture of 75.4 s", None, None,
         ("nothing new; see the picture of 1:15", "")),
        ("keyframe", "align", True, "kept; the score says how close its text is to the lesson", 0.5,
         None, ("kept; the score says how close its text is to the lesson",
          "similarity of its text to the lesson: 0.5 (-1 to 1)")),
        ("keyframe", "align", True, "kept; the score says how close its caption is to what is said",
         0.5, None, ("kept; the score says how close its caption is to what is said",
          "similarity of its caption to the speech: 0.5 (-1 to 1)")),
        ("video", "judge", True, "silent; they teach (mean probability 0.96)", 0.96, None,
         ("silent; they teach (mean probability 0.96)",
          "probability that what is written teaches: 0.96 (0 to 1)")),
        ("video", "judge", True, "teaches: 64% of 366 words teach", 0.639, 0.25,
         ("teaches: 64% of 366 words teach",
          "share of the words that teach: 0.639 (0 to 1), at least 0.25 needed")),
        ("video", "judge", False, "relevance by a-model: not on the topic (a vlog)", 1.0, 2.0,
         ("relevance by a-model: not on the topic (a vlog)",
          "grade: 1 (1 to 5), at least 2 needed")),
        ("video", "judge", False, "relevance is 1 of 5, below the required 2: off (a vlog)", 0.9,
         0.2, ("relevance is 1 of 5, below the required 2: off (a vlog)",
          "share of the words that teach: 0.9 (0 to 1), at least 0.2 needed")),
        ("video", "judge", True, "no speech to judge by; 9 words are written", 1.0, None,
         ("no speech to judge by; 9 words are written", "")),
        ("video", "judge", True, "the language cannot be told from the speech (probability)", 0.9,
         None, ("the language cannot be told from the speech", "probability: 0.9")),
        ("clip", "somebody", False, "odd (or not)", None, None, ("odd (or not)", "")),
        ("clip", "somebody", False, "odd", 2.0, 1.0, ("odd", "score: 2, at most 1 allowed")),
    ],
)  # fmt: skip
def test_what_a_score_is_of(
    level: Any, stage: str, kept: bool, reason: str, score: Any, threshold: Any, told: Any
) -> None:
    found = Decision("v", level, stage, 0.0, 1.0, kept, reason, score, threshold)
    assert (reason_of(found), score_of(found)) == told


def test_grades_are_told_by_who_graded() -> None:
    rules = [
        Decision("v", "video", "judge", 0, 9, True, "teaches: all of it", 1.0, 0.25),
        Decision("v", "video", "judge", 0, 9, True, "relevance by rules: near", 5.0, 1.0),
        Decision("v", "video", "judge", 0, 9, False, "knowledge density by qwen3:8b: no", 1.5, 2.0),
    ]
    assert grades_of(rules) == {
        "rules": ["relevance 5"],
        "qwen3:8b": ["knowledge density 1.5, at least 2 needed"],
    }


def test_every_kind_of_score_is_of_a_reason_that_there_is() -> None:
    sources = [
        file.read_text(encoding="utf-8")
        for file in Path(scores.__file__).parents[1].rglob("*.py")
        if file != Path(scores.__file__)
    ]
    for kind in scores._KINDS:
        assert any(f'"{kind.begins}' in s and kind.holds in s for s in sources), kind


def test_a_whole_second_holds_what_begins_within_it() -> None:
    late = Decision("v", "clip", "clip", 80.4, 91.2, True, "a paragraph")
    assert [list(standing([late], at)) for at in (80, 80.0, 80.2, 80.4, 91, 79)] == [
        [late], [late], [], [late], [late], [],
    ]  # fmt: skip
