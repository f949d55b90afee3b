"""A speech model behind a server: over HTTP, with what servers differ in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vid2book.config import Config, Served
from vid2book.models.chat import AnswerError, BackendError
from vid2book.models.faster_whisper import FasterWhisper
from vid2book.models.lazy import models_of
from vid2book.models.served_speech import ServedSpeech
from vid2book.models.timing import TextSpan, words_of
from vid2book.pipeline.graph import STAGES
from vid2book.pipeline.work import Work
from vid2book.speech.recognise import RECOGNISE
from vid2book.speech.transcribe import TRANSCRIBE
from vid2book.store import Store

from ...support.library import Library
from ...support.sounds import RATE, spoken
from ...support.speech_server import MODEL, SpeechServer

TINY = "packaged:tiny.en"
SAID = "Energy is conserved. The mass of a body, times its speed, is its momentum."


@pytest.fixture(scope="module")
def tiny() -> FasterWhisper:
    return FasterWhisper(TINY, beam_size=1)


def engine(server: SpeechServer, **more: float) -> ServedSpeech:
    return ServedSpeech(MODEL, Served(**(server.settings | more)))


@pytest.mark.parametrize(("tells", "off"), [("words", 0.05), ("segments", 1.0), ("text", 1.5)])
def test_the_words_are_those_of_the_model_at_their_times(
    tiny: FasterWhisper, tells: str, off: float
) -> None:
    audio = spoken(SAID)
    [expected], _ = tiny.recognise([audio], "en", "")
    with SpeechServer(tiny, tells) as server:
        served = engine(server)
        [heard, again], language = served.recognise([audio, audio], "en", "Physics.")
        asked = server.asked
    assert language == "en" and heard == again
    # With the punctuation, which a server leaves out where it gives the times.
    assert [w.text for w in heard.words] == [w.text for w in expected.words]
    for word, true in zip(heard.words, expected.words, strict=True):
        assert abs(word.start - true.start) < off and abs(word.end - true.end) < off
    starts = [word.start for word in heard.words]
    assert starts == sorted(starts) and heard.words[-1].end <= len(audio) / RATE
    sure = tells != "text"
    assert all((0 < w.probability < 1) == sure for w in heard.words)
    assert all(f["prompt"] == ["Physics."] and f["language"] == ["en"] for f in asked)
    # What a server refuses it is not asked again.
    assert len(asked) <= {"words": 2, "segments": 4, "text": 6}[tells]


def test_silence_has_no_words(tiny: FasterWhisper) -> None:
    with SpeechServer(tiny) as server:
        [heard], _ = engine(server).recognise([np.zeros(RATE, np.float32)], "en", "")
    assert heard.words == [] and heard.no_speech_prob == 1.0


def test_errors_say_what_to_do(tiny: FasterWhisper) -> None:
    audio = [np.zeros(RATE, np.float32)]
    with SpeechServer(tiny, delay=1.0) as server, pytest.raises(BackendError, match=r"0\.2 s"):
        engine(server, timeout=0.2).recognise(audio, "en", "")
    with SpeechServer(tiny, status=503) as server, pytest.raises(BackendError, match="not this"):
        engine(server).recognise(audio, "en", "")
    with SpeechServer(tiny, status=400) as server, pytest.raises(AnswerError, match="not this"):
        engine(server).recognise(audio, "en", "")
    with SpeechServer(tiny) as server:
        other = ServedSpeech("large", Served(**server.settings))
        with pytest.raises(BackendError, match=rf"it has {MODEL}: set transcribe\.model"):
            other.recognise(audio, "en", "")
    with pytest.raises(BackendError, match=r"127\.0\.0\.1"):
        engine(server).check()  # nobody is there any more
    keyed = Served(api_key_env="NO_SUCH_KEY", base_url="http://127.0.0.1:9/v1")
    with pytest.raises(BackendError, match=r"transcribe\.server\.api_key_env"):
        ServedSpeech(MODEL, keyed).check()


def test_a_video_is_heard_and_a_server_that_is_down_is_asked_again_next_time(
    library: Library, tmp_path: Path, tiny: FasterWhisper
) -> None:
    video, store = library.video("cells"), Store(tmp_path)
    with SpeechServer(tiny) as server:
        settings = {"backend": "server", "model": MODEL, "server": server.settings}
        config = Config(transcribe=settings)  # type: ignore[arg-type]
        settings["server"] = server.settings | {"base_url": "http://127.0.0.1:9/v1"}
        down = Work(video, Config(transcribe=settings), store)  # type: ignore[arg-type]
        with pytest.raises(BackendError, match=r"127\.0\.0\.1:9"):
            down.get(RECOGNISE)
        with pytest.raises(BackendError):
            models_of(down.config).check("speech")
        models_of(config).check("speech")
        work = Work(video, config, store)
        transcript = work.get(TRANSCRIBE)
    assert "ribosomes" in " ".join(s.text for s in transcript.segments).lower()
    assert transcript.model == MODEL
    # Where the server is changes no key.
    assert [down.key(stage) for stage in STAGES[:2]] == [work.key(stage) for stage in STAGES[:2]]


def test_words_share_the_time_of_their_stretch() -> None:
    said = [TextSpan("Hello", 0.0, 1.0, 0.5), TextSpan("world", 2.0, 3.0, 0.9)]
    hello, world = words_of("Hello, world!", said)
    assert hello == hello.__class__(0.0, 1.0, " Hello,", 0.5)
    assert world == world.__class__(2.0, 3.0, " world!", 0.9)
    # Where a server splits otherwise than the text, or in no words at all.
    [joined] = words_of("Helloworld", said)
    assert (joined.start, joined.end) == (0.0, 3.0)
    ideograms = words_of("能量守恒。好", [TextSpan("能量守恒。好", 0.0, 5.0)])
    assert [w.text for w in ideograms] == [" 能", "量", "守", "恒。", "好"]
    assert [w.end for w in ideograms] == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert (
        words_of("", [TextSpan("", 0.0, 5.0)]) == [] and words_of("—", [TextSpan("—", 0, 1)]) == []
    )
