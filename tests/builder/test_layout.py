"""A small change of a corpus moves few bytes, and its parts stay within what the Hub likes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from vid2book.builder import parquet
from vid2book.builder.write import write_corpus

from ..support.chunks import chunks, new_bytes


@pytest.fixture(scope="module")
def corpus_with_pictures(make):
    """A corpus of the videos with these numbers, whose pictures differ from video to video."""

    def made(numbers):
        corpus = make.corpus(*(make.video(f"v{n:03d}") for n in numbers), samples=5)
        for n, video in zip(numbers, corpus.videos, strict=True):
            samples = corpus.samples(video)
            del samples[3 + n % 3 :]  # numbers of pictures that do not come out even
            for k, sample in enumerate(samples):
                images = [
                    image and make.jpeg(1000 * n + 10 * k + i, (160 + 7 * (n % 10), 120 + 9 * k))
                    for i, image in enumerate(sample.images)
                ]
                samples[k] = make.changed(sample, images=tuple(images))
        return corpus

    return made


def parquet_of(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.parquet"))


@pytest.fixture(scope="module")
def hundred(corpus_with_pictures, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("hundred")
    write_corpus(corpus_with_pictures(range(100)), folder / "corpus")
    return parquet_of(folder)


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param([*range(100), 100], id="one more at the end"),
        pytest.param([*range(50), 100, *range(50, 100)], id="one more in the middle"),
        pytest.param([*range(30), *range(31, 100)], id="one less"),
    ],
)
def test_a_video_in_a_hundred_moves_under_5_percent(
    corpus_with_pictures, hundred: list[Path], tmp_path: Path, numbers: list[int]
) -> None:
    write_corpus(corpus_with_pictures(numbers), tmp_path / "new")
    fresh, total = new_bytes(hundred, parquet_of(tmp_path / "new"))
    assert total > 10_000_000
    assert fresh < 0.05 * total


@pytest.mark.parametrize(
    ("numbers", "most"),
    [
        pytest.param([*range(100), 100], 2, id="one more at the end"),
        pytest.param([*range(50), 100, *range(50, 100)], 3, id="one more in the middle"),
    ],
)
def test_a_video_more_renames_nothing_and_leaves_most_files(
    corpus_with_pictures, tmp_path: Path, monkeypatch, numbers: list[int], most: int
) -> None:
    """Of shards so small that there are many, as a large corpus has them."""
    monkeypatch.setattr(parquet, "FIRST_SHARD_BYTES", 500_000)
    write_corpus(corpus_with_pictures(range(100)), tmp_path / "old")
    write_corpus(corpus_with_pictures(numbers), tmp_path / "new")
    old, new = (
        {f.name: f.read_bytes() for f in (tmp_path / c / "data").iterdir()} for c in ("old", "new")
    )
    assert len(old) > 20
    assert old.keys() <= new.keys()
    assert len(new.keys() - old.keys()) <= 1
    assert sum(new[name] not in old.values() for name in new) <= most


def test_a_split_of_64_mb_has_20_files(make, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    corpus = make.corpus(make.video("a"), samples=40)
    samples = corpus.samples(corpus.videos[0])
    for n, sample in enumerate(samples):
        pictures = [None if i is None else random.bytes(840_000) for i in sample.images]
        samples[n] = make.changed(sample, images=tuple(pictures))
    written = write_corpus(corpus, tmp_path)
    size = written.sizes["default"]["train"]
    assert 64_000_000 < size.file_bytes < 70_000_000
    assert size.files >= 20


def test_shards_grow_with_their_split() -> None:
    """So that a large corpus has files of the size that the Hub likes, and not too many."""
    before = files = 0
    at: dict[int, int] = {}
    while before < 10**13:
        before += parquet.shard_bytes(before)
        files += 1
        at[before] = files
    for size, least, most in ((10**8, 20, 40), (10**10, 20, 200), (10**13, 20_000, 20_200)):
        reached = min(b for b in at if b >= size)
        assert least <= at[reached] <= most
    assert parquet.shard_bytes(10**13) == parquet.SHARD_BYTES


def test_row_groups_do_not_spoil_it(
    corpus_with_pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their borders move, and each costs a few chunks: at 50 MB a group that is little."""
    monkeypatch.setattr(parquet, "ROW_GROUP_BYTES", 4_000_000)
    monkeypatch.setattr(parquet, "FIRST_SHARD_BYTES", 100_000_000)
    write_corpus(corpus_with_pictures(range(100)), tmp_path / "old")
    groups = pq.read_metadata(next((tmp_path / "old" / "data").iterdir())).num_row_groups
    assert groups > 2
    write_corpus(corpus_with_pictures([100, *range(100)]), tmp_path / "new")
    fresh, _ = new_bytes(parquet_of(tmp_path / "old"), parquet_of(tmp_path / "new"))
    assert fresh < 300_000 * (groups + 1)


def test_chunks_are_the_file_and_find_what_moved(tmp_path: Path) -> None:
    content = b"".join(hashlib.sha256(bytes([n % 256, n // 256])).digest() for n in range(30_000))
    cut = list(chunks(content))
    assert b"".join(cut) == content
    assert all(8 * 1024 <= len(chunk) <= 128 * 1024 for chunk in cut[:-1])
    (tmp_path / "old").write_bytes(content)
    (tmp_path / "new").write_bytes(b"something before" + content)
    fresh, total = new_bytes([tmp_path / "old"], [tmp_path / "new"])
    assert total == len(content) + 16
    assert fresh < 300_000
    assert new_bytes([tmp_path / "old"], [tmp_path / "old"])[0] == 0


def test_parts_stay_within_the_limits(
    make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = make.corpus(make.video("a"), samples=0)
    sample = make.sample(corpus.videos[0], 0, size=(800, 600))
    for n in range(60):
        corpus.samples(corpus.videos[0]).append(make.changed(sample, id=f"a-{n:05d}"))
    monkeypatch.setattr(parquet, "ROW_GROUP_BYTES", 10_000_000)
    monkeypatch.setattr(parquet, "FIRST_SHARD_BYTES", 100_000_000)
    write_corpus(corpus, tmp_path)
    (file,) = (tmp_path / "data").iterdir()
    metadata = pq.read_metadata(file)
    groups = [metadata.row_group(n) for n in range(metadata.num_row_groups)]
    assert len(groups) > 3
    assert all(group.total_byte_size < 10_500_000 for group in groups)
    sizes = [
        [len(image["bytes"]) for image in images if image]
        for images in pq.read_table(file, columns=["images"])["images"].to_pylist()
    ]
    assert all(size < 1_000_000 for row in sizes for size in row)
    assert all(sum(row) < 2_000_000 for row in sizes)
