"""What reduce costs, by the number of pictures: python benchmarks/reduce.py [--pictures N ...]

Summaries of videos are made up, with the proportions of a large collection: 87 pictures a video,
channels of up to thousands of videos with a design, a footer and cards of their own, a card that
videos of all channels show, slides shown again, videos uploaded again, and nearly blank pictures
whose hashes crowd in a few places. Each size runs in a process of its own, whose peak of memory is
told without what is mapped from disk. Then one video more, behind the others and amid them. Times
are CPU seconds.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from vid2book.assemble.gathered import block, gather
from vid2book.assemble.reduce import reduce
from vid2book.assemble.reduced import Reduced
from vid2book.assemble.summarise import THUMB, Picture, Summary
from vid2book.config import Reduce

_PICTURES = 87  # a video; 6.5 million of 75,000 videos
_BLOCK = 256  # videos
_VIDEOS_A_CHANNEL = 150  # on average
_VOCABULARY = 30_000  # words that all videos have; each has a few of its own besides
_BLANK = 20  # hashes around which nearly blank pictures lie


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    sizes = [100_000, 200_000, 400_000, 800_000, 1_600_000]
    parser.add_argument("--pictures", type=int, nargs="+", default=sizes)
    parser.add_argument("--folder", type=Path, help="where the made videos are kept")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(_measure(args.folder, args.one)))
        return
    table = Table("pictures", "videos", "shown before", "gather", "reduce", "µs a picture",
                  "one more, last", "amid", "MB")  # fmt: skip
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.folder or Path(scratch)
        _make(folder, max(args.pictures) // _PICTURES + _BLOCK)
        for pictures in args.pictures:
            again = [__file__, "--folder", str(folder), "--one", str(pictures)]
            ran = subprocess.run([sys.executable, *again], check=True, stdout=subprocess.PIPE)
            table.add_row(*json.loads(ran.stdout))
            print(*json.loads(ran.stdout), file=sys.stderr)
    Console().print(table)


def _measure(folder: Path, pictures: int) -> list[str]:
    videos, settings = pictures // _PICTURES, Reduce()
    names = sorted(folder.glob("*.block"))[: -(-videos // _BLOCK)]
    started = time.process_time()
    with gather(name.read_bytes() for name in names) as gathered:
        opened = time.process_time()
        found = reduce(gathered, settings)
        done = time.process_time()
        told = len(found.shown)
        count = len(gathered.video)
    peak = _own_memory()
    more = [_one_more(names, place, found) for place in (len(names), len(names) // 2)]
    return [
        f"{count:,}", f"{len(found.video_ids):,}", f"{told / count:.2f}", f"{opened - started:.1f}",
        f"{done - opened:.1f}", f"{(done - opened) / count * 1e6:.0f}",
        *(f"{seconds:.1f}" for seconds in more), f"{peak:,.0f}",
    ]  # fmt: skip


def _one_more(names: list[Path], place: int, before: Reduced) -> float:
    """Seconds that a video more takes, before the block at `place`."""
    new = next(_videos(10**6, 1, np.random.default_rng(10**6)))
    blocks = [name.read_bytes() for name in names]
    blocks.insert(place, block([(new, "new")]))
    started = time.process_time()
    with gather(blocks) as gathered:
        reduce(gathered, Reduce(), before)
        return time.process_time() - started


def _own_memory() -> float:
    """Peak of the memory that is not a file's, in MB."""
    told = Path("/proc/self/status").read_text()
    values = {line.split(":")[0]: line.split()[1] for line in told.splitlines() if "kB" in line}
    return (int(values["VmHWM"]) - int(values["RssFile"])) / 1024


def _make(folder: Path, videos: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(-(-videos // _BLOCK)):
        path = folder / f"{number:06}.block"
        if not path.is_file():
            made = _videos(number * _BLOCK, _BLOCK, np.random.default_rng(number))
            path.write_bytes(block((summary, summary.video_id) for summary in made))


def _videos(first: int, count: int, random: np.random.Generator) -> Iterator[Summary]:
    for number in range(first, first + count):
        if random.random() < 0.01 and number > 100:  # uploaded again
            again = int(random.integers(number))
            made = _video(again, np.random.default_rng([1, again]), f"v{number:07}")
        else:
            made = _video(number, np.random.default_rng([1, number]), f"v{number:07}")
        yield made


def _video(number: int, random: np.random.Generator, video_id: str) -> Summary:
    # Of channels of very different sizes (Zipf).
    channel = int(random.zipf(1.3) % max(1, number // _VIDEOS_A_CHANNEL + 1))
    own = np.random.default_rng([2, channel])
    designs = own.integers(0, 2**64, 3, np.uint64)
    footer = [f"c{channel}", *(_common(own, 3))]
    topic = [*_common(random, 65), *(f"n{number}x{i}" for i in range(5))]
    count = max(1, int(random.poisson(_PICTURES)))
    pictures = []
    shown: list[str] = []
    for k in range(count):
        last = k + 1 == count
        kind = random.random()
        if k == 0 or last:  # the channel's cards
            words = [*footer, *(("thanks", "watching") if last else ()), *topic[: 3 * last]]
            phash = _near(own.integers(0, 2**64, 1, np.uint64)[0], random, 2)
        elif kind < 0.02 * (number % 10 == 0) or kind < 0.002:  # a card that all know
            words, phash = ["subscribe", "now"], _near(np.uint64(0x0F0F33CC55AA00FF), random, 2)
        elif kind < 0.07:  # a slide of an earlier video
            old = np.random.default_rng([3, channel, int(random.integers(200))])
            words = footer + _common(old, 15)
            phash = _near(old.integers(0, 2**64, 1, np.uint64)[0], random, 3)
        elif kind < 0.15:  # nearly blank
            blanks = np.random.default_rng(4).integers(0, 2**64, _BLANK, np.uint64)
            words, phash = [], _near(blanks[random.integers(_BLANK)], random, 14)
        elif kind < 0.25:  # without words: people, experiments
            words, phash = [], int(random.integers(0, 2**64, 1, np.uint64)[0])
        else:  # slides of a design, which build up
            if random.random() < 0.3:
                shown = []
            new = int(random.integers(1, 12))
            shown += _common(random, new) + [topic[i] for i in random.integers(70, size=new)]
            shown = shown[-40:]
            words = footer + shown
            phash = _near(designs[random.integers(3)], random, 16)
        thumb = ""
        if last:
            card = own.integers(0, 255, THUMB[::-1]) + random.integers(-20, 20, THUMB[::-1])
            thumb = card.clip(0, 255).astype(np.uint8).tobytes().hex()
        told = tuple(sorted(set(words)))
        pictures.append(Picture(k, 10.0 * k, 10.0 * k + 10, phash, thumb, told, last))
    speech = tuple(random.integers(0, 2**32, 128).tolist())
    return Summary(video_id, 10.0 * count, speech, tuple(pictures))


def _common(random: np.random.Generator, count: int) -> list[str]:
    """Words as frequent as those of a language (Zipf)."""
    return [f"w{n % _VOCABULARY}" for n in random.zipf(1.15, count).tolist()]


def _near(phash: np.uint64, random: np.random.Generator, most: int) -> int:
    """The hash with up to so many bits changed."""
    near = int(phash)
    for bit in random.integers(64, size=int(random.integers(0, most + 1))).tolist():
        near ^= 1 << bit
    return near


if __name__ == "__main__":
    main()
