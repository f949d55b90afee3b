"""Downloading a chosen video: its media, its captions, and a file that describes it.

All files of a video are named after its id: `ID.mp4`, `ID.en.vtt`, `ID.info.json`.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from ..beside import CAPTIONS, captions_beside
from ..errors import UserError, is_disk_full
from ..languages import language_code
from ..manifest.ids import given_id, hashed_id
from ..media.container import MediaError
from ..media.survey import probe
from ..names import is_video_id
from .candidate import Candidate, MediaFile
from .ledger import Ledger
from .outcomes import Gone, Later, Refused, TooLarge, Unfetched, Unusable, Walled, Withdrawn
from .plan import Download
from .web import Web

_YOUTUBE = "https://www.youtube.com/watch?v="
_BLOCK = 1 << 20  # bytes read at a time


class OutOfSpaceError(UserError):
    """The disk has no room for another video."""


@dataclass(frozen=True)
class FetchedFiles:
    """The downloaded files of a video. `captions` may be empty."""

    path: Path
    captions: str
    captions_language: str
    sha256: str
    size: int  # bytes
    language: str


def video_id(candidate: Candidate) -> str:
    """An id that is unique to the candidate's address and can name files."""
    if candidate.key.startswith(_YOUTUBE):  # the id that everybody knows
        return given_id(candidate.key.removeprefix(_YOUTUBE))
    name = candidate.given_id or urlsplit(candidate.url).path
    return hashed_id(name, candidate.key)


class Downloader:
    """May be used by several threads, for different candidates."""

    def __init__(
        self,
        settings: Download,
        web: Web,
        ledger: Ledger,
        folder: Path,
        archive: Path,
        watch: Callable[[str, int], None] = lambda _title, _size: None,
    ) -> None:
        """`watch` is called with a video's title and how many bytes of it have arrived."""
        self._watch = watch
        self._settings, self._web, self._ledger = settings, web, ledger
        self._folder, self._archive = folder, archive
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Abort all downloads. Partial files stay, and a later run continues them."""
        self._stopped.set()

    def fetch(self, candidate: Candidate) -> None:
        """Fetch a video, and store the outcome in the ledger.

        Raises:
            OutOfSpaceError: the disk is full, or nearly so.
        """
        try:
            files = self._local(candidate) if candidate.path else self._remote(candidate)
        except Unfetched as why:
            result: dict[str, Any] = {"by": why.by}
            result |= {"max_gb": why.gigabytes} if isinstance(why, TooLarge) else {}
            self._ledger.part(candidate.key, "media", why.status, why.message(), result)
        else:
            self.measure(candidate.key, files.path)
            record = asdict(files) | {"path": str(files.path), "video_id": video_id(candidate)}
            self._ledger.part(candidate.key, "media", "done", "", record)

    def measure(self, key: str, path: Path) -> None:
        """Store how long a video is, since sources may state no length, or a wrong one."""
        try:
            length = probe(path).duration
        except MediaError as error:
            self._ledger.part(key, "length", "gone", str(error))
        except OSError as error:
            self._ledger.part(key, "length", "late", str(error))
        else:
            self._ledger.part(key, "length", "done", "", {"seconds": round(length, 3)})

    def _local(self, candidate: Candidate) -> FetchedFiles:
        path = Path(candidate.path)
        try:
            size, digest = path.stat().st_size, hash_of(path, "sha256")
        except OSError as error:
            raise Gone(f"{path.name}: {error.strerror}") from None
        captions = candidate.more.get("captions", "")
        return FetchedFiles(path, captions, "", digest, size, candidate.language)

    def _remote(self, candidate: Candidate) -> FetchedFiles:
        self._folder.mkdir(parents=True, exist_ok=True)
        name = video_id(candidate)
        assert is_video_id(name)
        stem = self._folder / name
        self._check_space(max((f.size for f in candidate.files), default=0))
        scheme = urlsplit(candidate.url).scheme
        try:
            if scheme in ("http", "https"):
                path, info = self._by_ytdlp(candidate, stem)
            else:
                path, info = self._of_bucket(candidate, stem), {}
        except OSError as error:
            if is_disk_full(error):
                raise OutOfSpaceError(f"{self._folder}: {error.strerror}") from error
            raise Later(f"{candidate.url}: {error}") from error
        language = candidate.language or str(info.get("language") or "")
        beside = [p for p in self._folder.glob(f"{name}.*") if p.suffix in CAPTIONS]
        choice = captions_beside(path, language, beside)
        _write_info(stem.with_name(f"{name}.info.json"), candidate, info)
        return FetchedFiles(
            path,
            str(choice.path or ""),
            choice.language,
            hash_of(path, "sha256"),
            path.stat().st_size,
            language,
        )

    def _by_ytdlp(self, candidate: Candidate, stem: Path) -> tuple[Path, dict[str, Any]]:
        from . import ytdlp  # extra 'collect'

        cookies = self._settings.cookies
        self._visit(candidate)
        info = _as_page_info(candidate) if candidate.files else None
        if info is None:
            videos = ytdlp.page(self._web, candidate.url, cookies)
            if len(videos) != 1:
                raise Unusable(f"{candidate.url}: {len(videos)} videos on the page instead of one")
            info = videos[0]
        self._captions(candidate, info, stem)
        rate = self._settings.megabytes_per_second
        path, details = ytdlp.fetch(
            self._web,
            info,
            stem,
            height=self._settings.height,
            bytes_per_second=rate and rate * 1e6 / self._settings.at_once,
            archive=self._archive,
            cookies=cookies,
            at_size=partial(self._at_size, candidate.title or stem.name),
        )
        _verify(path, candidate, str(details.get("url") or ""))
        return path, details

    def _visit(self, candidate: Candidate) -> None:
        """Check whether the page reserves rights or was withdrawn. Any other failure is ignored if
        the addresses of the files are known: feeds have dead links."""
        if candidate.url in {file.url for file in candidate.files}:
            return  # `ytdlp.fetch` checks the file itself
        try:
            self._web.visit(candidate.url)
        except (Refused, Withdrawn, Walled):
            raise
        except Unfetched:
            if not candidate.files:
                raise

    def _captions(self, candidate: Candidate, info: dict[str, Any], stem: Path) -> None:
        """Fetch captions in the video's language. Without any, its speech will be transcribed."""
        from . import ytdlp

        code = language_code(candidate.language or str(info.get("language") or ""))
        languages = [f"{code}([-_].*)?"] if code else ["all"]
        try:
            paths = ytdlp.fetch_captions(self._web, info, stem, languages, self._settings.cookies)
        except Unfetched as why:
            self._ledger.part(candidate.key, "captions", why.status, str(why))
        else:
            result = {"files": [path.name for path in paths]}
            self._ledger.part(candidate.key, "captions", "done", "" if paths else "none", result)

    def _of_bucket(self, candidate: Candidate, stem: Path) -> Path:
        import fsspec

        url = candidate.files[0].url
        path = stem.with_name(f"{stem.name}{PurePosixPath(url).suffix.lower()}")
        part = path.with_name(f"{path.name}.part")
        try:
            files, inside = fsspec.core.url_to_fs(url)
            files.get_file(inside, str(part))
        except FileNotFoundError:
            raise Gone(f"{url}: it is not there any more") from None
        except (ImportError, ValueError) as error:
            raise Later(f"{url}: {error}") from None
        part.replace(path)
        return path

    def _at_size(self, title: str, size: int) -> None:
        """Raises to end a download that was stopped, got too large or leaves too little space."""
        if self._stopped.is_set():
            raise Later("it was stopped")
        if size > self._settings.max_gb * 1e9:
            raise TooLarge(self._settings.max_gb)
        self._check_space(0)
        self._watch(title, size)

    def _check_space(self, needed: int) -> None:
        free = shutil.disk_usage(self._folder).free - needed
        if free < self._settings.keep_free_gb * 1e9:
            raise OutOfSpaceError(
                f"{self._folder}: {max(0, free) / 1e9:.1f} GB would be free, and the plan keeps "
                f"{self._settings.keep_free_gb:g} (download.keep_free_gb); make room and go on"
            )


def _as_page_info(candidate: Candidate) -> dict[str, Any]:
    """What yt-dlp would find on the page, built from the addresses that a source gives."""
    captions: dict[str, list[dict[str, str]]] = {}
    for one in candidate.captions:
        kind = "srt" if urlsplit(one.url).path.endswith(".srt") else "vtt"
        language = one.language or language_code(candidate.language) or "und"
        captions.setdefault(language, []).append({"url": one.url, "ext": kind})
    return {
        "id": video_id(candidate),
        "title": candidate.title or candidate.given_id,
        "webpage_url": candidate.url,
        "extractor": "generic",
        "extractor_key": "Generic",
        "subtitles": captions,
        "formats": [_format(i, file) for i, file in enumerate(candidate.files)],
    }


def _format(number: int, file: MediaFile) -> dict[str, Any]:
    suffix = PurePosixPath(urlsplit(file.url).path).suffix.lower().lstrip(".")
    entry = {"format_id": str(number), "url": file.url, "ext": suffix or "mp4"}
    return (
        entry
        | ({"height": file.height} if file.height else {})
        | ({"filesize": file.size} if file.size else {})
    )


def _verify(path: Path, candidate: Candidate, url: str) -> None:
    """Raises Later: the file does not match the source's checksum; it is deleted."""
    stated = next((f.checksum for f in candidate.files if f.url == url and f.checksum), "")
    kind, _, digest = stated.partition(":")
    if stated and hash_of(path, kind) != digest.lower():
        path.unlink()
        raise Later(f"{path.name}: its {kind} is not the one that the source tells")


def hash_of(path: Path, kind: str) -> str:
    """The hash of a file's bytes, in hexadecimal digits."""
    digest = hashlib.new(kind)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _write_info(path: Path, candidate: Candidate, info: dict[str, Any]) -> None:
    """Write what is known about a video as yt-dlp would, without addresses that hold keys."""
    fields = {
        "id": video_id(candidate),
        "title": candidate.title,
        "description": candidate.description,
        "license": candidate.license,
        "webpage_url": candidate.url,
        "uploader": candidate.uploader,
        "channel": candidate.channel,
        "channel_url": candidate.channel_url,
        "upload_date": candidate.upload_date,
        "language": candidate.language,
        "duration": candidate.duration,
        "chapters": info.get("chapters"),
        "tags": info.get("tags"),
        "extractor": info.get("extractor") or "generic",
    }
    filled = {name: value for name, value in fields.items() if value not in (None, "", [])}
    path.write_text(json.dumps(filled, ensure_ascii=False, indent=1) + "\n", "utf-8")
