"""Captions against their video: its clock, its language, and what they leave out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from vid2book import config
from vid2book.models.speech import Recognised, SpeechModelError
from vid2book.pipeline.work import Failed, Work
from vid2book.records import Decision, Segment, Transcript, Video, Word
from vid2book.speech.captions import NamedRecogniser, from_captions, transcribe_gaps
from vid2book.speech.recognise import RECOGNISE
from vid2book.speech.refine import refine
from vid2book.speech.subtitles import SubtitleError
from vid2book.speech.transcribe import TRANSCRIBE
from vid2book.store import Store

from ...support.media import plain, write_video
from ...support.sounds import RATE, music, silence, spoken

CASES = Path(__file__).parents[2] / "data" / "cases"
ENERGY = "Today we will look at the conservation of energy."
FALL = "A ball of mass two kilograms falls from a height of ten meters."


def video(folder: Path, *cues: tuple[float, float, str], **fields: str) -> Video:
    """With captions of these cues."""
    text = "".join(f"{stamp(a)} --> {stamp(b)}\n{said}\n\n" for a, b, said in cues)
    (folder / "a.srt").write_text(text)
    return Video("a", "a.mp4", captions=str(folder / "a.srt"), **fields)


def stamp(seconds: float) -> str:
    return f"{seconds // 3600:02.0f}:{seconds % 3600 // 60:02.0f}:{seconds % 60:06.3f}"


def texts(transcript: Transcript) -> list[str]:
    return [segment.text for segment in transcript.segments]


@pytest.mark.parametrize("hours", [1, 10])
def test_a_clock_that_starts_at_a_full_hour_is_set_back(tmp_path: Path, hours: int) -> None:
    at = 3600.0 * hours
    told = from_captions(
        video(tmp_path, (at + 1, at + 2, "One."), (at + 5, at + 6, "Two."), language="en"), 30.0
    )
    starts = [(s.start, s.words[0].start) for s in told.transcript.segments]
    assert starts == [(1.0, 1.0), (5.0, 5.0)] and told.shown == ((1.0, 2.0), (5.0, 6.0))
    [decision] = told.decisions
    assert decision.score == at and "clock" in decision.reason


def test_a_long_video_may_be_silent_for_an_hour(tmp_path: Path) -> None:
    told = from_captions(video(tmp_path, (3700.0, 3701.0, "One."), language="en"), 4000.0)
    assert told.transcript.segments[0].start == 3700.0 and not told.decisions


def test_captions_of_another_video_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SubtitleError, match="after the end of the video"):
        from_captions(video(tmp_path, (50.0, 60.0, "One.")), 30.0)


def test_what_comes_after_the_end_is_told(tmp_path: Path) -> None:
    cues = (1.0, 2.0, "One."), (31.0, 32.0, "Two."), (33.0, 34.0, "Three.")
    told = from_captions(video(tmp_path, *cues, language="en-US"), 30.0)
    assert texts(told.transcript) == ["One."] and told.transcript.language == "en"
    [late] = told.decisions
    assert late.text == "Two. Three." and not late.kept


def test_captions_that_note_sounds_alone_say_nothing(tmp_path: Path) -> None:
    with pytest.raises(SubtitleError, match="hold no speech"):
        from_captions(video(tmp_path, (1.0, 2.0, "[Music]")), 30.0)


GERMAN = "Wir betrachten ein Pendel, das um einen Punkt schwingt, und die Masse dreht sich. " * 4


@pytest.mark.parametrize(
    ("text", "fields", "language", "reason"),
    [
        (GERMAN, {}, "de", "not given; the captions are in 'de'"),
        ("f(x) = 2", {}, "", "do not tell it"),
        (GERMAN, {"language": "Gibberish"}, "de", "'Gibberish' names no language"),
        (GERMAN, {"language": "German"}, "de", ""),
        (GERMAN, {"captions_language": "de"}, "de", ""),
        (GERMAN, {"language": "en"}, "de", "said to be in 'en'"),
        (GERMAN, {"language": "en", "captions_language": "de"}, "de", "said to be in 'en'"),
        ("Um, ja.", {"language": "de"}, "de", ""),
    ],
)
def test_the_language_of_captions(
    tmp_path: Path, text: str, fields: dict[str, str], language: str, reason: str
) -> None:
    told = from_captions(video(tmp_path, (1.0, 20.0, text), **fields), 30.0)
    assert told.transcript.language == language
    reasons = [decision.reason for decision in told.decisions]
    assert len(reasons) == bool(reason) and reason in "".join(reasons)


@pytest.mark.parametrize("fields", [{}, {"captions_language": "de"}])
def test_no_english_filler_leaves_another_language(fields: dict[str, str]) -> None:
    row = Video("a", "a.mp4", captions=str(CASES / "um.de.srt"), **fields)
    transcript = from_captions(row, 30.0).transcript
    written = " ".join(s.text for s in refine(transcript, config.Refine()))
    assert written == " ".join(texts(transcript)) and written.lower().count(" um ") == 5


def heard_as(*words: str, at: float = 1.0) -> Any:
    def recognise(audio: NDArray[np.float32], language: str, expect: object) -> Recognised:
        said = tuple(Word(at + n, at + n + 0.5, f" {w}") for n, w in enumerate(words))
        return Recognised([Segment(at, at + len(words), " ".join(words), said)], language, [])

    return NamedRecogniser(recognise, "a model")


def with_rest(
    row: Video,
    sound: NDArray[np.float32],
    recogniser: NamedRecogniser | None,
    **settings: float,
) -> tuple[Transcript, list[Decision]]:
    def read(start: float, end: float) -> NDArray[np.float32]:
        return sound[int(start * RATE) : int(end * RATE)]

    captioned = from_captions(row, len(sound) / RATE)
    return transcribe_gaps(row, captioned, read, recogniser, "", config.Transcribe(**settings))


TALK = np.concatenate([spoken(ENERGY), silence(0.5), spoken(FALL)])


def test_speech_that_no_caption_covers_is_heard(tmp_path: Path) -> None:
    sound = np.concatenate([silence(12), TALK, silence(12), TALK, silence(12)])
    first = 12 + len(TALK) / RATE
    row = video(tmp_path, (12.0, first, "From the file."), language="en")
    transcript, decisions = with_rest(row, sound, heard_as("Heard", "here."))
    assert texts(transcript) == ["From the file.", "Heard here."]
    assert [s.captioned for s in transcript.segments] == [True, False]
    late = transcript.segments[1]
    assert late.start == pytest.approx(late.words[0].start, abs=0.01)
    assert late.start == pytest.approx(first + 1, abs=0.01)
    assert transcript.model == "captions and a model"
    [decision] = decisions
    assert decision.kept and decision.level == "clip" and (decision.score or 0) > 3
    assert decision.start == pytest.approx(first) and decision.end == len(sound) / RATE


def test_words_here_and_there_are_not_all_that_is_said(tmp_path: Path) -> None:
    sound = np.concatenate([TALK] * 3)
    cues = [(8.0 * n, 8.0 * n + 1, f"Key word {n}.") for n in range(int(len(sound) / RATE / 8))]
    row = video(tmp_path, *cues, language="en")
    transcript, decisions = with_rest(row, sound, heard_as("Heard."))
    assert texts(transcript)[:4] == ["Key word 0.", "Heard.", "Key word 1.", "Heard."]
    assert len(decisions) >= len(cues) - 1
    transcript, decisions = with_rest(row, sound, heard_as("Heard."), min_gap_speech=30.0)
    assert transcript.model == "captions" and not decisions


@pytest.mark.parametrize("quiet", [silence(40), music(40)], ids=["silence", "music"])
def test_where_nobody_speaks_nothing_is_heard(tmp_path: Path, quiet: NDArray[np.float32]) -> None:
    row = video(tmp_path, (0.0, 2.0, "From the file."), language="en")
    transcript, decisions = with_rest(row, quiet, heard_as("Made", "up."))
    assert texts(transcript) == ["From the file."] and not decisions
    assert transcript.model == "captions"


def test_captions_that_cover_the_speech_leave_the_sound_unread(tmp_path: Path) -> None:
    def read(start: float, end: float) -> NDArray[np.float32]:
        raise AssertionError("nobody asked for it")

    row = video(tmp_path, (1.0, 9.0, "One."), (12.0, 29.0, "Two."), language="en")
    transcript, _ = transcribe_gaps(
        row, from_captions(row, 30.0), read, heard_as("x"), "", config.Transcribe()
    )
    assert texts(transcript) == ["One.", "Two."]


@pytest.mark.parametrize("why", ["no model", "not this language"])
def test_what_cannot_be_heard_is_told(tmp_path: Path, why: str) -> None:
    def refuses(audio: object, language: str, expect: object) -> Recognised:
        raise SpeechModelError("not this language")

    row = video(tmp_path, (0.0, 2.0, "From the file."), language="de")
    sound = np.concatenate([silence(12), TALK])
    recogniser = None if why == "no model" else NamedRecogniser(refuses, "a model")
    transcript, [decision] = with_rest(row, sound, recogniser)
    assert texts(transcript) == ["From the file."]
    assert not decision.kept and "could not be transcribed" in decision.reason
    assert why in decision.reason.replace("no speech model", "no model")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """30 s in which somebody speaks from the start to 12 s, and from 20 s on."""
    sound = np.concatenate([TALK, silence(20 - len(TALK) / RATE), TALK])
    folder = tmp_path_factory.mktemp("film")
    seconds = round(len(sound) / RATE)
    return write_video(folder / "a.mp4", [plain(200)] * seconds, 1, sound=sound)


def work(film: Path, folder: Path, captions: bytes | None, **settings: Any) -> Work:
    path = folder / "a.srt"
    if captions is not None:
        path.write_bytes(captions)
    row = Video("a", str(film), language="en", captions=str(path) if captions is not None else "")
    configured = config.Config(transcribe=settings)  # type: ignore[arg-type]
    return Work(row, configured, Store(folder / "store"))


def test_captions_of_the_first_seconds_alone(film: Path, tmp_path: Path) -> None:
    """5 s of captions replaced all speech of a lecture once."""
    done = work(film, tmp_path, b"1\n00:00:00,200 --> 00:00:05,000\nFrom the file.\n")
    said = " ".join(texts(done.get(TRANSCRIBE))).lower()
    assert said.startswith("from the file.") and "height of" in said
    assert "conservation of energy" in said.partition("from the file.")[2]
    reasons = [decision.reason for decision in done.decisions(RECOGNISE)]
    assert any("heard by packaged:tiny.en" in reason for reason in reasons)


@pytest.mark.parametrize(
    "captions",
    [b"", b"no cue", b"\0\1\2" * 99, "1\n00:00:01,000 --> 00:00:02,000\n重力".encode("gb18030"),
     b"1\n00:05:00,000 --> 00:05:02,000\nAnother video.\n",
     b"WEBVTT\n\n00:01.0 --> 00:02.0\n[Music]"],
    ids=["empty", "no cue", "no text", "unknown encoding", "another clock", "music alone"],
)  # fmt: skip
def test_captions_that_cannot_be_used_give_way_to_the_sound(
    film: Path, tmp_path: Path, captions: bytes
) -> None:
    done = work(film, tmp_path, captions)
    assert "conservation of energy" in " ".join(texts(done.get(RECOGNISE))).lower()
    assert done.get(RECOGNISE).model == "packaged:tiny.en"
    [told] = [d for d in done.decisions(RECOGNISE) if "captions cannot be used" in d.reason]
    assert not told.kept and "a.srt" in told.reason
    with pytest.raises(Failed, match=r"a\.srt"):
        work(film, tmp_path, captions, backend="captions").get(RECOGNISE)


def test_captions_that_were_not_chosen_are_told(film: Path, tmp_path: Path) -> None:
    row = Video("a", str(film), language="en", captions_note="captions in several languages")
    done = Work(row, config.Config(), Store(tmp_path / "store"))
    assert done.get(RECOGNISE).segments
    assert "captions in several languages" in [d.reason for d in done.decisions(RECOGNISE)]
