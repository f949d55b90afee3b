"""Markup of caption files, apart from their words.

Only the tags that SubRip and WebVTT know are taken out, and only where they stand as tags do:
`vector<i>`, `a<b and b>c` and `x <v and v> y` are code and mathematics. Each cue is cut into tokens
once, so that the time is linear in its length.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_PLAIN = frozenset("i b u s c em strong strike ruby rt rb rp".split())  # no more than a name
_WITH_VALUES = frozenset(("font", "span"))  # color="red"
_WITH_TEXT = frozenset(("v", "lang"))  # a speaker, a language
_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[A-Za-z]{1,6})(?P<classes>(?:\.[\w-]+)*)(?P<rest>[ \t/][^<>\n]*)?>"
    r"|<(?:(?P<hours>\d{1,4}):)?(?P<minutes>\d{1,2}):(?P<seconds>\d{1,2})[.,](?P<part>\d{1,9})>"
)
# Commands of SubStation Alpha that other formats took over: {\an8}, {\i1}, {\c&HFF&}, {\pos(1,2)}.
_OVERRIDE = re.compile(
    r"\{(?:\\(?:an?\d{1,2}|[1-4]?[ca]&H[0-9A-Fa-f]{1,8}&?|alpha&H[0-9A-Fa-f]{1,2}&?|[ibusq][01]"
    r"|k[fo]?\d{1,6}|f(?:n[^\\{}]{1,60}|s\d{1,4})|(?:pos|move|fad|fade|org|clip|t)\([^(){}]{0,200}\)"
    r"|(?:bord|shad|blur|be|fr[xyz]?|fsc[xy]|fsp)-?[\d.]{1,8}|r))+\}"
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TWICE = {"&#39;": "'", "&quot;": '"'}  # what tools that escape twice leave; nobody says it
# Marks of direction, joints without width, hyphens that show at a line's end only.
_UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad]")


@dataclass
class Line:
    """A line of a cue without its markup.

    Attributes:
        text: what is left, to be read. What is left out later becomes blanks, so that places stay.
        stamps: places in `text` from which on a time of its own holds, seconds.
        voice: a tag names the speaker.
    """

    text: str
    stamps: list[tuple[int, float]] = field(default_factory=list)
    voice: bool = False

    def blank(self, start: int, end: int) -> None:
        """Leave out a stretch of the text."""
        self.text = self.text[:start] + " " * (end - start) + self.text[end:]


def plain_lines(lines: Sequence[str], is_webvtt: bool) -> list[Line]:
    """The lines of a cue without markup; empty ones are left out.

    Args:
        lines: as they stand in the file.
        is_webvtt: a speaker may be named in the middle of a line.
    """
    text = _OVERRIDE.sub("", "\n".join(lines))
    tags = list(_TAG.finditer(text))
    closed = _closed(tags)
    found = [Line("")]
    at = 0
    for n, tag in enumerate(tags):
        _extend(found, text[at : tag.start()])
        at = tag.end()
        if tag["minutes"]:
            found[-1].stamps.append((len(found[-1].text), _time(tag)))
        elif not _is_tag(text, tag, n in closed, found[-1], is_webvtt):
            _extend(found, tag[0])
        elif tag["name"].lower() == "br":
            found.append(Line("", list(_running(found[-1]))))
        elif tag["name"].lower() == "v" and not tag["end"]:
            found[-1].voice = True
    _extend(found, text[at:])
    return [line for line in found if line.text.strip()]


def _extend(found: list[Line], text: str) -> None:
    """More text, which may hold line ends."""
    first, *others = _read(text).split("\n")
    found[-1].text += first
    for other in others:
        found.append(Line(other, _running(found[-1])))


def _running(line: Line) -> list[tuple[int, float]]:
    """The time that holds at the end of a line, for the next."""
    return [(0, line.stamps[-1][1])] if line.stamps else []


def _read(text: str) -> str:
    text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    for entity, char in _TWICE.items():
        text = text.replace(entity, char)
    return _UNSEEN.sub("", text).replace("\xa0", " ")


def _time(tag: re.Match[str]) -> float:
    whole = int(tag["hours"] or 0) * 3600 + int(tag["minutes"]) * 60 + int(tag["seconds"])
    return whole + float(f"0.{tag['part']}")


def _closed(tags: Sequence[re.Match[str]]) -> set[int]:
    """The tags that begin what another one ends in the same cue."""
    closed = set()
    begun: dict[str, list[int]] = {}
    for n, tag in enumerate(tags):
        name = (tag["name"] or "").lower()
        if not tag["end"]:
            begun.setdefault(name, []).append(n)
        elif begun.get(name):
            closed.add(begun[name].pop())
    return closed


def _is_tag(text: str, tag: re.Match[str], closed: bool, line: Line, is_webvtt: bool) -> bool:
    name, rest = tag["name"].lower(), (tag["rest"] or "").strip()
    before, after = text[tag.start() - 1 : tag.start()], text[tag.end() : tag.end() + 1]
    if name == "br":
        return rest in ("", "/") and not (before == " " and after == " ")
    if name not in _PLAIN | _WITH_VALUES | _WITH_TEXT:
        return False
    if tag["end"] or (rest == "/" and name in _PLAIN):  # <i/> is a slip for </i>
        return True
    begins = not line.text.strip(" \t-–—>")
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
