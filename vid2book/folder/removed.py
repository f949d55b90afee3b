"""REMOVED.csv: ids and dates of the videos that `vid2book remove` took out of a corpus.

It has nothing else, so that the record of a removal does not reveal what was removed.
"""

from __future__ import annotations

import csv
import shlex
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from .layout import REMOVED

_HEADER = ["video_id", "removed_on"]


def removed_on(text: str) -> dict[str, str]:
    """Video ids and dates of a REMOVED.csv."""
    return {
        row[0]: row[1] for row in csv.reader(StringIO(text)) if len(row) == 2 and row != _HEADER
    }


def removals(corpus: Path) -> dict[str, str]:
    """Video ids and dates of the REMOVED.csv of a corpus folder."""
    try:
        return removed_on((corpus / REMOVED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def removed_text(removed: Mapping[str, str]) -> str:
    """REMOVED.csv with these videos."""
    out = StringIO()
    csv.writer(out, lineterminator="\n").writerows([_HEADER, *sorted(removed.items())])
    return out.getvalue()


def undoing(corpus: str | Path, *video_ids: str) -> str:
    """The command that brings removed videos back."""
    ids = shlex.join(video_ids)
    return f"vid2book remove {shlex.quote(str(corpus))} {ids} --undo"
