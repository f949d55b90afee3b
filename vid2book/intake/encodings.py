"""Finds the encoding of text by evidence and decodes it, or refuses.

Byte-order marks and UTF-8 are certain. Anything else is decoded in every legacy encoding of the
world's languages (`encodings.yaml`), and the reading wins that looks most like a language: by the
probability that it is in one of the languages that use the encoding, and by letters and signs that
they do not write. If two readings are equally good, or none is good, the text is refused, because
text in the wrong encoding still looks like text, and nobody would notice.

Measured on sentences of ten to a hundred letters in 18 languages (see `tests`): a general detector
reads four fifths of them correctly, and the rest wrongly without a warning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, NamedTuple

import yaml

from ..languages import language_code, probabilities
from ..quantities import number_of

# How these were chosen is not recorded; they were not tuned by a sweep.
_LIKELY = 0.3  # likelihood of a reading, 0 to 1; a text below it is not a language
_SURE = 0.6  # a reading below this must be far better than the next best
_CLEAR, _BY_FAR = 0.85, 0.5  # the next best reading must be below this share of the best
_RARE = 0.9  # weight of a language's second encoding relative to its first, and so on
_LEAST_UTF8 = 20  # characters of valid UTF-8 per invalid byte, in a damaged file
_FEW = 1000  # characters per unreadable one, in a damaged file in another encoding
_CHINESE = frozenset("的一是不了在有我他这這个個们們来來上大和就要会會可以你那到说說")
_LONG, _COMMON = 30, 0.03  # characters of a Chinese text, and least share of the above in it
_VOWELS = frozenset("aeiouyаеёиоуыэюяіїєұүөәѣαεηιουωάέήίόύώůúőűæœøåäöü")
_NULS = 0.2  # share of zero bytes above which a text without a mark is UTF-16
_SAMPLE = 4_000  # bytes of lines with non-ASCII text, which are enough to tell
_PUNCTUATION = frozenset(
    "“”„‘’‚‹›«»–—…¿¡°·•×÷±²³½¼¾µ§©®™€£¥№¨´、。「」『』（），．！？：；〈〉《》【】・ー％～♪♫\u00a0\ufeff"
)
# The longer ones first: a mark of UTF-32 begins with one of UTF-16.
_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
# Scripts that occur together in one word.
_TOGETHER = frozenset(
    ("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "FULLWIDTH", "MICRO")
)


class EncodingError(ValueError):
    """Text whose encoding cannot be determined; the message says what was tried."""


class Decoded(NamedTuple):
    """A text, and how it was decoded."""

    text: str
    encoding: str
    note: str  # for the user; empty if the encoding was certain


class _Reading(NamedTuple):
    text: str  # of the sample
    encoding: str
    likely: float  # likelihood that it is right, 0 to 1
    strange: float  # share of the non-ASCII characters that the language does not use
    language: str


class _Group(NamedTuple):
    languages: tuple[str, ...]
    encodings: tuple[str, ...]


def decode(data: bytes, language: str = "") -> Decoded:
    """The text of a file.

    Args:
        data: all of it.
        language: of the text, as `language_code`; empty: not known.

    Raises:
        EncodingError: it is not text, or it reads equally well in different encodings.
    """
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return _marked(data, encoding)
    if wide := _wide(data):
        return _marked(data, wide)
    if data.count(0) > 1:
        raise EncodingError("this is not text: it contains zero bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _damaged(data) or _by_evidence(data, language)
    if _is_2022(data):  # seven bits too
        return Decoded(data.decode("iso2022_jp"), "iso2022_jp", "")
    return Decoded(text, "utf-8", "")


def _marked(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, errors="replace")
    lost = text.count("\ufffd")
    if lost > 1 + len(text) // _LEAST_UTF8:
        raise EncodingError(f"it is marked as {encoding.upper()} and is something else")
    note = f"{_characters(lost)} ({encoding.upper()})" if lost else ""
    return Decoded(text, encoding, note)


def _wide(data: bytes) -> str:
    """The encoding of UTF-16 without a mark, whose digits and arrows of times have a zero byte
    each; empty if it is not UTF-16."""
    sample = data[:4096]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if even + odd < _NULS * len(sample) or not (b"\0\n" in data or b"\n\0" in data):
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


def _is_2022(data: bytes) -> bool:
    if not re.search(rb"\x1b\$[@B]", data):
        return False
    try:
        data.decode("iso2022_jp")
    except UnicodeDecodeError:
        return False
    return True


def _damaged(data: bytes) -> Decoded | None:
    """The text if it is UTF-8 with a few invalid bytes, as from tools that cut or join texts."""
    text = data.decode("utf-8", errors="replace")
    lost, kept = text.count("\ufffd"), sum(c > "\x7f" for c in text)
    if not lost or kept < (_LEAST_UTF8 + 1) * lost:
        return None
    return Decoded(text, "utf-8", f"{_characters(lost)} (UTF-8)")


def _by_evidence(data: bytes, language: str) -> Decoded:
    groups = [g._replace(languages=(language,)) for g in _groups() if language in g.languages]
    sample = _sample(data)
    candidates = (reading for group in groups or _groups() for reading in _readings(sample, group))
    readings = sorted(candidates, key=lambda reading: -reading.likely)
    known = f"text in '{language}'" if language else "any language"
    if not readings or readings[0].likely < _LIKELY:
        raise EncodingError(
            f"it is not UTF-8, and under no other encoding does it read as {known}: save it as "
            "UTF-8"
        )
    best = readings[0]
    rival = next((r for r in readings if r.text != best.text), None)
    if rival and rival.likely > best.likely * (_CLEAR if best.likely > _SURE else _BY_FAR):
        raise EncodingError(
            f"it is not UTF-8, and reads as {known} under {best.encoding} and {rival.encoding} "
            "alike, with other letters: save it as UTF-8"
        )
    # Encodings that give the same sample may differ in the rest.
    alike = [reading.encoding for reading in readings if reading.text == best.text]
    best = best._replace(
        encoding=min(alike, key=lambda e: _strange(data.decode(e, errors="replace"), best.language))
    )
    text = data.decode(best.encoding, errors="replace")
    if lost := text.count("\ufffd"):
        if lost > 1 + len(text) // _FEW:
            raise EncodingError("its lines are in several encodings: save it as UTF-8")
        return Decoded(text, best.encoding, f"{_characters(lost)} ({best.encoding})")
    return Decoded(text, best.encoding, f"the encoding was found out: {best.encoding}")


def _sample(data: bytes) -> bytes:
    """The first lines with non-ASCII bytes, a few thousand bytes at most."""
    kept, size = [], 0
    for line in re.split(rb"[\r\n]+", data):
        if not line.isascii():
            kept.append(line)
            size += len(line)
        if size > _SAMPLE:
            break
    return b"\n".join(kept)


def _readings(sample: bytes, group: _Group) -> Iterator[_Reading]:
    """The readings of a sample in the encodings of a group that have the fewest strange
    characters."""
    readings = []
    for n, encoding in enumerate(group.encodings):
        try:
            text = sample.decode(encoding)
        except UnicodeDecodeError:
            continue
        readings.append(_reading(text, encoding, _RARE**n, group.languages))
    fewest = min((reading.strange for reading in readings), default=0.0)
    yield from (reading for reading in readings if reading.strange <= fewest)


def _reading(text: str, encoding: str, weight: float, languages: Sequence[str]) -> _Reading:
    likelihoods = probabilities(text)
    share = sum(likelihoods.get(code, 0.0) for code in languages)
    language = max(languages, key=lambda code: likelihoods.get(code, 0.0))
    strange = _strange(text, language)
    words = [w for w in re.split(r"[\s\d.,;:?!\"'()\[\]<>{}/-]+", text) if not w.isascii()]
    odd = sum(_is_odd(word) for word in words) / max(1, len(words))
    likely = weight * share * (1 - strange) ** 2 * (1 - odd) ** 4
    return _Reading(text, encoding, likely * _fluent(text, language), strange, language)


def _strange(text: str, language: str) -> float:
    beyond = [char for char in text if char > "\x7f"]
    letters = _letters(language)
    return sum(1 - _is_usual(char, letters) for char in beyond) / max(1, len(beyond))


def _fluent(text: str, language: str) -> float:
    """The factor for the likelihood of a reading: 0.5 for Chinese without its commonest words,
    which is probably another language's bytes read as Chinese."""
    chars = [char for char in text if char > "\x7f"]
    if language not in ("zh", "yue") or len(chars) < _LONG:
        return 1.0
    return 1.0 if sum(char in _CHINESE for char in chars) > _COMMON * len(chars) else 0.5


def _is_usual(char: str, letters: frozenset[str]) -> float:
    if char in _PUNCTUATION:
        return 1.0
    kind = unicodedata.category(char)
    if kind[0] not in "LM":
        return 0.0
    if letters:
        return float(char.lower() in letters)
    return _frequency(char)


@cache
def _frequency(char: str) -> float:
    """How usual a character is, 0.2 or 1: the national standards list rare ones separately."""
    name = unicodedata.name(char, "")
    if name.startswith("CJK UNIFIED"):
        # The first levels of the national standards have the characters of everyday texts.
        levels = (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6), ("cp932", 0x88, 0x98))
        return 1.0 if any(low <= _lead(char, e) <= high for e, low, high in levels) else 0.2
    if name.startswith("HANGUL"):
        return 1.0 if _lead(char, "euc_kr") else 0.2
    return 0.2 if name.startswith("HALFWIDTH") else 1.0


def _lead(char: str, encoding: str) -> int:
    """The first of the two bytes of a character; 0 if it does not have two."""
    try:
        encoded = char.encode(encoding)
    except UnicodeEncodeError:
        return 0
    return encoded[0] if len(encoded) == 2 else 0


def _is_odd(word: str) -> bool:
    """Whether a word has capitals after small letters, two scripts, signs inside, a leading accent,
    or no vowel."""
    bare = word.strip("".join(_PUNCTUATION))
    if not bare:
        return False
    if any(a.islower() and b.isupper() for a, b in pairwise(bare)):
        return True
    if unicodedata.category(bare[0])[0] == "M":
        return True
    inner = [c for c in bare if not c.isascii()]
    if any(unicodedata.category(c)[0] not in "LMN" and c not in _PUNCTUATION for c in inner):
        return True
    scripts = {s for c in bare if (s := _script(c))}
    if len(scripts) > 1:
        return True
    spelled = bool(scripts & {"LATIN", "CYRILLIC", "GREEK"}) and len(bare) > 3 and bare.isalpha()
    return spelled and not _VOWELS.intersection(unicodedata.normalize("NFD", bare.lower()))


@cache
def _script(char: str) -> str:
    """The script of a letter; empty for those that are mixed within words."""
    if not char.isalpha():
        return ""
    script = unicodedata.name(char, "?").split()[0]
    return "" if script in _TOGETHER else script


@cache
def _groups() -> tuple[_Group, ...]:
    return tuple(
        _Group(tuple(map(language_code, group["languages"].split())),
               tuple(group["encodings"].split()))
        for group in _data()["groups"]
    )  # fmt: skip


@cache
def _letters(language: str) -> frozenset[str]:
    """The letters of a language besides a to z; empty if its script has too many to list."""
    return frozenset(_data()["letters"].get(language, ""))


@cache
def _data() -> Any:
    return yaml.safe_load((files(__package__) / "encodings.yaml").read_text("utf-8"))


def _characters(count: int) -> str:
    return number_of(count, "character is damaged", "characters are damaged")
