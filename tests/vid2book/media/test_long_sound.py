"""Long sound is heard in parts: the same samples, the same speech, and little memory."""

from __future__ import annotations

import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from vid2book.media.audio import SAMPLE_RATE, open_audio, read_audio
from vid2book.models.silero import FRAME, speech_probability, speech_spans

from ...support.clapper import Pictures, Sound, write
from ...support.sounds import music, noise, silence, spoken


def test_parts_of_stored_sound_are_those_of_the_whole(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4", Pictures(), Sound(rate=44_100))
    for start, end in ((0.0, None), (1.3, 4.7), (2.0, 100.0), (90.0, None)):
        whole, stored = read_audio(path, start, end), open_audio(path, start, end)
        assert len(stored) == len(whole)
        for part in (slice(None), slice(100, 5000), slice(-700, None), slice(50, 20)):
            assert np.array_equal(stored[part], whole[part])


def test_voice_is_found_as_by_the_whole_sound_at_once() -> None:
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    said = spoken("The lagging strand is made of short Okazaki fragments.")
    parts = [said, silence(0.3), music(3.0), said, noise(2.0), silence(5.0)]
    audio = np.concatenate(parts * 6).astype(np.float32)
    assert len(audio) > 64 * SAMPLE_RATE  # more than one block
    options = VadOptions(threshold=0.35, min_silence_duration_ms=250, speech_pad_ms=0)
    wanted = [(s["start"], s["end"]) for s in get_speech_timestamps(audio, options)]
    found = speech_spans(speech_probability(audio))
    assert [(a * FRAME, min(len(audio), b * FRAME)) for a, b in found] == wanted
    assert len(found) > 10
    assert len(speech_probability(np.zeros(0, np.float32))) == 0 and not speech_spans(
        np.zeros(0, np.float32)
    )


# How much more a process takes at its peak, in kB, once all of the sound was looked at.
HEAR = """
import re, sys
from vid2book.media.audio import open_audio
from vid2book.models.silero import speech_probability
from vid2book.models.voice import without_speech
from vid2book.models.windows import find_pieces

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])

def look(path, end):
    audio = open_audio(path, end=end)
    pieces = find_pieces(audio, speech_probability(audio))
    return len(audio), len(pieces), len(list(without_speech(audio, pieces)))

look(sys.argv[1], 100.0)
before = peak()
print(*look(sys.argv[1], None), peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peaks are read from /proc")
def test_long_sound_takes_no_more_memory(tmp_path: Path) -> None:
    path, minutes = tmp_path / "long.wav", 16
    one = np.concatenate([spoken("So the energy of a body grows."), music(60.0)])[: 60 * 16_000]
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        for n in range(minutes):  # the second half is music alone
            part = one if n < minutes / 2 else music(60.0)
            file.writeframes((part * 20_000).astype(np.int16).tobytes())
    done = subprocess.run(
        [sys.executable, "-c", HEAR, str(path)], capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    samples, pieces, sounds, more = map(int, done.stdout.split())
    assert samples == minutes * 60 * SAMPLE_RATE
    assert pieces >= minutes / 2 and sounds >= minutes / 2
    assert more < 50_000  # the samples alone are 61,000, and were held three times
