"""The card as it is pushed: with the dataset's name and versions, and only what is pushed."""

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


def entry(videos: Videos, previous: str | None, changes: Diff) -> str:
    """The text about a version, compared with the one before it."""
    kept = sum(row.get("status") == "kept" for row in videos.values())
    total = f"{number_of(len(videos), 'video')}, {kept:,} of them kept."
    if previous is None:
        return f"The first version: {total}"
    lines = [f"{total} Against {previous}:", ""]
    changed = [f"`{change.video_id}` ({change.text()})" for change in changes.changed]
    for word, names in (
        ("added", [f"`{video_id}`" for video_id in changes.added]),
        ("removed", [f"`{video_id}`" for video_id in changes.removed]),
        ("changed", changed),
    ):
        lines.append(f"- {word}: {len(names):,}{_names_text(names)}")
    return "\n".join(lines)


def entries(card: str) -> dict[str, str]:
    """The entries on a published card, by version."""
    section = _SECTION.search(without_marks(card))
    return {v: text.strip() for v, text in _ENTRY.findall(section[1])} if section else {}


def published_card(
    card: str,
    repo: str,
    version: str,
    log: dict[str, str],
    deleted: set[str],
    on_request: Collection[str],
    local: Iterable[str],
) -> str:
    """The card of a corpus folder as it is pushed.

    Args:
        card: README.md of the folder.
        repo: "org/name".
        version: the one that is pushed, which a citation names.
        log: version to entry.
        deleted: versions that no longer exist.
        on_request: tables pushed now that are only pushed on request.
        local: paths of the pushed files in the repository.
    """
    readme = DatasetCard(card)
    text = readme.text.replace("ORG/NAME", repo)
    cited = f"  url = {{https://huggingface.co/datasets/{repo}}}\n"
    text = text.replace(cited, f"  note = {{Version {version}}},\n{cited}", 1)
    for table in set(ON_REQUEST) - set(on_request):
        text = re.sub(rf"^\*\*`{table}`\*\*.*?\n\n", "", text, flags=re.MULTILINE | re.DOTALL)
        for part in ("configs", "dataset_info"):
            items = getattr(readme.data, part, None)
            if isinstance(items, list):
                remaining = [item for item in items if item.get("config_name") != table]
                setattr(readme.data, part, remaining)
    for config in readme.data.get("configs") or []:
        _name_folders(config, local)
    if readme.data.get("license") == "other" and not readme.data.get("license_link"):
        readme.data["license_link"] = (
            f"https://huggingface.co/datasets/{repo}/blob/main/{ATTRIBUTION}"
        )
    header = readme.data.to_yaml(line_break="\n")
    text = _SECTION.sub("", text).rstrip()
    return f"---\n{header}\n---\n{text}\n\n{_section(repo, log, deleted)}"


def _name_folders(config: dict[str, Any], local: Iterable[str]) -> None:
    """Include files one folder deeper, which is where they are if there are very many."""
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
