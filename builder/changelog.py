"""The card as it is pushed: the name of the dataset, its versions, and only what is pushed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase
from typing import Any

from huggingface_hub import DatasetCard

from vid2book.folder.layout import ATTRIBUTION, ON_REQUEST
from vid2book.quantities import names_of, number_of

from .changes import Diff, Videos
from .hub.repo import order
from .owner import without_marks

HEADING = "## Versions"
_SECTION = re.compile(rf"^{HEADING}\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_ENTRY = re.compile(r"^### (\S+)(?: \(deleted\))?\n(.*?)(?=^### |\Z)", re.MULTILINE | re.DOTALL)
_MOST_NAMED = 50  # videos in a line; `vid2book diff` names them all


def entry(videos: Videos, previous: str | None, found: Diff) -> str:
    """What a version is, against the one before it."""
    kept = sum(row.get("status") == "kept" for row in videos.values())
    whole = f"{number_of(len(videos), 'video')}, {kept:,} of them kept."
    if previous is None:
        return f"The first version: {whole}"
    lines = [f"{whole} Against {previous}:", ""]
    changed = [f"`{change.video_id}` ({change.text()})" for change in found.changed]
    for word, names in (
        ("added", [f"`{video_id}`" for video_id in found.added]),
        ("removed", [f"`{video_id}`" for video_id in found.removed]),
        ("changed", changed),
    ):
        lines.append(f"- {word}: {len(names):,}{_names_text(names)}")
    return "\n".join(lines)


def entries(card: str) -> dict[str, str]:
    """Version to entry, as a published card has them."""
    section = _SECTION.search(without_marks(card))
    return {v: text.strip() for v, text in _ENTRY.findall(section[1])} if section else {}


def published(
    card: str,
    repo: str,
    log: dict[str, str],
    deleted: set[str],
    asked: Collection[str],
    local: Iterable[str],
) -> str:
    """The card of a corpus folder as it is pushed.

    Args:
        card: README.md of the folder.
        repo: "org/name".
        log: version to entry.
        deleted: versions that are no longer there.
        asked: tables that are pushed on request only, and are.
        local: paths in the repository of what is pushed.
    """
    made = DatasetCard(card)
    text = made.text.replace("ORG/NAME", repo)
    for table in set(ON_REQUEST) - set(asked):
        text = re.sub(rf"^\*\*`{table}`\*\*.*?\n\n", "", text, flags=re.MULTILINE | re.DOTALL)
        for part in ("configs", "dataset_info"):
            listed = getattr(made.data, part, None)
            if isinstance(listed, list):
                left = [item for item in listed if item.get("config_name") != table]
                setattr(made.data, part, left)
    for config in made.data.get("configs") or []:
        _name_folders(config, local)
    if made.data.get("license") == "other" and not made.data.get("license_link"):
        made.data["license_link"] = (
            f"https://huggingface.co/datasets/{repo}/blob/main/{ATTRIBUTION}"
        )
    header = made.data.to_yaml(line_break="\n")
    text = _SECTION.sub("", text).rstrip()
    return f"---\n{header}\n---\n{text}\n\n{_section(repo, log, deleted)}"


def _name_folders(config: dict[str, Any], local: Iterable[str]) -> None:
    """Name the files that stand one folder deeper too, since there are so many."""
    for files in config["data_files"]:
        deeper = files["path"].replace("/", "/*/", 1)
        if any(fnmatchcase(path, deeper) for path in local):
            files["path"] = [files["path"], deeper]


def _section(repo: str, log: dict[str, str], deleted: set[str]) -> str:
    newest = max(log, key=order)
    parts = [
        HEADING,
        f'Each version is a tag: `load_dataset("{repo}", revision="{newest}")`.',
    ]
    for version in sorted(log, key=order, reverse=True):
        mark = " (deleted)" if version in deleted else ""
        parts.append(f"### {version}{mark}\n\n{log[version]}")
    return "\n\n".join(parts) + "\n"


def _names_text(names: list[str]) -> str:
    return f": {names_of(names, _MOST_NAMED)}" if names else ""
