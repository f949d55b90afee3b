"""A sample as a conversation: the screen asks, the teacher answers."""

from __future__ import annotations

from pathlib import Path

from ..features import Row
from .samples import suffix

START = "Continue the lesson."  # asked if the teacher speaks before the first picture

Turn = tuple[list[int], str]  # positions of the pictures, and the speech after them


def turns(row: Row) -> list[Turn]:
    """The turns of a row: the pictures before a text, and the text. Adjacent texts are joined.

    Pictures after the last text are in no turn.
    """
    dialogue: list[Turn] = []
    pictures: list[int] = []
    for place, (image, text) in enumerate(zip(row["images"], row["texts"], strict=True)):
        if image:
            pictures.append(place)
        elif text and not pictures and dialogue:
            dialogue[-1] = (dialogue[-1][0], f"{dialogue[-1][1]}\n\n{text}")
        elif text:
            dialogue.append((pictures, text))
            pictures = []
    return dialogue


def without_marks(text: str) -> str:
    """Text in which `<image>` and the like do not stand for media, since a lecture may say them."""
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
