"""A corpus as Markdown: OUT/VIDEO.md for each video, its pictures in OUT/images/VIDEO."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..changes import Videos
from ..features import Row
from ..markdown import address, escape, line
from .pages import Head, by_video
from .turns import save_images


def write(split: str, rows: Iterable[Row], out: Path, videos: Videos) -> int:
    """Write a page for each video of a split; the number of samples."""
    count = 0
    for head, samples in by_video(rows, videos):
        with (out / f"{head.video_id}.md").open("w", encoding="utf-8") as file:
            file.write(f"# {escape(head.title)}\n\n{_source(head)}")
            for row in samples:
                count += 1
                paths = save_images(row, out)
                for place, text in enumerate(row["texts"]):
                    if place in paths:
                        file.write(
                            f"![{line(row['ocr_texts'][place] or '')}](<{paths[place]}>)\n\n"
                        )
                    elif text:
                        file.write(f"{escape(text)}\n\n")
    return count


def _source(head: Head) -> str:
    origin = (escape(head.author), escape(head.licence), address(head.source))
    joined = " · ".join(part for part in origin if part)
    return f"{joined}\n\n" if joined else ""
