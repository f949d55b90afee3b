"""What may be taken: videos with a licence that the plan allows, unless on its deny list."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from .. import licences
from .candidate import Candidate, canonical
from .plan import AnySource, Deny


def with_grant(candidate: Candidate, source: AnySource | None) -> Candidate:
    """The candidate; what it does not state is filled in from its source's settings."""
    if source is None:
        return candidate
    if not candidate.license and source.license:
        candidate = replace(
            candidate,
            license=source.license,
            license_evidence=f"stated in the plan: {source.license_evidence}",
        )
    if not candidate.language and source.language:
        candidate = replace(candidate, language=source.language)
    return candidate


def licence_of(candidate: Candidate) -> str:
    """The licence by its name in `licences.py`; YouTube's depends on the day of the upload."""
    return _name(candidate.license, candidate.upload_date)


def licence_refusal(candidate: Candidate, allowed: tuple[str, ...]) -> str:
    """Why the plan does not accept its licence; empty if it does.

    If the source does not state a licence's version, it is enough that any version is accepted.
    """
    if not candidate.license:
        return "no licence is stated"
    name = licence_of(candidate)
    if name in {_name(text) for text in allowed}:
        return ""
    return f"its licence is {name}, which the plan does not take"


@cache
def _name(text: str, upload_date: str = "") -> str:
    return licences.name(text, upload_date)


def denial(candidate: Candidate, deny: Deny) -> str:
    """Which entry of the deny list matches it; empty if none does."""
    for url in deny.urls:
        start = canonical(url)
        if candidate.key == start or candidate.key.startswith((f"{start}/", f"{start}?")):
            return f"on the deny list: {url}"
    for channel in deny.channels:
        if _same(channel, candidate.channel) or _same(channel, candidate.channel_url):
            return f"its channel is on the deny list: {channel}"
    for uploader in deny.uploaders:
        if _same(uploader, candidate.uploader):
            return f"its uploader is on the deny list: {uploader}"
    return ""


def _same(listed: str, stated: str) -> bool:
    if "://" in listed:
        return canonical(listed) == canonical(stated)
    return bool(stated) and " ".join(listed.lower().split()) == " ".join(stated.lower().split())
