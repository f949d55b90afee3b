"""Sites whose terms of use forbid access by machines, even if robots.txt does not."""

from __future__ import annotations

from collections.abc import Mapping

TERMS = {
    "youtube.com": "YouTube's terms of service forbid automated access without its permission",
    "youtu.be": "YouTube's terms of service forbid automated access without its permission",
    "youtube-nocookie.com": "YouTube's terms of service forbid automated access without permission",
    "facebook.com": "Meta's terms forbid automated collection without its permission",
    "instagram.com": "Meta's terms forbid automated collection without its permission",
    "tiktok.com": "TikTok's terms of service forbid automated access",
    "x.com": "the terms of service of X forbid scraping without its consent",
    "twitter.com": "the terms of service of X forbid scraping without its consent",
    "linkedin.com": "LinkedIn's user agreement forbids scraping",
}


def of_host(host: str, table: Mapping[str, str]) -> str:
    """The entry for a host or for a domain that contains it; empty if none."""
    parts = host.split(".")
    return next((table[d] for i in range(len(parts)) if (d := ".".join(parts[i:])) in table), "")
