"""Idea density: propositions per word, counted by parts of speech.

After CPIDR: Brown, Snodgrass, Kemper, Herman and Covington, "Automatic measurement of
propositional idea density from part-of-speech tagging", Behavior Research Methods 40(2), 2008.
Verbs, adjectives, adverbs, prepositions, conjunctions, numbers, possessives and determiners are
propositions; the rules below correct for words that this counts too often. They are CPIDR's main
rules, in our own words, with another tagger: compare figures with one another, not with CPIDR's.
"""

from __future__ import annotations

from collections.abc import Sequence

from .tagger import tag

_PROPOSITIONS = ("VB", "JJ", "RB", "IN", "CC", "CD", "DT", "PDT", "POS", "PRP$", "TO", "WDT", "WP",
                 "WRB")  # fmt: skip
_ARTICLES = frozenset(("a", "an", "the"))
_AUXILIARIES = frozenset(
    "be am is are was were been being have has had having do does did i'm you're he's she's it's "
    "we're they're that's there's i've you've we've they've isn't aren't wasn't weren't don't "
    "doesn't didn't hasn't haven't hadn't".split()
)
_BE = frozenset("be am is are was were been being it's that's he's she's we're they're".split())
_PAIRED = {"or": "either", "and": "both", "then": "if", "nor": "neither"}
_FILLERS = frozenset("um uh er erm ah oh hmm yeah okay ok well like".split())
_PAIR_WITHIN = 12  # words


def idea_density(words: Sequence[str]) -> float:
    """Propositions per word.

    Raises:
        ModuleNotFoundError: TextBlob is not installed.
    """
    spoken = [w for i, w in enumerate(words) if w not in _FILLERS and (not i or w != words[i - 1])]
    tags = tag(spoken)
    ideas = sum(_is_idea(i, spoken, tags) for i in range(len(spoken)))
    return ideas / max(1, len(words))


def _is_idea(i: int, words: Sequence[str], tags: Sequence[str]) -> bool:
    word, following = words[i], _next_tag(i, tags)
    if not tags[i].startswith(_PROPOSITIONS) or word in _ARTICLES:
        return False
    if word == "to" and following.startswith("VB"):
        return False  # "to go" is one
    if word in _AUXILIARIES and following.startswith("VB"):
        return False  # "has gone" is one
    if word in _BE and following.startswith(("JJ", "IN")):
        return False  # "is red" and "is in it" are one
    # "either ... or" is one
    return _PAIRED.get(word) not in words[max(0, i - _PAIR_WITHIN) : i]


def _next_tag(i: int, tags: Sequence[str]) -> str:
    """The tag of the next word that is not an adverb."""
    rest = (t for t in tags[i + 1 : i + 4] if not t.startswith("RB"))
    return next(rest, "")
