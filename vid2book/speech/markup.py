"""Separates the markup of caption files from their words.

Only the tags that SubRip and WebVTT define are removed, and only where tags would stand:
`vector<i>`, `a<b and b>c` and `x <v and v> y` are code and mathematics. Each cue is cut into tokens
once, in time linear in its length.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.entities import html5

_PLAIN = frozenset("i b u s c em strong strike ruby rt rb rp".split())  # take no values
_WITH_VALUES = frozenset(("font", "span"))  # color="red"
_WITH_TEXT = frozenset(("v", "lang"))  # a speaker, a language
_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[A-Za-z]{1,6})(?P<classes>(?:\.[\w-]+)*)(?P<rest>[ \t/][^<>\n]*)?>"
    r"|<(?:(?P<hours>\d{1,4}):)?(?P<minutes>\d{1,2}):(?P<seconds>\d{1,2})[.,](?P<part>\d{1,9})>"
)
# Commands that other formats borrowed from SubStation Alpha: {\an8}, {\i1}, {\c&HFF&}, {\pos(1,2)}.
_OVERRIDE = re.compile(
    r"\{(?:\\(?:an?\d{1,2}|[1-4]?[ca]&H[0-9A-Fa-f]{1,8}&?|alpha&H[0-9A-Fa-f]{1,2}&?|[ibusq][01]"
    r"|k[fo]?\d{1,6}|f(?:n[^\\{}]{1,60}|s\d{1,4})|(?:pos|move|fad|fade|org|clip|t)\([^(){}]{0,200}\)"
    r"|(?:bord|shad|blur|be|fr[xyz]?|fsc[xy]|fsp)-?[\d.]{1,8}|r))+\}"
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TWICE = {"&#39;": "'", "&quot;": '"'}  # left behind by tools that escape twice; nobody says it
# Direction marks, zero-width joiners, soft hyphens.
_UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad]")


@dataclass
class Line:
    """A line of a cue without its markup.

    Attributes:
        text: the words. Anything removed later becomes blanks, to keep positions valid.
        stamps: positions in `text` and the times, in seconds, that hold from there on.
        voice: whether a tag names the speaker.
    """

    text: str
    stamps: list[tuple[int, float]] = field(default_factory=list)
    voice: bool = False

    def blank(self, *spans: tuple[int, int]) -> None:
        """Replace stretches of the text by blanks; `spans` are in order."""
        parts, at = [], 0
        for start, end in spans:
            parts += [self.text[at:start], " " * (end - start)]
            at = end
        self.text = "".join([*parts, self.text[at:]])


@dataclass
class _OpenLine:
    """A line while its cue is being read."""

    stamps: list[tuple[int, float]]
    parts: list[str] = field(default_factory=list)
    length: int = 0
    empty: bool = True  # apart from blanks and dashes
    voice: bool = False

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)
        self.empty = self.empty and not text.strip(" \t-–—>")

    def next(self) -> _OpenLine:
        """The line below, which starts with the time that holds at the end of this one."""
        return _OpenLine([(0, self.stamps[-1][1])] if self.stamps else [])


def plain_lines(lines: Sequence[str], is_webvtt: bool) -> list[Line]:
    """The lines of a cue without markup; empty ones are left out.

    Args:
        lines: as they stand in the file.
        is_webvtt: whether a speaker may be named in the middle of a line.
    """
    text = _OVERRIDE.sub("", "\n".join(lines))
    tags = list(_TAG.finditer(text))
    closed = _closed_tags(tags)
    growing = [_OpenLine([])]
    at = 0
    for n, tag in enumerate(tags):
        _extend(growing, text[at : tag.start()])
        at = tag.end()
        if tag["minutes"]:
            growing[-1].stamps.append((growing[-1].length, _time(tag)))
        elif not _is_tag(text, tag, n in closed, growing[-1].empty, is_webvtt):
            _extend(growing, tag[0])
        elif tag["name"].lower() == "br":
            growing.append(growing[-1].next())
        elif tag["name"].lower() == "v" and not tag["end"]:
            growing[-1].voice = True
    _extend(growing, text[at:])
    finished = (Line("".join(line.parts), line.stamps, line.voice) for line in growing)
    return [line for line in finished if line.text.strip()]


def _extend(lines: list[_OpenLine], text: str) -> None:
    """Append text, which may contain line ends."""
    first, *others = _unescape(text).split("\n")
    lines[-1].add(first)
    for other in others:
        lines.append(lines[-1].next())
        lines[-1].add(other)


def _unescape(text: str) -> str:
    text = _ENTITY.sub(_char, text)
    for entity, char in _TWICE.items():
        text = text.replace(entity, char)
    return _UNSEEN.sub("", text).replace("\xa0", " ")


def _char(entity: re.Match[str]) -> str:
    """The character of an entity; `&andsoon;` is not one and stays."""
    name = entity[0][1:]
    return html.unescape(entity[0]) if name[0] == "#" else html5.get(name, entity[0])


def _time(tag: re.Match[str]) -> float:
    whole = int(tag["hours"] or 0) * 3600 + int(tag["minutes"]) * 60 + int(tag["seconds"])
    return whole + float(f"0.{tag['part']}")


def _closed_tags(tags: Sequence[re.Match[str]]) -> set[int]:
    """The opening tags that are closed again in the same cue."""
    closed = set()
    begun: dict[str, list[int]] = {}
    for n, tag in enumerate(tags):
        name = (tag["name"] or "").lower()
        if not tag["end"]:
            begun.setdefault(name, []).append(n)
        elif begun.get(name):
            closed.add(begun[name].pop())
    return closed


def _is_tag(text: str, tag: re.Match[str], closed: bool, begins: bool, is_webvtt: bool) -> bool:
    name, rest = tag["name"].lower(), (tag["rest"] or "").strip()
    before, after = text[tag.start() - 1 : tag.start()], text[tag.end() : tag.end() + 1]
    if name == "br":
        return rest in ("", "/") and not (before == " " and after == " ")
    if name not in _PLAIN | _WITH_VALUES | _WITH_TEXT:
        return False
    if tag["end"] or (rest == "/" and name in _PLAIN):  # <i/> is a slip for </i>
        return True
    hugs = begins and after not in ("", " ", "\n")
    if name in _WITH_TEXT:
        named = bool(rest) or bool(tag["classes"])
        within = is_webvtt and rest[:1].isupper() and (not before or not before.isalnum())
        return named and (closed or begins or within)
    if name in _WITH_VALUES:
        return "=" in rest or (not rest and (closed or hugs))
    if rest and "=" not in rest:
        return False
    return closed or hugs or (bool(tag["classes"]) and not before.isalnum())
