"""A sample as a conversation: the screen asks, the teacher answers."""

from __future__ import annotations

from pathlib import Path

from ..features import Row
from .samples import suffix

START = "Continue the lesson."  # where the teacher speaks before anything is shown

Turn = tuple[list[int], str]  # positions of the pictures, and what is said then


def turns(row: Row) -> list[Turn]:
    """The pictures up to a text, and the text, again and again; texts in a row are one.

    Pictures that nothing is said of, at the end, are in no turn.
    """
    found: list[Turn] = []
    shown: list[int] = []
    for place, (image, text) in enumerate(zip(row["images"], row["texts"], strict=True)):
        if image:
            shown.append(place)
        elif text and not shown and found:
            found[-1] = (found[-1][0], f"{found[-1][1]}\n\n{text}")
        elif text:
            found.append((shown, text))
            shown = []
    return found


def without_marks(text: str) -> str:
    """Text in which nothing stands for a picture, though a lecture may say so."""
    for mark in ("image", "video", "audio"):
        text = text.replace(f"<{mark}>", f"< {mark} >")
    return text


def save_images(row: Row, out: Path) -> dict[int, str]:
    """Write the pictures of a row to OUT/images/VIDEO; their paths in OUT, by position."""
    paths = {}
    for place, image in enumerate(row["images"]):
        if image:
            folder = Path("images", row["elements"][place]["video_id"])
            (out / folder).mkdir(parents=True, exist_ok=True)
            path = folder / f"{row['id']}.{place:03d}{suffix(image['bytes'])}"
            (out / path).write_bytes(image["bytes"])
            paths[place] = path.as_posix()
    return paths
