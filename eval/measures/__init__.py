"""The measures, in the order of the report. `base` tells how to add one."""

from .base import Measure
from .coherence import Coherence
from .contamination import Contamination
from .correlation import Correlation
from .duplicates import DuplicateImages, DuplicateTexts
from .insi_sim import InSampleSimilarity
from .shape import Shape

MEASURES: tuple[type[Measure], ...] = (
    Correlation,
    InSampleSimilarity,
    Coherence,
    DuplicateImages,
    DuplicateTexts,
    Contamination,
    Shape,
)
