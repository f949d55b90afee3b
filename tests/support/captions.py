"""Caption files as text, and what is read from them."""

from __future__ import annotations

from pathlib import Path

from vid2book.speech.subtitles import read_subtitles

CASES = Path(__file__).parents[1] / "data" / "cases"


def read(folder: Path, text: str | bytes, name: str = "a.vtt") -> list[tuple[float, float, str]]:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return [(s.start, s.end, s.text) for s in read_subtitles(path).segments]


def said(text: str | bytes, folder: Path, name: str = "a.vtt") -> str:
    """All that is said, in one line."""
    return " ".join(segment[2] for segment in read(folder, text, name))


def told(folder: Path, name: str = "a.vtt") -> list[str]:
    return [finding.reason for finding in read_subtitles(folder / name).findings]
