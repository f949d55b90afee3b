"""The measures, in the order of the report. `base` tells how to add one."""

from .base import Measure
from .shape import Shape

MEASURES: tuple[type[Measure], ...] = (Shape,)
