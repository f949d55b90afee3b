"""Refine: turns spoken sentences into written ones.

Sentences are joined across segments; fillers, repeats and false starts go; spacing, capitals and
the full stop are added. Nothing else changes: meaningful words, numbers, negations and formulas
stay as they were said. The rules for words are English; other languages get the rest.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from .. import config
from ..records import Decision, Sentence, Transcript, Word
from ..stage import Stage, StageInput
from ..words import words_with_apostrophes
from .english import AFTER_I, ASIDES, FILLERS, GRAMMAR, OPENERS, SAID_ONCE, SYMBOLS, UNITS
from .rehear import REHEAR
from .rewrite import by_rules, rewrite
from .sentences import (
    breaks_off,
    is_abbreviation,
    is_punctuated,
    sentences,
    starts_relative_clause,
    starts_small,
)

_INNER_MARK = re.compile(r"(?<![,;:—–-])[,;:—–-]+$")
_OPENING, _CLOSING = "\"'“‘¿¡([", ".,;:?!…\"'”’)]"
_PLAIN_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_END = re.compile(r"[.?!…。？！][\"'”’)\]]*$")


def refine(transcript: Transcript, settings: config.Refine) -> list[Sentence]:
    """The sentences of a transcript, in order of time, as one would write them.

    Args:
        transcript: segments with or without words.
        settings: section `refine` of the config; switched off, the sentences stay as spoken.
    """
    english = transcript.language == "en"
    refined = []
    small = _usually_small(transcript)
    starts = {segment.words[0].start for segment in transcript.segments if segment.words}
    spoken = list(sentences(transcript.segments, settings, transcript.language))
    punctuated = is_punctuated([word for words in spoken for word in words])
    for words in spoken:
        raw = "".join(word.text for word in words).strip()
        tokens = [word.text for word in words]
        if english and settings.enabled:
            tokens = _join(words, starts, small, punctuated)
            for rule in (
                _without_fillers,
                _without_asides,
                _without_false_starts,
                _without_repeats,
                _with_capital_i,
            ):
                tokens = rule(tokens)
            # The speaker said the word; only the speech model writes the sign.
            tokens = [re.sub(r"(?<=\d)\s?%", " percent", token) for token in tokens]
            tokens = _trailing_off(tokens, punctuated)
        text = _finish("".join(tokens)) if settings.enabled else raw
        if text:
            refined.append(Sentence(words[0].start, words[-1].end, text, raw))
    return refined


def _usually_small(transcript: Transcript) -> frozenset[str]:
    """Words that this transcript usually writes in lower case, wherever they stand."""
    count = Counter(words_with_apostrophes(" ".join(s.text for s in transcript.segments)))
    return frozenset(w for w in count if w.islower() and count[w] >= count[w.capitalize()])


def _join(
    words: Sequence[Word], starts: set[float], small: frozenset[str], punctuated: bool
) -> list[str]:
    """The sentence without the capitals and full stops that do not belong in it.

    Segment borders add both, and a full stop often cuts off a relative clause. A pause adds dots.
    """
    tokens = [word.text for word in words]
    for n, word in enumerate(words[1:], 1):
        before = tokens[n - 1]
        if before.endswith(".") and starts_relative_clause(words, n):
            tokens[n - 1] = before.rstrip(".") + ","
            tokens[n] = word.text.lower()
        if _END.search(before) and breaks_off(before, punctuated):
            tokens[n - 1] = before = before.rstrip(".…")
            if _key(word.text) in (small | GRAMMAR | OPENERS) - {"i"}:
                tokens[n] = word.text.lower()
        if word.start not in starts:
            continue
        if before.endswith("…") and starts_small(word.text):
            tokens[n - 1] = before.rstrip("…")
        elif before.endswith(".") and starts_small(word.text) and not is_abbreviation(before):
            tokens[n - 1] = before.rstrip(".")
        elif not _END.search(before) and _key(word.text) in small - {"i"}:
            tokens[n] = word.text.lower()
    return tokens


def _without_fillers(tokens: list[str]) -> list[str]:
    kept: list[str] = []
    for token in tokens:
        key = _key(token)
        after_number = bool(kept) and kept[-1].strip()[-1:].isdigit()
        capital = token.strip()[:1].isupper() and not token.endswith((",", "."))
        unit = (key in UNITS and after_number) or (key in SYMBOLS and capital)
        if key not in FILLERS or unit:
            kept.append(token)
        elif kept and not _END.search(kept[-1]):
            mark = _END.search(token)
            if mark or token.endswith(","):
                kept[-1] = _INNER_MARK.sub("", kept[-1]) + (mark.group() if mark else "")
    return kept


def _without_asides(tokens: list[str]) -> list[str]:
    """Drop `, you know,` and the like between commas; elsewhere they may carry meaning."""
    kept: list[str] = []
    n = 0
    while n < len(tokens):
        size = _aside(kept, tokens[n:])
        if size and kept:
            kept[-1] = _INNER_MARK.sub("", kept[-1])
        elif not size:
            kept.append(tokens[n])
        n += size or 1
    return kept


def _aside(before: list[str], ahead: list[str]) -> int:
    """The number of words in the aside that begins here; 0 if none does."""
    for aside in ASIDES:
        candidate = ahead[: len(aside)]
        opened = before[-1].endswith(",") if before else len(aside) > 1
        closed = candidate[-1].endswith(",") and not any(t.endswith(",") for t in candidate[:-1])
        if opened and closed and tuple(_key(token) for token in candidate) == aside:
            return len(aside)
    return 0


def _without_false_starts(tokens: list[str]) -> list[str]:
    """Drop the cut word of `dis- discriminant` and `the dis- the discriminant`."""
    kept = []
    for n, token in enumerate(tokens):
        cut = re.fullmatch(r"\s*([^\W\d_]{2,})[-—–]+,?", token)
        ahead = [_key(following) for following in tokens[n + 1 : n + 4]]
        if cut and any(key.startswith(cut[1].lower()) and key != cut[1].lower() for key in ahead):
            continue
        kept.append(token)
    return kept


def _without_repeats(tokens: list[str]) -> list[str]:
    """Drop the first part of `the the` and `in the, in the`, as it may have a comma after it."""
    kept: list[str] = []
    for token in tokens:
        kept.append(token)
        for size in (1, 2, 3, 4):
            if len(kept) >= 2 * size and _is_repeat(kept[-2 * size : -size], kept[-size:]):
                second = kept[-size:]
                first = kept[-2 * size]
                if first.strip()[:1].isupper() and starts_small(second[0]):
                    second[0] = _capital(second[0])
                del kept[-2 * size :]
                kept += second
                break
    return kept


def _is_repeat(first: list[str], second: list[str]) -> bool:
    keys = [_key(token) for token in first]
    if keys != [_key(token) for token in second] or any(_END.search(token) for token in first):
        return False
    if len(keys) == 1 and len(keys[0]) == 1:
        # "a A" is two letters of a formula, not an article said twice.
        return keys[0] in SAID_ONCE and first[0].strip(" ,") == second[0].strip(" ,")
    return keys[0] in SAID_ONCE and all(key in GRAMMAR for key in keys)


def _trailing_off(tokens: list[str], punctuated: bool) -> list[str]:
    """Dots after a sentence that the speaker did not finish: `and then we go to the...`."""
    if tokens and breaks_off(tokens[-1], punctuated):
        tokens = [*tokens[:-1], tokens[-1].rstrip().rstrip(".,;:…—–-") + "..."]
    return tokens


def _with_capital_i(tokens: list[str]) -> list[str]:
    """Capitalise `i think`, but not `the sum over i`."""
    fixed = []
    for n, token in enumerate(tokens):
        following = _key(tokens[n + 1]) if n + 1 < len(tokens) else ""
        if re.fullmatch(r"\s*i['’](?:m|ll|ve|d),?", token) or (
            token.strip() == "i" and following in AFTER_I
        ):
            token = token.replace("i", "I", 1)
        fixed.append(token)
    return fixed


def _finish(text: str) -> str:
    """Tidy the spaces, the first letter and the mark at the end."""
    text = " ".join(text.split())
    text = re.sub(r"\s+([.,;?!](?:\s|$))", r"\1", text)
    text = re.sub(r",(?:\s*,)+", ",", text).lstrip(" ,;")
    text = re.sub(r"(?<=\w)(?:[,;:—–]+|(?<=[^\W\d_]{2})-)$", "", text)  # but not in "i--"
    if not re.search(r"\w", text):
        return ""
    if not _END.search(text):
        text += "。" if "\u3040" <= text[-1] <= "\u9fff" else "."
    return _capital(text)


def _capital(text: str) -> str:
    """Capitalise the first word if it is plain: `x`, `pH`, `i--`, `self.x` and `#include` stay.

    Case carries meaning in names of quantities and in code.
    """
    first, *others = text.split(maxsplit=1) or [""]
    word = first.lstrip(_OPENING).rstrip(_CLOSING)
    is_word = _PLAIN_WORD.fullmatch(word) is not None or is_abbreviation(f"{word}.")
    is_letter = len(word.split("-")[0]) == 1 and (
        word not in ("a", "i") or not (others and others[0][0].isalpha())
    )
    if not is_word or not word.islower() or is_letter:
        return text
    at = text.index(word)
    return text[:at] + text[at].upper() + text[at + 1 :]


def _key(token: str) -> str:
    """A word in lower case, without the marks around it."""
    return token.strip().strip('.,;:?!…"“”‘’()[]—–-').lower()


def _compute(given: StageInput) -> tuple[list[Sentence], list[Decision]]:
    settings, transcript = given.config.refine, given.get(REHEAR)
    refined = refine(transcript, settings)
    if settings.enabled and settings.llm and transcript.language == "en":
        chat = given.models.chat(settings.llm)
        return rewrite(given.video.video_id, refined, chat, settings.min_kept_words)
    return refined, by_rules(given.video.video_id, refined)


REFINE = Stage(
    name="refine",
    result=list[Sentence],
    compute=_compute,
    needs=(REHEAR,),
    settings=("refine",),
)
