"""Reads every kind of config in the project: from a file, or one that ships with the package by its
name."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ..errors import UserError
from ..intake.yaml_text import BadYaml, parse_yaml
from ..quantities import names_of
from .requirements import requirement

_MOST_PROBLEMS = 5  # of one file that are printed
_LONGEST_VALUE = 200  # characters of a wrong value that are printed

M = TypeVar("M", bound=BaseModel)


class ConfigError(UserError):
    """A config that cannot be used; the message names the file, the key and what is allowed."""


def shipped(folder: str = "") -> list[str]:
    """Names of the configs in a folder of the package's configs."""
    entries = files("vid2book.configs").joinpath(folder).iterdir()
    return sorted(f.name[:-5] for f in entries if f.name.endswith(".yaml"))


def read(kind: type[M], config: str | Path, folder: str = "", what: str = "config") -> M:
    """Read a config.

    Args:
        kind: its pydantic model.
        config: a path, or a name in `folder`.
        folder: a folder of the package's configs.
        what: the user's word for this kind of config.

    Raises:
        ConfigError: the file is missing, is not YAML, or has a key or value that is not allowed.
    """
    where, data = _content(config, folder, what)
    try:
        values = parse_yaml(data) or {}
    except BadYaml as error:
        raise ConfigError(f"{where}: {error}") from None
    return checked(kind, values, where)


def checked(kind: type[M], values: object, where: str) -> M:
    """The config with these values; what is not among them has its default.

    Raises:
        ConfigError: a key or value is not allowed; the message begins with `where`.
    """
    if not isinstance(values, dict):
        keys = ", ".join(f"'{key}:'" for key in list(kind.model_fields)[:2])
        raise ConfigError(f"{where}: expected keys such as {keys}, found {type(values).__name__}")
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise ConfigError(_explain(kind, where, error)) from None


def _content(config: str | Path, folder: str, what: str) -> tuple[str, bytes]:
    path = Path(config)
    if path.suffix in {".yaml", ".yml"} or path.is_file():
        if not path.is_file():
            raise ConfigError(f"{path}: there is no such {what} file")
        try:
            return str(path), path.read_bytes()
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    if str(config) not in shipped(folder):
        raise ConfigError(
            f"there is no {what} named '{config}'; the package has {', '.join(shipped(folder))}, "
            "and a path to a .yaml file is taken too"
        )
    file = files("vid2book.configs").joinpath(folder, f"{config}.yaml")
    return f"{what} {config}", file.read_bytes()


def problems(kind: type[BaseModel], error: ValidationError, under: str = "") -> list[str]:
    """What is wrong with the values of a config, one line per problem.

    Args:
        kind: the model that checked them.
        error: the result of the check.
        under: the key in the file that the values are under, if they are not at its top.
    """
    lines: list[str] = []
    unknown: dict[tuple[int | str, ...], list[str]] = {}  # unknown keys by section
    for problem in _causes(error.errors()):
        loc = _without_tags(kind, problem["loc"])
        key = ".".join([*filter(None, [under]), *map(str, loc)])
        if problem["type"] == "extra_forbidden":
            close = get_close_matches(str(loc[-1]), _keys_beside(kind, problem["loc"]), 1)
            hint = f" (did you mean '{close[0]}'?)" if close else ""
            unknown.setdefault(problem["loc"][:-1], []).append(f"'{key}'{hint}")
        elif problem["type"] == "invalid_key":
            key = ".".join([*filter(None, [under]), *map(str, loc[:-1])])
            where = f"{key}: " if key else ""
            lines.append(
                f"{where}the key {_excerpt(problem['input'])} is not text; put it in quotes"
            )
        elif problem["type"] == "union_tag_invalid":
            tags = problem["ctx"]
            lines.append(f"{key}: no kind '{tags['tag']}'; there are {tags['expected_tags']}")
        elif problem["type"] == "union_tag_not_found":
            lines.append(f"{key}: the key {problem['ctx']['discriminator']} is missing")
        elif not problem["loc"]:  # about several keys together
            lines += [
                f"{key}: {line}" if key else line for line in requirement(problem).splitlines()
            ]
        elif problem["type"] == "missing":
            lines.append(f"{key}: is missing")
        else:
            lines.append(f"{key}: {requirement(problem)} (found {_excerpt(problem['input'])})")
    for section, keys in unknown.items():
        allowed = ", ".join(_keys_beside(kind, (*section, "")))
        what = "key" if len(keys) == 1 else "keys"
        lines.append(f"unknown {what} {names_of(keys, _MOST_PROBLEMS)}; allowed here: {allowed}")
    return lines


def _causes(problems: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """The problems without consequences of others: a list is too short because its only entry is
    wrong, or a key is missing because it is misspelt."""
    places = [problem["loc"] for problem in problems]
    unknown = [problem["loc"] for problem in problems if problem["type"] == "extra_forbidden"]

    def follows(problem: ErrorDetails) -> bool:
        loc = problem["loc"]
        if problem["type"] == "too_short":
            return any(place[: len(loc)] == loc and place != loc for place in places)
        beside = [str(place[-1]) for place in unknown if place[:-1] == loc[:-1]]
        return problem["type"] == "missing" and bool(get_close_matches(str(loc[-1]), beside, 1))

    return [problem for problem in problems if not follows(problem)]


def _explain(kind: type[BaseModel], where: str, error: ValidationError) -> str:
    lines = problems(kind, error)
    first_lines = lines[:_MOST_PROBLEMS]
    if (more := len(lines) - _MOST_PROBLEMS) > 0:
        first_lines.append(f"and {more:,} more")
    return "\n".join(f"{where}: {line}" for line in first_lines)


def _excerpt(value: object) -> str:
    """The start of a value, however large it is."""
    try:
        text = repr(value)
    except ValueError:  # a number with more digits than Python prints
        return "a number that is too long"
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."


def _keys_beside(kind: type[BaseModel], loc: tuple[Any, ...]) -> list[str]:
    """The keys that are allowed in the place of an unknown one."""
    models = [one for one in _walk(kind, loc[:-1])[-1] if _is_model(one)]
    return [name for model in models for name in model.model_fields]


def _without_tags(kind: type[BaseModel], loc: tuple[Any, ...]) -> list[Any]:
    """A location as it is in the file, without the tags of unions that pydantic adds."""
    here = _walk(kind, loc)
    return [part for part, types in zip(loc, here, strict=False) if not _of_kind(types, part)]


def _walk(kind: type[BaseModel], loc: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """The possible types at each step from the whole config down to a location."""
    steps: list[tuple[Any, ...]] = [(kind,)]
    for part in loc:
        here = steps[-1]
        tagged = _of_kind(here, part)
        below = tagged or [t for one in here for t in _alternatives(_below(one, part))]
        steps.append(tuple(one for one in below if one is not None))
    return steps


def _of_kind(types: Sequence[Any], part: Any) -> list[Any]:
    """The models of a union that a tag selects."""
    return [
        one
        for one in types
        if len(types) > 1
        and _is_model(one)
        and any(
            get_origin(field.annotation) is Literal and part in get_args(field.annotation)
            for field in one.model_fields.values()
        )
    ]


def _below(annotation: Any, part: Any) -> Any:
    """The type of the value under a key or index of a value of this type; None if there is none."""
    if _is_model(annotation):
        field = annotation.model_fields.get(part)
        return field.annotation if field else None
    inside = [arg for arg in get_args(annotation) if arg is not Ellipsis]
    return inside[-1] if inside else None  # the values of a dict, the items of a list or tuple


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    """The types of a union; any other type alone."""
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, UnionType):
        return get_args(annotation)
    return (annotation,)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
