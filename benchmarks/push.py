"""How fast a corpus is pushed: python benchmarks/push.py [--files N] [--delay MS] [--runs N]

The peer is `huggingface_hub.upload_folder` on the same files, turn and turn about, each time to a
new repository on a Hub of its own: the stand-in of the tests, on loopback, in another process,
which answers each request after a delay, as over a network. `push` also compares the files with
their record, sends them in parts to a pull request, looks whether all are there, merges and tags;
`upload_folder` makes one commit. What Python takes to start and import is told apart.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

HUB = """
import sys, time
from pathlib import Path
from tests.support.hub import server
delay, answer = float(sys.argv[2]) / 1000, server.Handler.handle_one_request
real = server.Handler.parse_request
def slow(self):
    done = real(self)
    time.sleep(delay)
    return done
server.Handler.parse_request = slow
with server.Hub(Path(sys.argv[1])) as hub:
    print(hub.url, flush=True)
    sys.stdin.read()
    print(len(hub.requests), flush=True)
"""
OURS = """
import sys, time
from vid2book.builder import push
started = time.perf_counter()
push(sys.argv[1], "org/name", version="1.0.0", transcripts=True)
print(time.perf_counter() - started)
"""
PEER = """
import sys, time
from huggingface_hub import HfApi
api = HfApi()
started = time.perf_counter()
api.create_repo("org/name", repo_type="dataset")
api.upload_folder(folder_path=sys.argv[1], repo_id="org/name", repo_type="dataset",
                  ignore_patterns=[".*"])
print(time.perf_counter() - started)
"""


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--delay", type=float, default=100, help="milliseconds for each answer")
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    found: dict[str, list[tuple[float, float, int]]] = {"upload_folder": [], "vid2book push": []}
    with tempfile.TemporaryDirectory() as folder:
        corpus = _corpus(Path(folder) / "corpus", args.files)
        size = sum(file.stat().st_size for file in corpus.rglob("*.parquet"))
        for run in range(args.runs):
            for name, code in (("upload_folder", PEER), ("vid2book push", OURS)):
                hub = Path(folder) / f"hub-{run}-{name.replace(' ', '-')}"
                found[name].append(_timed(code, corpus, hub, args.delay))
    table = Table(
        title=f"{args.files} files, {size / 1e6:.0f} MB, {args.delay:g} ms an answer, "
        f"median of {args.runs} runs"
    )
    for column in ("", "seconds", "and to start", "requests"):
        table.add_column(column, justify="right" if column else "left")
    for name, runs in found.items():
        seconds, start, requests = (median(column) for column in zip(*runs, strict=True))
        table.add_row(name, f"{seconds:.1f}", f"{start:.1f}", f"{requests:g}")
    Console().print(table)


def _corpus(out: Path, files: int) -> Path:
    """A third of the files hold a sample with two pictures, the others rows without."""
    from tests.support.made_corpus import corpus_of, make_sample, make_video
    from vid2book.builder import parquet, write_corpus

    parquet.SHARD_BYTES = 1  # a file for each row
    videos = [make_video(f"v{number:04d}") for number in range(files // 3)]
    corpus = corpus_of(*videos, samples=1)
    for video in videos:
        outcome, _, _ = corpus.results[video.video_id]
        sample = make_sample(video, 0, size=(640, 360))
        corpus.results[video.video_id] = outcome, [sample], []
    write_corpus(corpus, out)
    return out


def _timed(code: str, corpus: Path, hub: Path, delay: float) -> tuple[float, float, int]:
    """Seconds of the call, those of Python before it, and how many requests the Hub got."""
    from tests.support.hub.server import TOKEN

    line = [sys.executable, "-c", HUB, str(hub), str(delay)]
    with subprocess.Popen(
        line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        env = os.environ | {
            "HF_ENDPOINT": process.stdout.readline().strip(),
            "HF_HOME": str(hub / "home"),
            "HF_TOKEN": TOKEN,
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_OFFLINE": "0",
        }
        (corpus / ".hashes.json").unlink(missing_ok=True)  # of an earlier push
        started = time.perf_counter()
        line = [sys.executable, "-c", code, str(corpus)]
        done = subprocess.run(line, env=env, check=True, capture_output=True, text=True)
        took, whole = float(done.stdout.split()[-1]), time.perf_counter() - started
        told, _ = process.communicate()
    return took, whole - took, int(told)


if __name__ == "__main__":
    main()
