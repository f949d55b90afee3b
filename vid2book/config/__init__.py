"""One YAML file configures every stage. Unknown keys and values out of range are errors.

`load("offline")` finds a config that ships with the package, `load("my.yaml")` reads a file. A file
need only name what differs from the defaults, which are those of `offline`.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from .base import Section
from .corpus import Interleave, Reduce, Splits
from .screen import Align, Keyframes, Read
from .speech import Clip, Judge, Refine, Transcribe

__all__ = [
    "Align",
    "Clip",
    "Config",
    "ConfigError",
    "Interleave",
    "Judge",
    "Keyframes",
    "Read",
    "Reduce",
    "Refine",
    "Splits",
    "Transcribe",
    "load",
    "names",
]


class ConfigError(ValueError):
    """A config that cannot be used; the message names the file, the key and what is allowed."""


class Config(Section):
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
