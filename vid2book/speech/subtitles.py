"""Caption files (.vtt, .srt) as segments of speech.

Files from the wild: any line ending, byte order marks, numbers and settings, styling tags, cues
that repeat what the last one showed (captions that roll up), cues that overlap, and notes such as
[Music] that nobody says.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path

from ..records import Segment, Word

_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?$")
_STAMP = re.compile(rf"<{_TIME}>")
_TAG = re.compile(r"</?(?:[cibuv]|ruby|rt|lang|font|span)\b[^<>]*>|\{\\[^{}]*\}", re.IGNORECASE)
_NOTE = re.compile(r"\[[^\[\]]*\]|[♪♫]+[^♪♫]*[♪♫]+|[♪♫]")
_ONLY_PARENTHESES = re.compile(r"^\([^()]*\)$")
# A name in capitals speaks only where the rest is not in capitals too ("OHM'S LAW: V = IR").
_SPEAKER = re.compile(r"^(?:>>+\s*|-\s+)?(?:(?:[A-Z][A-Z.'-]+\s?){1,3}:\s+(?=.*[a-z]{2}))?")
_BLOCKS = ("NOTE", "STYLE", "REGION")


class SubtitleError(ValueError):
    """A caption file that cannot be used; the message names the file and the line."""


@dataclass
class _Cue:
    start: float
    end: float
    lines: list[str]


def read_subtitles(path: str | Path) -> list[Segment]:
    """The segments of a caption file, in order of time, none overlapping.

    Words get times in proportion to their length, between the times that the cue gives.

    Raises:
        SubtitleError: the file is missing or not text, a timing cannot be read, or no cue is there.
    """
    path = Path(path)
    cues = _cues(path, _text(path))
    if not cues:
        raise SubtitleError(
            f"{path}: there is no cue in this file; a caption file has lines such as "
            "'00:00:01.000 --> 00:00:04.000'"
        )
    cues.sort(key=lambda cue: (cue.start, cue.end))
    return _segments(_rolled_out(cues))


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SubtitleError(f"{path}: the captions cannot be read: {error.strerror}") from None
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        # Old .srt files come in the Windows encoding, in which nearly every byte is a letter.
        return data.decode("cp1252", errors="replace")


def _cues(path: Path, text: str) -> list[_Cue]:
    cues: list[_Cue] = []
    cue: _Cue | None = None
    skipping = False
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        if "-->" in line:
            if cue and cue.lines and cue.lines[-1].strip().isdigit():
                cue.lines.pop()  # the number of this cue, after no blank line
            cue = _opened(path, number, line)
            cues.append(cue)
            skipping = False
        elif not line:
            cue, skipping = None, False
        elif cue is None and line.startswith(_BLOCKS):
            skipping = True
        elif cue is not None and not skipping:
            cue.lines.append(line)
    return cues


def _opened(path: Path, number: int, line: str) -> _Cue:
    match = _TIMING.match(line)
    if not match:
        raise SubtitleError(
            f"{path}, line {number}: this timing cannot be read: {line.strip()!r}; "
            "expected 00:00:01.000 --> 00:00:04.000"
        )
    start, end = _seconds(match.groups()[:4]), _seconds(match.groups()[4:])
    if end < start:
        raise SubtitleError(
            f"{path}, line {number}: this cue ends ({end:.3f} s) before it starts ({start:.3f} s)"
        )
    return _Cue(start, end, [])


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = (part or "0" for part in parts)
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction.ljust(3, "0")) / 1000


def _rolled_out(cues: list[_Cue]) -> list[_Cue]:
    """Cues without the lines that the cue before has already shown.

    Captions that roll up show each line twice: first below, then above the next one.
    """
    fresh: list[_Cue] = []
    shown: list[str] = []
    shown_until = -1.0
    for cue in cues:
        plain = [text for line in cue.lines if (text := _plain(line))]
        repeated = 0
        if cue.start <= shown_until + 0.1:
            repeated = max(
                (n for n in range(1, min(len(shown), len(plain)) + 1) if shown[-n:] == plain[:n]),
                default=0,
            )
        lines = [line for line in cue.lines if _plain(line)][repeated:]
        if lines:
            fresh.append(_Cue(cue.start, cue.end, lines))
        elif fresh and repeated:
            fresh[-1].end = max(fresh[-1].end, cue.end)
        if plain:
            shown = plain
            shown_until = cue.end
    return fresh


def _plain(line: str) -> str:
    """What is said in a line: no tags, notes or speaker."""
    line = html.unescape(_TAG.sub("", _STAMP.sub("", line)))
    line = line.replace("\u200b", "").replace("\ufeff", "").replace("\xa0", " ")
    line = _SPEAKER.sub("", _NOTE.sub(" ", line).strip())
    line = " ".join(line.split())
    return "" if _ONLY_PARENTHESES.match(line) else line


def _segments(cues: list[_Cue]) -> list[Segment]:
    segments: list[Segment] = []
    for n, cue in enumerate(cues):
        end = cue.end
        if n + 1 < len(cues) and cues[n + 1].start > cue.start:
            end = min(end, cues[n + 1].start)
        words = _words(cue.start, end, " ".join(cue.lines))
        if words:
            text = " ".join(word.text.strip() for word in words)
            segments.append(Segment(cue.start, end, text, tuple(words)))
    return segments


def _words(start: float, end: float, marked: str) -> list[Word]:
    """The words of a cue. Times within it (`<00:00:01.500>`) are kept, others interpolated."""
    parts = _STAMP.split(marked)
    stretches = [(start, _plain(parts[0]))]
    for n in range(1, len(parts), 5):
        at = min(max(_seconds(tuple(parts[n : n + 4])), stretches[-1][0]), end)
        stretches.append((at, _plain(parts[n + 4])))
    words: list[Word] = []
    for n, (begin, text) in enumerate(stretches):
        until = stretches[n + 1][0] if n + 1 < len(stretches) else end
        tokens = text.split()
        total = sum(len(token) + 1 for token in tokens)
        done = 0
        for token in tokens:
            from_, to = done / total, (done + len(token) + 1) / total
            length = until - begin
            words.append(
                Word(round(begin + from_ * length, 3), round(begin + to * length, 3), " " + token)
            )
            done += len(token) + 1
    return words
