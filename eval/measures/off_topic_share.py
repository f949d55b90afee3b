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

    It is the classifier that `vid2book build` uses, without the video's title and screen and the
    sentences around, so it is stricter than the judge: a course introduction of which every word
    teaches for the judge can be off topic in 45% of its words. Lectures that teach throughout get
    0.15 (143 lectures on mathematics, 518,000 words; median 0.09) to 0.19 (11 openly licensed
    recordings, 2,100 words; 0 to 0.41), and that much is the floor of this figure.
    """

    figure = Figure(
        "off_topic_share",
        "Speech that is off topic, judged by its wording",
        "lower",
        "share of words",
        "ridge regression on labelled sentences, vid2book.teaching.wording",
        "off-topic speech that the judge of the pipeline overlooks as well; what is on topic for "
        "another video; the title, screen and neighbouring sentences, from which the judge knows "
        "that an introduction teaches, so teaching_share may be 100% where this is 0.45: lectures "
        "that teach throughout get 0.15 to 0.2",
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
