"""Languages: one normal form for what manifests, file names and models call them.

`language_tag` keeps script and region (`zh-Hant`); `language_code` is what languages are compared
by and what a corpus says (`zh`). Names in any language and all codes of ISO 639 are read by
langcodes. `identify` tells the language of a text, by py3langid (Lui and Baldwin, "langid.py: An
Off-the-shelf Language Identification Tool", 2012; its probabilities are calibrated).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

import langcodes
from langcodes.tag_parser import LanguageTagError

UNKNOWN = "und"  # ISO 639-2 for a language that was not determined; what a corpus says of it

# What is written where a language is not known.
_NO_LANGUAGE = frozenset("und mul zxx mis none null unknown auto n/a na nan - orig".split())
# Codes of countries that people write for a language, and that are no codes of languages.
_COUNTRIES = {"cn": "zh", "jp": "ja", "cz": "cs", "dk": "da", "ua": "uk"}
# Speech models and most files call these by the wider of two codes.
_WIDER = {"nb": "no", "fil": "tl"}


class Identified(NamedTuple):
    """The language of a text, and how sure that is (0 to 1)."""

    code: str  # as `language_code`; empty if nothing tells
    probability: float


@lru_cache(maxsize=4096)
def language_tag(told: str) -> str:
    """A language as a BCP 47 tag: `en` for `English`, `eng`, `en-orig`; `en-US` for `en_us`.

    Empty where `told` names no language.
    """
    text = told.strip().split(".")[0].replace("_", "-")  # en_US.UTF-8
    text = re.sub(r"-orig$", "", text, flags=re.IGNORECASE)
    if not text or len(text) > 60 or text.lower() in _NO_LANGUAGE:
        return ""
    text = _COUNTRIES.get(text.lower(), text)
    try:
        tag = langcodes.standardize_tag(text)
        if langcodes.tag_is_valid(tag):
            return "" if tag.split("-")[0] in _NO_LANGUAGE else tag
    except (LanguageTagError, ValueError):
        pass
    return _by_name(text) or _by_name(text.split("(")[0].strip())  # English (auto-generated)


@lru_cache(maxsize=4096)
def language_code(told: str) -> str:
    """The language alone, ISO 639-1 where it has such a code: `en` for `English` and `en-US`.

    Empty where `told` names no language.
    """
    tag = language_tag(told)
    if not tag:
        return ""
    code = langcodes.Language.get(tag).prefer_macrolanguage().language or ""
    return _WIDER.get(code, code)


def distance(wanted: str, offered: str) -> int:
    """How far two tags of `language_tag` are from each other; 0: the same."""
    return langcodes.tag_distance(wanted, offered)


def identify(text: str) -> Identified:
    """The language that a text is written in."""
    return Identified(*max(probabilities(text).items(), key=lambda item: item[1]))


def probabilities(text: str) -> dict[str, float]:
    """How likely a text is in each language, by `language_code`; they sum to 1."""
    found: dict[str, float] = {}
    for code, probability in _identifier().rank(text):
        name = language_code(code)
        found[name] = found.get(name, 0.0) + float(probability)
    return found


def _by_name(name: str) -> str:
    """`de` for `German`, `Deutsch` and `allemand`."""
    if not name or (name.isascii() and len(name) < 3):
        return ""
    try:
        return langcodes.find(name).to_tag()
    except LookupError:
        return ""


@cache
def _identifier():  # type: ignore[no-untyped-def]
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
