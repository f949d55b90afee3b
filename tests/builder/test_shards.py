"""Shards that share the store alone give the corpus of one machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as parquet
import pytest
import typer
from typer.testing import CliRunner

from vid2book.builder import build, gather
from vid2book.builder.commands.merge import checked
from vid2book.config import Config
from vid2book.errors import UserError
from vid2book.pipeline.corpus import Corpus
from vid2book.pipeline.graph import TEXT
from vid2book.pipeline.local import Event
from vid2book.pipeline.shards import Shard, became_of, record_failures
from vid2book.pipeline.work import _stored
from vid2book.records import Video
from vid2book.store import Store

from ..support.library import Library, corpus_bytes, vid2book

CLUSTERS = Path(__file__).parents[2] / "examples/clusters"


def from_elsewhere(library: Library, folder: Path) -> Path:
    """A manifest in another folder, of the same videos."""
    rows = [json.loads(line) for line in library.manifest.read_text().splitlines()]
    path = folder / "manifest.jsonl"
    rows = [row | {"path": str(library.manifest.parent / row["path"])} for row in rows]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_shards_are_parts_of_a_corpus() -> None:
    corpus = Corpus(tuple(Video(str(n), "") for n in range(10)), Config(), Store(Path("none")))
    parts = [Shard.parse(f"{n}/3").part(corpus).videos for n in range(3)]
    assert [len(part) for part in parts] == [4, 3, 3]
    assert sorted(v.video_id for part in parts for v in part) == [v.video_id for v in corpus.videos]


@pytest.mark.parametrize("told", ["3/3", "0/0", "1", "-1/3", "a/b", "0/3 "])
def test_a_shard_that_is_none_is_refused(told: str) -> None:
    with pytest.raises(UserError, match="the first of eight is 0/8, and the last 7/8"):
        Shard.parse(told)


def test_a_build_without_a_folder_says_so() -> None:
    app = typer.Typer()
    app.command()(build.build)
    result = CliRunner().invoke(app, ["lectures"])
    assert result.exit_code == 2 and "-o CORPUS" in result.stderr


def test_what_is_not_through_is_named(library: Library, store: Store) -> None:
    corpus = replace(library.corpus(), store=store)
    late = corpus.videos[1]
    work = corpus.work(late)
    work.shelf.forget(TEXT[-1].name, work.key(TEXT[-1]))
    found = list(gather.became_of(corpus, 1))
    assert [event is None for event in found] == [False, True, False]
    with pytest.raises(UserError, match=f"1 of 3 videos are not in the store .*: {late.video_id}"):
        checked(corpus, found)


def test_a_back_end_that_failed_in_a_shard_is_no_reason_to_wait(
    library: Library, store: Store
) -> None:
    other = replace(store, run="f" * 32)
    work = replace(library.corpus(), store=other).work(library.corpus().videos[0])
    last, key, kind = TEXT[-1].name, work.key(TEXT[-1]), _stored(TEXT[-1])
    kept = work.shelf.load(last, key, kind)
    work.shelf.forget(last, key)
    work.shelf.save(last, key, kind, kept, provisional=True)
    found = [
        became_of(replace(library.corpus(), store=place), work.video)
        for place in (other, replace(store, run="e" * 32), store.of_every_run())
    ]
    assert found == [Event(work.video), None, Event(work.video)]


def test_what_failed_in_a_shard_failed_in_the_corpus(
    library: Library, store: Store, tmp_path: Path
) -> None:
    corpus = replace(library.corpus(), store=store)
    lost, poor, fine = corpus.videos
    poor = replace(poor, problem="line 2: no path")
    manifest = from_elsewhere(library, tmp_path)
    work = corpus.work(lost)
    last, key, kind = TEXT[-1].name, work.key(TEXT[-1]), _stored(TEXT[-1])
    kept = work.shelf.load(last, key, kind)
    work.shelf.forget(last, key)

    event = Event(lost, failure="KeyError: 'x'", kept=False, bug="Traceback: KeyError")
    here = replace(event, duration=60.0, seconds=2.0, cpu={"cut": 1.0}, wall={"cut": 2.0})
    assert became_of(corpus, lost) is None
    assert list(record_failures(corpus, [here, Event(fine)])) == [here, Event(fine)]
    assert became_of(corpus, lost) == event
    assert became_of(corpus, poor) == Event(poor, failure="line 2: no path")

    out = tmp_path / "out"
    result = vid2book("merge", manifest, "--store", store.root, "-o", out)
    assert result.returncode == 1 and "KeyError: 'x'" in result.stdout
    rows = parquet.read_table(out / "videos").to_pylist()
    found = {row["video_id"]: (row["status"], row["reason"]) for row in rows}
    assert found[lost.video_id] == ("failed", "KeyError: 'x'")
    assert found[fine.video_id] == ("kept", "")
    assert "Traceback: KeyError" in (out / "build.errors.log").read_text()
    assert (
        "hours of video per hour" not in result.stdout
    )  # the shard's time tells nothing of the merge

    work.shelf.save(last, key, kind, kept)  # the shard has run again
    assert became_of(corpus, lost) == Event(lost)


PROGRAM = '#!/bin/sh\nexec {python} {script} "$@"\n'
VID2BOOK = "from vid2book.cli import main\nmain()\n"

# Runs the tasks of an array one after the other, as `sh` does what is wrapped.
SBATCH = """
import os, subprocess, sys
from pathlib import Path
given = dict(zip(sys.argv, sys.argv[1:]))
first, last = map(int, given.get("--array", "0-0").split("-"))
ended = Path(os.environ["ENDED"])
if "--dependency" in given:
    assert given["--dependency"] == "afterok:17" and ended.read_text() == "[0, 0]"
codes = [
    subprocess.call(
        ["sh", "-c", given["--wrap"]],
        stdout=sys.stderr,
        env=os.environ | {"SLURM_ARRAY_TASK_ID": str(task), "SLURM_CPUS_PER_TASK": "1"},
    )
    for task in range(first, last + 1)
]
ended.write_text(str(codes))
print("17;cluster" if "--parsable" in sys.argv else "Submitted batch job 18")
"""

# Runs a job when it is waited for; the bucket is a folder.
HF = """
import json, os, shutil, subprocess, sys
from pathlib import Path
bucket, jobs = Path(os.environ["BUCKET"]), Path(os.environ["JOBS"])
def here(text):
    text = text.replace("/bucket/", f"{bucket}/")
    return text.replace("hf://buckets/me/lectures", str(bucket))
match sys.argv[1:3]:
    case ["jobs", "run"]:
        image = sys.argv.index("python:3.12")
        number = len(list(jobs.iterdir()))
        (jobs / str(number)).write_text(json.dumps(sys.argv[3:]))
        print(number)
    case ["jobs", "wait"]:
        for number in sys.argv[3:]:
            told = json.loads((jobs / number).read_text())
            image = told.index("python:3.12")
            assert told[told.index("--volume") + 1] == "hf://buckets/me/lectures:/bucket:ro"
            name, _, value = told[told.index("--env") + 1].partition("=")
            subprocess.run(
                [here(word) for word in told[image + 1 :]],
                env=os.environ | {name: here(value)}, check=True, cwd=os.environ["WORK"],
            )
    case ["buckets", "sync"]:
        shutil.copytree(sys.argv[-2], sys.argv[-1])
"""


@pytest.fixture
def programs(tmp_path: Path) -> dict[str, str]:
    """An environment in which the programs of a cluster stand for themselves."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, text in {"vid2book": VID2BOOK, "sbatch": SBATCH, "hf": HF, "pip": ""}.items():
        (folder / f"{name}.script").write_text(text)
        program = folder / name
        program.write_text(PROGRAM.format(python=sys.executable, script=folder / f"{name}.script"))
        program.chmod(0o755)
    path = f"{folder}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": os.pathsep.join(sys.path)}


def test_the_script_for_slurm(
    library: Library, store: Store, programs: dict[str, str], tmp_path: Path
) -> None:
    corpus = replace(library.corpus(), store=store)
    for video in corpus.videos[:2]:  # each of two shards has something left to do
        corpus.work(video).shelf.remove(stage.name for stage in TEXT)
    programs |= {"VID2BOOK_STORE": str(store.root), "ENDED": str(tmp_path / "ended")}
    script = [CLUSTERS / "slurm.sh", library.manifest, tmp_path / "my corpus", "2"]
    done = subprocess.run(
        [*map(str, script), "--config", "offline"], env=programs, cwd=tmp_path,
        capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert corpus_bytes(tmp_path / "my corpus") == corpus_bytes(library.out)


def test_the_script_for_jobs_on_the_hub(
    library: Library, store: Store, programs: dict[str, str], tmp_path: Path
) -> None:
    bucket, jobs, work = (tmp_path / name for name in ("bucket", "jobs", "work"))
    for folder in (bucket, jobs, work):
        folder.mkdir()
    manifest = from_elsewhere(library, bucket)
    Path(store.root).rename(bucket / "store")
    programs |= {"BUCKET": str(bucket), "JOBS": str(jobs), "WORK": str(work)}
    script = [CLUSTERS / "hf_jobs.sh", "me/lectures", manifest.name, "corpus", "1"]
    done = subprocess.run(
        [*map(str, script)], env=programs, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "the shards: 0" in done.stdout and "the corpus: 1" in done.stdout
    assert corpus_bytes(bucket / "corpus") == corpus_bytes(library.out)
