"""Two versions of a corpus side by side, wherever they are: `diff`."""

from __future__ import annotations

from pathlib import Path

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
    return compared(a, b)[0]


def compared(a: str | Path, b: str | Path) -> tuple[Diff, Videos, Videos]:
    """What differs, and the videos of both."""
    old, new = open_videos(a), open_videos(b)
    return compare(old, new), old, new


def open_videos(named: str | Path) -> Videos:
    """The videos of a corpus folder, or of ORG/NAME or ORG/NAME@VERSION on the Hub.

    Raises:
        CorpusError: there is no such corpus, or the Hub refused.
    """
    corpus = str(named)
    if not Path(corpus).exists() and corpus.count("/") == 1:
        from .hub.repo import Hub  # the client takes half a second to import

        name, _, version = corpus.partition("@")
        return Hub(name).videos(version or "main")
    return read_videos(Path(corpus))
