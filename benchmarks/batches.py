"""Speech that faster-whisper loses, in batches and not: python benchmarks/batches.py FOLDER ...

A FOLDER has lectures with known truth, of which the first three minutes are heard by tiny.en: by
Whisper's own loop over the whole sound, and in windows cut at pauses, as the pipeline does, one or
sixteen at a time. Printed are the words said, those lost (said, and nothing heard in their place),
the longest run of these, and the word error (substituted, lost and added words).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from pathlib import Path

from faster_whisper import WhisperModel
from rich.console import Console
from rich.table import Table
from terms import errors

from vid2book.eval.truth import compared_words
from vid2book.media.audio import Samples, read_audio
from vid2book.models.faster_whisper import FasterWhisper
from vid2book.models.packaged_whisper import packaged_model
from vid2book.models.windows import cut_windows, find_pieces, sound

MODEL = "packaged:tiny.en"
SECONDS = 180.0


def main() -> None:
    """Command line."""
    ways: dict[str, Callable[[Samples], str]] = {
        "Whisper's own loop": in_a_loop(),
        "windows, one at a time": in_windows(1),
        "windows, sixteen at a time": in_windows(16),
    }
    said, audio = [], []
    for path in sorted(p for folder in sys.argv[1:] for p in Path(folder).glob("*.truth.json")):
        truth = json.loads(path.read_text("utf-8"))
        # Whole sentences, and the sound until the last of them is over.
        whole = [s for s in truth["sentences"] if s["end"] <= SECONDS]
        said.append(compared_words(" ".join(s["text"] for s in whole)))
        audio.append(read_audio(path.parent / f"{truth['id']}.mp4", end=whole[-1]["end"] + 0.3))
    table = Table("heard", "words", "lost", "longest run", "WER", title=f"{len(said)} lectures")
    for name, hear in ways.items():
        heard = [compared_words(hear(samples)) for samples in audio]
        runs = [n for a, b in zip(said, heard, strict=True) for n in lost(a, b)]
        wrong = sum(errors(a, b) for a, b in zip(said, heard, strict=True))
        words = sum(map(len, said))
        table.add_row(
            name, str(words), str(sum(runs)), str(max(runs, default=0)), f"{wrong / words:.3f}"
        )
    Console().print(table)


def in_a_loop() -> Callable[[Samples], str]:
    folder, files = packaged_model(MODEL)
    model = WhisperModel(str(folder), compute_type="int8", cpu_threads=1, files=files)

    def hear(audio: Samples) -> str:
        segments, _ = model.transcribe(audio, beam_size=5, word_timestamps=True)
        return " ".join(segment.text for segment in segments)

    return hear


def in_windows(batch: int) -> Callable[[Samples], str]:
    engine = FasterWhisper(MODEL, beam_size=5, batch_size=batch)

    def hear(audio: Samples) -> str:
        windows = [sound(audio, window) for window in cut_windows(find_pieces(audio))]
        heard, _ = engine.recognise(windows, "en", "")
        return " ".join(word.text for window in heard for word in window.words)

    return hear


def lost(said: list[str], heard: list[str]) -> Iterator[int]:
    """The length of each run of words in whose place fewer were heard, less what was heard."""
    for _, a, b, c, d in SequenceMatcher(None, said, heard, autojunk=False).get_opcodes():
        if b - a > d - c:
            yield (b - a) - (d - c)


if __name__ == "__main__":
    main()
