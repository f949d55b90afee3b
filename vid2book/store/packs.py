"""Results as the bytes of one object: a ZIP archive, which any tool opens.

A result is a JSON file, STAGE-KEY.json. Bytes in it, such as the pictures of keyframes, are files
of their own: STAGE-KEY/0 and so on. Equal results make equal archives. Checksums reveal damage.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

_LEVEL = 1  # of compression; the large parts are JPEG, which no level makes smaller

# What reading a damaged archive may raise.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, IndexError, ValidationError,
    ValueError, NotImplementedError, OverflowError, RuntimeError, OSError,
)  # fmt: skip


class Result(NamedTuple):
    """A result to be stored."""

    stage: str
    key: str
    kind: Any  # its type
    value: Any


class DamagedError(Exception):
    """An archive, or a result in it, differs from what was written."""


class Pack:
    """An archive in memory.

    Raises:
        DamagedError: the bytes are not an archive.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _DAMAGE as error:
            raise DamagedError(str(error)) from error

    def results(self) -> list[tuple[str, str]]:
        """Stage and key of each result."""
        names = (name for name in self._zip.namelist() if name.endswith(".json"))
        return [_stage_and_key(name.removesuffix(".json")) for name in names]

    def load(self, stage: str, key: str, kind: Any) -> Any:
        """A result as `kind`.

        Raises:
            KeyError: it is not in here.
            DamagedError: it is damaged, or of another kind.
        """
        name = f"{stage}-{key}"
        if f"{name}.json" not in self._zip.NameToInfo:
            raise KeyError(name)
        try:
            text = self._zip.read(f"{name}.json")
            return adapter(kind).validate_json(
                text, context=lambda number: self._zip.read(f"{name}/{number}")
            )
        except _DAMAGE as error:
            raise DamagedError(str(error)) from error

    def sizes(self) -> dict[str, int]:
        """Bytes that the results of each stage take."""
        sizes: dict[str, int] = {}
        for file in self._zip.infolist():
            stage, _ = _stage_and_key(file.filename.partition("/")[0].removesuffix(".json"))
            sizes[stage] = sizes.get(stage, 0) + file.compress_size
        return sizes

    def files(self, stage: str, key: str) -> list[tuple[str, bytes]]:
        """The files of a result.

        Raises:
            DamagedError: one is damaged.
        """
        name = f"{stage}-{key}"
        files = (f for f in self._zip.namelist() if f == f"{name}.json" or f.startswith(f"{name}/"))
        try:
            return [(file, self._zip.read(file)) for file in files]
        except _DAMAGE as error:
            raise DamagedError(str(error)) from error


def pack_results(results: Iterable[Result]) -> bytes:
    """An archive of results."""
    return archive(file for result in results for file in _files(result))


def archive(files: Iterable[tuple[str, bytes]]) -> bytes:
    """An archive of files as `Pack.files` gives them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name, data in files:
            info = zipfile.ZipInfo(name)  # has a fixed date
            info.compress_type = (
                zipfile.ZIP_DEFLATED if name.endswith(".json") else zipfile.ZIP_STORED
            )
            new.writestr(info, data, compresslevel=_LEVEL)
    return out.getvalue()


def digest(kind: Any, value: Any) -> str:
    """A hash of a result, regardless of its key."""
    data = hashlib.sha256()
    for _, part in _files(Result("", "", kind, value)):
        data.update(part)
    return data.hexdigest()[:16]


def _files(result: Result) -> Iterable[tuple[str, bytes]]:
    parts: list[bytes] = []
    put: Callable[[bytes], int] = lambda data: parts.append(data) or len(parts) - 1  # type: ignore[func-returns-value]  # noqa: E731
    name = f"{result.stage}-{result.key}"
    text = adapter(result.kind).dump_json(result.value, context=put)
    return [(f"{name}.json", text), *((f"{name}/{n}", part) for n, part in enumerate(parts))]


def _stage_and_key(name: str) -> tuple[str, str]:
    stage, _, key = name.rpartition("-")
    return stage, key


@cache
def adapter(kind: Any) -> TypeAdapter[Any]:
    """The adapter that reads and writes a type as JSON."""
    return TypeAdapter(kind)
