r"""Where a response says its answer: the passages to look in, the surest first.

A passage that states the answer (\boxed{}, "the answer is ...") holds what follows the statement
only; a sentence is held whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .reading import boxed, readable, sentences

_NAMES = r"(?:answers?|option|choice|letter|result|solution(?= is)|final (?:value|number))"
_ANSWER = re.compile(
    rf"\b(?:correct |final |right |best |closest )?(?:option |answer )?{_NAMES}"
    r"(?:\s+(?:to|for|of)\s(?!\()[^.:\n]{0,120}?|\s+(?:here|would|should|must|will))?"
    r"[\"']?\s*(?:\b(?:is|are|be)\b\s*:?|:|=)\s*\n?\s*(?=(?P<said>[^\n]+))"
    r"|(?:答案|选项|选|پاسخ)\s*(?:是|为|应为|选)?\s*[:：]?\s*(?=(?P<other>[^\n]+))",
    re.IGNORECASE,
)
_TAGGED = re.compile(r"<answer>\s*(.+?)\s*</answer>", re.IGNORECASE | re.DOTALL)
_CHOSEN = re.compile(
    r"\b[Ii] (?:would |will )?(?:choose|pick|select|go with|opt for) (?=(?P<said>[^\n]+))"
)
_IS_IT = re.compile(
    rf"(?:^|[\s(\"])(?P<said>\(?[A-Z]\)?) is (?:the )?(?:correct |right |best |final )?{_NAMES}\b"
)
_CONCLUDES = re.compile(
    r"^\s*(?:and |okay,? )?(?:therefore|thus|hence|so|consequently|in conclusion|in total"
    r"|as a result|overall|finally|this means)\b|^\s*(?:因此|所以|故)",
    re.IGNORECASE,
)
_UNDER_A_CONDITION = re.compile(r"(?:^|[.\n])[^.\n]*\b(?:if|other|wrong|incorrect)\b[^.\n]*$", re.I)
_QUESTION = re.compile(r"[^.!?\n]*\?")
# Items of a list and rows of a table: what is gone through on the way, or the options once more.
_ITEM = re.compile(r"\s*(?:\d+[.)]|[-*•|]|\(?[A-Z]\s?[).:])\s.*|.*\|.*\|", re.DOTALL)
_ASIDE = re.compile(
    r"i hope|let me know|do you have|is there anything|feel free|any (?:other|more) questions"
    r"|hope this|please provide|would you like|\bother (?:options|choices)",
    re.IGNORECASE,
)
_DIGRESSION = re.compile(
    r"^(?:if|when|since|because|as|after|before|based on|according to|given|from|in|to|for|with"
    r"|of|among)\b[^,]*,\s+(?=\S+\s+\S)",
    re.IGNORECASE,
)


def stated(text: str) -> list[str]:
    r"""What a response states as its answer: the last \boxed{}, then statements, the last first.

    Args:
        text: as it was said.
    """
    found = [readable(inside)] if (inside := boxed(text)) is not None else []
    found += [readable(inside) for inside in _TAGGED.findall(text)[-1:]]
    text = readable(text)
    matches = [m for way in (_ANSWER, _IS_IT, _CHOSEN) for m in way.finditer(text)]
    for match in sorted(matches, key=lambda m: m.start(), reverse=True):
        if _UNDER_A_CONDITION.search(text[: match.start()]):
            continue
        said = match.groupdict().get("said") or match.groupdict().get("other") or ""
        parts = sentences(said.strip())
        if parts:
            found.append(parts[0].strip(" \"'“”"))
    return found


def settled(text: str) -> Iterator[str]:
    """Sentences in which an answer may stand unannounced, the surest first.

    The last conclusion ("therefore ..."), else the last sentence, then the first.

    Args:
        text: readable.
    """
    kept = [line for line in text.splitlines() if not _ITEM.match(line) or _CONCLUDES.match(line)]
    said = [s for s in sentences(_QUESTION.sub("", "\n".join(kept))) if not _ASIDE.search(s)]
    concluded = [part for part in said if _CONCLUDES.match(part)]
    order = [*concluded[-1:], *said[-1:], *said[:1]]
    for sentence in dict.fromkeys(order):
        yield main_clause(_CONCLUDES.sub("", sentence).lstrip(" ,:"))


def main_clause(sentence: str) -> str:
    """Without a subordinate clause or adverbial at its beginning ("If ... decrease, ...")."""
    while (rest := _DIGRESSION.sub("", sentence, count=1)) != sentence:
        sentence = rest
    return sentence
