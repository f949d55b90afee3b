"""Voice activity by Silero's model, which comes with faster-whisper, for sound of any length.

faster-whisper's own function needs the sound as one array and copies it three times, a gigabyte per
hour. Here the sound is processed in blocks, and the model's state is passed from one to the next.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

FRAME = 512  # samples at 16 kHz; the model's unit of input
_CONTEXT = 64  # samples before a frame that go into the model with it
_BLOCK = 500  # frames; a quarter of a minute
_STATE = (1, 1, 128)  # shape of the model's state

# The package's own values are 0.5, and 0.15 less for the end. Set by eye, not swept.
_SPEECH = 0.35  # probability that starts speech; low, as a lost word costs more than some silence
_QUIET = 0.2  # speech ends below this
_MIN_PAUSE = 0.25 * 16_000 / FRAME  # frames; shorter pauses are ignored


class Audio(Protocol):
    """Mono float32 samples at 16 kHz: an array, or sound in a file that is read in parts
    (`media/audio.py`)."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> NDArray[np.float32]: ...


def speech_probability(audio: Audio) -> NDArray[np.float32]:
    """The probability that somebody speaks, for each frame of audio; the last frame is padded with
    silence."""
    from faster_whisper.vad import get_vad_model

    session: Any = get_vad_model().session
    h, c = np.zeros(_STATE, np.float32), np.zeros(_STATE, np.float32)
    probability = np.zeros(-(-len(audio) // FRAME), np.float32)
    # One buffer for all blocks: the memory of new ones, a few megabytes each, is not always freed.
    frames = np.zeros((_BLOCK, _CONTEXT + FRAME), np.float32)
    before = np.zeros(_CONTEXT, np.float32)
    for start in range(0, len(probability), _BLOCK):
        count = min(_BLOCK, len(probability) - start)
        samples = audio[start * FRAME : (start + count) * FRAME]
        block = np.pad(samples, (0, count * FRAME - len(samples))).reshape(count, FRAME)
        frames[:count, _CONTEXT:] = block
        frames[0, :_CONTEXT] = before
        frames[1:count, :_CONTEXT] = block[:-1, -_CONTEXT:]
        before = block[-1, -_CONTEXT:].copy()
        output, h, c = session.run(None, {"input": frames[:count], "h": h, "c": c})
        probability[start : start + count] = output.reshape(-1)
    return probability


def speech_spans(probability: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Spans of speech, first and last frame (excluded); short pauses belong to the speech.

    Speech begins at a likely frame, and ends with a pause of unlikely frames.
    """
    spans: list[tuple[int, int]] = []
    begin: int | None = None
    pause: int | None = None  # start of a pause that may end this speech
    for n, likely in enumerate(probability.tolist()):
        if likely >= _SPEECH:
            begin, pause = n if begin is None else begin, None
        elif likely < _QUIET and begin is not None:
            pause = n if pause is None else pause
            if n - pause >= _MIN_PAUSE:
                spans.append((begin, pause))
                begin = pause = None
    if begin is not None:
        spans.append((begin, len(probability)))
    return spans
