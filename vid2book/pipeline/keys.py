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
        before: the keys of the results that the stage needs; of one that needs none, what names the
            content of the files.

    Raises:
        ModelError: a model is not there, so that its weights cannot be named.
    """
    facts = [getattr(video, name) for name in stage.facts]
    return make_key(_of_every_video(stage, config, models), facts, before)


@dataclass
class _Common:
    """What the keys of one config have in common for every video, by the identity of the stage."""

    config: Config
    models: Models
    keys: dict[int, tuple[Stage[Any], str]] = field(default_factory=dict)


# Of the config that was asked for last. A run has one, and thousands of videos.
_common: list[_Common] = []


def _of_every_video(stage: Stage[Any], config: Config, models: Models) -> str:
    if not _common or _common[0].config is not config or _common[0].models is not models:
        _common[:] = [_Common(config, models)]
    known = _common[0].keys
    if id(stage) not in known:
        settings = (reduce(getattr, name.split("."), config) for name in stage.settings)
        key = make_key(
            stage.name,
            code_of(stage.module),
            [_value(setting, models) for setting in settings],
            [_model(models, name) for name in stage.models],
        )
        known[id(stage)] = stage, key
    return known[id(stage)][1]


def _value(value: Any, models: Models) -> Any:
    """A setting. Of a language model its identity counts, and the code that asks it."""
    if isinstance(value, Llm):
        chat = models.chat(value)
        made = code_of_part(_MODELS, chat_of.__name__)
        return [value.model_dump(), chat.identity, code_of(*sorted(modules_of(chat))), made]
    if isinstance(value, Section):
        return {name: _value(getattr(value, name), models) for name in type(value).model_fields}
    if isinstance(value, tuple):
        return [_value(part, models) for part in value]
    return value


def _model(models: Models, name: str) -> list[str]:
    """Weights and libraries of a model, its code, and how it is made; empty if it is not used."""
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
