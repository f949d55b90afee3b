"""Reading any of the project's configs, of whatever kind: from a file, or by the name of one that
ships with the package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar, get_args

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


def _explain(kind: type[BaseModel], where: str, error: ValidationError) -> str:
    lines = []
    problems = error.errors()
    for problem in problems[:_MOST_TOLD]:
        key = ".".join(str(part) for part in problem["loc"])
        if not key:  # of several keys together
            lines.append(f"{where}: {problem['msg'].removeprefix('Value error, ')}")
        elif problem["type"] == "extra_forbidden":
            allowed = ", ".join(_keys_beside(kind, problem["loc"]))
            lines.append(f"{where}: unknown key '{key}'; allowed here: {allowed}")
        else:
            lines.append(f"{where}: {key}: {problem['msg']} (found {_shown(problem['input'])})")
    if (more := len(problems) - _MOST_TOLD) > 0:
        lines.append(f"{where}: and {more:,} more")
    return "\n".join(lines)


def _shown(value: object) -> str:
    """The start of a value, however large it is."""
    try:
        told = repr(value)
    except ValueError:  # a number of more digits than Python writes
        return "a number that is too long"
    return told if len(told) <= _LONGEST_SHOWN else f"{told[:_LONGEST_SHOWN]}..."


def _keys_beside(kind: type[BaseModel], loc: tuple[Any, ...]) -> list[str]:
    model = kind
    for part in loc[:-1]:
        if isinstance(part, int):  # of a list, whose model is known by now
            continue
        annotation = model.model_fields[str(part)].annotation
        model = next(
            t
            for t in (annotation, *get_args(annotation))
            if isinstance(t, type) and issubclass(t, BaseModel)
        )
    return list(model.model_fields)
