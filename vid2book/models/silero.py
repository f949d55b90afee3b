"""Voice activity by Silero's model, which comes with faster-whisper, over sound of any length.

faster-whisper's own function wants the sound as one array and copies it three times, a gigabyte for
each hour. Here it goes through in blocks, and the model's state is handed on from one to the next.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

FRAME = 512  # samples at 16 kHz; what the model hears at a time
_CONTEXT = 64  # samples before a frame that it hears with it
_BLOCK = 500  # frames; a quarter of a minute
_STATE = (1, 1, 128)  # shape of what the model remembers

# The package's own are 0.5, and 0.15 less for the end. Set by eye, not swept.
_SPEECH = 0.35  # probability of speech; low, as a lost word costs more than a little silence
_QUIET = 0.2  # below it speech ends
_MIN_PAUSE = 0.25 * 16_000 / FRAME  # frames; of a shorter pause nothing is made


class Audio(Protocol):
    """Mono float32 samples at 16 kHz: an array, or sound that lies elsewhere and is read in parts
    (`media/audio.py`)."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> NDArray[np.float32]: ...


def speech_probability(audio: Audio) -> NDArray[np.float32]:
    """The probability that somebody speaks, for each frame of an audio; the last frame is filled up
    with silence."""
    from faster_whisper.vad import get_vad_model

    session: Any = get_vad_model().session
    h, c = np.zeros(_STATE, np.float32), np.zeros(_STATE, np.float32)
    found = np.zeros(-(-len(audio) // FRAME), np.float32)
    # One buffer for all blocks: fresh ones of some megabytes each are not always given back.
    frames = np.zeros((_BLOCK, _CONTEXT + FRAME), np.float32)
    before = np.zeros(_CONTEXT, np.float32)
    for start in range(0, len(found), _BLOCK):
        count = min(_BLOCK, len(found) - start)
        samples = audio[start * FRAME : (start + count) * FRAME]
        heard = np.pad(samples, (0, count * FRAME - len(samples))).reshape(count, FRAME)
        frames[:count, _CONTEXT:] = heard
        frames[0, :_CONTEXT] = before
        frames[1:count, :_CONTEXT] = heard[:-1, -_CONTEXT:]
        before = heard[-1, -_CONTEXT:].copy()
        output, h, c = session.run(None, {"input": frames[:count], "h": h, "c": c})
        found[start : start + count] = output.reshape(-1)
    return found


def speech_spans(probability: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Where somebody speaks, first and last frame (excluded); short pauses belong to the speech.

    Speech begins where it is likely enough, and ends with a pause in which it is unlikely.
    """
    spans: list[tuple[int, int]] = []
    begin: int | None = None
    pause: int | None = None  # where the pause began that may end this speech
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
