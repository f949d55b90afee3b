"""What a build of many finished videos takes before it works: `python benchmarks/store.py`.

Makes a store of COUNT videos that are through, but one in a hundred, whose text is missing. It is a
folder of this machine, or a simulated bucket whose every request takes 30 ms and whose lists have a
thousand names. Then another process does what a build does first: it reads the manifest, asks what
the inputs are, and looks for what is there and what is to be done. Prints seconds, peak memory and
requests.

The keys are those of the default config, and the objects have the names that they would have. The
objects of the bucket are empty, since none is read; what is read fails.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import fsspec
from fsspec.spec import AbstractFileSystem

from vid2book.builder.source import open_corpus
from vid2book.config import load
from vid2book.models.lazy import models_of
from vid2book.pipeline.graph import SCREEN, SPEECH, TEXT
from vid2book.pipeline.work import Work
from vid2book.records import Video
from vid2book.store import Store

LATENCY = 0.03  # seconds for a request
PAGE = 1000  # names in an answer


class SimulatedBucket(AbstractFileSystem):  # type: ignore[misc]
    """`sim://store/` has what `names` says; `sim://lectures/` has COUNT videos in 100 folders."""

    protocol = "sim"
    names: ClassVar[dict[str, list[str]]] = {}  # paths by their first folders
    requests: ClassVar[Counter[str]] = Counter()
    lock = threading.Lock()
    latency = LATENCY

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return path.removeprefix("sim://")

    def _asked(self, what: str, names: int = 1) -> None:
        pages = max(1, -(-names // PAGE))
        with self.lock:
            self.requests[what] += pages
        time.sleep(self.latency * pages)

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        self._asked("HEAD")
        return _file(self._strip_protocol(path))

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        path = self._strip_protocol(path).strip("/")
        below = self.names.get(_first(path), [])
        found = [_file(p) for p in below if p.rpartition("/")[0] == path]
        if path.count("/") < 2:
            found += [_folder(name) for name in self.names if name.rpartition("/")[0] == path]
        self._asked("LIST", len(found))
        if not found:
            raise FileNotFoundError(path)
        return found

    def find(self, path: str, detail: bool = False, **_: Any) -> Any:
        found = {p: _file(p) for p in self.names.get(_first(self._strip_protocol(path)), [])}
        self._asked("LIST", len(found))
        return found


def _first(path: str) -> str:
    """The folder that a bucket's lists are made of here: store/videos/ab, lectures/07."""
    return "/".join(path.split("/")[: 3 if path.startswith("store/") else 2])


def _folder(path: str) -> dict[str, Any]:
    return {"name": path, "size": 0, "type": "directory"}


def _file(path: str) -> dict[str, Any]:
    tag = hashlib.md5(path.encode()).hexdigest()
    return {"name": path, "size": 1_000_000, "type": "file", "ETag": f'"{tag}"'}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=160_000)
    parser.add_argument("--kind", choices=["bucket", "folder"], default="bucket")
    parser.add_argument("--look", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    fsspec.register_implementation("sim", SimulatedBucket)
    if given.look:
        look(given.look, given.kind)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        SimulatedBucket.latency = 0.0
        make(folder, given.count, given.kind)
        environment = os.environ | {"XDG_CACHE_HOME": scratch, "PYTHONHASHSEED": "0"}
        arguments = ["--look", folder, "--kind", given.kind]
        subprocess.run(
            [sys.executable, __file__, *map(str, arguments)],
            env=environment,
            check=True,
        )


def make(folder: Path, count: int, kind: str) -> None:
    """A manifest of lectures, and the names of what the store has of them."""
    config, store = load(), Store(folder / "store")
    with (folder / "lectures.jsonl").open("w") as rows, (folder / "names").open("w") as names:
        for n in range(count):
            path, title = f"sim://lectures/{n % 100:02}/lecture-{n:06}.mp4", f"On lectures, {n}"
            rows.write(json.dumps({"path": path, "title": title}) + "\n")
            work = Work(Video(f"lecture-{n:06}", path, title=title), config, store)
            for path in objects(work, n):
                names.write(f"{path}\n")
                if kind == "folder":
                    file = folder / "store" / path
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.touch()


def objects(work: Work, n: int) -> Iterator[str]:
    """The objects of a video; of one in a hundred the text is missing."""
    for branch in (SPEECH, SCREEN, TEXT)[: 2 if n % 100 == 0 else 3]:
        parts = (f"{stage.name}-{work.key(stage)[:12]}" for stage in branch)
        yield f"{work.shelf.folder}/{'.'.join(parts)}.zip"
    if n % 100:
        key = work.key(TEXT[-1])[:12]
        yield f"{work.shelf.folder}/contribution-{key}.outcome-{key}.zip"


def look(folder: Path, kind: str) -> None:
    """What a build does before it works."""
    if kind == "bucket":
        for line in (folder / "names").open():
            path = f"store/{line.rstrip()}"
            SimulatedBucket.names.setdefault(_first(path), []).append(path)
    for line in (folder / "lectures.jsonl").open():
        path = json.loads(line)["path"].removeprefix("sim://")
        SimulatedBucket.names.setdefault(_first(path), []).append(path)
    models_of(load())  # imports what every build imports
    base, started, cpu = _peak(), time.monotonic(), time.process_time()
    place = "sim://store" if kind == "bucket" else folder / "store"
    corpus = open_corpus(folder / "lectures.jsonl", store=place)
    opened = time.monotonic() - started
    todo = [video for video in corpus.videos if not corpus.work(video).is_done(TEXT[-1])]
    planned, cpu = time.monotonic() - started, time.process_time() - cpu
    expected = -(-len(corpus.videos) // 100)
    assert len(todo) == expected, f"{len(todo)} to do, not {expected}"
    requests = ", ".join(f"{n:,} {what}" for what, n in SimulatedBucket.requests.items())
    print(
        f"{kind}: {len(corpus.videos):,} videos, {len(todo):,} to do; opened after {opened:.1f} s, "
        f"planned after {planned:.1f} s, {cpu:.1f} s of CPU; peak {_peak() / 1e6:.0f} MB, "
        f"{base / 1e6:.0f} MB of it before; requests: {requests}"
    )


def _peak() -> int:
    """Bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
