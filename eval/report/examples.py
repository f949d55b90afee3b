"""Samples to show as examples: small copies of pictures, on disk while a corpus is read."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

from PIL import Image

from ..seen import Picture, SampleWithImages

_PICTURES = 4  # per sample
_WIDTH, _HEIGHT = 240, 180  # pixels at most
_WORDS = 60


@dataclass(frozen=True)
class Example:
    """A sample as the report shows it."""

    id: str
    pictures: tuple[bytes, ...]  # JPEG, the first few
    more: int  # pictures that are not shown
    text: str  # its beginning


@dataclass(frozen=True)
class _Entry:
    id: str
    places: tuple[tuple[int, int], ...]  # offset and length of each picture
    more: int
    text: str


class Album:
    """Keeps an example of every sample, since it is not yet known which ones will be shown.

    The pictures are written to `file`, so they take no memory.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._entries: list[_Entry] = []

    def add(self, sample: SampleWithImages) -> None:
        """Keep a sample; samples are numbered in the order in which they are added."""
        places = tuple(self._write(picture) for picture in sample.pictures[:_PICTURES])
        words = sample.text.split()
        text = " ".join(words[:_WORDS]) + (" ..." if len(words) > _WORDS else "")
        more = len(sample.pictures) - len(places)
        self._entries.append(_Entry(sample.record.id, places, more, text))

    def example(self, number: int) -> Example:
        """The sample with this number."""
        entry = self._entries[number]
        return Example(entry.id, tuple(map(self._read, entry.places)), entry.more, entry.text)

    def sorted_by(self, order: Sequence[int]) -> Album:
        """The same samples numbered anew: the first is the one that has the number `order[0]`."""
        album = Album(self._file)
        album._entries = [self._entries[number] for number in order]
        return album

    def _write(self, picture: Picture) -> tuple[int, int]:
        image = Image.fromarray(picture.pixels)
        image.thumbnail((_WIDTH, _HEIGHT))
        out = io.BytesIO()
        image.save(out, "JPEG", quality=75)
        start = self._file.seek(0, io.SEEK_END)
        return start, self._file.write(out.getvalue())

    def _read(self, place: tuple[int, int]) -> bytes:
        start, length = place
        self._file.seek(start)
        return self._file.read(length)


@contextmanager
def open_album() -> Iterator[Album]:
    """An album in a temporary file, which is deleted afterwards."""
    with TemporaryFile() as file:
        yield Album(file)
