"""The measures, in the order of the report. `base` tells how to add one."""

from .base import Measure
from .coherence import Coherence
from .contamination import Contamination
from .correlation import Correlation
from .duplicates import DuplicateImages, DuplicateTexts
from .filler_share import FillerShare
from .idea_density import IdeaDensity
from .insi_sim import InSampleSimilarity
from .judged_density import JudgedDensity
from .knowledge_density import KnowledgeDensity
from .off_topic_share import OffTopicShare
from .shape import Shape
from .surprise import Surprise
from .term_density import TermDensity
from .text_coherence import TextCoherence

MEASURES: tuple[type[Measure], ...] = (
    Correlation,
    InSampleSimilarity,
    KnowledgeDensity,
    TextCoherence,
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
