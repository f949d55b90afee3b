"""The facts that a new wording of an English sentence must not change.

These are numbers, negations, formulas and names. Number words equal digits, and the words of spoken
formulas equal their signs. The check would rather refuse a good wording than pass a wrong one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from decimal import Decimal

from .. import config
from ..words import alphabetic_words
from .numbers import Token, with_numbers

_SHORTEST, _LONGEST = 0.4, 2.0  # new words per old word; set by eye, not swept

_NEGATIONS = frozenset(
    "not no never none nothing nobody nowhere neither nor without cannot hardly barely".split()
)
_NEGATION = "a negation"
_CONDITIONS = frozenset("unless except only".split())
_SIGNS = {
    "+": "plus", "−": "minus", "-": "minus", "–": "minus", "×": "times", "·": "times",
    "*": "times", "/": "over", "÷": "over", "=": "equals", "equal": "equals", "√": "root",
    "%": "percent", "°": "degrees", "degree": "degrees", "π": "pi", "∞": "infinity",
    "<": "less", ">": "greater", "≤": "less", "≥": "greater", "α": "alpha", "β": "beta",
    "γ": "gamma", "δ": "delta", "θ": "theta", "λ": "lambda", "μ": "mu", "σ": "sigma",
    "ω": "omega", "φ": "phi",
}  # fmt: skip
_SPOKEN = {
    r"\bper cent\b": "percent",
    r"\bequals? to\b": "equals",
    r"\b(less|greater) than\b": r"\1",
    r"\bdivided by\b": "over",
    r"\bmultiplied by\b": "times",
    r"\bsquare root( of)?\b": "root",
}
# These occur only in formulas.
_SURE = frozenset(
    "squared cubed percent pi infinity alpha beta gamma delta theta lambda mu sigma omega phi "
    "sine cosine tangent logarithm root".split()
)
# These belong to formulas only beside a variable or a number: "two times x", not "many times".
_BESIDE = frozenset("plus minus times over equals less greater".split())
_FRACTIONS = frozenset("half halves third thirds quarter quarters fourths fifths".split())

_TOKEN = re.compile(
    r"\d+(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|[^\W_]+(?:['’][^\W\d_]+)*|[-+−–×·*/÷=√%°π<>≤≥∞^]"
)
_SENTENCE_END = re.compile(r"[.?!…][\"'”’)\]]*\s*$")
_LITTLE = frozenset(
    "a about actually all also an and any are as at be been but by can could did do does each for "
    "from get gets going gonna had has have he her here his how i if in into is it its just kind "
    "let like look me more most my now of okay on or our out really right say see she so some sort "
    "than that the their them then there these they thing things this those to up us very was we "
    "well were what when where which while who why will with would you your".split()
)


def changes(
    before: str,
    after: str,
    names: frozenset[str] = frozenset(),
    min_kept: float = config.Refine().min_kept_words,
) -> list[str]:
    """What a wording loses or adds, for a person to read; empty if it says the same.

    Args:
        before: the sentence whose facts must survive.
        after: the new wording.
        names: in lower case, see `find_names`.
        min_kept: share of the meaningful words that must survive.
    """
    old_facts, new_facts = _Facts(before, names), _Facts(after, names)
    lost, added = old_facts.strict - new_facts.all, new_facts.strict - old_facts.all
    faults = [f"loses {fact}" for fact in lost.elements()]
    faults += [f"adds {fact}" for fact in added.elements()]
    sure = old_facts.strict.keys() | new_facts.strict.keys()
    if not lost and not added and old_facts.in_order(sure) != new_facts.in_order(sure):
        faults.append("has the numbers and symbols in another order")
    new_names = find_names([after]) - {word[0].lower() for word in alphabetic_words(before)} - names
    faults += [f"adds the name {name}" for name in sorted(new_names)]
    length = new_facts.length / max(1, old_facts.length)
    if not _SHORTEST <= length <= _LONGEST:
        faults.append(f"has {length:.1f} times as many words")
    if (share := _kept_share(old_facts, new_facts)) < min_kept:
        faults.append(f"keeps {100 * share:.0f}% of the words that carry meaning")
    return faults


def kept_words(before: str, after: str) -> float:
    """Share of the meaningful words that are still there, in any inflection."""
    return _kept_share(_Facts(before), _Facts(after))


def _kept_share(old: _Facts, new: _Facts) -> float:
    return len(old.content & new.content) / len(old.content) if old.content else 1.0


def find_names(texts: Iterable[str]) -> frozenset[str]:
    """Names in lower case: words with a capital inside a sentence that never occur without one.

    A name that only ever begins sentences cannot be distinguished from other words there.
    """
    capital, small = set(), set()
    for text in texts:
        begins = True
        for match in alphabetic_words(text):
            word = re.sub(r"['’]s$", "", match[0])
            begins = begins or bool(_SENTENCE_END.search(text[: match.start()]))
            if word[1:].isupper() and len(word) > 1:
                capital.add(word.lower())  # DNA, wherever it stands
            elif word[0].isupper() and not begins and len(word) > 1 and word[1] not in "'’":
                capital.add(word.lower())
            elif word.islower():
                small.add(word)
            begins = False
    return frozenset(capital - small)


class _Facts:
    """The facts of a text: `all` of them, and the `strict` ones, which the other wording needs too.

    `quantities` are numbers, symbols and operators in order; `content` has the first letters of
    meaningful words; `length` counts all words.
    """

    def __init__(self, text: str, names: frozenset[str] = frozenset()) -> None:
        self.strict: Counter[str] = Counter()
        self.all: Counter[str] = Counter()
        tokens = list(with_numbers(list(_tokens(text))))
        self.length = len(tokens)
        self.quantities: list[str] = []
        self.content = {_stem(token.text) for token in tokens if token.text not in _LITTLE}
        for n, token in enumerate(tokens):
            for fact, strict in _facts(tokens, n, token):
                self.all[fact] += 1
                self.strict[fact] += strict
                self.content.discard(_stem(token.text))
                if fact not in (_NEGATION, "the number 1"):
                    self.quantities.append(fact)
        # A name may be said less often: "Newton saw that he, Newton, ...".
        words = {re.sub(r"['’]s$", "", word[0].lower()) for word in alphabetic_words(text)}
        for name in names & words:
            self.all[f"the name {name}"] = self.strict[f"the name {name}"] = 1
        self.strict = +self.strict

    def in_order(self, sure: Set[str]) -> list[str]:
        return [fact for fact in self.quantities if fact in sure]


def _facts(tokens: Sequence[Token], n: int, token: Token) -> Iterator[tuple[str, bool]]:
    word = token.text
    if token.value is not None:
        # "One" is a pronoun as often as a number.
        yield f"the number {_plain(token.value)}", word != "one"
    elif word in _NEGATIONS or word.endswith("n't"):
        yield _NEGATION, True
    elif word in _CONDITIONS or word in _FRACTIONS:
        yield f"'{word}'", word != "only"
    elif word in _SURE:
        yield f"'{word}'", True
    elif word in _BESIDE:
        yield f"'{word}'", _beside_quantity(tokens, n)
    elif (sure := _is_variable(tokens, n)) is not None:
        yield f"the symbol {word}", sure


def _beside_quantity(tokens: Sequence[Token], n: int) -> bool:
    near = (tokens[i] for i in (n - 1, n + 1) if 0 <= i < len(tokens))
    return any(t.value is not None or (len(t.text) == 1 and t.text not in "ai") for t in near)


def _is_variable(tokens: Sequence[Token], n: int) -> bool | None:
    """Whether a word is surely a variable; None if it is not. Neighbours decide on "a" and "i"."""
    word = tokens[n].text
    if re.search(r"\d", word):
        return True  # x1, CO2
    if len(word) > 1 or not word.isalpha():
        return None
    if word not in "ai":
        return True
    before = tokens[n - 1].text if n else ""
    after = tokens[n + 1].text if n + 1 < len(tokens) else ""
    if after in ("equals", "squared", "cubed"):
        return True
    return (not after or after in _BESIDE) if before in _BESIDE else None


def _tokens(text: str) -> Iterator[str]:
    """Words in lower case, signs by their names; a hyphen separates words."""
    text = re.sub(r"\^\s?2(?!\d)|²", " squared ", text.replace("’", "'"))
    text = re.sub(r"\^\s?3(?!\d)|³", " cubed ", text)
    text = re.sub(r"(?<![^\W_])(\d+)([a-zA-Z])(?![^\W_])", r"\1 \2", text)  # 2x, 3D
    text = re.sub(r"(?<=[^\W\d_])-(?=[^\W\d_])", " ", text)
    for pattern, sign in _SPOKEN.items():
        text = re.sub(pattern, sign, text, flags=re.IGNORECASE)
    for match in _TOKEN.finditer(text):
        word = match[0].lower()
        if word.endswith("n't") or word.endswith("'s") or "'" not in word:
            word = word.removesuffix("'s")
        else:
            word = word.split("'")[0]
        yield _SIGNS.get(word, word)


def _stem(word: str) -> str:
    return word.lower()[:5]


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
