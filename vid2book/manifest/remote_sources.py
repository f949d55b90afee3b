"""Remote sources: fetches the small files that must be read here, and lists folders."""

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
from .walk import Listing, listing_of

_AT_ONCE = 256  # videos whose small files are here together
_REQUESTS = 16  # at a time


class ListingError(UserError):
    """A remote folder that cannot be listed; the message says why."""


@contextmanager
def temporary_copy(url: str) -> Iterator[Path]:
    """A temporary local copy of a small file, such as a manifest.

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
    """What a folder holds, including its subfolders.

    Raises:
        ListingError: it does not exist, or its server cannot list it.
    """
    if is_web(url):
        raise ListingError(
            "a folder on the web has no list of its files; name a manifest "
            "(.jsonl, .csv, .parquet) or a video"
        )
    try:
        with files.errors():
            fs, top = files.filesystem(url.rstrip("/"))
            paths = fs.find(top)
        if not paths:
            raise FileNotFoundError(errno.ENOENT, "there is no such folder, or nothing in it")
    except OSError as error:
        raise ListingError(f"it cannot be listed: {error.strerror}") from error
    cut = len(top.rstrip("/")) + 1
    return listing_of(PurePosixPath(path[cut:]) for path in paths)


def with_notes(
    url: str, videos: Sequence[Path], names: dict[Path, list[str]]
) -> Iterator[tuple[Path, Sequence[Path]]]:
    """The videos of a remote folder, a few hundred at a time, each time with a local folder that
    has their .info.json files at the same relative paths.

    Args:
        url: of the folder.
        videos: within it, in order.
        names: of all its files, by folder.
    """
    fs, top = files.filesystem(url.rstrip("/"))
    with ThreadPoolExecutor(_REQUESTS) as threads:
        for start in range(0, len(videos), _AT_ONCE):
            batch = videos[start : start + _AT_ONCE]
            with tempfile.TemporaryDirectory(prefix="vid2book-") as folder:
                base = Path(folder).resolve()

                def fetch(inside: Path, base: Path = base) -> None:
                    (base / inside).parent.mkdir(parents=True, exist_ok=True)
                    with suppress(OSError), files.errors():  # whoever reads it finds it missing
                        fs.get_file(f"{top.rstrip('/')}/{inside.as_posix()}", str(base / inside))

                notes = (video.parent / f"{video.stem}.info.json" for video in batch)
                list(threads.map(fetch, (n for n in notes if n.name in names[n.parent])))
                yield base, batch
