"""A disk that fills up costs one line: what was there stays, and nothing half is left."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from vid2book.builder.write import write_corpus

from ..support.made_corpus import corpus_of, make_video
from ..support.small_disk import can_be_had, on_small_disk

# Of a corpus that fits, and one that does not. The noise is cheap, and no chunk of it repeats.
WRITE = """
import sys
from dataclasses import replace
from pathlib import Path
import numpy as np
from tests.support.made_corpus import corpus_of, make_video
from vid2book.builder.write import write_corpus

def made(name, megabytes):
    corpus, random = corpus_of(make_video(name), samples=megabytes), np.random.default_rng(0)
    samples = corpus.samples(corpus.videos[0])
    for n, sample in enumerate(samples):
        images = tuple(i and random.bytes(500_000) for i in sample.images)
        samples[n] = replace(sample, images=images)
    return corpus

def everything(folder):
    return {f.relative_to(folder): f.read_bytes() for f in folder.rglob("*") if f.is_file()}

out = Path(sys.argv[1]) / "corpus"
write_corpus(made("a", 4), out)
before = everything(out)
try:
    write_corpus(made("b", int(sys.argv[2])), out)
except Exception as error:
    print(f"{type(error).__name__}: {error}")
assert everything(out) == before
"""

COMMAND = """
import sys
from pathlib import Path
from vid2book.cli import main
disk = Path(sys.argv[1])
(disk / "before").write_bytes(b"mine")
sys.argv = ["vid2book", *sys.argv[2:]]
try:
    main()
finally:
    print(sorted(str(f.relative_to(disk)) for f in disk.rglob("*")))
"""


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    folder = tmp_path / "disk"
    if not can_be_had(folder):
        pytest.skip("no disk of one's own can be mounted here (unshare -rm, mount)")
    return folder


@pytest.mark.parametrize("megabytes", [8, 30], ids=["in the last file", "in the middle"])
def test_the_old_corpus_stays(disk: Path, megabytes: int) -> None:
    done = on_small_disk(11, disk, sys.executable, "-c", WRITE, disk, megabytes)
    assert done.returncode == 0, done.stderr
    [line] = done.stdout.splitlines()
    assert line.startswith(f"FolderError: {disk}/corpus: there is no room left to write it")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus of six megabytes, on a disk with room."""
    made = corpus_of(make_video("a"), samples=60)
    random = np.random.default_rng(0)
    for sample in made.samples(made.videos[0]):
        images = [i and i + random.bytes(50_000) for i in sample.images]  # readers stop in time
        object.__setattr__(sample, "images", tuple(images))
    write_corpus(made, tmp_path / "corpus")
    return tmp_path / "corpus"


@pytest.mark.parametrize("to", ["webdataset", "mm-textbook"])
def test_an_export_leaves_nothing_half(disk: Path, corpus: Path, to: str) -> None:
    done = on_small_disk(
        3, disk, sys.executable, "-c", COMMAND, disk, "export", corpus, disk / "out", "--to", to
    )
    assert done.returncode == 2
    assert done.stdout.splitlines()[-1] == "['before']"
    assert done.stderr.startswith(f"Error: {disk}/out: there is no room left to write it")
    assert done.stderr.count("\n") == 1
