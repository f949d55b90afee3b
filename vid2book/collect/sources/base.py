"""What a source of videos is.

To add one: a section in `plan.py`, a file here with a `Source`, and its line in `every.py`.
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
    """Some answers to a query.

    Attributes:
        cursor: where the next ones are; empty: there are no more.
        again: the cursor with which to ask again another day, such as the ETag of a feed.
        left_out: why entries are no candidates, and how many for each reason.
    """

    candidates: list[Candidate]
    cursor: str = ""
    again: str = ""
    left_out: Mapping[str, int] = MappingProxyType({})


def page_of(entries: Iterable[Candidate | str], cursor: str = "", again: str = "") -> Page:
    """A page of what was made of the entries of a list: a candidate, or why there is none."""
    made = list(entries)
    candidates = [one for one in made if isinstance(one, Candidate)]
    return Page(candidates, cursor, again, Counter(one for one in made if isinstance(one, str)))


class Source(ABC):
    """Finds candidates. What fails is an `Unfetched` of `outcomes.py`; bad entries are counted."""

    @abstractmethod
    def search(self, query: str, cursor: str) -> Page:
        """One page of the answers to a query.

        Args:
            query: words; empty for a source that lists all it has.
            cursor: as the page before gave it; empty for the first.

        Raises:
            Unfetched: it gave none.
        """

    def details(self, candidate: Candidate) -> list[Candidate]:
        """What can be learnt about a candidate before the download; it may be several videos.

        Raises:
            Unfetched: nothing was had.
        """
        return [candidate]


def text(value: Any) -> str:
    """A value of an API as one line of text: lists are joined, mark-up is taken out."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(text, value)))
    plain = sub(r"<[^<>]*>", " ", str(value))
    return " ".join(unescape(plain).split())


def number(value: Any) -> int:
    """A whole number that may be written as text; 0 where it is none."""
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError):
        return 0


def seconds(value: Any) -> float | None:
    """A length: 61.5, "61.5", "1:01" or "1:02:03"; None if it is none."""
    parts = str(value if value is not None else "").strip().split(":")
    try:
        total = 0.0
        for part in parts:
            total = 60 * total + float(part)
    except ValueError:
        return None
    return total if 0 < total < 1e6 else None


def dicts(value: Any) -> Iterable[dict[str, Any]]:
    """The objects of a list of an API, if it is one."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def listed(value: Any, where: str) -> list[dict[str, Any]]:
    """The objects of the list that an API answers with; an empty list is an answer, too.

    Raises:
        Later: there is no list, so that nothing is known of what there is.
    """
    if not isinstance(value, list):
        raise Later(f"{where}: the answer has no list of videos")
    return list(dicts(value))


def is_video_file(url: str) -> bool:
    """Whether an address is that of a video itself, by the ending of its name."""
    return (guess_type(urlsplit(url).path)[0] or "").startswith("video/")


def inside(value: Any, *names: str) -> Any:
    """What stands in an object within objects; None where one of them is missing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value
