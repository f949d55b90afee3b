"""The order of a corpus, and that processes and workers read disjoint parts of it, all of it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from datasets import Dataset, IterableDataset

from vid2book.eval.corpora import InterleavedCorpus, open_corpus
from vid2book.eval.sources import HubDataset, Source
from vid2book.eval.train.config import Data
from vid2book.eval.train.loader import LoadedRow, Reading
from vid2book.eval.train.order import count
from vid2book.eval.train.parts import parts_of, rows_of, shuffled
from vid2book.eval.vlm import Vlm, load

from ..support import vlms
from ..support.corpora import row, write_parquet

torch = pytest.importorskip("torch")

NAMES = [f"lecture {k:02d}" for k in range(23)]


class Files(HubDataset):
    """A dataset of the Hub without a Hub: files of four rows, streamed by `datasets`."""

    def open(self) -> Any:
        files = [range(start, min(start + 4, 23)) for start in range(0, 23, 4)]

        def rows(files: list[range]) -> Iterator[dict[str, Any]]:
            for file in files:
                yield from (row(NAMES[k], images=1 + k % 3) for k in file)

        return IterableDataset.from_generator(rows, gen_kwargs={"files": files})


def sources(folder: Path) -> dict[str, Source]:
    rows = [{"id": name} for name in NAMES]
    for shard in range(3):  # of 8, 8 and 7 rows, in row groups of 2
        write_parquet(
            folder / "parquet" / f"train-{shard}.parquet", rows[8 * shard : 8 * shard + 8]
        )
    Dataset.from_list(rows).save_to_disk(folder / "saved")
    lines = folder / "lines.jsonl"
    lines.write_text("".join(f'{{"id": "{name}"}}\n' for name in NAMES))
    return {
        "parquet": open_corpus(folder / "parquet").source,
        "saved": open_corpus(folder / "saved").source,
        "lines": open_corpus(lines).source,
        "files of the Hub": Files("org/name", None, None, "train"),
    }


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Source]:
    return sources(tmp_path_factory.mktemp("sources"))


KINDS = ["parquet", "saved", "lines", "files of the Hub"]


def ids(rows: Iterator[Any]) -> dict[int, str]:
    """The id at each place; places must rise."""
    found = list(rows)
    assert [place for place, _ in found] == sorted({place for place, _ in found})
    return {place: one[1]["id"] for place, one in found if one}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("processes", [1, 2, 3, 5])
def test_parts_are_disjoint_and_cover_the_corpus_in_one_order(
    kind: str, processes: int, every: dict[str, Source]
) -> None:
    source = every[kind]
    parts = parts_of(source, 6)
    assert parts == 6
    whole = ids(shuffled(rows_of(source, range(parts), parts), parts, 2, seed=1, epoch=0))
    assert sorted(whole.values()) == NAMES
    together: dict[int, str] = {}
    for process in range(processes):
        mine = rows_of(source, range(process, parts, processes), parts)
        here = ids(shuffled(mine, parts, 2, seed=1, epoch=0))
        assert not here.keys() & together.keys()
        together |= here
    assert together == whole
    other = ids(shuffled(rows_of(source, range(parts), parts), parts, 2, seed=1, epoch=1))
    assert other != whole and sorted(other.values()) == NAMES


@pytest.mark.parametrize("kind", KINDS)
def test_a_pass_goes_on_from_a_turn(kind: str, every: dict[str, Source]) -> None:
    source = every[kind]
    whole = ids(rows_of(source, range(6), 6))
    rest = ids(rows_of(source, range(6), 6, turn=2))
    assert rest == {place: name for place, name in whole.items() if place >= 12}


@pytest.mark.parametrize("kind", KINDS[:3])
def test_places_have_no_gaps_and_samples_are_as_many_as_asked(
    kind: str, every: dict[str, Source]
) -> None:
    corpus = InterleavedCorpus("corpus", every[kind])
    for samples, there in ((None, 23), (10, 10), (99, 23)):
        assert count(corpus, samples) == there
        assert sorted(ids(rows_of(every[kind], range(6), 6, samples))) == list(range(there))


def test_each_process_reads_its_own_row_groups(
    every: dict[str, Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[tuple[int, str]] = []
    real = pq.ParquetFile.iter_batches

    def noted(file: Any, *arguments: Any, row_groups: Sequence[int], **more: Any) -> Any:
        first = file.read_row_group(row_groups[0], ["id"])["id"][0].as_py()
        read.append((process, first))
        return real(file, *arguments, row_groups=row_groups, **more)

    monkeypatch.setattr(pq.ParquetFile, "iter_batches", noted)
    for process in range(2):
        list(rows_of(every["parquet"], range(process, 2, 2), 2))
    both = [{name for p, name in read if p == process} for process in range(2)]
    assert len(both[0] | both[1]) == 12 and len(both[0] & both[1]) <= 1  # the one at the border


def test_files_of_the_hub_come_out_even() -> None:
    class Many(Files):
        def files(self) -> int:
            return 20

    many = Many("org/name", None, None, "train")
    assert parts_of(many, 16) == 10  # two files each
    assert parts_of(many, 7) == 5
    assert parts_of(Files("org/name", None, None, "train"), 16) == 16  # 6 files: by rows


@pytest.fixture(scope="module")
def vlm(tmp_path_factory: pytest.TempPathFactory) -> Vlm:
    return load(vlms.save("llava", tmp_path_factory.mktemp("model")))


def made(
    vlm: Vlm,
    corpus: InterleavedCorpus,
    processes: int,
    workers: int,
    place: int = 0,
    parts: int = 4,
) -> list[LoadedRow]:
    data = Data(workers=workers, parts=parts, window=8)
    found = []
    for process in range(processes):
        reading = Reading(vlm, corpus, data, None, 0, process, processes)
        mine = list(reading.rows(epoch=0, place=place))
        assert [one.place for one in mine] == sorted(one.place for one in mine)
        found += mine
    return sorted((one for one in found if one.rows), key=lambda one: one.place)


@pytest.mark.parametrize(("processes", "workers"), [(1, 2), (1, 3), (2, 2)])
def test_workers_make_what_the_process_would(
    processes: int, workers: int, vlm: Vlm, tmp_path: Path
) -> None:
    rows = [row(name, images=1 + k % 3) for k, name in enumerate(NAMES)]
    rows[5]["images"] = [{"bytes": b"no image", "path": None}, *rows[5]["images"][1:]]
    corpus = open_corpus(write_parquet(tmp_path / "corpus.parquet", rows))
    alone, shared = made(vlm, corpus, 1, 0), made(vlm, corpus, processes, workers)
    assert [one.place for one in shared] == list(range(23))
    for a, b in zip(alone, shared, strict=True):
        assert a.dropped == b.dropped and len(a.pieces) == len(b.pieces) == (not a.dropped)
        for x, y in zip(a.pieces, b.pieces, strict=True):
            assert torch.equal(x.tokens["input_ids"], y.tokens["input_ids"])
            assert torch.equal(x.pixels["pixel_values"], y.pixels["pixel_values"])
    rest = made(vlm, corpus, processes, workers, place=9)
    assert [one.place for one in rest] == list(range(9, 23))
    for a, b in zip(alone[9:], rest, strict=True):
        assert [len(piece) for piece in a.pieces] == [len(piece) for piece in b.pieces]


@pytest.mark.parametrize("parts", [6, 4], ids=["by files", "by rows"])
@pytest.mark.parametrize(("processes", "workers"), [(1, 2), (2, 2)])
def test_workers_read_all_of_a_stream(parts: int, processes: int, workers: int, vlm: Vlm) -> None:
    """In a worker, `datasets` would give a share of what is the worker's own already."""
    stream = InterleavedCorpus("org/name", Files("org/name", None, None, "train"))
    alone, shared = (made(vlm, stream, *who, parts=parts) for who in ((1, 0), (processes, workers)))
    assert len(shared) == 23
    for a, b in zip(alone, shared, strict=True):
        assert a.place == b.place and len(a.pieces) == 1
        assert torch.equal(a.pieces[0].tokens["input_ids"], b.pieces[0].tokens["input_ids"])


def test_a_large_step_keeps_no_files_of_its_workers_open(vlm: Vlm, tmp_path: Path) -> None:
    """A process may open a thousand or so, and a step may be of a thousand samples."""
    rows = [row(f"lecture {k}", images=1) for k in range(40)]
    corpus = open_corpus(write_parquet(tmp_path / "corpus.parquet", rows))
    before = len(os.listdir("/proc/self/fd"))
    held = made(vlm, corpus, processes=1, workers=2)
    assert len(held) == 40 and len(os.listdir("/proc/self/fd")) - before < 40
