"""Images that move, within their sample or across samples, for studies of their order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vid2book.eval.ablate.arrange import _StoredImages, arrange, shared_ids, shuffled_within

SAMPLES, SLIDES = 40, 5


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Samples of five images, each before its text; an image's bytes name it."""
    rows: list[dict[str, Any]] = []
    for number in range(SAMPLES):
        names = [f"{number}.{slide}" for slide in range(SLIDES)]
        rows.append(
            {
                "id": f"sample-{number}",
                "images": [x for n in names for x in ({"bytes": n.encode(), "path": None}, None)],
                "texts": [x for n in names for x in (None, f"says {n}")],
                "ocr_texts": [x for n in names for x in (f"reads {n}", None)],
                "elements": [{"kind": k, "name": n} for n in names for k in ("image", "text")],
            }
        )
    out = tmp_path / "corpus"
    (out / "data").mkdir(parents=True)
    half = SAMPLES // 2
    for number, part in enumerate((rows[:half], rows[half:])):
        pq.write_table(
            pa.Table.from_pylist(part), out / "data" / f"train-{number:05d}-of-00002.parquet"
        )
    return out


def arranged(corpus: Path, out: Path, order: float, across: float, seed: int = 0) -> list[Any]:
    arrange(corpus, out, order, across, None, seed)
    return pq.read_table(out / "data").to_pylist()


def shown(rows: list[Any]) -> list[list[str]]:
    return [[image["bytes"].decode() for image in row["images"] if image] for row in rows]


def moved(rows: list[Any]) -> float:
    """Share of the images that do not stand before their own text."""
    places = [
        (name, f"{number}.{slide}")
        for number, names in enumerate(shown(rows))
        for slide, name in enumerate(names)
    ]
    return sum(name != own for name, own in places) / len(places)


def test_shuffled_order_keeps_images_in_their_sample(corpus: Path, tmp_path: Path) -> None:
    rows = arranged(corpus, tmp_path / "out", order=1.0, across=0.0)
    for number, names in enumerate(shown(rows)):
        assert sorted(names) == [f"{number}.{slide}" for slide in range(SLIDES)]
    assert 0.7 < moved(rows) < 0.9  # one in five comes back to its place


def test_a_smaller_share_moves_fewer(corpus: Path, tmp_path: Path) -> None:
    shares = [moved(arranged(corpus, tmp_path / f"{s}", s, 0.0)) for s in (0.2, 0.5, 1.0)]
    assert 0 < shares[0] < shares[1] < shares[2]


def test_shuffled_across_moves_images_to_other_samples(corpus: Path, tmp_path: Path) -> None:
    rows = arranged(corpus, tmp_path / "out", order=0.0, across=1.0)
    names = shown(rows)
    everything = sorted(f"{n}.{s}" for n in range(SAMPLES) for s in range(SLIDES))
    assert sorted(name for each in names for name in each) == everything
    home = sum(name.startswith(f"{n}.") for n, each in enumerate(names) for name in each)
    assert home < 0.1 * SAMPLES * SLIDES


def test_texts_stay_and_what_is_read_goes_with_the_image(corpus: Path, tmp_path: Path) -> None:
    rows = arranged(corpus, tmp_path / "out", order=1.0, across=1.0)
    for number, row in enumerate(rows):
        assert row["texts"][1::2] == [f"says {number}.{slide}" for slide in range(SLIDES)]
        for place in range(0, 2 * SLIDES, 2):
            name = row["images"][place]["bytes"].decode()
            assert row["ocr_texts"][place] == f"reads {name}"
            assert row["elements"][place] == {"kind": "image", "name": name}
            assert row["images"][place + 1] is None


def test_the_seed_decides(corpus: Path, tmp_path: Path) -> None:
    one, same, other = (
        shown(arranged(corpus, tmp_path / name, 1.0, 0.0, seed))
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert one == same != other


def test_only_samples_that_all_corpora_have(corpus: Path, tmp_path: Path) -> None:
    arrange(corpus, tmp_path / "few", 0.0, 0.0, frozenset({"sample-3", "sample-30"}), 0)
    assert pq.read_table(tmp_path / "few" / "data")["id"].to_pylist() == ["sample-3", "sample-30"]
    assert shared_ids([corpus, tmp_path / "few"]) == {"sample-3", "sample-30"}


def test_samples_of_other_lengths(tmp_path: Path) -> None:
    sample = np.array([0, 0, 0, 1, 2, 2])
    places = shuffled_within(sample, 1.0, np.random.default_rng(0))
    assert sorted(places) == list(range(6))
    assert list(sample[places]) == list(sample)


def test_a_corpus_is_not_held_in_memory(tmp_path: Path) -> None:
    pool = pa.default_memory_pool()
    if pool.max_memory() is None:
        pytest.skip("this allocator does not count")
    names = [f"{n}.{i}" for n in range(200) for i in range(2)]
    noise = np.random.default_rng(0)
    (tmp_path / "corpus" / "data").mkdir(parents=True)
    schema = pa.schema(
        [
            ("id", pa.string()),
            ("images", pa.list_(pa.struct([("bytes", pa.binary()), ("path", pa.string())]))),
        ]
    )
    with pq.ParquetWriter(tmp_path / "corpus" / "data" / "train-00000.parquet", schema) as writer:
        for number in range(0, len(names), 2):
            images = [{"bytes": noise.bytes(200_000), "path": None} for _ in range(2)]
            row = {"id": [names[number]], "images": [[*images, None]]}
            writer.write_table(pa.Table.from_pydict(row, schema))
    before = pool.bytes_allocated()
    seen = [0]

    class Watched(_StoredImages):
        def put(self, rows: Any) -> Any:
            found = super().put(rows)
            seen.append(pool.bytes_allocated() - before)
            return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vid2book.eval.ablate.arrange._StoredImages", Watched)
        arrange(tmp_path / "corpus", tmp_path / "out", 0.0, 1.0, None, 0)
    assert len(seen) == 11 and max(seen) < 40_000_000  # of 80 MB, in ten times 8 MB
