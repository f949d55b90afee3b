"""Passages of real speech and writing, from the public repositories of density_sources.yaml.

    python scripts/density_texts.py FOLDER

Repositories are cloned into FOLDER/repositories (bare, without history) unless they are there, and
FOLDER/passages.jsonl gets {"source", "kind", "part", "text"}: up to 30 passages of 300 words for
each source, not more than a few from one file.
"""

from __future__ import annotations

import fnmatch
import html
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

WORDS = 300  # of a passage
PASSAGES = 30  # of a source, at most
FILES = 60  # that are read of a source, at most
_UNSPOKEN = re.compile(
    r"""<[^>]*>|\[[^\]]{0,40}\]\([^)]*\)|\[[^\]]*\]|\([A-Za-z ]{0,30}\)|https?://\S+|\{\S[^}]*\}
    |^\s*(?:>>+)?\s*(?:SPEAKER[ ]\d+|[A-Z][\w.'-]*(?:[ ][A-Z][\w.'-]*){0,2}:)
    |\b\d+:\d\d\b|[\#*_~`>|=\]]+""",
    re.MULTILINE | re.VERBOSE,
)


def main(folder: Path) -> None:
    sources = yaml.safe_load((Path(__file__).with_name("density_sources.yaml")).read_text("utf-8"))
    with (folder / "passages.jsonl").open("w", encoding="utf-8") as out:
        for part in ("teaching", "other", "between"):
            for source in sources[part]:
                found = list(passages(source, folder / "repositories"))
                print(f"{part:9} {source['name']:32} {len(found):3}", flush=True)
                for text in found:
                    row = {"source": source["name"], "kind": source["kind"], "part": part}
                    out.write(json.dumps({**row, "text": text}, ensure_ascii=False) + "\n")


def passages(source: dict[str, Any], repositories: Path) -> Iterator[str]:
    """Spread over the files of the source, and over each file."""
    texts = [t for t in _texts(source, repositories) if len(t) >= 40]
    if sum(len(t) >= WORDS for t in texts) < min(4, len(texts)):
        texts = [[word for text in texts for word in text]]  # short pieces stand together
    texts = [t for t in texts if len(t) >= WORDS]
    each = -(-PASSAGES // max(1, len(texts)))
    found = []
    for words in texts:
        fits = min(each, len(words) // WORDS)
        for i in range(fits):
            start = (len(words) - WORDS) * (i + 1) // (fits + 1)
            start = max(start, i * WORDS)
            found.append(" ".join(words[start : start + WORDS]))
    yield from _spread(found, PASSAGES)


def _texts(source: dict[str, Any], repositories: Path) -> Iterator[list[str]]:
    names = [source["repository"]]
    if "/" not in names[0]:  # whatever has been cloned for the others
        names = sorted(p.name.replace("+", "/") for p in repositories.glob(names[0]))
    for name in names:
        repository = _cloned(name, repositories)
        listed = _git(repository, "ls-tree", "-r", "-z", "--name-only", "HEAD").decode().split("\0")
        wanted = [p for p in listed if any(fnmatch.fnmatch(p, f) for f in source["files"])]
        for path in _spread(wanted, FILES if "where" not in source else len(wanted)):
            content = _git(repository, "show", f"HEAD:{path}")
            text = (
                _sheet(content)
                if source.get("take") == "sheet"
                else content.decode("utf-8", "replace")
            )
            if re.search(source.get("where", ""), text):
                yield _spoken(text, source.get("drop"), source.get("take")).split()


def _spoken(text: str, drop: str | None, take: str | None) -> str:
    """What is said in a text, without times, tags and names of speakers."""
    text = text.replace("\r\n", "\n").lstrip("\ufeff")
    if drop:
        text = re.sub(drop, "\n", text, flags=re.MULTILINE)
    if take == "captions":
        text = re.sub(r"(?m)^(?:WEBVTT.*|\d+|[\d:., ]+-->.*)\s*$", "", text)
    elif take and take != "sheet":
        text = "\n".join(re.findall(take, text))
    text = re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), text)
    text = re.sub(r"\\n|\\\"|\\", " ", html.unescape(text))
    return _UNSPOKEN.sub(" ", text)


def _sheet(content: bytes) -> str:
    """The column `Sentence` of the first sheet of a workbook (.xlsx)."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        name = "xl/sharedStrings.xml"
        shared = book.read(name).decode() if name in book.namelist() else ""
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    strings = [_inner(item) for item in re.findall(r"(?s)<si>(.*?)</si>", shared)]
    column, found = "", []
    for place, kind, cell in re.findall(r'(?s)<c r="([A-Z]+\d+)"([^>]*[^/])>(.*?)</c>', sheet):
        inner = _inner(cell) if 't="s"' not in kind else strings[int(re.sub(r"\D", "", cell))]
        if "entence" in inner and place.endswith("1") and not column:
            column = place[:-1]
        elif place.rstrip("0123456789") == column:
            found.append(inner)
    return "\n".join(found)


def _inner(xml: str) -> str:
    return "".join(re.findall(r"(?s)<t[^>]*>(.*?)</t>", xml))


def _cloned(name: str, repositories: Path) -> Path:
    folder = repositories / name.replace("/", "+")
    if not folder.exists():
        url = f"https://github.com/{name}"
        subprocess.run(["git", "clone", "-q", "--bare", "--depth", "1", url, folder], check=True)
    return folder


def _git(repository: Path, *arguments: str) -> bytes:
    done = subprocess.run(["git", "--git-dir", repository, *arguments], capture_output=True)
    return done.stdout


def _spread(found: Sequence[Any], most: int) -> list[Any]:
    """`most` of them, evenly."""
    if len(found) <= most:
        return list(found)
    return [found[i * len(found) // most] for i in range(most)]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
