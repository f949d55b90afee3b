"""Writes times, and links to a moment of a video."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

YOUTUBE = {"youtube.com", "www.youtube.com", "m.youtube.com", "youtu.be"}


def clock(seconds: float) -> str:
    """Seconds as m:ss, or h:mm:ss from an hour on: 75.4 is 1:15."""
    whole = max(0, int(seconds))
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def safe_url(url: str | None) -> str:
    """The address if it is a web address (http or https), otherwise an empty string."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return ""
    plain = not any(ch.isspace() or not ch.isprintable() for ch in url or "")
    return url or "" if plain and parts.scheme in {"http", "https"} and parts.hostname else ""


def url_at(url: str, seconds: float) -> str:
    """An address checked by `safe_url`, at a moment of the video.

    YouTube takes the time in the query; elsewhere it is a media fragment
    (https://www.w3.org/TR/media-frags/), which a server never sees and a page may ignore.
    """
    if not url:
        return ""
    parts, at = urlsplit(url), int(seconds)
    if parts.hostname in YOUTUBE:
        query = [(k, v) for k, v in parse_qsl(parts.query) if k != "t"] + [("t", f"{at}s")]
        return parts._replace(query=urlencode(query)).geturl()
    return url if parts.fragment else f"{url}#t={at}"
