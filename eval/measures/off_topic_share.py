"""How much of the text sounds like sponsor messages, channel talk or small talk."""

from __future__ import annotations

from collections.abc import Sequence

from vid2book.teaching.wording import classifier, plain

from ..tools import Tools
from .base import Figure
from .text import TextMeasure

_SENTENCE = 17  # words; transcripts may have no punctuation to go by


class OffTopicShare(TextMeasure):
    """The share of sentence-length stretches that the wording classifier calls off topic.

    It is the classifier that `vid2book build` uses, without the video's title and screen. On a
    corpus of ours it therefore shows what the judge left in, by the judge's own standards.
    """

    figure = Figure(
        "off_topic_share",
        "Speech that is off topic, judged by its wording",
        "lower",
        "share of words",
        "ridge regression on labelled sentences, vid2book.teaching.wording",
        "off-topic speech that the judge of the pipeline overlooks as well; what is on topic for "
        "another video",
        counted="word",
    )
    scorer = "wording classifier on wordllama"

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._tools = tools

    def score(self, passages: Sequence[str]) -> list[float]:
        reader = classifier(self._tools.embed)
        shares = []
        for passage in passages:
            words = plain(passage).split()
            stretches = [words[i : i + _SENTENCE] for i in range(0, len(words), _SENTENCE)]
            off = reader.read([" ".join(s) for s in stretches])[1] > 0
            wrong = sum(len(s) for s, o in zip(stretches, off, strict=True) if o)
            shares.append(wrong / max(1, len(words)))
        return shares
