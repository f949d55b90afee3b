"""One YAML file configures every stage. Unknown keys and values out of range are errors.

`load("offline")` finds a config that ships with the package, `load("my.yaml")` reads a file, and
`load({"judge": {"min_teaching": 0.4}})` takes a dict. A file or dict need only contain what differs
from the defaults, which are those of `offline`.

`vid2book config` prints every key with its value, unit and description (`reference.py`). What each
threshold was measured on, and what other values do, is under "Thresholds" in benchmarks/README.md;
`benchmarks/sweep.py` tries more values.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from .base import Section
from .bounds import Bounds
from .corpus import Clips, Interleave, Privacy, Reduce, Splits
from .files import ConfigError, checked, read, shipped
from .llm import Llm, Served
from .requirements import requirement
from .screen import Align, Embeddings, Keyframes, Read
from .speech import Clip, Judge, Refine, Transcribe

__all__ = [
    "Align",
    "Bounds",
    "Clip",
    "Clips",
    "Config",
    "ConfigError",
    "ConfigLike",
    "Embeddings",
    "Interleave",
    "Judge",
    "Keyframes",
    "Llm",
    "Privacy",
    "Read",
    "Reduce",
    "Refine",
    "Served",
    "Splits",
    "Transcribe",
    "load",
    "names",
]


class Config(Section):
    """The whole pipeline, stage by stage."""

    title: str = Field(
        "Multimodal textbook from lectures",
        min_length=1,
        description="Name of the corpus on its card, on the Hub and in its book.",
    )
    transcribe: Transcribe = Transcribe()
    refine: Refine = Refine()
    keyframes: Keyframes = Keyframes()
    read: Read = Read()
    judge: Judge = Judge()
    clip: Clip = Clip()
    align: Align = Align()
    reduce: Reduce = Reduce()
    interleave: Interleave = Interleave()
    privacy: Privacy = Privacy()
    clips: Clips = Clips()
    splits: Splits = Splits()
    bounds: Bounds = Field(Bounds(), exclude=True)
    decide: Literal["drop", "mark"] = Field(
        "drop",
        description="What happens to what judge, align and reduce would drop. drop: it is left "
        "out of the corpus. mark: it stays in its place with the reason (`drop` in the column "
        "`elements`), so that whoever uses the corpus can choose. The deny list and privacy always "
        "leave out.",
    )

    @model_validator(mode="after")
    def _faces_stay_hidden(self) -> Config:
        if self.clips.enabled and self.privacy.faces != "keep":
            raise ValueError(
                f"clips.enabled and privacy.faces: {self.privacy.faces} exclude each other, since "
                "a face that is missed in a single frame can be seen; leave the clips out, or keep "
                "the faces"
            )
        return self

    def with_clips(self) -> Config:
        """The same config with the table `clips`.

        Raises:
            ConfigError: the config hides faces.
        """
        values = {name: getattr(self, name) for name in type(self).model_fields}
        values["clips"] = self.clips.model_copy(update={"enabled": True})
        try:
            return Config.model_validate(values)
        except ValidationError as error:
            raise ConfigError(requirement(error.errors()[0])) from None

    def language_models(self) -> dict[str, tuple[Llm, ...]]:
        """The language models that each stage uses; stages without any are left out."""
        served = self.read.enabled and self.read.backend in ("surya", "vlm")
        by_stage = {
            "refine": (self.refine.llm,) if self.refine.enabled else (),
            "read": (self.read.llm,) if served else (),
            "score": self.judge.llms if self.judge.enabled else (),
            "caption": (self.align.captions,) if self.align.enabled else (),
            "align": (self.align.embeddings.llm,) if self.align.enabled else (),
        }
        used = {stage: tuple(llm for llm in llms if llm) for stage, llms in by_stage.items()}
        return {stage: llms for stage, llms in used.items() if llms}


def names() -> list[str]:
    """The configs of the pipeline that ship with the package."""
    return shipped()


ConfigLike = str | Path | Config | Mapping[str, Any]


def load(config: ConfigLike = "offline") -> Config:
    """A config from its name, a YAML file, a dict, or itself.

    A dict is like the content of a file: it needs only the keys that differ from `offline`, as in
    `{"judge": {"min_teaching": 0.4}}`.

    Raises:
        ConfigError: the file is missing, is not YAML, or has a key or value that is not allowed.
    """
    if isinstance(config, Config):
        return config
    if isinstance(config, Mapping):
        return checked(Config, dict(config), "config")
    if not isinstance(config, str | Path):
        raise ConfigError(
            "a config is a name, the path of a YAML file, a Config, or a dict of the keys to "
            f"change, not {type(config).__name__}"
        )
    return read(Config, config)
