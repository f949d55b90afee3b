r"""Finds the passages where a response gives its answer, the most reliable first.

For a statement of the answer (\boxed{}, "the answer is ..."), the passage is only what follows; for
other sentences, it is the whole sentence.
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
# Items of a list and rows of a table: steps on the way, or the options repeated.
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


def answer_statements(text: str) -> list[str]:
    r"""What a response states as its answer: the last \boxed{}, then statements, the last first.

    Args:
        text: the response as the model gave it.
    """
    passages = [readable(inside)] if (inside := boxed(text)) is not None else []
    passages += [readable(inside) for inside in _TAGGED.findall(text)[-1:]]
    text = readable(text)
    matches = [m for pattern in (_ANSWER, _IS_IT, _CHOSEN) for m in pattern.finditer(text)]
    for match in sorted(matches, key=lambda m: m.start(), reverse=True):
        if _UNDER_A_CONDITION.search(text[: match.start()]):
            continue
        statement = match.groupdict().get("said") or match.groupdict().get("other") or ""
        parts = sentences(statement.strip())
        if parts:
            passages.append(parts[0].strip(" \"'“”"))
    return passages


def likely_sentences(text: str) -> Iterator[str]:
    """Sentences that may contain an unannounced answer, the most reliable first.

    These are the last conclusion ("therefore ..."), the last sentence, and the first one.

    Args:
        text: the response, made readable.
    """
    kept = [line for line in text.splitlines() if not _ITEM.match(line) or _CONCLUDES.match(line)]
    candidates = [s for s in sentences(_QUESTION.sub("", "\n".join(kept))) if not _ASIDE.search(s)]
    conclusions = [part for part in candidates if _CONCLUDES.match(part)]
    order = [*conclusions[-1:], *candidates[-1:], *candidates[:1]]
    for sentence in dict.fromkeys(order):
        yield main_clause(_CONCLUDES.sub("", sentence).lstrip(" ,:"))


def main_clause(sentence: str) -> str:
    """The sentence without an initial subordinate clause or adverbial ("If ... decrease, ...")."""
    while (rest := _DIGRESSION.sub("", sentence, count=1)) != sentence:
        sentence = rest
    return sentence
