"""Hear, with real speech and the real tiny.en, and from captions."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from vid2book import config
from vid2book.config import ConfigError, load
from vid2book.models.faster_whisper import FasterWhisper
from vid2book.models.recogniser import Recogniser
from vid2book.models.silero import speech_probability
from vid2book.models.speech import Recognised
from vid2book.models.voice import voice
from vid2book.pipeline.work import Failed, Work
from vid2book.records import Decision, Segment, Transcript, Video
from vid2book.speech.recognise import RECOGNISE, prompt, recognise
from vid2book.speech.transcribe import transcribe
from vid2book.store import Store

from ...support.media import write_video
from ...support.screens import slide
from ...support.sounds import RATE, music, noise, silence, spoken

VIDEO = Video("physics-1", "/videos/physics.mp4", title="Conservation of energy", language="en")
SENTENCES = (
    "Today we will look at the conservation of energy.",
    "A ball of mass two kilograms falls from a height of ten meters.",
    "Mitochondria are not found in bacteria.",
)


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser(FasterWhisper("packaged:tiny.en", beam_size=5))


def run(
    recogniser: Recogniser, audio: NDArray[np.float32], video: Video = VIDEO
) -> tuple[Transcript, list[Decision]]:
    return recognise(video, audio, len(audio) / RATE, recogniser, recogniser.engine.name)


def test_speech_among_silence_and_music(recogniser: Recogniser) -> None:
    parts = [
        silence(3),
        spoken(SENTENCES[0]),
        silence(8),
        spoken(SENTENCES[1]),
        music(6),
        spoken(SENTENCES[2]),
        silence(2),
    ]
    begins = np.cumsum([0, *map(len, parts)]) / RATE
    transcript, [tune] = run(recogniser, np.concatenate(parts))
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
    assert tune.reason.startswith("nobody is speaking: music") and not tune.kept
    assert abs(tune.start - begins[4]) < 0.8 and abs(tune.end - begins[5]) < 0.8


@pytest.mark.parametrize(
    ("audio", "told"),
    [
        (silence(0), ""),
        (silence(0.1), ""),
        (silence(5), ""),
        (music(8), "music"),
        (noise(8), "noise"),
    ],
    ids=["nothing", "a blink", "silence", "music", "noise"],
)
def test_nobody_speaks(recogniser: Recogniser, audio: NDArray[np.float32], told: str) -> None:
    transcript, decisions = run(recogniser, audio)
    assert transcript.segments == ()
    assert [told in d.reason and d.end - d.start > 7.5 for d in decisions] == [True] * bool(told)


def test_what_the_model_makes_up_over_music_is_dropped(recogniser: Recogniser) -> None:
    """Voice activity keeps music from the model; here it is let through."""
    tune = music(20)
    [made_up], _ = recogniser.engine.recognise([tune], "en", "")
    assert made_up.words
    start, end = made_up.words[0].start, made_up.words[-1].end
    [share] = voice(speech_probability(tune), [(start, end)])
    segment = Segment(start, end, "", tuple(made_up.words), voice=share)
    _, [told] = transcribe(VIDEO, Transcript((segment,), "en", "m", 20), config.Transcribe())
    assert "voice activity" in told.reason and told.score == share < 0.05


def test_a_language_that_was_found_out_is_told() -> None:
    def spanish(audio: object, language: str, expect: object) -> Recognised:
        return Recognised([Segment(0, 1, "Hola.")], language or "es", [], 0.97)

    transcript, [decision] = recognise(Video("a", "a.mp4"), silence(1), 1.0, spanish, "a model")
    assert (transcript.language, transcript.language_score) == ("es", 0.97)
    assert "by the sound it is 'es'" in decision.reason and decision.score == 0.97
    assert (
        recognise(Video("a", "a.mp4", language="es"), silence(1), 1.0, spanish, "a model")[1] == []
    )


def test_speech_that_no_model_hears_is_told() -> None:
    def deaf(audio: object, language: str, expect: object) -> Recognised:
        return Recognised([], "", [], None, "its speech is not heard: install this")

    transcript, [decision] = recognise(Video("a", "a.mp4"), silence(1), 1.0, deaf, "a model")
    assert (transcript.unheard, transcript.model) == (decision.reason, "none")
    assert not decision.kept and decision.reason.endswith("install this")


def test_captions_speech_or_neither_by_config(tmp_path: Path) -> None:
    spoken_text = spoken(SENTENCES[0])
    pictures = [slide("Energy", ("E",))] * round(len(spoken_text) / RATE * 5)
    film = write_video(tmp_path / "a.mp4", pictures, 5, sound=spoken_text)
    captions = tmp_path / "a.vtt"
    captions.write_text("00:00.500 --> 00:02.000\nFrom the file.\n")
    video = Video("a", str(film), language="en", captions=str(captions))

    def text(**settings: object) -> str:
        configured = config.Config(transcribe=settings)  # type: ignore[arg-type]
        heard = Work(video, configured, Store(tmp_path / "store")).get(RECOGNISE)
        return " ".join(segment.text for segment in heard.segments)

    assert text() == text(backend="captions") == "From the file."
    assert "conservation of energy" in text(captions=False)
    assert text(enabled=False) == ""
    video = Video("a", str(film), language="en")
    with pytest.raises(Failed, match=r"there are no captions, and transcribe\.backend"):
        text(backend="captions")


def test_captions_alone_and_no_captions_contradict_each_other(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("transcribe: {backend: captions, captions: false}")
    with pytest.raises(ConfigError, match="leave no speech at all"):
        load(path)


def test_the_prompt_holds_terms_and_no_addresses() -> None:
    video = Video(
        "a",
        "a.mp4",
        title="Okazaki fragments",
        knowledge_point="okazaki fragments",
        description="See https://example.org or me@example.org. " + "replication " * 60,
    )
    text = prompt(video, "en")
    assert text.startswith("Welcome to this lesson on Okazaki fragments. See or replication")
    assert "example" not in text and len(text) <= 330 and text.endswith("replication.")
    assert prompt(Video("a", "a.mp4", title="Zellen"), "de") == "Zellen."
    assert prompt(Video("a", "a.mp4"), "en") == ""
