"""The interface of a source of videos.

To add one, write a section in `plan.py`, a file here with a `Source`, and a line in `every.py`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping
from html import unescape
from mimetypes import guess_type
from re import sub
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ..candidate import Candidate
from ..outcomes import Later


class Page(NamedTuple):
    """One page of answers to a query.

    Attributes:
        cursor: where the next page starts; empty: there is none.
        again: the cursor with which to repeat the query later, such as the ETag of a feed.
        left_out: why entries are not candidates, and how many for each reason.
    """

    candidates: list[Candidate]
    cursor: str = ""
    again: str = ""
    left_out: Mapping[str, int] = MappingProxyType({})


def page_of(entries: Iterable[Candidate | str], cursor: str = "", again: str = "") -> Page:
    """A page of entries, each a candidate or the reason why it is none."""
    results = list(entries)
    candidates = [one for one in results if isinstance(one, Candidate)]
    return Page(candidates, cursor, again, Counter(one for one in results if isinstance(one, str)))


class Source(ABC):
    """Finds candidates. Failures raise `outcomes.Unfetched`; bad entries are counted."""

    @abstractmethod
    def search(self, query: str, cursor: str) -> Page:
        """One page of the answers to a query.

        Args:
            query: words; empty for a source that lists everything it has.
            cursor: from the previous page; empty for the first one.

        Raises:
            Unfetched: there is no answer.
        """

    def details(self, candidate: Candidate) -> list[Candidate]:
        """Everything known about a candidate before the download; it may be several videos.

        Raises:
            Unfetched: there is no answer.
        """
        return [candidate]


def text(value: Any) -> str:
    """A value from an API as one line of text: lists are joined, mark-up is removed."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(text, value)))
    plain = sub(r"<[^<>]*>", " ", str(value))
    return " ".join(unescape(plain).split())


def number(value: Any) -> int:
    """An integer that may be written as text; 0 if it is not a number."""
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError):
        return 0


def seconds(value: Any) -> float | None:
    """A length such as 61.5, "61.5", "1:01" or "1:02:03"; None if it is not one."""
    parts = str(value if value is not None else "").strip().split(":")
    try:
        total = 0.0
        for part in parts:
            total = 60 * total + float(part)
    except ValueError:
        return None
    return total if 0 < total < 1e6 else None


def dicts(value: Any) -> Iterable[dict[str, Any]]:
    """The objects in a list from an API; none if it is not a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def listed(value: Any, where: str) -> list[dict[str, Any]]:
    """The objects in the list that an API answers with; an empty list is an answer, too.

    Raises:
        Later: there is no list, so nothing is known.
    """
    if not isinstance(value, list):
        raise Later(f"{where}: the answer has no list of videos")
    return list(dicts(value))


def is_video_file(url: str) -> bool:
    """Whether an address leads to a video file, judged by its ending."""
    return (guess_type(urlsplit(url).path)[0] or "").startswith("video/")


def inside(value: Any, *names: str) -> Any:
    """A value within nested objects; None if any of them is missing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value
