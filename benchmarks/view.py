"""The book of a large corpus: python benchmarks/view.py [--videos N] [--workers N ...]

A corpus is made up: three small pictures and some 600 words a video, words as frequent as those of
a language. Tells how long the book takes, and where Chromium and Playwright are there, how long a
search takes, and how much of the index it loads.
"""

from __future__ import annotations

import argparse
import io
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image, ImageDraw

from vid2book.viewer import write_book

_AT_ONCE = 500  # videos in a file
_VOCABULARY = 50_000


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--videos", type=int, default=10_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[2])
    parser.add_argument("--folder", type=Path, help="where corpus and pictures of pages are kept")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.folder or Path(scratch)
        corpus = folder / "made-up"
        if not corpus.exists():
            _make(corpus, args.videos)
        for workers in args.workers:
            started = time.monotonic()
            index = write_book(corpus, workers=workers)
            print(f"{workers} processes: {time.monotonic() - started:.0f} s")
        if chromium := shutil.which("chromium"):
            _search(index, chromium, folder)


def _search(index: Path, chromium: str, folder: Path) -> None:
    from playwright.sync_api import sync_playwright

    whole = sum(file.stat().st_size for file in (index.parent / "search").rglob("*.js"))
    print(f"contents: {index.stat().st_size / 1e3:,.0f} kB a page; search: {whole / 1e6:,.0f} MB")
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"]) as browser,
    ):
        for query in ("particular7777", "word1 word2", "word4321x"):
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            loaded: list[Path] = []
            page.on("request", lambda r, to=loaded: to.append(Path(r.url.removeprefix("file://"))))
            page.goto(index.as_uri())
            started = time.monotonic()
            page.keyboard.press("/")
            page.keyboard.type(query)
            page.wait_for_selector("#panel[aria-busy=false]")
            seconds = time.monotonic() - started
            size = sum(file.stat().st_size for file in loaded[1:])
            told = page.locator("#count").inner_text()
            print(f"{query}: {told}, {seconds:.1f} s, {len(loaded) - 1} files, {size / 1e6:.1f} MB")
            page.screenshot(path=folder / f"{query.replace(' ', '-')}.png")
            page.close()


def _make(corpus: Path, videos: int) -> None:
    for table in ("data", "videos"):
        (corpus / table).mkdir(parents=True)
    for number, begin in enumerate(range(0, videos, _AT_ONCE)):
        made = [_video(n) for n in range(begin, min(begin + _AT_ONCE, videos))]
        for table, rows in zip(("videos", "data"), zip(*made, strict=True), strict=True):
            path = corpus / table / f"train-{number:05}.parquet"
            pq.write_table(pa.Table.from_pylist(list(rows)), path, row_group_size=50)


def _video(number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    random = np.random.default_rng(number)
    video_id, title = f"lecture-{number:05}", " ".join(_words(random, 4)).capitalize()
    row = {
        "video_id": video_id,
        "title": title,
        "subject": f"Subject {number % 12}",
        "course": f"Course {number % 240}",
        "status": "kept" if number % 10 else "filtered",
        "reason": "" if number % 10 else "its speech is no teaching",
        "duration_s": 600.0,
        "keyframes": 3,
        "words": 600,
        "samples": 1,
    }
    sample: dict[str, Any] = {"id": f"{video_id}-0000", "video_ids": [video_id], "token_num": 2500}
    sample |= {name: [] for name in ("images", "texts", "ocr_texts", "elements")}
    for clip in range(6):
        for kind in ("image", "text") if clip % 2 else ("text",):
            words = [*_words(random, 95), f"particular{number}" if clip == 2 else ""]
            text, shown = " ".join(words), " ".join(_words(random, 10))
            image = {"bytes": _slide(shown), "path": None} if kind == "image" else None
            sample["images"].append(image)
            sample["texts"].append(text if kind == "text" else None)
            sample["ocr_texts"].append(shown if kind == "image" else None)
            start, end = 15.0 * clip, 15.0 * clip + 15
            times = {"start": start, "end": end, "clip_start": start, "clip_end": end}
            sample["elements"].append({"kind": kind, "video_id": video_id, "name": "", **times})
    return row, sample


def _words(random: np.random.Generator, count: int) -> Iterator[str]:
    return (f"word{n % _VOCABULARY}" for n in random.zipf(1.2, count).tolist())


def _slide(text: str) -> bytes:
    image = Image.new("RGB", (320, 180), "#fbfaf5")
    ImageDraw.Draw(image).text((12, 12), text.replace(" ", "\n"), "#222222")
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=60)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
