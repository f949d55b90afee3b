"""Opens text files in their own encoding, found by the byte order mark or by the bytes.

Bytes that are invalid in the encoding become lone surrogates (`surrogateescape`), so that the lines
with such bytes can be recognised; see `undecoded`.
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

_MARKS = (  # UTF-32 before UTF-16, since its mark begins with that of UTF-16
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MOST_BYTES = 1 << 26  # from the start of a file, in which evidence is looked for
_EVIDENCE = 1 << 16  # bytes that are not UTF-8; more add nothing
_ZEROS = 0.3  # share of zero bytes among every second byte; near 1 in Latin text in UTF-16
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
    """An error message for a text with bytes that could not be decoded; empty if there are none."""
    if text.isascii() or not (match := _ESCAPED.search(text)):
        return ""
    byte = ord(match[0]) - 0xDC00
    return f"byte 0x{byte:02X} at character {match.start() + 1} is not UTF-8; save it as UTF-8"


def find_encoding(file: IO[bytes]) -> str:
    """Python's name of the encoding; UTF-8 if no other fits better."""
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
    """The encoding of bytes that are not UTF-8; None if none is clearly the best."""
    from .encodings import EncodingError, decode

    try:
        encoding = decode(data).encoding
    except EncodingError:
        return None
    return "gb18030" if encoding in ("cp949", "cp874") and _is_chinese(data, encoding) else encoding


def _is_chinese(data: bytes, taken_for: str) -> bool:
    """Whether bytes that were taken for Korean or Thai are common Chinese characters.

    A title is too short for the language models. But Thai always has vowels whose bytes do not
    begin a common Chinese character, and every third syllable of Korean is in `_SYLLABLES`.
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
    """The encoding of a file, by its lines that are not ASCII."""
    valid = size = 0
    foreign: list[bytes] = []
    try:
        for line in file:
            size += len(line)
            if not line.isascii():
                try:
                    line.decode("utf-8")
                    valid += 1
                except UnicodeDecodeError:
                    foreign.append(line)
            if size > _MOST_BYTES:
                break
    except (EOFError, OSError):  # a truncated gzip file; use the part that can be read
        pass
    if valid >= len(foreign):
        return "utf-8"
    # Only non-ASCII cells count, since names of columns and files would look like English. No
    # two-byte character contains one of these separators.
    cells = (cell for line in foreign for cell in re.split(rb'[,;"\t\r\n]+', line[:_EVIDENCE]))
    evidence = b"\n".join(cell for cell in cells if not cell.isascii())[:_EVIDENCE]
    return guess_encoding(evidence) or "utf-8"
