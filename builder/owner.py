"""The card on the Hub belongs to the owner of the dataset: a push only writes its own part.

Our part is between two comments, which the Hub does not show. Text before and after them, and
header fields that are not ours, stay as they are.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

_BEGIN = "<!-- vid2book: each push writes anew what stands from here on -->"
_END = "<!-- vid2book: up to here; your own words are safe above and below -->"
_MARKED = re.compile(
    rf"(?P<above>.*?)^{re.escape(_BEGIN)}$.*^{re.escape(_END)}$(?P<below>.*)",
    re.MULTILINE | re.DOTALL,
)
_CARD = re.compile(
    r"\A---\s*\n(?P<header>.*?)\n?^---\s*$\n?(?P<body>.*)\Z", re.MULTILINE | re.DOTALL
)

# Fields that follow from the corpus. `tags` are merged; any other field belongs to the owner once
# it is there.
_OURS = (
    "configs", "dataset_info", "language", "license", "license_name", "license_link",
    "size_categories",
)  # fmt: skip


def with_owner(card: str, published: str) -> str:
    """Our card, with what the owner wrote on the published one.

    Args:
        card: our card.
        published: the card in the repository; empty if there is none.
    """
    header, body = _parts(card)
    old_header, old_body = _parts(published)
    above, below = _owners(old_header, old_body)
    parts = [above.strip(), f"{_BEGIN}\n\n{body.strip()}\n\n{_END}", below.strip()]
    text = "\n\n".join(part for part in parts if part)
    dumped = yaml.safe_dump(_header(header, old_header), sort_keys=False, allow_unicode=True)
    return f"---\n{dumped}---\n\n{text}\n"


def without_marks(card: str) -> str:
    """A published card without the comments around our part."""
    return card.replace(_BEGIN, "").replace(_END, "")


def _parts(card: str) -> tuple[dict[str, Any], str]:
    """The header, and the text."""
    match = _CARD.match(card.replace("\r\n", "\n").removeprefix("\ufeff"))
    if not match:
        return {}, card
    try:
        header = yaml.safe_load(match["header"])
    except yaml.YAMLError:
        header = None
    return (header if isinstance(header, dict) else {}), match["body"]


def _owners(header: dict[str, Any], body: str) -> tuple[str, str]:
    """The text above and below our part; a card of ours without the comments is an older one."""
    if match := _MARKED.fullmatch(body):
        return match["above"], match["below"]
    tags = header.get("tags")
    ours = isinstance(tags, list) and "vid2book" in tags and "\n## Versions\n" in body
    return ("", "") if ours else (body, "")


def _header(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    merged = dict(ours)
    for name, value in theirs.items():
        if name == "tags" and isinstance(value, list):
            merged[name] = list(dict.fromkeys([*ours.get(name, []), *value]))
        elif name not in _OURS:
            merged[name] = value
    return merged
