"""Text in captions that nobody says: notes of sounds, and labels that name the speaker.

A note is removed only if all its words are listed in `unspoken.yaml`: `[soft music playing]` is a
note; `[2, 5]`, `[Enter]` and `[music theory]` are speech. A label before a colon is removed if the
whole file shows it to be a speaker's; `DNA: the molecule` stays. Names of speakers are private:
reports say how many were removed, but never which.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import yaml

from .markup import Line

_NOTE = re.compile(
    r"\[[^\[\]]{1,80}\]|［[^［］]{1,80}］|【[^【】]{1,80}】|\([^()]{1,80}\)|（[^（）]{1,80}）"
    r"|\*[^*]{1,80}\*"
)
_SUNG = re.compile(r"\s*[♪♫#]?[♪♫][^♪♫]*[♪♫]\s*")
_ENDS = re.compile(r"[.?!…:;。？！][\"'”’)\]]*\s*$")
# A new speaker: `>>`, or a dash before a capital (elsewhere a dash may be a minus).
_MARK = re.compile(r"\s*(?:>>>?(?=\s*[^\W_]|\s*[\"“'(\[])|[-–—]\s*(?=[A-ZÀ-ÞА-Я\"“¿¡]))\s*")
_LABEL = re.compile(
    r"\s*[\[(]?(?P<label>[^\W_][^\n:：\[\]()]{0,59}(?:\([^()\n]{1,30}\))?)[\])]?"
    r"\s?[:：](?=\s|$|(?<=：))"
)
_LABEL_ALONE = re.compile(r"\s*[\[(](?P<label>[^\W_][^\n\[\]()]{0,59})[\])]\s*$")
_NUMBERED = re.compile(r"(?:[\s_#-]*\d{1,3}|[\s_#-][A-Z])$")
_PARTICLES = frozenset("van von de der den del della di da dos du le la bin ibn al el y e".split())
_DASHES = ("-", "–", "—")
# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_LABELLED = 0.6  # share of cues with a label, from which on the file labels its speakers
_OFTEN = 0.2  # share of the cues that a single word must label to be a name
_SELDOM = 0.02  # the same for two words or more
_NEAR = 40  # characters before a note that show whether it follows the end of a sentence
_ACRONYM = 5  # capitals; a longer word in capitals may be a name


class Speakers:
    """The labels of a file that name speakers.

    Args:
        cues: the lines of each cue, without markup.
    """

    def __init__(self, cues: Sequence[Sequence[Line]]) -> None:
        first = [label for lines in cues if lines and (label := _label(lines[0].text))]
        lines = [line.text for cue in cues for line in cue]
        self._count = Counter(label for text in lines if (label := _label(text)))
        self._marked = {_label(text) for text in lines if text.lstrip().startswith(">>")}
        self._dashed = {_label(text) for text in lines if text.lstrip().startswith(_DASHES)}
        self._opens = first[0] if cues and cues[0] and first and _label(cues[0][0].text) else ""
        self._said = Counter(word for text in lines for word in text.split())
        self._cues = sum(bool(cue) for cue in cues)
        repeated = sum(self._count[label] > 1 for label in first)
        self._labelled = self._cues > 2 and repeated >= _LABELLED * self._cues
        self.labels = frozenset(label for label in self._count if self._is_speaker(label))

    def blank(self, line: Line) -> bool:
        """Blank out the speaker's label and marks; True if the speaker was named."""
        text = line.text
        if mark := _MARK.match(text):
            line.blank(mark.span())
        match = _LABEL.match(line.text) or _LABEL_ALONE.match(line.text)
        if match and match["label"].strip() in self.labels:
            line.blank(match.span())
            return True
        return line.voice

    def _is_speaker(self, label: str) -> bool:
        words, count = label.split(), self._count[label]
        share = count / max(1, self._cues)
        marked = label in self._marked and (len(words) > 1 or label.isupper())
        if _is_role(label):
            return self._labelled or count > 1 or label.isupper() or not label.isalpha()
        terms = sum(_bare(word) in _words("terms") or word.isdigit() for word in words)
        if terms or not _is_name(words):
            # A label before most captions names a speaker, whatever it looks like.
            return count > 2 and share >= _LABELLED and terms < len(words)
        if label.isupper() and len(label) <= _ACRONYM:
            return share >= _LABELLED
        if marked or self._labelled:
            return True
        if label.lower() == label.upper():
            return False  # script without capitals: any word may stand before a colon
        if any(self._said[word.lower()] for word in words if word.lower() not in _PARTICLES):
            return False
        if label in self._dashed and count > 1:
            return True
        if label == self._opens and label.isupper() and len(words) > 1:
            return True  # the lecturer, named only where the lecture begins
        return count > 2 and share >= _OFTEN if len(words) == 1 else count > 1 and share >= _SELDOM


def blank_notes(lines: Sequence[Line]) -> list[str]:
    """Blank out the notes of sounds and the songs in a cue, and return them."""
    blanked = []
    for line in lines:
        if _SUNG.fullmatch(line.text) or not line.text.strip(" ♪♫"):
            if any(char in line.text for char in "♪♫"):
                blanked.append(line.text.strip())
                line.blank((0, len(line.text)))
            continue
        notes = [match for match in _NOTE.finditer(line.text) if _is_note(line.text, match)]
        blanked += [match[0] for match in notes]
        line.blank(*(match.span() for match in notes))
        if notes and not any(char.isalnum() for char in line.text):
            line.blank((0, len(line.text)))  # a full stop after nothing but a note
    return blanked


def _is_note(text: str, match: re.Match[str]) -> bool:
    before, after = (
        text[max(0, match.start() - _NEAR) : match.start()],
        text[match.end() : match.end() + 1],
    )
    within = before[-1:].isalnum() or before[-1:] in ("_", ")", "]") or after.isalnum()
    if within and match[0][0] in "[(*":
        return False  # an index or a call: a[music], f(noise)
    words = [bare for word in re.split(r"[\s,/&+-]+", match[0][1:-1]) if (bare := _bare(word))]
    words = [word for word in words if not re.fullmatch(r"\d[\d:.]*", word)]  # [inaudible 00:12]
    sounds = _words("sounds")
    if not match[0][1:-1].strip(" _"):
        return True  # a word that YouTube left out: [ __ ]
    if not sounds.intersection(words) or not (sounds | _words("beside")).issuperset(words):
        return False
    apart = not before.strip(" -–—>") or _ENDS.search(before)
    return match[0][0] not in "(（" or bool(apart) or not _words("also_said").intersection(words)


def _label(text: str) -> str:
    mark = _MARK.match(text)
    at = mark.end() if mark else 0
    match = _LABEL.match(text, at) or _LABEL_ALONE.match(text, at)
    if not match:
        return ""
    label = match["label"].strip()
    return label if re.search(r"[^\W\d_]", label) and "://" not in text[: match.end() + 2] else ""


def _is_role(label: str) -> bool:
    bare = _NUMBERED.sub("", label).strip().lower()
    return all(_bare(word) in _words("roles") for word in bare.split()) and bool(bare)


def _is_name(words: Sequence[str]) -> bool:
    """Names of one to five words: `Jane Roe`, `DR. NOETHER`, `Jean-Luc d'Arc`, `Ludwig van B.`"""
    if len(words) > 5 or words[0][0].islower():
        return False
    return all(
        word.lower() in _PARTICLES
        or (not word[0].islower() and re.fullmatch(r"[^\W\d_]+(?:[.'’-][^\W\d_]*)*[.,]?", word))
        or re.fullmatch(r"\([^()]*\)", word)
        for word in words
    )


def _bare(word: str) -> str:
    return word.strip(".,!?:;\"'“”‘’~…·-").lower()


@cache
def _words(name: str) -> frozenset[str]:
    text = (files(__package__) / "unspoken.yaml").read_text("utf-8")
    lists: dict[str, dict[str, str]] = yaml.safe_load(text)
    return frozenset(word for words in lists[name].values() for word in words.split())
