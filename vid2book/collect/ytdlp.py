"""yt-dlp as a library: what it finds on a page, and what it downloads.

All of its requests go through `Web`, so that a site's robots.txt, its pauses and its reservations
hold for them too, and its errors come out as the kinds of `Unfetched`.
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
# Picture and sound apart can only be joined by ffmpeg.
_FORMAT = "bv*+ba/b" if _HAS_FFMPEG else "b"


class _Polite(YoutubeDL):  # type: ignore[misc]
    """Asks as the rest of the collection does, and keeps no cookies."""

    def __init__(self, web: Web, params: Mapping[str, Any]) -> None:
        self._web = web
        self._beyond: set[str] = set()  # whose end is before the range that was asked for
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
                told = f"{error.status} {error.reason}"
                if (wait := self._web.wait_of(error.status, headers, attempt)) is None:
                    raise Later(f"{_short(url)}: {told} (asked {attempt + 1} times)") from None
                self._web.put_off(url, wait, told)
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
        """The user's file stays as it is."""


class _Quiet:
    """What yt-dlp says; errors are raised anyway."""

    def debug(self, _: str) -> None: ...

    def info(self, _: str) -> None: ...

    def warning(self, _: str) -> None: ...

    def error(self, _: str) -> None: ...


@contextmanager
def session(web: Web, **params: Any) -> Iterator[YoutubeDL]:
    """A yt-dlp of our manners.

    Raises:
        Unfetched: instead of any error of yt-dlp within.
        OSError: the disk is full.
    """
    ours = {
        "quiet": True,
        "no_warnings": True,
        "noprogress": True,
        "logger": _Quiet(),
        "http_headers": {"User-Agent": web.agent},
        "retries": 0,  # `urlopen` tries again
        "extractor_retries": 0,
        "socket_timeout": web.timeout,
        "cachedir": False,
        "allowed_extractors": ["default"],
        "hls_prefer_native": True,  # ffmpeg would ask on its own
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
        except Exception as bug:  # pages change, and extractors stumble over them in any way
            raise Later(f"yt-dlp stumbled: {type(bug).__name__}: {bug}"[:400]) from bug


def listed(web: Web, address: str, most: int | None = None) -> list[dict[str, Any]]:
    """The videos of a search (`ytsearch5:words`), a channel or a playlist, as it lists them.

    Raises:
        Unfetched: nothing was had.
    """
    with session(web, extract_flat="in_playlist", playlistend=most) as ydl:
        found = ydl.extract_info(address, download=False) or {}
    return list(_flat(found))


def _flat(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Entries of lists within lists (the tabs of a channel)."""
    if "entries" not in found:
        # What an extractor leaves for itself in an address is no part of it.
        yield {**found, **({"url": unsmuggle_url(found["url"])[0]} if found.get("url") else {})}
        return
    for entry in found["entries"] or ():
        if entry:
            yield from _flat(entry)


def page(web: Web, address: str, cookies: Path | None = None) -> list[dict[str, Any]]:
    """What is on a page: one video as a rule.

    Raises:
        Unfetched: nothing was had.
    """
    with session(web, format=_FORMAT, noplaylist=True, **_cookies(cookies)) as ydl:
        found = ydl.extract_info(address, download=False) or {}
        return [ydl.sanitize_info(entry, remove_private_keys=True) for entry in _flat(found)]


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
    """Download one video; parts of an earlier try are gone on with.

    Args:
        info: of `page`, or made of addresses of files.
        stem: the file's path without its extension.
        archive: yt-dlp's list of what was fetched.
        at_size: is told how many bytes there are by now; what it raises ends the download.

    Returns:
        The file, and what yt-dlp knows of it.

    Raises:
        Unfetched: it was not had.
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
        done = ydl.process_ie_result(dict(info), download=True)
        found = done.get("requested_downloads") or []
        if not found:
            raise Later(f"{_short(str(info.get('webpage_url')))}: yt-dlp gave no file")
        if archive is not None:
            _note(archive, ydl, done)
        return Path(found[0]["filepath"]), ydl.sanitize_info(done, remove_private_keys=True)


def fetch_captions(
    web: Web, info: Mapping[str, Any], stem: Path, languages: list[str], cookies: Path | None = None
) -> list[Path]:
    """Download captions that people wrote, as WebVTT or SRT.

    Args:
        languages: regular expressions; "all" for all.

    Raises:
        Unfetched: a file was not had.
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
        done = ydl.process_ie_result(dict(info), download=True)
    asked = (done.get("requested_subtitles") or {}).values()
    paths = [Path(item["filepath"]) for item in asked if item.get("filepath")]
    return [path for path in paths if path.is_file()]


def outcome(error: Exception) -> Unfetched:
    """What an error of yt-dlp means, by its cause, or else by its words."""
    told = _message(error)
    for cause in _causes(error):
        if isinstance(cause, Unfetched):
            return cause
        if isinstance(cause, HTTPError):
            if cause.status in GONE:
                return Gone(told)
            return Closed(told) if cause.status in WALLED else Later(told)
    if _WALL.search(told):
        return Walled(told)
    if _GONE.search(told):
        return Gone(told)
    return Unusable(told) if _UNUSABLE.search(told) else Later(told)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        inner = error.exc_info[1] if isinstance(error, DownloadError) and error.exc_info else None
        error = inner or getattr(error, "cause", None) or error.__cause__ or error.__context__


def _message(error: Exception) -> str:
    """One line without the advice that yt-dlp gives to those who type its command."""
    plain = re.sub(r"\x1b\[[\d;]*m", "", str(error)).removeprefix("ERROR: ")
    return " ".join(re.split(r"; please report|\. Use --|; you might want", plain)[0].split())[:400]


def _literal(stem: Path) -> str:
    return str(stem).replace("%", "%%")


def _cookies(path: Path | None) -> dict[str, Any]:
    return {"cookiefile": str(path)} if path else {}


def _note(archive: Path, ydl: YoutubeDL, info: dict[str, Any]) -> None:
    """A line in the download archive. yt-dlp would not fetch again what is in it, though the ledger
    may want it, so that it is written here and not read."""
    line = ydl._make_archive_id(info)
    if line and (not archive.is_file() or line not in archive.read_text("utf-8").splitlines()):
        with archive.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def _short(url: str) -> str:
    parts = httpx.URL(url)
    return f"{parts.scheme}://{parts.netloc.decode()}{parts.path}"
