"""Brings the names of licences that manifests use into one form, and into that of the Hub."""

from __future__ import annotations

import re
from collections.abc import Iterable

# From https://huggingface.co/docs/hub/repositories-licenses, those that lectures use.
_HUB = re.compile(
    r"apache-2\.0|mit|unlicense|gfdl|odc-by|odbl|pddl|cc|cc0-1\.0|cc-by-2\.5"
    r"|cc-by-[234]\.0|cc-by-sa-[34]\.0|cc-by-nc(-sa)?-[234]\.0|cc-by-nd-4\.0|cc-by-nc-nd-[34]\.0"
)
_URL = re.compile(r"creativecommons\.org/(?:licenses|publicdomain)/([a-z-]+)(?:/(\d\.\d))?")
_TOKEN = re.compile(r"[a-z]+|\d+(?:\.\d+)*")
_ONE_WORD = re.compile(r"\b(non|no|share)[- ](commercial|derivatives|derivs|alike)\b")
_FILLERS = {"the", "a", "an", "license", "licence", "licensed", "under", "version", "v", "deed"}
# Words of the names of Creative Commons licences, in the order of their short names.
_ELEMENTS = {
    "by": {"by", "attribution"},
    "nc": {"nc", "noncommercial"},
    "nd": {"nd", "noderivatives", "noderivs"},
    "sa": {"sa", "sharealike"},
}
_PORTS = {"international", "unported", "generic", "universal"}
_VERSIONS = {"1.0", "2.0", "2.5", "3.0", "4.0"}
_OTHERS = {  # words of a name, fillers and a last version left out
    "mit": "mit",
    "apache": "apache",
    "apache software": "apache",
    "unlicense": "unlicense",
    "gfdl": "gfdl",
    "gnu free documentation": "gfdl",
    "odc by": "odc-by",
    "open data commons attribution": "odc-by",
    "odbl": "odbl",
    "odc odbl": "odbl",
    "open database": "odbl",
    "open data commons open database": "odbl",
    "pddl": "pddl",
    "odc pddl": "pddl",
    "open data commons public domain dedication and": "pddl",
    "public domain": "public-domain",
    "public domain mark": "pdm-1.0",
    "pdm": "pdm-1.0",
    "cc pdm": "pdm-1.0",
}
_YOUTUBE_4 = "20250801"  # from this day on, YouTube's Creative Commons licence is CC BY 4.0


def name(text: str, upload_date: str = "") -> str:
    """The short name of a licence: "CC BY-SA 4.0" and its URL give "cc-by-sa-4.0".

    Creative Commons licences without a version give "cc-by" and the like. Empty text gives
    "unknown", and an unrecognised licence its own words in lower case.

    Args:
        text: as a manifest has it.
        upload_date: when the video was uploaded to YouTube, whose licence does not state a version:
            YYYYMMDD, with or without hyphens.
    """
    plain = " ".join(text.lower().split())
    if not plain:
        return "unknown"
    if licences := {_of_url(*parts) for parts in _URL.findall(plain)}:
        return licences.pop() if len(licences) == 1 else plain
    words = [w for w in _TOKEN.findall(_ONE_WORD.sub(r"\1\2", plain)) if w not in _FILLERS]
    if words == ["creative", "commons", "attribution", "reuse", "allowed"]:  # YouTube's words
        return _of_youtube(upload_date)
    return _of_creative_commons(words) or _other(words) or plain


def hub_id(text: str, upload_date: str = "") -> str:
    """The Hub's name of a licence; "other" if it has none, "unknown" for empty text.

    Args are those of `name`.
    """
    short = name(text, upload_date)
    if short.startswith("cc-") and short[-1].isalpha():
        return "cc"  # the version is unknown
    return short if short == "unknown" or _HUB.fullmatch(short) else "other"


def link(text: str) -> str:
    """The address of the text of a licence: the one in `text`, or that of Creative Commons; empty
    if neither is known."""
    if url := re.search(r"https?://[^\s<>\"')\]]+", text):
        return url[0].rstrip(".,;")
    short = name(text)
    if short == "pdm-1.0":
        return "https://creativecommons.org/publicdomain/mark/1.0/"
    match = re.fullmatch(r"cc-([a-z-]+)-(\d\.\d)", short)
    return f"https://creativecommons.org/licenses/{match[1]}/{match[2]}/" if match else ""


def common(names: Iterable[str]) -> str:
    """The licence that all share, by its `name`; "other" if they differ."""
    distinct = set(names)
    return distinct.pop() if len(distinct) == 1 else "other"


# Licences that allow sharing, changed or not, with attribution. Those that forbid commercial use or
# changes are not included; pushing such videos must be allowed explicitly.
OPEN = (
    "cc0-1.0", "cc-by", "cc-by-1.0", "cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0",
    "cc-by-sa", "cc-by-sa-1.0", "cc-by-sa-2.0", "cc-by-sa-2.5", "cc-by-sa-3.0", "cc-by-sa-4.0",
    "apache-2.0", "mit", "unlicense", "gfdl", "odc-by", "odbl", "pddl", "pdm-1.0", "public-domain",
)  # fmt: skip


def outside(licences: Iterable[str], allowed: Iterable[str]) -> set[str]:
    """Those of `licences` that are not among `allowed`, however they are spelled."""
    names = {name(text) for text in allowed}
    return {text for text in licences if name(text) not in names}


def _of_url(kind: str, version: str) -> str:
    if kind in ("zero", "mark"):
        return "cc0-1.0" if kind == "zero" else "pdm-1.0"
    return f"cc-{kind}-{version}" if version else f"cc-{kind}"


def _of_youtube(upload_date: str) -> str:
    day = upload_date.replace("-", "")[:8]
    if not re.fullmatch(r"\d{8}", day):
        return "cc-by"
    return "cc-by-3.0" if day < _YOUTUBE_4 else "cc-by-4.0"


def _of_creative_commons(words: list[str]) -> str:
    """The name of a Creative Commons licence; empty if the words say anything else as well."""
    rest = set(words)
    versions = rest & _VERSIONS
    elements = [short for short, spelt in _ELEMENTS.items() if rest & spelt]
    if not (
        "cc" in rest
        or {"creative", "commons"} <= rest
        or (versions and "attribution" in rest)
        # Sites write just "by-sa" or "Attribution-ShareAlike"; "by" alone may be anything.
        or len(elements) > 1
    ):
        return ""
    if rest - versions - _PORTS <= {
        *("cc", "creative", "commons", "0", "zero"), *("public", "domain", "dedication"),
    } and rest & {"0", "zero", "dedication"}:  # fmt: skip
        return "cc0-1.0" if versions <= {"1.0"} else ""
    rest -= {"cc", "creative", "commons", *versions, *_PORTS}.union(*_ELEMENTS.values())
    if versions and words[-1] in rest and len(words[-1]) == 2:
        rest.discard(words[-1])  # the country to whose law it is adapted
    if rest or "by" not in elements or len(versions) > 1:
        return ""
    return "-".join(["cc", *elements, *versions])


def _other(words: list[str]) -> str:
    unique = list(dict.fromkeys(words))
    version = unique.pop() if unique and unique[-1][0].isdigit() else ""
    licence = _OTHERS.get(" ".join(unique), "")
    if licence == "apache":
        return "apache-2.0" if version in ("2", "2.0") else ""
    return licence
