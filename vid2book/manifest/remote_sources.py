"""Sources that are not on this machine: what of them has to be read here, and what is listed."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from ..errors import UserError
from ..remote import files
from ..remote.urls import is_web, name_of
from .walk import Listing, listed

_AT_ONCE = 256  # small files that are here together
_REQUESTS = 16  # at a time


class ListingError(UserError):
    """A folder elsewhere that cannot be listed; the message says why."""


@contextmanager
def fetched(url: str) -> Iterator[Path]:
    """A small file, such as a manifest, for as long as it is read.

    Raises:
        OSError: it cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="vid2book-") as folder:
        path = Path(folder) / name_of(url)
        with files.errors():
            fs, place = files.filesystem(url)
            fs.get_file(place, str(path))
        yield path


def list_folder(url: str) -> Listing:
    """What a folder holds, subfolders too.

    Raises:
        ListingError: it is not there, or its server has no lists.
    """
    if is_web(url):
        raise ListingError(
            "a folder on the web has no list of its files; name a manifest "
            "(.jsonl, .csv, .parquet) or a video"
        )
    try:
        with files.errors():
            fs, top = files.filesystem(url.rstrip("/"))
            found = fs.find(top)
        if not found:
            raise FileNotFoundError(errno.ENOENT, "there is no such folder, or nothing in it")
    except OSError as error:
        raise ListingError(f"it cannot be listed: {error.strerror}") from error
    cut = len(top.rstrip("/")) + 1
    return listed(PurePosixPath(path[cut:]) for path in found)


def with_notes(
    url: str, videos: Sequence[Path], names: dict[Path, list[str]]
) -> Iterator[tuple[Path, Sequence[Path]]]:
    """The videos of a folder, some hundred at a time, each time with a folder of this machine in
    which the files that tell of them stand where they stand there.

    Args:
        url: of the folder.
        videos: within it, in order.
        names: of all its files, by folder.
    """
    fs, top = files.filesystem(url.rstrip("/"))
    with ThreadPoolExecutor(_REQUESTS) as threads:
        for start in range(0, len(videos), _AT_ONCE):
            some = videos[start : start + _AT_ONCE]
            with tempfile.TemporaryDirectory(prefix="vid2book-") as folder:
                base = Path(folder).resolve()

                def fetch(inside: Path, base: Path = base) -> None:
                    (base / inside).parent.mkdir(parents=True, exist_ok=True)
                    with suppress(OSError), files.errors():  # told of where it is looked for
                        fs.get_file(f"{top.rstrip('/')}/{inside.as_posix()}", str(base / inside))

                notes = (video.parent / f"{video.stem}.info.json" for video in some)
                list(threads.map(fetch, (n for n in notes if n.name in names[n.parent])))
                yield base, some
