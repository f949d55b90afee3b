"""Names of the decision stages in the summary and the report."""

from __future__ import annotations

_WORDS = {
    "deny": "on the deny list",
    "rules": "length, language, captions or a word of the title",
    "licence": "licence",
    "copy": "a copy of another",
    "relevance": "too far from its knowledge point",
    "grade": "graded low by the language model",
    "quota": "its point, course or subject has enough",
    "waiting": "not fetched yet",
    "robots.txt": "forbidden by robots.txt",
    "terms of use": "forbidden by the site's terms of use",
    "reserved rights": "rights reserved by the site",
    "not there": "not there any more",
    "not usable": "no video that could be taken",
    "too large": "larger than the plan takes",
    "not answered": "the site did not answer",
    "turned away": "the site wants a login, or no programs",
}


def words(stage: str) -> str:
    """Why a stage rejects candidates, in words for a person."""
    return _WORDS.get(stage, stage)
