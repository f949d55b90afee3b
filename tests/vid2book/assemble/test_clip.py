"""Sentences become paragraphs, and each keyframe goes to the paragraph that it is shown with."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vid2book.assemble.clip import clip
from vid2book.config import Clip as Settings
from vid2book.config import Refine
from vid2book.records import Clip, Keyframe, Mark, Segment, Sentence, Transcript, Word
from vid2book.speech.refine import refine


def said(start: float, end: float, text: str = "", teaching: float = 1.0) -> Sentence:
    text = text or f"From {start:g} to {end:g}."
    return Sentence(start, end, text, text.lower(), teaching, "" if teaching >= 0.5 else "chat")


def shown(start: float, end: float) -> Keyframe:
    return Keyframe(end - 0.2, start, end, b"", 1, 1, 0, 0, 0, 0)


def run(sentences: list[Sentence], keyframes: tuple[Keyframe, ...] = ()) -> list[Clip]:
    return clip(sentences, keyframes, Settings())


def spans(clips: list[Clip]) -> list[tuple[float, float]]:
    return [(c.start, c.end) for c in clips]


def test_paragraphs_last_ten_to_twenty_seconds() -> None:
    clips = run([said(4.0 * i, 4.0 * i + 3.5) for i in range(9)])
    assert spans(clips) == [(0, 11.5), (12, 23.5), (24, 35.5)]
    assert clips[0].text == "From 0 to 3.5. From 4 to 7.5. From 8 to 11.5."
    assert clips[0].raw == clips[0].text.lower()


def test_a_paragraph_ends_before_it_is_too_long() -> None:
    assert spans(run([said(0, 9), said(9, 21), said(21, 23)])) == [(0, 9), (9, 21), (21, 23)]


def test_a_long_sentence_is_never_cut() -> None:
    assert spans(run([said(0, 3), said(3, 50), said(50, 55)])) == [(0, 3), (3, 50), (50, 55)]


def test_what_is_off_topic_parts_paragraphs_and_is_marked() -> None:
    clips = run(
        [said(0, 3), said(3, 6, "Subscribe now.", 0.1), said(6, 9), said(9, 12, "So.", 0.7)]
    )
    assert spans(clips) == [(0, 3), (3, 6), (6, 12)]
    assert [c.mark for c in clips] == [Mark(1.0), Mark(0.1, "judge: chat"), Mark(0.94)]
    assert clips[1].text == "Subscribe now."


def test_speech_that_should_go_is_parted_by_its_reasons() -> None:
    chat = said(0, 3, "Hi all.", 0.2)
    clips = run(
        [
            chat,
            said(3, 6, "Buy it now.", 0.4),
            replace(chat, start=6, end=9, drop="sponsor"),
            said(9, 12),
        ]
    )
    assert [c.mark.drop for c in clips] == ["judge: chat", "judge: sponsor", ""]


def test_of_speech_that_nobody_judged_no_score_is_told() -> None:
    [c] = run([replace(said(0, 3), teaching=None)])
    assert c.mark == Mark(None, "")


def test_a_new_screen_parts_a_paragraph_that_is_half_long() -> None:
    sentences = [said(0, 3), said(3, 6), said(6, 9), said(9, 12)]
    assert spans(run(sentences, (shown(0, 6), shown(6, 12)))) == [(0, 6), (6, 12)]
    assert spans(run(sentences, (shown(0, 3), shown(3, 12)))) == [(0, 12)]  # too early


def test_a_keyframe_goes_where_it_is_first_spoken_of() -> None:
    sentences = [said(0, 11), said(11, 22), said(22, 33)]
    clips = run(sentences, (shown(0, 8), shown(8, 21), shown(21, 33)))
    # The second stands for three seconds of the first paragraph, the third for one of the second.
    assert [c.keyframes for c in clips] == [(0, 1), (), (2,)]


def test_a_slide_spoken_of_for_a_minute_comes_before_what_is_said_of_it() -> None:
    sentences = [said(12.0 * i, 12.0 * (i + 1)) for i in range(6)]
    clips = run(sentences, (shown(9, 72),))
    assert [c.keyframes for c in clips] == [(0,), (), (), (), (), ()]


def test_a_keyframe_of_a_moment_goes_where_most_of_it_is() -> None:
    clips = run([said(0, 11), said(11, 22)], (shown(0, 10), shown(10.5, 12.3)))
    assert [c.keyframes for c in clips] == [(0,), (1,)]


def test_pictures_in_silence_and_over_chat_stand_alone() -> None:
    sentences = [said(0, 12), said(12, 15, teaching=0.1), said(30, 42)]
    clips = run(sentences, (shown(0, 12), shown(12.5, 14.5), shown(20, 25), shown(30, 42)))
    assert [(c.start, c.end, c.text == "", c.keyframes) for c in clips] == [
        (0, 12, False, (0,)),
        (12, 15, False, ()),
        (12.5, 14.5, True, (1,)),
        (20, 25, True, (2,)),
        (30, 42, False, (3,)),
    ]


def test_nothing_said_or_shown() -> None:
    assert run([]) == []
    assert [c.keyframes for c in run([], (shown(0, 5),))] == [(0,)]


def lesson(random: np.random.Generator) -> tuple[list[Sentence], tuple[Keyframe, ...]]:
    """Sentences of which some are off topic, and screens that follow each other."""
    sentences, at = [], 0.0
    for n in range(random.integers(30)):
        length, teaches = float(random.exponential(5) + 0.1), float(random.random() < 0.8)
        sentences.append(said(at, at + length, f"Sentence {n}.", teaches))
        at += length + float(random.choice([0, 0.3, 6]))
    borders = np.cumsum([0, *random.uniform(0.5, 20, random.integers(10))]).tolist()
    return sentences, tuple(shown(a, b) for a, b in pairwise(borders))


@pytest.mark.parametrize("seed", range(30))
def test_no_picture_comes_after_what_is_said_of_it(seed: int) -> None:
    sentences, keyframes = lesson(np.random.default_rng(seed))
    clips = run(sentences, keyframes)
    for at, one in enumerate(clips):
        for picture in (keyframes[k] for k in one.keyframes):
            before = [c for c in clips[:at] if c.text and not c.mark.drop]
            over = [min(c.end, picture.end) - max(c.start, picture.start) for c in before]
            assert max(over, default=0) < 2  # seconds
            assert one.start < picture.end and picture.start < one.end


@pytest.mark.parametrize("seed", range(30))
def test_nothing_is_lost_doubled_or_out_of_order(seed: int) -> None:
    sentences, keyframes = lesson(np.random.default_rng(seed))
    clips = run(sentences, keyframes)
    assert sorted(k for c in clips for k in c.keyframes) == list(range(len(keyframes)))
    assert [c.start for c in clips] == sorted(c.start for c in clips)
    spoken = " ".join(c.text for c in clips if c.text and not c.mark.drop)
    assert spoken == " ".join(s.text for s in sentences if s.teaching)
    assert "".join(c.text for c in clips).count("Sentence") == len(sentences)
    for c in clips:
        alone = c.text.count("Sentence") <= 1
        assert alone or c.end - c.start <= Settings().max_duration


@st.composite
def talks(draw: st.DrawFn) -> tuple[list[str], Transcript, tuple[Keyframe, ...]]:
    """Sentences, spoken at any pace, heard in segments cut anywhere, over screens of any length."""
    sentences, words, at = [], [], 0.0
    for n in range(draw(st.integers(1, 12))):
        tokens = [f"Sentence{n}", *(f"word{i}" for i in range(draw(st.integers(1, 20))))]
        sentences.append(" ".join(tokens) + ".")
        for token in sentences[-1].split():
            length = draw(st.floats(0.05, 1.2))
            words.append(Word(at, at + length, f" {token}"))
            at += length + draw(st.floats(0, 0.5))
        at += draw(st.floats(0, 8))
    cuts = sorted({0, len(words), *draw(st.lists(st.integers(1, len(words)), max_size=8))})
    segments = tuple(
        Segment(words[a].start, words[b - 1].end, "", tuple(words[a:b])) for a, b in pairwise(cuts)
    )
    borders = sorted({0.0, at, *draw(st.lists(st.floats(0.0, at), max_size=6))})
    keyframes = tuple(shown(a, b) for a, b in pairwise(borders))
    return sentences, Transcript(segments, "en", "a model", at), keyframes


@given(talks(), st.floats(1, 30), st.floats(1, 60))
@settings(max_examples=100, deadline=None)
def test_no_clip_cuts_a_sentence_in_half(
    talk: tuple[list[str], Transcript, tuple[Keyframe, ...]], shortest: float, longest: float
) -> None:
    spoken, transcript, keyframes = talk
    limits = Settings(min_duration=shortest, max_duration=longest)
    sentences = refine(transcript, Refine(enabled=False, join_gap=2.0))
    clips = clip(sentences, keyframes, limits)
    assert " ".join(c.text for c in clips if c.text) == " ".join(spoken)
    for text in spoken:
        [home] = [c for c in clips if text in c.text]
        first, last = _times(text, transcript)
        assert home.start <= first and last <= home.end
        cutting = [c for c in clips if c.text and first < c.start < last]
        assert not cutting


def _times(sentence: str, transcript: Transcript) -> tuple[float, float]:
    """When a sentence begins and ends."""
    words = [word for segment in transcript.segments for word in segment.words]
    first = next(n for n, word in enumerate(words) if word.text.strip() == sentence.split()[0])
    return words[first].start, words[first + len(sentence.split()) - 1].end
