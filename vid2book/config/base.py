"""The base of all sections of the config.

A number's unit is part of its type, so every number in the config has one, and `reference.py` can
print it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


@dataclass(frozen=True)
class Unit:
    """The unit of a number, in the plural if it has one."""

    name: str


Share = Annotated[float, Field(ge=0, le=1), Unit("share")]
Probability = Annotated[float, Field(ge=0, le=1), Unit("probability")]
Confidence = Annotated[float, Field(ge=0, le=1), Unit("confidence of the OCR model")]
Cosine = Annotated[float, Field(ge=-1, le=1), Unit("cosine")]
LogProbability = Annotated[float, Field(le=0), Unit("natural logarithm of a probability")]
Grade = Annotated[float, Field(ge=1, le=5), Unit("grade")]
Seconds = Annotated[float, Field(ge=0), Unit("seconds")]
Words = Annotated[int, Field(ge=0), Unit("words")]
Bits = Annotated[int, Field(ge=0, le=64), Unit("bits")]


class Section(BaseModel):
    """A part of the config; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Switchable(Section):
    """A part of the config for a stage that can be switched off."""

    enabled: bool = Field(
        True, description="Whether the stage runs. Switch it off to see what it contributes."
    )
