"""One YAML file configures every stage. Unknown keys and values out of range are errors.

`load("offline")` finds a config that ships with the package, `load("my.yaml")` reads a file. A file
need only name what differs from the defaults, which are those of `offline`.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0)]


class ConfigError(ValueError):
    """A config that cannot be used; the message names the file, the key and what is allowed."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Stage(_Section):
    enabled: bool = Field(True, description="switch the stage off to see what it is worth")


class Transcribe(_Stage):
    """Speech to text with word times."""

    captions: bool = Field(True, description="take captions (.vtt, .srt) where a video has them")
    model: str = Field(
        "packaged:tiny.en",
        description="faster-whisper model: packaged:tiny.en (extra 'offline'), a name, or a folder",
    )
    beam_size: int = Field(5, ge=1, description="1 is greedy decoding")
    min_logprob: float = Field(-1.2, le=0, description="segments less likely than this are dropped")
    max_no_speech: Share = Field(0.8, description="segments more likely silence are dropped")


class Refine(_Stage):
    """Spoken language to written language, by rules."""

    join_gap: Seconds = Field(2.0, description="a longer pause always ends a sentence")


class Keyframes(_Stage):
    """The stable states of the screen."""

    sample_rate: float = Field(5.0, gt=0, le=30, description="frames looked at per second of video")
    min_stable: Seconds = Field(
        0.6, description="a state that stands for less is a transition; twice as long is seen"
    )
    min_change: float = Field(
        2.0,
        gt=0,
        description="how much writing must go before a new state begins, in characters of the size "
        "of a slide's body text (a 36th of the height)",
    )
    max_side: int = Field(1280, ge=64, description="longer side of a stored image, pixels")
    jpeg_quality: int = Field(90, ge=30, le=100)


class Read(_Stage):
    """On-screen text by OCR."""

    min_score: Share = Field(0.6, description="lines the recogniser is less sure of are dropped")
    reuse: bool = Field(True, description="read only what changed since the previous keyframe")


class Clip(_Section):
    """Sentences joined into paragraphs."""

    min_duration: Seconds = Field(10.0, description="a paragraph grows until it is this long")
    max_duration: Seconds = Field(20.0, description="and ends before it is longer, sentences whole")


class Judge(_Stage):
    """Whether a sentence teaches, and whether the video as a whole does."""

    min_teaching: Share = Field(0.5, description="sentences less likely to teach are dropped")
    min_teaching_share: Share = Field(0.25, description="share of a video's words that must teach")
    min_words: int = Field(20, ge=0, description="words of teaching speech a video must have")


class Align(_Stage):
    """Pictures that have nothing to do with what is taught are dropped."""

    max_face: Share = Field(
        0.02,
        description="a larger face, as a share of the screen, makes a picture with little "
        "text a talking head",
    )
    min_text_words: int = Field(4, ge=0, description="words that make a picture no talking head")
    min_teaching: Share = Field(
        0.5,
        description="share of the speech during a picture that must teach, unless the picture "
        "itself speaks of the topic",
    )


class Reduce(_Stage):
    """What only shows when the whole corpus is seen."""

    phash_distance: int = Field(
        6,
        ge=0,
        le=64,
        description="pictures of different videos whose "
        "64-bit perceptual hashes differ in at most this many bits are one",
    )
    deny: tuple[str, ...] = Field((), description="video ids removed with all that came from them")


class Interleave(_Section):
    """Clips and keyframes cut into samples."""

    max_tokens: int = Field(4096, ge=256, description="a sample's budget; an image counts 576")
    max_row_bytes: int = Field(2_000_000, ge=100_000, description="safety net on a row's images")


class Splits(_Section):
    """The splits of the corpus, where the manifest has no column `split`."""

    ratios: dict[str, Annotated[float, Field(gt=0, le=1)]] = Field(
        {"train": 1.0},
        description="share of the videos in each split, 1 in all; a video's place follows from its "
        "id alone, so that others added later do not move it",
    )

    @field_validator("ratios")
    @classmethod
    def _whole(cls, ratios: dict[str, float]) -> dict[str, float]:
        if abs(sum(ratios.values()) - 1) > 1e-6:
            raise ValueError(f"the ratios must add up to 1, not {sum(ratios.values()):g}")
        return ratios


class Config(_Section):
    """The whole pipeline, stage by stage."""

    transcribe: Transcribe = Transcribe()
    refine: Refine = Refine()
    keyframes: Keyframes = Keyframes()
    read: Read = Read()
    judge: Judge = Judge()
    clip: Clip = Clip()
    align: Align = Align()
    reduce: Reduce = Reduce()
    interleave: Interleave = Interleave()
    splits: Splits = Splits()


def names() -> list[str]:
    """The configs that ship with the package."""
    folder = files("vid2book.configs")
    return sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".yaml"))


def load(config: str | Path | Config = "offline") -> Config:
    """A config from a name, a path, or itself.

    Raises:
        ConfigError: the file is missing, is no YAML, or holds a key or value that is not allowed.
    """
    if isinstance(config, Config):
        return config
    where, text = _read(config)
    try:
        values = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise ConfigError(f"{where}: this is not YAML: {error}") from None
    if not isinstance(values, dict):
        raise ConfigError(
            f"{where}: expected keys such as 'keyframes:', found {type(values).__name__}"
        )
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise ConfigError(_explain(where, error)) from None


def _read(config: str | Path) -> tuple[str, str]:
    path = Path(config)
    if path.suffix in {".yaml", ".yml"} or path.is_file():
        if not path.is_file():
            raise ConfigError(f"{path}: there is no such config file")
        return str(path), path.read_text(encoding="utf-8")
    if str(config) not in names():
        raise ConfigError(
            f"there is no config named '{config}'; the package has {', '.join(names())}, "
            "and a path to a .yaml file is taken too"
        )
    return f"config {config}", (files("vid2book.configs") / f"{config}.yaml").read_text("utf-8")


def _explain(where: str, error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        key = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            allowed = ", ".join(_keys_beside(problem["loc"]))
            lines.append(f"{where}: unknown key '{key}'; allowed here: {allowed}")
        else:
            lines.append(f"{where}: {key}: {problem['msg']} (found {problem['input']!r})")
    return "\n".join(lines)


def _keys_beside(loc: tuple[Any, ...]) -> list[str]:
    model: type[BaseModel] = Config
    for part in loc[:-1]:
        annotation = model.model_fields[str(part)].annotation
        model = next(
            t
            for t in (annotation, *get_args(annotation))
            if isinstance(t, type) and issubclass(t, BaseModel)
        )
    return list(model.model_fields)
