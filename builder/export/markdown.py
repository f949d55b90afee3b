"""A corpus as Markdown: OUT/VIDEO.md for each video, its pictures in OUT/images/VIDEO."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from ..changes import Videos
from ..features import Row
from .pages import Head, by_video
from .turns import save_images

# What Markdown would take for markup; underscores and stars within words too.
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~$&])")
_LIST = re.compile(r"^(\s*)(\d+)([.)])(?=\s|$)|^(\s*)([-+=])", re.MULTILINE)


def write(split: str, rows: Iterable[Row], out: Path, videos: Videos) -> int:
    """Write the videos of a split; the number of their samples."""
    count = 0
    for head, samples in by_video(rows, videos):
        with (out / f"{head.video_id}.md").open("w", encoding="utf-8") as file:
            file.write(f"# {escape(head.title)}\n\n{_source(head)}")
            for row in samples:
                count += 1
                paths = save_images(row, out)
                for place, text in enumerate(row["texts"]):
                    if place in paths:
                        file.write(f"![{_alt(row['ocr_texts'][place])}](<{paths[place]}>)\n\n")
                    elif text:
                        file.write(f"{escape(text)}\n\n")
    return count


def escape(text: str) -> str:
    """Text that Markdown shows as it is."""
    text = _MARKUP.sub(r"\\\1", text.replace("\0", ""))
    return _LIST.sub(lambda m: f"{m[1]}{m[2]}\\{m[3]}" if m[2] else f"{m[4]}\\{m[5]}", text)


def _source(head: Head) -> str:
    told = [
        escape(head.author),
        escape(head.licence),
        f"<{head.source}>" if head.source and not re.search(r"[\s<>]", head.source) else "",
    ]
    line = " · ".join(part for part in told if part)
    return f"{line}\n\n" if line else ""


def _alt(ocr: str | None) -> str:
    return escape(" ".join((ocr or "").split()))
