"""Transcribe: what a speech model might make up, and what people do say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from vid2book import config
from vid2book.records import Decision, Segment, Transcript, Video, Word
from vid2book.speech.transcribe import transcribe

VIDEO = Video("physics-1", "/videos/physics.mp4", title="Conservation of energy")


def run(
    segments: list[Segment], video: Video = VIDEO, **settings: Any
) -> tuple[Transcript, list[Decision]]:
    """What is believed of `segments`."""
    heard = Transcript(tuple(segments), "en", "a model", 100.0)
    return transcribe(video, heard, config.Transcribe(**settings))


def heard(
    text: str,
    start: float = 0.0,
    pace: float = 0.3,
    logprob: float = -0.2,
    no_speech: float = 0.05,
    voice: float = 0.9,
) -> Segment:
    words = tuple(
        Word(start + n * pace, start + (n + 1) * pace, f" {token}")
        for n, token in enumerate(text.split())
    )
    return Segment(start, words[-1].end, text, words, logprob, no_speech, voice)


def test_loops_are_said_once_also_across_segments() -> None:
    good = heard("The force is mass times acceleration.")
    loop = heard("and we go on " * 6, 5.0)
    phrases = [heard("Thanks a lot.", 20.0 + n) for n in range(5)]
    last = heard("Now we stop.", 30.0)
    transcript, decisions = run([good, loop, *phrases, last])
    assert [s.text for s in transcript.segments] == [
        good.text,
        "and we go on",
        "Thanks a lot.",
        last.text,
    ]
    assert [(d.score, d.threshold, d.text) for d in decisions] == [
        (6.0, 3.0, "and we go on"),
        (5.0, 3.0, "Thanks a lot."),
    ]
    assert (decisions[1].start, decisions[1].end) == (21.0, phrases[-1].end)
    assert all(d.level == "sentence" and not d.kept for d in decisions)


@pytest.mark.parametrize(
    "text",
    ["No, no, no, that is wrong.", "It is one 0 0 0 0 0 0 in binary.", "It is very very very hot."],
)
def test_what_people_do_repeat_stays(text: str) -> None:
    transcript, decisions = run([heard(text)])
    assert [s.text for s in transcript.segments] == [text] and not decisions


@pytest.mark.parametrize(
    ("segment", "reason"),
    [
        (heard("Blah the cone.", logprob=-1.5), "too unsure of these words"),
        (heard("The sea is.", logprob=-0.9, no_speech=0.9), "where nobody speaks"),
        (heard("A song begins.", voice=0.1), "voice activity in the sound"),
        (heard("Thank you for watching!", no_speech=0.5), "stock phrase"),
        (heard("Conservation of energy.", no_speech=0.5), "repeats the title"),
        (heard("One two three four five.", pace=0.02), "more words in a second"),
    ],
)
def test_what_was_made_up_is_dropped_and_told(segment: Segment, reason: str) -> None:
    good = heard("Energy is conserved.", 50.0)
    transcript, (decision,) = run([segment, good])
    assert transcript.segments == (good,)
    assert reason in decision.reason and decision.text == segment.text
    assert decision.score is not None and decision.threshold is not None
    assert (decision.stage, decision.video_id) == ("transcribe", "physics-1")


def test_the_same_words_well_heard_are_kept() -> None:
    said = [heard("Conservation of energy."), heard("Thank you for watching!", 10.0)]
    transcript, decisions = run(said)
    assert transcript.segments == tuple(said) and decisions == []


def test_what_is_in_doubt_is_a_setting() -> None:
    noise = heard("The sea is.", logprob=-0.9, no_speech=0.9)
    assert run([noise], doubtful_logprob=-1.0)[0].segments == (noise,)
    farewell = heard("Thank you for watching!", no_speech=0.5)
    assert run([farewell], doubtful_no_speech=0.6)[0].segments == (farewell,)
    _, [decision] = run([farewell], doubtful_no_speech=0.4)
    assert decision.threshold == 0.4


def test_captions_are_believed() -> None:
    said = (heard("Again. " * 8), heard("Thank you for watching!", 10.0, no_speech=0.9))
    captioned = tuple(replace(segment, captioned=True) for segment in said)
    captions = Transcript(captioned, "en", "captions", 100.0)
    assert transcribe(VIDEO, captions, config.Transcribe()) == (captions, [])
    both = Transcript((captioned[0], said[1]), "en", "captions and a model", 100.0)
    believed, [told] = transcribe(VIDEO, both, config.Transcribe())
    assert believed.segments == captioned[:1] and "stock phrase" in told.reason
