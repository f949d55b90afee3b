"""VQA accuracy, for OK-VQA and TextVQA: each question has the answers of ten people.

After Antol et al., "VQA: Visual Question Answering" (2015), and the answer normalisation of the
EvalAI server as used for TextVQA (Singh et al., 2019).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

# Words that people type without their apostrophe. Forms that are words themselves ("its", "well",
# "were") are left unchanged, as on the server.
_WITH_APOSTROPHE = """
    ain't aren't can't could've couldn't couldn't've didn't doesn't don't hadn't hadn't've hasn't
    haven't he'd he'd've he's how'd how'll how's isn't it'd it'd've it'll ma'am might've mightn't
    mightn't've must've mustn't needn't not've o'clock oughtn't shan't she'd've should've shouldn't
    shouldn't've somebody'd've somebody'll somebody's someone'd someone'd've someone'll someone's
    something'd something'd've something'll that's there'd there'd've there're there's they'd
    they'd've they'll they're they've 'twas wasn't we'd've we've weren't what'll what're what's
    what've when's where'd where's where've who'd who'd've who'll who's who've why'll why're why's
    won't would've wouldn't wouldn't've y'all y'all'll y'all'd've you'd you'd've you'll you're
    you've
""".split()
_CONTRACTIONS = {
    word[:i] + word[i + 1 :]: word
    for word in _WITH_APOSTROPHE
    for i, sign in enumerate(word)
    if sign == "'"
}
# The server's own table, copied exactly: with other words, scores would not be comparable with
# published ones.
_NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
DIGITS = {word: str(i) for i, word in enumerate(_NUMBERS)} | {"none": "0"}
_ARTICLES = {"a", "an", "the"}
_PUNCTUATION = ';/[]"{}()=+\\_-><@`,?!'
_GROUPED = re.compile(r"\d,\d")
_PERIOD = re.compile(r"\.(?!\d)")


def extract(doc: Mapping[str, Any], response: str) -> str | None:
    """The first line that is not empty: a base model continues with a question of its own."""
    return next((line.strip() for line in response.splitlines() if line.strip()), None)


def grade(doc: Mapping[str, Any], answer: str) -> float:
    """Mean over the people of min(1, matches among the nine others / 3).

    Args:
        doc: has `answers`, one string per person.
    """
    return accuracy(normalise(answer), [normalise(person) for person in doc["answers"]])


def extract_as_released(doc: Mapping[str, Any], response: str) -> str | None:
    """The whole response: the script of the Multimodal Textbook cuts nothing off."""
    return response.strip() or None


def accuracy(answer: str, people: Sequence[str]) -> float:
    """VQA accuracy of an answer; all answers are normalised."""
    matches = people.count(answer)
    shares = [min(1.0, (matches - (person == answer)) / 3) for person in people]
    return sum(shares) / len(shares)


def first(doc: Mapping[str, Any]) -> str:
    """The first person's answer, which the Multimodal Textbook's scripts give in a shot."""
    return str(doc["answers"][0])


def most_common(doc: Mapping[str, Any]) -> str:
    """The most common answer, or the first of several, which is given in a shot."""
    return Counter(doc["answers"]).most_common(1)[0][0]


def normalise(answer: str) -> str:
    """Lower case, with digits for number words, no articles, and hardly any punctuation."""
    text = answer.lower().replace(",", "").replace("?", "").replace("'s", " 's")
    return without_articles(unpunctuated(" ".join(text.split())))


def without_articles(text: str) -> str:
    """Lower case, digits for number words, contractions with apostrophes, and no articles."""
    words = (DIGITS.get(word, word) for word in text.lower().split())
    return " ".join(_CONTRACTIONS.get(word, word) for word in words if word not in _ARTICLES)


def unpunctuated(text: str) -> str:
    """Remove signs at word boundaries, and replace those within words with a space.

    If digits are grouped by commas, all signs are removed.
    """
    grouped = bool(_GROUPED.search(text))
    out = text
    for sign in _PUNCTUATION:
        at_border = f"{sign} " in text or f" {sign}" in text
        out = out.replace(sign, "" if at_border or grouped else " ")
    return _PERIOD.sub("", out)
