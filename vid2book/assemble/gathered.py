"""Gathered: what `reduce` must know about all videos, as columns on disk.

The summaries of a few hundred videos form a block of bytes, which is kept, so one more video means
reading the summaries of one block only. The blocks of a corpus, in order, become one file per
column, which is mapped into memory: the system may reclaim pages that are not needed.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .minhash import SPEECH_HASHES
from .postings import Scalar, mapped
from .summarise import THUMB, Summary

WORD_BITS = 40  # of a word's hash, so a word and the number of a pair fit into 64 bits
_BLOCK = 256  # videos in a block, on average
_PIXELS = THUMB[0] * THUMB[1]

_SCHEMA = pa.schema(
    {
        "video_id": pa.string(),
        "stamp": pa.string(),
        "speech": pa.list_(pa.uint32()),  # empty, or the signature
        "keyframe": pa.list_(pa.int32()),
        "phash": pa.list_(pa.uint64()),
        "words": pa.list_(pa.list_(pa.uint64())),  # their hashes, sorted
        "last": pa.list_(pa.bool_()),
        "thumbs": pa.list_(pa.binary(_PIXELS)),  # of the last pictures
    }
)


@dataclass(frozen=True)
class Gathered:
    """The videos and pictures of a corpus, both numbered in manifest order.

    Attributes:
        video_ids, stamps: of each video; a stamp identifies everything that made up its summary.
        spoken: whether each video says enough to have a signature.
        speech: signatures, (videos, SPEECH_HASHES).
        first: the number of each video's first picture; one entry more than videos.
        video: the number of each picture's video.
        keyframe: the position of each picture among its video's keyframes.
        phash: of each picture.
        first_word: where each picture's words begin in `words`; one entry more than pictures.
        words: hashes of `WORD_BITS` bits, per picture sorted and without duplicates.
        thumb: the row of each picture in `thumbs`; -1 if it is not the last of its video.
        thumbs: grey levels, (pictures that are the last of their video, height, width).
    """

    video_ids: list[str]
    stamps: list[str]
    spoken: NDArray[np.bool_]
    speech: NDArray[np.uint32]
    first: NDArray[np.int64]
    video: NDArray[np.int32]
    keyframe: NDArray[np.int32]
    phash: NDArray[np.uint64]
    first_word: NDArray[np.int64]
    words: NDArray[np.uint64]
    thumb: NDArray[np.int32]
    thumbs: NDArray[np.uint8]


def ends_block(video_id: str) -> bool:
    """Whether a block ends with this video. This depends on its id alone, so adding or removing a
    video changes one block and not all that follow."""
    return int.from_bytes(hashlib.blake2b(video_id.encode(), digest_size=4).digest()) % _BLOCK == 0


def block(summaries: Iterable[tuple[Summary, str]]) -> bytes:
    """A block of video summaries with their stamps, in manifest order."""
    table = pa.Table.from_pylist([_row(*item) for item in summaries], schema=_SCHEMA)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, _SCHEMA) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


@contextmanager
def gather(blocks: Iterable[bytes]) -> Iterator[Gathered]:
    """The blocks of a corpus, in manifest order, as columns in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="vid2book-reduce-") as folder:
        columns = _Columns(Path(folder))
        for data in blocks:
            columns.add(pa.ipc.open_stream(data).read_all().combine_chunks())
        yield columns.gathered()


def _row(summary: Summary, stamp: str) -> dict[str, Any]:
    pictures = summary.pictures
    return {
        "video_id": summary.video_id,
        "stamp": stamp,
        "speech": summary.speech,
        "keyframe": [picture.keyframe for picture in pictures],
        "phash": [picture.phash for picture in pictures],
        "words": [sorted(set(map(word_hash, picture.words))) for picture in pictures],
        "last": [picture.last for picture in pictures],
        "thumbs": [bytes.fromhex(picture.thumb) for picture in pictures if picture.last],
    }


@lru_cache(maxsize=1 << 18)
def word_hash(word: str) -> int:
    """A hash of `WORD_BITS` bits: different words collide in one of a billion pairs of slides.

    Never 0, which stands for the lack of words.
    """
    digest = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=WORD_BITS // 8)
    return int.from_bytes(digest.digest()) or 1


class _Columns:
    """Appends blocks to the files of the columns."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._video_ids: list[str] = []
        self._stamps: list[str] = []
        self._videos = self._pictures = self._words = self._thumbs = 0
        self._append("first", np.zeros(1, np.int64))
        self._append("first_word", np.zeros(1, np.int64))

    def add(self, table: pa.Table) -> None:
        if not len(table):
            return
        self._video_ids += table["video_id"].to_pylist()
        self._stamps += table["stamp"].to_pylist()
        lengths = np.diff(table["speech"].chunk(0).offsets.to_numpy())
        speech = np.zeros((len(table), SPEECH_HASHES), np.uint32)
        speech[lengths > 0] = _flat(table, "speech").reshape(-1, SPEECH_HASHES)
        self._append("speech", speech)
        self._append("spoken", lengths > 0)

        pictures = np.diff(table["keyframe"].chunk(0).offsets.to_numpy())
        numbers = np.arange(self._videos, self._videos + len(table), dtype=np.int32)
        self._append("first", self._pictures + np.cumsum(pictures, dtype=np.int64))
        self._append("video", np.repeat(numbers, pictures))
        for name in ("keyframe", "phash"):
            self._append(name, _flat(table, name))

        words = table["words"].chunk(0).flatten()
        self._append("first_word", self._words + np.cumsum(np.diff(words.offsets), dtype=np.int64))
        self._append("words", words.flatten().to_numpy())
        last = _flat(table, "last")
        thumb = np.where(last, self._thumbs + np.cumsum(last) - 1, -1)
        self._append("thumb", thumb.astype(np.int32))
        thumbs = table["thumbs"].chunk(0).flatten()
        self._append("thumbs", np.frombuffer(b"".join(thumbs.to_pylist()), np.uint8))
        self._videos += len(table)
        self._pictures += int(pictures.sum())
        self._words += len(words.flatten())
        self._thumbs += len(thumbs)

    def gathered(self) -> Gathered:
        return Gathered(
            self._video_ids,
            self._stamps,
            self._read("spoken", np.bool_),
            self._read("speech", np.uint32).reshape(-1, SPEECH_HASHES),
            self._read("first", np.int64),
            self._read("video", np.int32),
            self._read("keyframe", np.int32),
            self._read("phash", np.uint64),
            self._read("first_word", np.int64),
            self._read("words", np.uint64),
            self._read("thumb", np.int32),
            self._read("thumbs", np.uint8).reshape(-1, THUMB[1], THUMB[0]),
        )

    def _append(self, name: str, values: NDArray[Any]) -> None:
        with (self._folder / name).open("ab") as file:
            file.write(np.ascontiguousarray(values).data)

    def _read(self, name: str, kind: type[Scalar]) -> NDArray[Scalar]:
        path = self._folder / name
        path.touch()  # without videos, it does not exist
        return mapped(path, kind)


def _flat(table: pa.Table, name: str) -> NDArray[Any]:
    column = table[name].chunk(0)
    return np.asarray(column.flatten().to_numpy(zero_copy_only=False))
