"""Licences as manifests spell them, and as the Hub does."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Of https://huggingface.co/docs/hub/repositories-licenses, those that lectures come under.
_HUB = re.compile(
    r"apache-2\.0|mit|unlicense|gfdl|odc-by|odbl|pddl|cc|cc0-1\.0|cc-by-2\.5"
    r"|cc-by-[234]\.0|cc-by-sa-[34]\.0|cc-by-nc(-sa)?-[234]\.0|cc-by-nd-4\.0|cc-by-nc-nd-[34]\.0"
)
_URL = re.compile(r"creativecommons\.org/(?:licenses|publicdomain)/([a-z-]+)/(\d\.\d)")


def hub_id(text: str) -> str:
    """The Hub's name of a licence: "CC BY-SA 4.0" and its URL give "cc-by-sa-4.0".

    Empty text gives "unknown", a licence that the Hub has no name for "other".
    """
    text = text.strip().lower()
    if not text:
        return "unknown"
    if text == "creative commons attribution license (reuse allowed)":  # YouTube's words
        return "cc-by-3.0"
    if url := _URL.search(text):
        kind, version = url.groups()
        text = f"cc0-{version}" if kind == "zero" else f"cc-{kind}-{version}"
    name = re.sub(r"[\s_-]+", "-", text)
    name = re.sub(r"^creative-?commons-", "cc-", name)
    name = re.sub(r"^cc-?(?:zero|0)(?:-1\.0)?(?:-universal)?$", "cc0-1.0", name)
    return name if _HUB.fullmatch(name) else "other"


def common(licences: Iterable[str]) -> str:
    """The Hub's name of the licence that all share; "other" where they differ."""
    names = {hub_id(text) for text in licences}
    return names.pop() if len(names) == 1 else "other"


# What others may pass on, changed or not, with attribution. Licences against commercial use or
# against changes are not here: whoever pushes such videos says so.
OPEN = (
    "cc0-1.0", "cc-by-2.5", "cc-by-2.0", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0",
    "apache-2.0", "mit", "unlicense", "gfdl", "odc-by", "odbl", "pddl", "public domain",
)  # fmt: skip


def outside(licences: Iterable[str], allowed: Iterable[str]) -> set[str]:
    """Those of `licences` that are not in the list, however either spells them."""
    names = {_name(text) for text in allowed}
    return {text for text in licences if _name(text) not in names}


def _name(text: str) -> str:
    """The Hub's name; a licence that the Hub does not know keeps its own."""
    plain = " ".join(text.lower().split())
    found = hub_id(text)
    return plain if found == "other" else found
