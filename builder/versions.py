"""Two versions of a corpus side by side, wherever they are: `diff`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from vid2book.folder.layout import REMOVED
from vid2book.folder.record import CorpusError
from vid2book.folder.removed import removals, removed_on

from .changes import Diff, Videos, compare, read_videos


def diff(a: str | Path, b: str | Path) -> Diff:
    """The videos that were added, removed and changed.

    Args:
        a: a corpus folder, or ORG/NAME or ORG/NAME@VERSION on the Hub.
        b: another one, treated as the newer.

    Raises:
        CorpusError: one of them is not a corpus.
        HubError: the Hub refused.
    """
    return compare_versions(a, b)[0]


def compare_versions(a: str | Path, b: str | Path) -> tuple[Diff, Videos, Videos]:
    """The difference, and the videos of both corpora."""
    old, new = open_versioned(a).videos, open_versioned(b).videos
    return compare(old, new), old, new


_ON_HUB = re.compile(r"[\w.-]+/[\w.-]+(@.+)?")


@dataclass(frozen=True)
class Versioned:
    """The videos of a version of a corpus, and the ids and dates of those that were removed."""

    videos: Videos
    removed: dict[str, str]


def open_versioned(name: str | Path) -> Versioned:
    """A corpus folder, or ORG/NAME or ORG/NAME@VERSION on the Hub.

    Raises:
        CorpusError: there is no such corpus, or the Hub refused.
    """
    corpus = str(name)
    if not Path(corpus).exists():
        if not _ON_HUB.fullmatch(corpus):
            raise CorpusError(
                f"{corpus}: there is no such folder; give one that `vid2book build` wrote, or "
                "ORG/NAME@VERSION on the Hub"
            )
        from .hub.repo import Hub  # the client takes half a second to import

        repo, _, version = corpus.partition("@")
        hub, revision = Hub(repo), version or "main"
        videos = hub.videos(revision)
        text = hub.text(REMOVED, revision) if REMOVED in hub.files(revision) else ""
        return Versioned(videos, removed_on(text))
    return Versioned(read_videos(Path(corpus)), removals(Path(corpus)))
