"""Opens a media file safely, and separates the file's faults from the machine's.

FFmpeg also opens playlists and URLs: an HLS playlist named .mp4 could make it read other files or
the network. So only the `file` protocol and known containers are allowed.

After a failed read, some of FFmpeg's demuxers report the end of the file and others report damage.
So the file is read here, and a fault of the disk or the network is never blamed on the file.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import av
import av.container
import av.error

# Demuxer names of FFmpeg, as `ffmpeg -formats` lists them.
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,mp3,wav,flac,aac"
EXTENSIONS = frozenset(
    [
        ".mp4",
        ".m4v",
        ".mov",
        ".mkv",
        ".webm",
        ".avi",
        ".ts",
        ".m2ts",
        ".mpg",
        ".mpeg",
        ".flv",
        ".wmv",
        ".ogv",
        ".3gp",
    ]
)


# Errors that FFmpeg never uses for a bad file. (EPERM is not one: decoders use it for damage.)
_MACHINE = frozenset(
    {
        errno.EIO,
        errno.ENOMEM,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EACCES,
        errno.ENODEV,
        errno.ENXIO,
        errno.ESTALE,
        errno.ETIMEDOUT,
        errno.EINTR,
        errno.EAGAIN,
        errno.EBUSY,
    }
)


class MediaError(ValueError):
    """A media file that cannot be used, by its own fault; the message says why."""


@contextmanager
def open_media(path: str | Path) -> Iterator[av.container.InputContainer]:
    """Open `path` for reading.

    Raises:
        MediaError: it is empty, not a known container, or damaged.
        OSError: it is missing or cannot be read now, or the machine lacks a resource. This says
            nothing about the file.
    """
    name = Path(path).name
    options = {"protocol_whitelist": "file", "format_whitelist": FORMATS}
    source: _Source | None = None
    try:
        if Path(path).exists() and not Path(path).is_file():
            raise MediaError(f"{name}: not a file")
        with open(path, "rb", buffering=0) as file:
            source = _Source(file)
            if not source.read(1):
                raise MediaError(f"{name}: the file is empty")
            source.seek(0)
            with av.open(source, "r", options=options, metadata_errors="replace") as container:
                yield container
    except MediaError:
        if source is None or source.fault is None:
            raise
    except av.error.FFmpegError as error:
        if (source is None or source.fault is None) and not _of_machine(error, source):
            raise MediaError(f"{name}: not a readable video ({error.strerror})") from None
        raise _unreadable(name, error.errno, error.strerror) from error
    except OSError as error:
        raise _unreadable(name, error.errno, error.strerror) from error
    if source is not None and source.fault is not None:
        raise _unreadable(name, source.fault.errno, source.fault.strerror) from source.fault


class _Source:
    """A file for FFmpeg to read that remembers whether a read failed or reached the end."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.name = file.name
        self.fault: OSError | None = None
        self.ended = False

    def read(self, size: int) -> bytes:
        try:
            data = self._file.read(size)
        except OSError as error:
            self.fault = error
            raise
        self.ended |= not data
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


def _of_machine(error: av.error.FFmpegError, source: _Source | None) -> bool:
    """Whether an error is the machine's. Some FFmpeg demuxers report the end of a file as EIO."""
    if error.errno == errno.EIO and source is not None and source.ended:
        return False
    return error.errno in _MACHINE


def _unreadable(name: str, code: int | None, reason: str | None) -> OSError:
    """An error without the path, since reasons of failures end up in the corpus."""
    return OSError(code or errno.EIO, f"{name} cannot be read: {reason}")
