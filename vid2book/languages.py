"""Languages: one normal form for what manifests, file names and models call them.

`language_tag` keeps script and region (`zh-Hant`); `language_code` is for comparing languages and
for the corpus (`zh`). langcodes reads names in any language and all codes of ISO 639. `identify`
identifies the language of a text with py3langid (Lui and Baldwin, "langid.py: An Off-the-shelf
Language Identification Tool", 2012; its probabilities are calibrated).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

import langcodes
from langcodes.tag_parser import LanguageTagError

UNKNOWN = "und"  # ISO 639-2 for an undetermined language; what a corpus has for it

# What people and programs write for an unknown language.
_NO_LANGUAGE = frozenset("und mul zxx mis none null unknown auto n/a na nan - orig".split())
# Codes of countries that people use for a language, and that are not codes of languages.
_COUNTRIES = {"cn": "zh", "jp": "ja", "cz": "cs", "dk": "da", "ua": "uk"}
# Speech models and most files call these by the wider of two codes.
_WIDER = {"nb": "no", "fil": "tl"}


class Identified(NamedTuple):
    """The language of a text, and how probable it is (0 to 1)."""

    code: str  # as `language_code`; empty if unknown
    probability: float


@lru_cache(maxsize=4096)
def language_tag(name: str) -> str:
    """A language as a BCP 47 tag: `en` for `English`, `eng`, `en-orig`; `en-US` for `en_us`.

    Empty if `name` is not a language.
    """
    text = name.strip().split(".")[0].replace("_", "-")  # en_US.UTF-8
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


def states_no_language(name: str) -> bool:
    """Whether a name says that the language is unknown, or is empty."""
    return not name.strip() or name.strip().lower() in _NO_LANGUAGE


@lru_cache(maxsize=4096)
def language_code(name: str) -> str:
    """The language alone, in ISO 639-1 if it has such a code: `en` for `English` and `en-US`.

    Empty if `name` is not a language.
    """
    tag = language_tag(name)
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
    """How likely a text is to be in each language, by `language_code`; the sum is 1."""
    sums: dict[str, float] = {}
    for code, probability in _identifier().rank(text):
        name = language_code(code)
        sums[name] = sums.get(name, 0.0) + float(probability)
    return sums


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
