"""The key of a stage's result: everything that can change it, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from ..config import Config, Llm
from ..config.base import Section
from ..models.lazy import Models, chat_of
from ..records import Video
from ..stage import Stage
from ..store import make_key
from .code import PACKAGE, code_of, code_of_part

_MODELS = f"{PACKAGE}.models.lazy"


def stage_key(
    stage: Stage[Any], video: Video, config: Config, models: Models, before: Sequence[Any]
) -> str:
    """The key under which the result is kept.

    Args:
        before: the keys of the results that the stage needs; if it needs none, what identifies the
            content of the files.

    Raises:
        ModelError: a model is missing, so its weights cannot be identified.
    """
    facts = [getattr(video, name) for name in stage.facts]
    return make_key(_of_every_video(stage, config, models), facts, before)


@dataclass
class _Common:
    """The part of each stage's key that is the same for every video, for one config."""

    config: Config
    models: Models
    keys: dict[int, tuple[Stage[Any], str]] = field(default_factory=dict)  # by id(stage)


# Of the latest config only: a run has one config and thousands of videos.
_common: list[_Common] = []


def _of_every_video(stage: Stage[Any], config: Config, models: Models) -> str:
    if not _common or _common[0].config is not config or _common[0].models is not models:
        _common[:] = [_Common(config, models)]
    keys = _common[0].keys
    if id(stage) not in keys:
        settings = (reduce(getattr, name.split("."), config) for name in stage.settings)
        key = make_key(
            stage.name,
            code_of(stage.module),
            [_value(setting, models) for setting in settings],
            [_model(models, name) for name in stage.models],
        )
        keys[id(stage)] = stage, key
    return keys[id(stage)][1]


def _value(value: Any, models: Models) -> Any:
    """A setting as part of a key. For a language model, its identity and the code that calls it
    count too."""
    if isinstance(value, Llm):
        chat = models.chat(value)
        factory = code_of_part(_MODELS, chat_of.__name__)
        return [value.model_dump(), chat.identity, code_of(*sorted(modules_of(chat))), factory]
    if isinstance(value, Section):
        return {name: _value(getattr(value, name), models) for name in type(value).model_fields}
    if isinstance(value, tuple):
        return [_value(part, models) for part in value]
    return value


def _model(models: Models, name: str) -> list[str]:
    """Weights and libraries of a model, its code, and the code that makes it; empty if unused."""
    identity = models.identity(name)
    if not identity:
        return []
    code = code_of(*sorted(modules_of(getattr(models, name))))
    return [identity, code, code_of_part(_MODELS, name)]


def modules_of(model: object) -> set[str]:
    """The modules of a model's class, and of the models that it wraps."""
    model = getattr(model, "__self__", model)  # a method stands for its object
    module = type(model).__module__
    if not module.startswith(f"{PACKAGE}.models."):
        return set()
    return {module}.union(*map(modules_of, vars(model).values()))
