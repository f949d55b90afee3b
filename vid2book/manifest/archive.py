"""The download archive of yt-dlp (`--download-archive FILE`): a line such as `youtube ID` for each
downloaded video."""

from __future__ import annotations

import re
from pathlib import Path

from ..intake.text import open_text

_LINE = re.compile(r"([a-z][\w:.+-]*) (\S+)")
_MOST_CHARACTERS = 1 << 22  # that are read; enough for more than a hundred thousand videos
_ADDRESSES = {
    "youtube": "https://www.youtube.com/watch?v=",
    "vimeo": "https://vimeo.com/",
    "dailymotion": "https://www.dailymotion.com/video/",
}


def read_archive(path: Path) -> dict[str, str]:
    """Video ids with their sites; none if the file is not a download archive, or cannot be read."""
    try:
        with open_text(path) as file:
            lines = file.read(_MOST_CHARACTERS).splitlines()
    except (OSError, EOFError):
        return {}
    matches = [_LINE.fullmatch(line.strip()) for line in lines if line.strip()]
    return {m[2]: m[1] for m in matches if m} if matches and all(matches) else {}


def address(site: str, video_id: str) -> str:
    """The address of a video; empty if the site is not known."""
    start = _ADDRESSES.get(site.lower(), "")
    return start and start + video_id
