"""yt-dlp as a library: it looks at pages and downloads videos.

All of its requests go through `Web`, so a site's robots.txt, pauses and reservations apply to them
too. Its errors become subclasses of `Unfetched`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from yt_dlp import YoutubeDL
from yt_dlp.networking.exceptions import HTTPError
from yt_dlp.postprocessor.ffmpeg import FFmpegPostProcessor
from yt_dlp.utils import DownloadError, YoutubeDLError, unsmuggle_url

from ..errors import UserError, is_disk_full
from .outcomes import Closed, Gone, Later, Unfetched, Unusable, Walled
from .web import BUSY, GONE, WALLED, Web

_WALL = re.compile(
    r"not a bot|captcha|cloudflare|unusual traffic|sign in to|log ?in (to|required)|cookies"
    r"|confirm your age|blocked",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"video (is )?unavailable|private video|(been|was) (removed|deleted)"
    r"|no longer (available|exists)|does not exist|not found|account .*terminated",
    re.IGNORECASE,
)
_UNUSABLE = re.compile(
    r"members.only|unsupported url|no video|premieres in|this live event", re.IGNORECASE
)
_HAS_FFMPEG = bool(FFmpegPostProcessor().available)
# Only ffmpeg can join separate streams of picture and sound.
_FORMAT = "bv*+ba/b" if _HAS_FFMPEG else "b"


class _Polite(YoutubeDL):  # type: ignore[misc]
    """Makes its requests as the rest of the collection does, and saves no cookies."""

    def __init__(self, web: Web, params: Mapping[str, Any]) -> None:
        self._web = web
        self._beyond: set[str] = set()  # URLs that end before the requested range
        super().__init__(dict(params))

    def urlopen(self, req: Any) -> Any:
        url = str(req if isinstance(req, str) else getattr(req, "url", None) or req.full_url)
        if not url.startswith(("http://", "https://")):
            return super().urlopen(req)
        if url in self._beyond and "Range" in req.headers:
            del req.headers["Range"]  # yt-dlp means to leave it out, but its copy is the same dict
        attempt = 0
        while True:
            self._web.admit(url)
            self._web.turn(url)
            try:
                answer = super().urlopen(req)
                break
            except HTTPError as error:
                if error.status == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                    self._beyond.add(url)
                if error.status not in BUSY:
                    raise
                headers = {k.lower(): v for k, v in error.response.headers.items()}
                reason = f"{error.status} {error.reason}"
                if (wait := self._web.wait_of(error.status, headers, attempt)) is None:
                    raise Later(f"{_short(url)}: {reason} (asked {attempt + 1} times)") from None
                self._web.put_off(url, wait, reason)
                attempt += 1
        try:
            if answer.url != url:
                self._web.admit(answer.url)
            self._web.look(answer.url, {k.lower(): v for k, v in answer.headers.items()})
        except Unfetched:
            answer.close()
            raise
        return answer

    def save_cookies(self) -> None:
        """Do nothing: the user's file stays as it is."""


class _Quiet:
    """A logger that drops everything yt-dlp says; errors are raised anyway."""

    def debug(self, _: str) -> None: ...

    def info(self, _: str) -> None: ...

    def warning(self, _: str) -> None: ...

    def error(self, _: str) -> None: ...


@contextmanager
def session(web: Web, **params: Any) -> Iterator[YoutubeDL]:
    """A yt-dlp that follows our manners.

    Raises:
        Unfetched: in place of any error of yt-dlp within.
        OSError: the disk is full.
    """
    ours = {
        "quiet": True,
        "no_warnings": True,
        "noprogress": True,
        "logger": _Quiet(),
        "http_headers": {"User-Agent": web.agent},
        "retries": 0,  # `urlopen` does this
        "extractor_retries": 0,
        "socket_timeout": web.timeout,
        "cachedir": False,
        "allowed_extractors": ["default"],
        "hls_prefer_native": True,  # ffmpeg would make requests of its own
        "enable_file_urls": False,
        "check_formats": False,
    }
    with _Polite(web, {**ours, **params}) as ydl:
        try:
            yield ydl
        except Unfetched:
            raise
        except YoutubeDLError as error:
            for cause in _causes(error):
                if isinstance(cause, OSError) and is_disk_full(cause):
                    raise cause from None
            raise outcome(error) from None
        except (OSError, UserError):
            raise
        except Exception as bug:  # pages change, and extractors can fail in any way
            raise Later(f"yt-dlp stumbled: {type(bug).__name__}: {bug}"[:400]) from bug


def listed(web: Web, address: str, most: int | None = None) -> list[dict[str, Any]]:
    """The videos of a search (`ytsearch5:words`), a channel or a playlist, as it lists them.

    Raises:
        Unfetched: there is no answer.
    """
    with session(web, extract_flat="in_playlist", playlistend=most) as ydl:
        info = ydl.extract_info(address, download=False) or {}
    return list(_flat(info))


def _flat(info: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All entries, including those of nested lists (the tabs of a channel)."""
    if "entries" not in info:
        # Extractors hide notes to themselves in an address; remove them.
        yield {**info, **({"url": unsmuggle_url(info["url"])[0]} if info.get("url") else {})}
        return
    for entry in info["entries"] or ():
        if entry:
            yield from _flat(entry)


def page(web: Web, address: str, cookies: Path | None = None) -> list[dict[str, Any]]:
    """The videos on a page, usually one.

    Raises:
        Unfetched: there is no answer.
    """
    with session(web, format=_FORMAT, noplaylist=True, **_cookies(cookies)) as ydl:
        info = ydl.extract_info(address, download=False) or {}
        return [ydl.sanitize_info(entry, remove_private_keys=True) for entry in _flat(info)]


def fetch(
    web: Web,
    info: Mapping[str, Any],
    stem: Path,
    *,
    height: int,
    bytes_per_second: float | None = None,
    archive: Path | None = None,
    cookies: Path | None = None,
    at_size: Callable[[int], None],
) -> tuple[Path, dict[str, Any]]:
    """Download one video, continuing partial files of an earlier attempt.

    Args:
        info: a result of `page`, or one built from addresses of files.
        stem: the file's path without its extension.
        archive: yt-dlp's list of downloaded videos.
        at_size: called with the number of bytes so far; raising ends the download.

    Returns:
        The file, and what yt-dlp knows about it.

    Raises:
        Unfetched: the download failed.
    """
    params: dict[str, Any] = {
        "format": _FORMAT,
        "format_sort": [f"res:{height}", "+size", "+br"],
        "outtmpl": {"default": f"{_literal(stem)}.%(ext)s"},
        "continuedl": True,
        "nopart": False,
        "ratelimit": bytes_per_second,
        "fragment_retries": 0,
        "skip_unavailable_fragments": False,
        "progress_hooks": [lambda d: at_size(int(d.get("downloaded_bytes") or 0))],
        **_cookies(cookies),
    }
    with session(web, **params) as ydl:
        final = ydl.process_ie_result(dict(info), download=True)
        downloads = final.get("requested_downloads") or []
        if not downloads:
            raise Later(f"{_short(str(info.get('webpage_url')))}: yt-dlp gave no file")
        if archive is not None:
            _note(archive, ydl, final)
        return Path(downloads[0]["filepath"]), ydl.sanitize_info(final, remove_private_keys=True)


def fetch_captions(
    web: Web, info: Mapping[str, Any], stem: Path, languages: list[str], cookies: Path | None = None
) -> list[Path]:
    """Download captions that people wrote, as WebVTT or SRT.

    Args:
        languages: regular expressions; "all" for all.

    Raises:
        Unfetched: a file could not be downloaded.
    """
    params: dict[str, Any] = {
        "skip_download": True,
        "writesubtitles": True,
        "subtitleslangs": languages,
        "subtitlesformat": "vtt/srt",
        "outtmpl": {"default": f"{_literal(stem)}.%(ext)s"},
        **_cookies(cookies),
    }
    with session(web, **params) as ydl:
        final = ydl.process_ie_result(dict(info), download=True)
    items = (final.get("requested_subtitles") or {}).values()
    paths = [Path(item["filepath"]) for item in items if item.get("filepath")]
    return [path for path in paths if path.is_file()]


def outcome(error: Exception) -> Unfetched:
    """The `Unfetched` that an error of yt-dlp means, by its cause or else by its wording."""
    message = _message(error)
    for cause in _causes(error):
        if isinstance(cause, Unfetched):
            return cause
        if isinstance(cause, HTTPError):
            if cause.status in GONE:
                return Gone(message)
            return Closed(message) if cause.status in WALLED else Later(message)
    if _WALL.search(message):
        return Walled(message)
    if _GONE.search(message):
        return Gone(message)
    return Unusable(message) if _UNUSABLE.search(message) else Later(message)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        inner = error.exc_info[1] if isinstance(error, DownloadError) and error.exc_info else None
        error = inner or getattr(error, "cause", None) or error.__cause__ or error.__context__


def _message(error: Exception) -> str:
    """The error in one line, without yt-dlp's advice to users of its command."""
    plain = re.sub(r"\x1b\[[\d;]*m", "", str(error)).removeprefix("ERROR: ")
    return " ".join(re.split(r"; please report|\. Use --|; you might want", plain)[0].split())[:400]


def _literal(stem: Path) -> str:
    return str(stem).replace("%", "%%")


def _cookies(path: Path | None) -> dict[str, Any]:
    return {"cookiefile": str(path)} if path else {}


def _note(archive: Path, ydl: YoutubeDL, info: dict[str, Any]) -> None:
    """Add a line to the download archive. It is only written, never read: yt-dlp would not fetch
    again what is in it, even if the ledger wants it."""
    line = ydl._make_archive_id(info)
    if line and (not archive.is_file() or line not in archive.read_text("utf-8").splitlines()):
        with archive.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def _short(url: str) -> str:
    parts = httpx.URL(url)
    return f"{parts.scheme}://{parts.netloc.decode()}{parts.path}"
