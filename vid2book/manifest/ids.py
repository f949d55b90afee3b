"""Makes ids for videos that have none, from the names of their files.

An id depends only on the name of its own file, so adding or removing files changes no other id. A
plain name is the id. Of any other name the readable part is kept, and a short hash distinguishes it
from similar names.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b
from pathlib import PurePath

from ..names import is_video_id

_READABLE = 80  # characters before the hash
_IN_BRACKETS = re.compile(r".*\[([^\[\]]+)\]", re.DOTALL)
_YOUTUBE = re.compile(r"[A-Za-z0-9_-]{11}")
# Words in brackets hardly ever contain a digit, a dash or a capital after a small letter.
_NO_WORD = re.compile(r"[0-9_-]|[a-z][A-Z]")


def file_id(path: PurePath) -> str:
    """The id of a video, from its path within the source."""
    inside = path.with_suffix("") if path.suffix == ".mp4" else path
    name = "-".join(inside.parts)
    if is_video_id(name):
        return name
    return hashed_id(name, str(path))


def hashed_id(readable: str, exact: str) -> str:
    """A readable id that differs for every `exact`."""
    # File systems differ in how they write é: as one character or as two.
    exact = unicodedata.normalize("NFC", exact)
    digest = blake2b(exact.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    letters = unicodedata.normalize("NFKD", readable).encode("ascii", "ignore").decode()
    words = "-".join(re.findall(r"[A-Za-z0-9._]+", letters))[:_READABLE].strip("-._")
    return f"{words or 'video'}-{digest}"


def given_id(text: str) -> str:
    """The id that a site gave a video, unchanged if it can name files."""
    return text if is_video_id(text) else hashed_id(text, text)


def id_in_name(stem: str, known: frozenset[str] = frozenset()) -> str:
    """The id that yt-dlp wrote into a name: `Title [ID]`, or formerly `Title-ID`; empty if none.

    Args:
        known: ids that a download archive lists. Other ids are recognised only if they are
            YouTube's.
    """
    if match := _IN_BRACKETS.fullmatch(stem):
        name = match[1]
        if name in known or (_YOUTUBE.fullmatch(name) and _NO_WORD.search(name)):
            return name
    old = stem[-11:]
    return old if stem[-12:-11] == "-" and old in known else ""
