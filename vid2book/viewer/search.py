"""The search index: script files, since a page opened from disk cannot fetch anything else.

A browser loads only a part of it, however many videos there are:

- `titles.js` has all videos: page, title, and the file with the text.
- `grams/N.js` says which videos have which runs of three characters. The runs are hashed, and each
  hash is a row of bits, one per video (Faloutsos and Christodoulakis, "Signature files", 1984). Few
  videos that have all runs of a query do not have the query itself.
- `texts/N.js` has the text itself, about a megabyte per file. Searching it for substrings works
  without word rules of any language.
- `words.js` has the words of the book, the most frequent first. It is loaded if nothing is found,
  to look for similar words.
"""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .page import Block, LeftOut, Passage
from .times import clock

FILE_CHARS = 1_000_000  # per text file of the index
GRAM_BITS = 14  # of the hash of three characters
GRAM_FILE_BYTES = 100_000  # per file of grams
MAX_WORDS = 100_000  # about a megabyte
_WORD = re.compile(r"[^\W\d_]{4,24}")  # shorter ones are too similar; as `WORD` in `search.js`

_FACTORS = (961, 31, 1)  # of the hash, which `search.js` computes too
_MIX = 0x9E3779B1  # 2 ** 32 over the golden ratio; Knuth's multiplicative hashing

Entry = tuple[str, str, str, str]  # anchor, time as written, kind, text


class IndexEntry(NamedTuple):
    """A video in the index."""

    page: str
    title: str
    file: str
    grams: bytes  # a bit for each hash of three characters: whether the video has it


class Texts:
    """Writes the text of videos.

    Args:
        folder: of the index.
        name: prefix of the names of the files.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder / "texts", name
        self._files = self._chars = 0
        self._videos: list[str] = []
        self._folder.mkdir(parents=True, exist_ok=True)

    def add(self, page: str, title: str, entries: Sequence[Entry]) -> tuple[IndexEntry, set[str]]:
        """Add a video, whose page is at `page`, relative to the index page; also returns its
        words."""
        text = f"{script_json(page)}:{script_json(entries)}"
        folded = [fold(piece) for piece in (title, *(entry[3] for entry in entries))]
        index_entry = IndexEntry(page, title, self._file, grams(folded))
        self._videos.append(text)
        self._chars += len(text)
        if self._chars >= FILE_CHARS:
            self.close()
        return index_entry, {word for piece in folded for word in _WORD.findall(piece)}

    def close(self) -> None:
        """Write the videos that are not written yet."""
        if self._videos:
            _write(self._folder.parent, self._file, "{" + ",\n".join(self._videos) + "}")
            self._files += 1
            self._videos, self._chars = [], 0

    @property
    def _file(self) -> str:
        return f"texts/{self._name}-{self._files}"


def write_index(folder: Path, videos: Sequence[IndexEntry], words: Counter[str]) -> int:
    """Write all of the index but the texts; returns the number of files of `grams`.

    Args:
        words: each word to the number of videos that have it.
    """
    titles = [[video.page, video.title, video.file] for video in videos]
    _write(folder, "titles", script_json(titles))
    ranked = sorted(words, key=lambda word: (-words[word], word))[:MAX_WORDS]
    _write(folder, "words", script_json(" ".join(ranked)))
    total = (len(videos) + 7) // 8 << GRAM_BITS
    files = 1 << min(GRAM_BITS, (total // GRAM_FILE_BYTES).bit_length())
    (folder / "grams").mkdir(parents=True)
    signatures = np.frombuffer(b"".join(video.grams for video in videos), np.uint8)
    signatures = signatures.reshape(len(videos), files, -1)
    for number in range(files):
        bits = np.unpackbits(signatures[:, number], axis=1, bitorder="little")
        rows = np.packbits(bits.T, axis=1, bitorder="little")
        encoded = [base64.b64encode(row.tobytes()).decode() for row in rows]
        _write(folder, f"grams/{number}", script_json(encoded))
    return files


def grams(folded: Sequence[str]) -> bytes:
    """The hashes (of `GRAM_BITS` bits) of all runs of three characters, as a bit per hash."""
    signature: NDArray[np.bool_] = np.zeros(1 << GRAM_BITS, np.bool_)
    for text in folded:
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        if len(points) >= len(_FACTORS):
            runs = np.lib.stride_tricks.sliding_window_view(points, len(_FACTORS))
            runs = runs[(runs > ord(" ")).all(axis=1)]  # each word is searched for by itself
            hashes = (runs * np.array(_FACTORS, np.uint32)).sum(axis=1, dtype=np.uint32)
            signature[hashes * np.uint32(_MIX) >> np.uint32(32 - GRAM_BITS)] = True
    return np.packbits(signature, bitorder="little").tobytes()


def fold(text: str) -> str:
    """A text without case and accents; as `fold` in `search.js`."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not "\u0300" <= c <= "\u036f")
    return plain.lower()


def entries(block: Block) -> Iterator[Entry]:
    """The texts in a block of a page that can be searched."""
    if isinstance(block, Passage):
        for paragraph in block.paragraphs:
            yield paragraph.anchor, _time(paragraph.start), "speech", paragraph.text
        for figure in block.figures:
            if figure.text:
                yield figure.anchor, _time(figure.start), "screen", figure.text
    elif isinstance(block, LeftOut):
        for item in block.items:
            if item.decision.text:
                yield item.anchor, _time(item.decision.start), "left out", item.decision.text


def script_json(value: object) -> str:
    """JSON that is safe in a script file or in a page: without `<` and line separators."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _write(folder: Path, name: str, json_text: str) -> None:
    script = f"bookPart({script_json(name)},{json_text});\n"
    (folder / f"{name}.js").write_text(script, "utf-8", newline="\n")


def _time(seconds: float | None) -> str:
    return "" if seconds is None else clock(seconds)
