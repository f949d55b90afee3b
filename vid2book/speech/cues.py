"""The structure of a caption file: which lines are times, which are text, which are neither.

SubRip and WebVTT are read alike, by content rather than by file name. Times may have a comma, a
point or neither, lack hours, or contain blanks; cue numbers may be missing or stand apart; a cue
may contain blank lines; a file may have several WebVTT headers, as in joined segments of an HLS
stream. A cue whose times cannot be read gets the room between its neighbours and is reported.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple

_PART = r" ?(\d{1,9}) ?"
# 1:02:03.400, 02:03,4, 1:02:03:400; a sign before it is an error of conversion.
_CLOCK = rf"(-?)(?:{_PART}:)?{_PART}:{_PART}(?:[.,:]{_PART})?"
_TIME = re.compile(_CLOCK)
_TIMING = re.compile(rf"{_CLOCK}--?>{_CLOCK}(?: .+)?")
_ARROW = re.compile(r"--?>")
_CLOCK_LIKE = re.compile(r"[-\w.,]*:[-\w.,:]*")  # meant as a time
_WIDE = str.maketrans("：，．→－＞０１２３４５６７８９", ":,.>->0123456789")
_MAP = re.compile(r"X-TIMESTAMP-MAP\s*=(.*)", re.IGNORECASE)
_LANGUAGE = re.compile(r"(?:NOTE\s)?\s*Language\s*:\s*(\S+)", re.IGNORECASE)
_BLOCK = re.compile(r"NOTE(?:[ \t].*)?|STYLE[ \t]*|REGION[ \t]*")
_MPEG_CLOCK = 90_000  # ticks a second
_READING = 15  # characters a second, for cues whose end cannot be read; set by eye


class Finding(NamedTuple):
    """Something that was repaired or left out, for a Decision."""

    start: float
    end: float
    kept: bool
    reason: str
    text: str = ""


@dataclass(frozen=True)
class Cue:
    """One entry of the file: times in seconds, and its lines of text unchanged."""

    start: float
    end: float
    lines: tuple[str, ...]


class Dropped(NamedTuple):
    """Text that is not a caption of the video, and why."""

    reason: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class CueFile:
    """All cues of a file in order of time.

    Attributes:
        findings: repairs.
        dropped: text that is not used.
        language: as named in a WebVTT header.
        is_webvtt: whether the file says that it is WebVTT.
    """

    cues: tuple[Cue, ...]
    findings: tuple[Finding, ...]
    dropped: tuple[Dropped, ...]
    language: str
    is_webvtt: bool


@dataclass
class _Open:
    """A cue while it is being read; a time that cannot be read is None."""

    start: float | None
    end: float | None
    number: int  # of the line with its times, from 1
    timing: str
    lines: list[str] = field(default_factory=list)


def read_cues(text: str) -> CueFile:
    """The cues of a caption file, if it has any."""
    lines = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    reader = _Reader([line.replace("\0", "") for line in lines])
    reader.read()
    cues, findings, dropped = _place_cues(reader.cues)
    if reader.stray:
        dropped.append(Dropped("stands before the first caption", tuple(reader.stray)))
    return CueFile(
        tuple(sorted(cues, key=lambda cue: (cue.start, cue.end))),
        tuple(findings),
        tuple(dropped),
        reader.language,
        reader.is_webvtt,
    )


class _Reader:
    """Goes through the lines once."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.cues: list[_Open] = []
        self.stray: list[str] = []  # text before the first cue, unless the file is WebVTT
        self.language = ""
        self.is_webvtt = False
        self._origin: float | None = None  # what the first header adds to local time
        self._shift = 0.0  # the current header's offset less the first one's
        self._timings = {n: cue for n, line in enumerate(lines) if (cue := self._timing(n, line))}
        self._labels = _labels(lines, self._timings)

    def read(self) -> None:
        inside = ""  # the block other than a cue that this line is in; a blank line ends it
        for n, line in enumerate(self.lines):
            after_blank = n == 0 or not self.lines[n - 1].strip()
            if n in self._timings:
                inside = ""
                opened = self._timings[n]
                self.cues.append(replace(opened, start=self._shifted(opened.start),
                                         end=self._shifted(opened.end)))  # fmt: skip
            elif not line.strip():
                inside = ""
            elif after_blank and re.match(r"WEBVTT(?:\s|$)", line.lstrip("\ufeff")):
                inside, self.is_webvtt = "header", True
            elif inside == "header":
                self._header(line)
            elif self.is_webvtt and after_blank and _BLOCK.fullmatch(line):
                inside = "block"
                self._header(line)  # Azure notes the language
            elif not inside and n not in self._labels:
                self._text(line)

    def _text(self, line: str) -> None:
        if self.cues:
            self.cues[-1].lines.append(line)
        elif self.is_webvtt:
            self._header(line)
        else:
            self.stray.append(line)

    def _header(self, line: str) -> None:
        if match := _MAP.match(line):
            self._map(match[1])
        elif match := _LANGUAGE.match(line):
            self.language = self.language or match[1]

    def _map(self, value: str) -> None:
        """Read `MPEGTS:900000,LOCAL:00:00:00.000`: the stream's clock at a local time.

        The first header sets the origin, since a recording starts at zero even if its stream did
        not; later headers, of joined segments, count from there.
        """
        ticks = re.search(r"MPEGTS\s*:\s*(\d{1,19})", value, re.IGNORECASE)
        local = re.search(r"LOCAL\s*:\s*([\d:.,]{1,30})", value, re.IGNORECASE)
        at = _TIME.fullmatch(local[1]) if local else None
        if not ticks or not at:
            return
        offset = int(ticks[1]) / _MPEG_CLOCK - _seconds(at.groups())
        if self._origin is None:
            self._origin = offset
        self._shift = offset - self._origin

    def _shifted(self, time: float | None) -> float | None:
        return None if time is None else time + self._shift

    def _timing(self, n: int, line: str) -> _Open | None:
        """The cue that begins on this line, if one does."""
        if "->" not in line and "→" not in line:
            return None
        plain = " ".join(line.replace("→", "-->").translate(_WIDE).split())
        if match := _TIMING.fullmatch(plain):
            groups = match.groups()
            return _Open(_seconds(groups[:5]), _seconds(groups[5:]), n + 1, line)
        return self._damaged_cue(n, line, plain)

    def _damaged_cue(self, n: int, line: str, plain: str) -> _Open | None:
        """A cue with one or two unreadable times; None for text that merely contains an arrow."""
        left, *others = _ARROW.split(plain, maxsplit=1)
        if not others:
            return None
        right = others[0].strip()
        before = self.lines[n - 1].strip() if n else ""
        start, end = _TIME.fullmatch(left.strip()), _TIME.fullmatch(right.split(" ")[0])
        if (start or end) and (not before or before.isdigit()):
            return _Open(
                _seconds(start.groups()) if start else None,
                _seconds(end.groups()) if end else None,
                n + 1,
                line,
            )
        both = (left.strip(), right.split(" ")[0])
        if before.isdigit() and all(_CLOCK_LIKE.fullmatch(side) for side in both):
            return _Open(None, None, n + 1, line)
        return None


def _seconds(groups: Sequence[str | None]) -> float:
    sign, hours, minutes, seconds, fraction = groups
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    time = whole + (float(f"0.{fraction}") if fraction else 0.0)
    return -time if sign else time


def _labels(lines: Sequence[str], timings: dict[int, _Open]) -> set[int]:
    """The lines that number or name the cue below them.

    A number may stand one blank line above its cue. Any other line right above a cue is a name if
    the file names most of its cues, or if it is a single word; otherwise it is text of the cue
    before, after a blank line.
    """
    numbers, names = set(), set()
    for n in timings:
        above = n - 1
        if above < 0:
            continue
        if not lines[above].strip():
            if above and lines[above - 1].strip().isdigit() and _stands_alone(lines, above - 1):
                numbers.add(above - 1)
        elif lines[above].strip().lstrip("\ufeff").isdigit():
            numbers.add(above)
        elif _stands_alone(lines, above):
            names.add(above)
    apart = {n for n in numbers if n + 1 not in timings}
    if len(numbers) < 2 or len(numbers) * 2 < len(timings):
        numbers -= apart  # in a file without numbers, a caption may well end in one
        numbers = {n for n in numbers if n + 1 in timings}
    if len(names) * 2 < len(timings):
        names = {
            n for n in names if len(lines[n].split()) == 1 and lines[n].strip()[-1] not in ".?!,"
        }
    return numbers | names | _orphans(lines, sorted(numbers))


def _orphans(lines: Sequence[str], numbers: Sequence[int]) -> set[int]:
    """Numbers of cues that have lost their times, like a lone 5 between 4 and 6."""
    orphans = set()
    for before, after in pairwise(numbers):
        values = [lines[n].strip().lstrip("\ufeff") for n in (before, after)]
        if not all(value.isdecimal() and len(value) < 9 for value in values):
            continue
        missing = range(int(values[0]) + 1, int(values[1]))
        if 0 < len(missing) <= after - before:
            missing_numbers = {str(value) for value in missing}
            alone = (n for n in range(before + 1, after) if _stands_alone(lines, n))
            orphans |= {n for n in alone if lines[n].strip() in missing_numbers}
    return orphans


def _stands_alone(lines: Sequence[str], n: int) -> bool:
    return n == 0 or not lines[n - 1].strip()


def _place_cues(opened: Sequence[_Open]) -> tuple[list[Cue], list[Finding], list[Dropped]]:
    """Cues with usable times, what was repaired, and what had to be dropped."""
    cues: list[Cue] = []
    findings: list[Finding] = []
    dropped: list[Dropped] = []
    for n, cue in enumerate(opened):
        following = next((c.start for c in opened[n + 1 : n + 5] if c.start is not None), None)
        start, end = _repair_times(cue, cues[-1].end if cues else 0.0, following)
        if end <= 0:
            dropped.append(Dropped("a caption from before the video begins", tuple(cue.lines)))
            continue
        start = max(0.0, start)
        if any(line.strip() for line in cue.lines) and _is_worth_reporting(cue):
            reason = (
                f"line {cue.number}: the times of this caption are impossible: "
                f"{cue.timing.strip()[:60]!r}; it is put here"
            )
            findings.append(Finding(start, end, True, reason))
        cues.append(Cue(start, end, tuple(cue.lines)))
    return cues, findings, dropped


def _is_worth_reporting(cue: _Open) -> bool:
    """Whether a repair is worth reporting; a cue of no length at least says when it starts."""
    return cue.start is None or cue.end is None or cue.end < cue.start or cue.start < 0


def _repair_times(cue: _Open, shown_to: float, following: float | None) -> tuple[float, float]:
    """Start and end, guessed from whichever can be read, the neighbours and the text's length."""
    length = max(1.0, sum(len(line) for line in cue.lines) / _READING)
    start, end = cue.start, cue.end
    if start is not None and end is not None and end > start:
        return start, end
    if start is None:
        start = shown_to if end is None else max(min(shown_to, end), end - 4 * length, 0.0)
        if end is not None and end > start:
            return start, end
    end = start + length
    if following is not None and following > start:
        end = min(end, following)
    return start, end
