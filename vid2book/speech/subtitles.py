"""Caption files (.vtt, .srt) as segments of speech.

Reads files from the wild tolerantly: it guesses the encoding (`encodings.py`), accepts odd times
and numbers of cues (`cues.py`), removes tags (`markup.py`), notes of sounds and names of speakers
(`unspoken.py`), and lines that roll up or grow (`rolling.py`). Everything repaired or left out is
reported.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..intake.encodings import EncodingError, decode
from ..languages import language_code
from ..records import Segment, Word
from .cues import CueFile, Finding, read_cues
from .markup import Line, plain_lines
from .rolling import Caption, Token, without_repeats
from .unspoken import Speakers, blank_notes


class SubtitleError(ValueError):
    """A caption file that cannot be used; the message names the file."""


@dataclass(frozen=True)
class Subtitles:
    """The content of a caption file.

    Attributes:
        segments: in order of time, none overlapping; words get times in proportion to their length,
            between the times that the cue gives.
        shown: start and end of every cue, including those of sounds, seconds.
        findings: what was repaired or left out.
        language: of the text, if the file gives it, as `language_code`.
    """

    segments: tuple[Segment, ...]
    shown: tuple[tuple[float, float], ...]
    findings: tuple[Finding, ...]
    language: str


def read_subtitles(path: str | Path, language: str = "") -> Subtitles:
    """The speech of a caption file.

    Args:
        path: the file.
        language: of its text, as `language_code`; empty if unknown.

    Raises:
        SubtitleError: the file is missing, is not text, or has no cues.
    """
    path = Path(path)
    try:
        decoded = decode(path.read_bytes(), language)
    except OSError as error:
        raise SubtitleError(f"{path}: the captions cannot be read: {error.strerror}") from None
    except EncodingError as error:
        raise SubtitleError(f"{path}: the captions cannot be read: {error}") from None
    file = read_cues(decoded.text)
    if not file.cues:
        raise SubtitleError(
            f"{path}: there is no cue in this file; a caption file has lines such as "
            "'00:00:01.000 --> 00:00:04.000'"
        )
    captions, findings = _captions(file)
    end = max(cue.end for cue in file.cues)
    if decoded.note:
        findings.insert(0, Finding(0.0, end, True, decoded.note))
    fresh, repeated = without_repeats(captions)
    if repeated:
        reason = f"words already shown by the previous caption, left out: {repeated}"
        findings.append(Finding(captions[0].start, captions[-1].end, False, reason))
    return Subtitles(
        tuple(_segments(fresh)),
        tuple((cue.start, cue.end) for cue in file.cues),
        (*file.findings, *findings),
        language_code(file.language),
    )


def _captions(file: CueFile) -> tuple[list[Caption], list[Finding]]:
    """The spoken words of the cues, and what was left out because nobody says it."""
    lines = [plain_lines(cue.lines, file.is_webvtt) for cue in file.cues]
    speakers = Speakers(lines)
    captions, findings, names = [], [], 0
    for cue, of_cue in zip(file.cues, lines, strict=True):
        names += sum([speakers.blank(line) for line in of_cue])
        if notes := blank_notes(of_cue):
            findings.append(
                Finding(cue.start, cue.end, False, "a sound that captions note", " ".join(notes))
            )
        tokens = tuple(t for line in of_cue if (t := tuple(_tokens(line))))
        if tokens:
            captions.append(Caption(cue.start, cue.end, tokens))
    for left_out in file.dropped:
        rest = plain_lines(left_out.lines, file.is_webvtt)
        names += sum([speakers.blank(line) for line in rest])
        if text := " ".join(" ".join(line.text for line in rest).split()):
            findings.append(Finding(0.0, 0.0, False, left_out.reason, text))
    if names:
        reason = f"names of speakers, left out for privacy: {names}"
        findings.append(Finding(file.cues[0].start, file.cues[-1].end, False, reason))
    return captions, findings


def _tokens(line: Line) -> Iterator[Token]:
    at: float | None = None
    stamps = deque(line.stamps)
    place = 0
    for word in line.text.split():
        place = line.text.index(word, place)
        while stamps and stamps[0][0] <= place:
            at = stamps.popleft()[1]
        yield Token(word, at)
        place += len(word)


def _segments(captions: Sequence[Caption]) -> list[Segment]:
    segments: list[Segment] = []
    for n, caption in enumerate(captions):
        end = caption.end
        if n + 1 < len(captions) and captions[n + 1].start > caption.start:
            end = min(end, captions[n + 1].start)
        words = _words(caption.start, end, caption.tokens)
        text = " ".join(token.text for token in caption.tokens)
        segments.append(Segment(caption.start, end, text, tuple(words), captioned=True))
    return segments


def _words(start: float, end: float, tokens: Sequence[Token]) -> list[Word]:
    """The words of a cue. Times given within it are kept, others interpolated."""
    stretches: list[tuple[float, list[str]]] = [(start, [])]
    for token in tokens:
        if token.at is not None and token.at > stretches[-1][0]:
            stretches.append((min(token.at, end), []))
        stretches[-1][1].append(token.text)
    words = []
    for n, (begin, texts) in enumerate(stretches):
        until = stretches[n + 1][0] if n + 1 < len(stretches) else end
        per_letter = (until - begin) / max(1, sum(len(text) + 1 for text in texts))
        at = begin
        for text in texts:
            to = at + per_letter * (len(text) + 1)
            words.append(Word(round(at, 3), round(to, 3), f" {text}"))
            at = to
    return words


def shift_subtitles(subtitles: Subtitles, seconds: float) -> Subtitles:
    """The same subtitles, `seconds` later."""
    return replace(
        subtitles,
        segments=tuple(shift_segment(segment, seconds) for segment in subtitles.segments),
        shown=tuple((start + seconds, end + seconds) for start, end in subtitles.shown),
        findings=tuple(
            f._replace(start=max(0.0, f.start + seconds), end=max(0.0, f.end + seconds))
            for f in subtitles.findings
        ),
    )


def shift_segment(segment: Segment, seconds: float) -> Segment:
    """The same segment, `seconds` later."""
    words = tuple(
        replace(w, start=round(w.start + seconds, 3), end=round(w.end + seconds, 3))
        for w in segment.words
    )
    start, end = round(segment.start + seconds, 3), round(segment.end + seconds, 3)
    return replace(segment, start=start, end=end, words=words)
