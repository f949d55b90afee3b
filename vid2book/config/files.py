"""Reading any of the project's configs, of whatever kind: from a file, or by the name of one that
ships with the package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from ..errors import UserError
from ..intake.yaml_text import BadYaml, parse_yaml

_MOST_TOLD = 5  # problems of one file
_LONGEST_SHOWN = 200  # characters of a value that is not allowed

M = TypeVar("M", bound=BaseModel)


class ConfigError(UserError):
    """A config that cannot be used; the message names the file, the key and what is allowed."""


def shipped(folder: str = "") -> list[str]:
    """Names of the configs in a folder of those that ship with the package."""
    found = files("vid2book.configs").joinpath(folder).iterdir()
    return sorted(f.name[:-5] for f in found if f.name.endswith(".yaml"))


def read(kind: type[M], config: str | Path, folder: str = "") -> M:
    """A config of a kind.

    Args:
        kind: its pydantic model.
        config: a path, or a name in `folder`.
        folder: of the configs that ship with the package.

    Raises:
        ConfigError: the file is missing, is no YAML, or holds a key or value that is not allowed.
    """
    where, data = _content(config, folder)
    try:
        values = parse_yaml(data) or {}
    except BadYaml as error:
        raise ConfigError(f"{where}: {error}") from None
    if not isinstance(values, dict):
        keys = ", ".join(f"'{key}:'" for key in list(kind.model_fields)[:2])
        raise ConfigError(f"{where}: expected keys such as {keys}, found {type(values).__name__}")
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise ConfigError(_explain(kind, where, error)) from None


def _content(config: str | Path, folder: str) -> tuple[str, bytes]:
    path = Path(config)
    if path.suffix in {".yaml", ".yml"} or path.is_file():
        if not path.is_file():
            raise ConfigError(f"{path}: there is no such config file")
        try:
            return str(path), path.read_bytes()
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    if str(config) not in shipped(folder):
        raise ConfigError(
            f"there is no config named '{config}'; the package has {', '.join(shipped(folder))}, "
            "and a path to a .yaml file is taken too"
        )
    file = files("vid2book.configs").joinpath(folder, f"{config}.yaml")
    return f"config {config}", file.read_bytes()


def problems(kind: type[BaseModel], error: ValidationError, under: str = "") -> list[str]:
    """What is wrong with the values of a config, a line for each problem.

    Args:
        kind: the model that they were held against.
        error: what it said.
        under: the key in the file below which they stand, if not at its top.
    """
    lines: list[str] = []
    for problem in error.errors():
        key = ".".join([*filter(None, [under]), *map(str, problem["loc"])])
        if problem["type"] == "extra_forbidden":
            allowed = ", ".join(_keys_beside(kind, problem["loc"]))
            lines.append(f"unknown key '{key}'; allowed here: {allowed}")
        elif not problem["loc"]:  # of several keys together
            told = problem["msg"].removeprefix("Value error, ")
            lines += [f"{key}: {line}" if key else line for line in told.splitlines()]
        else:
            lines.append(f"{key}: {problem['msg']} (found {_shown(problem['input'])})")
    return lines


def _explain(kind: type[BaseModel], where: str, error: ValidationError) -> str:
    found = problems(kind, error)
    told = found[:_MOST_TOLD]
    if (more := len(found) - _MOST_TOLD) > 0:
        told.append(f"and {more:,} more")
    return "\n".join(f"{where}: {line}" for line in told)


def _shown(value: object) -> str:
    """The start of a value, however large it is."""
    try:
        told = repr(value)
    except ValueError:  # a number of more digits than Python writes
        return "a number that is too long"
    return told if len(told) <= _LONGEST_SHOWN else f"{told[:_LONGEST_SHOWN]}..."


def _keys_beside(kind: type[BaseModel], loc: tuple[Any, ...]) -> list[str]:
    """The keys that are allowed where an unknown one stands."""
    here: Any = kind
    for part in loc[:-1]:
        here = next(filter(None, (_below(one, part) for one in _alternatives(here))), None)
    models = [one for one in _alternatives(here) if _is_model(one)]
    return [name for model in models for name in model.model_fields]


def _below(annotation: Any, part: Any) -> Any:
    """The type of what stands under a key, or at a place, of a value of some type."""
    if _is_model(annotation):
        field = annotation.model_fields.get(part)
        return field.annotation if field else None
    inside = [arg for arg in get_args(annotation) if arg is not Ellipsis]
    return inside[-1] if inside else None  # of a dict its values, of a list or tuple its items


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    """The types of a union; else the one."""
    if get_origin(annotation) in (Union, UnionType):
        return get_args(annotation)
    return (annotation,)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
