"""The measures, in the order of the report. `base` explains how to add one."""

from collections.abc import Collection

from vid2book.errors import UserError
from vid2book.names import did_you_mean

from .base import Measure
from .coherence import Coherence
from .contamination import Contamination
from .correlation import Correlation
from .coverage import Coverage
from .duplicates import DuplicateImages, DuplicateTexts
from .filler_share import FillerShare
from .idea_density import IdeaDensity
from .insi_sim import InSampleSimilarity
from .judged_density import JudgedDensity
from .lexical_cohesion import LexicalCohesion
from .off_topic_share import OffTopicShare
from .shape import Shape
from .surprise import Surprise
from .teaching_probability import TeachingProbability
from .term_density import TermDensity

MEASURES: tuple[type[Measure], ...] = (
    Correlation,
    Coverage,
    InSampleSimilarity,
    TeachingProbability,
    LexicalCohesion,
    TermDensity,
    IdeaDensity,
    FillerShare,
    OffTopicShare,
    Surprise,
    JudgedDensity,
    Coherence,
    DuplicateImages,
    DuplicateTexts,
    Contamination,
    Shape,
)


def chosen(only: Collection[str]) -> tuple[type[Measure], ...]:
    """The measures that give these figures; all if none is named.

    Raises:
        UserError: there is no such figure.
    """
    known = sorted(figure.name for measure in MEASURES for figure in measure.figures)
    if unknown := sorted(set(only).difference(known)):
        hint = did_you_mean(unknown[0], known) or f"there are {', '.join(known)}"
        raise UserError(f"there is no measure '{unknown[0]}'; {hint}")
    return tuple(
        measure
        for measure in MEASURES
        if not only or any(figure.name in only for figure in measure.figures)
    )
