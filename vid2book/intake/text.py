"""The encoding of a text file, by evidence: its byte order mark, and then its bytes.

What the encoding does not explain is decoded to lone surrogates (`surrogateescape`), so that the
line that holds it can be told from the others; see `undecoded`.
"""

from __future__ import annotations

import codecs
import gzip
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TextIO

_MARKS = (  # that of UTF-32 first, which begins with that of UTF-16
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOOKED_AT = 1 << 26  # bytes from the start of a file
_EVIDENCE = 1 << 16  # bytes in a foreign encoding; more tell nothing new
_ZEROS = 0.3  # share of zero bytes at every other place; in UTF-16 of a Latin text it is near 1
_SYLLABLES = frozenset(
    "이다는을의에가고하로지한은들를기도사서리시어자해인대정아나수일전그제보스라장원부게주여상동소구안공유성조만신선경"
    "있니까요것오미과으국마비적내면연화개야실무행운학회분물생관차력법강제론습명세계산문터용초급"
)
_ESCAPED = re.compile("[\udc80-\udcff]")


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """Open a text file, or a gzipped one (.gz), in its own encoding; line ends stay as they are.

    Raises:
        OSError: it cannot be opened.
    """
    with _open(path) as file:
        encoding = find_encoding(file)
    errors = "replace" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
    with _open(path) as file:
        yield io.TextIOWrapper(file, encoding, errors, newline="")


def undecoded(text: str) -> str:
    """What is wrong with a text whose bytes are not all explained; empty if nothing is."""
    if text.isascii() or not (found := _ESCAPED.search(text)):
        return ""
    byte = ord(found[0]) - 0xDC00
    return f"byte 0x{byte:02X} at character {found.start() + 1} is not UTF-8; save it as UTF-8"


def find_encoding(file: IO[bytes]) -> str:
    """The name of the encoding, for Python. UTF-8 where no other explains more."""
    head = file.read(4096)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        every_other = head[start::2]
        if every_other.count(0) > _ZEROS * len(every_other) > head[1 - start :: 2].count(0):
            return encoding
    file.seek(0)
    return _by_lines(file)


def guess_encoding(data: bytes) -> str | None:
    """The encoding of bytes that are not UTF-8; None if none is clearly better than others."""
    from .encodings import EncodingError, decode

    try:
        encoding = decode(data).encoding
    except EncodingError:
        return None
    return "gb18030" if encoding in ("cp949", "cp874") and _is_chinese(data, encoding) else encoding


def _is_chinese(data: bytes, taken_for: str) -> bool:
    """Whether bytes that were taken for Korean or Thai are common Chinese characters.

    A title is too short for the models of languages. But Thai is not written without the vowels
    whose bytes begin no common character, and every third syllable of Korean is one of these.
    """
    try:
        chinese = [c for c in data.decode("gb2312") if not c.isascii()]
        common = all(0xB0 <= c.encode("gb2312")[0] <= 0xD7 for c in chinese)
        other = [c for c in data.decode(taken_for) if not c.isascii()]
    except UnicodeDecodeError:
        return False
    is_korean = taken_for == "cp949" and sum(c in _SYLLABLES for c in other) >= 0.25 * len(other)
    return common and not is_korean


def _open(path: Path) -> IO[bytes]:
    return io.BufferedReader(gzip.open(path)) if path.suffix.lower() == ".gz" else path.open("rb")


def _by_lines(file: IO[bytes]) -> str:
    """Most of a file is ASCII: the lines that are not tell what it is in."""
    valid = looked_at = 0
    foreign: list[bytes] = []
    try:
        for line in file:
            looked_at += len(line)
            if not line.isascii():
                try:
                    line.decode("utf-8")
                    valid += 1
                except UnicodeDecodeError:
                    foreign.append(line)
            if looked_at > _LOOKED_AT:
                break
    except (EOFError, OSError):  # a gzipped file that breaks off; what can be read is
        pass
    if valid >= len(foreign):
        return "utf-8"
    # Names of columns and files would speak for English; no byte of a pair is one of these signs.
    cells = (cell for line in foreign for cell in re.split(rb'[,;"\t\r\n]+', line[:_EVIDENCE]))
    evidence = b"\n".join(cell for cell in cells if not cell.isascii())[:_EVIDENCE]
    return guess_encoding(evidence) or "utf-8"
