"""Reading any of the project's configs, of whatever kind: from a file, or by the name of one that
ships with the package."""

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

_MOST_TOLD = 5  # problems of one file
_LONGEST_SHOWN = 200  # characters of a value that is not allowed

M = TypeVar("M", bound=BaseModel)


class ConfigError(UserError):
    """A config that cannot be used; the message names the file, the key and what is allowed."""


def shipped(folder: str = "") -> list[str]:
    """Names of the configs in a folder of those that ship with the package."""
    found = files("vid2book.configs").joinpath(folder).iterdir()
    return sorted(f.name[:-5] for f in found if f.name.endswith(".yaml"))


def read(kind: type[M], config: str | Path, folder: str = "", what: str = "config") -> M:
    """A config of a kind.

    Args:
        kind: its pydantic model.
        config: a path, or a name in `folder`.
        folder: of the configs that ship with the package.
        what: the user calls it.

    Raises:
        ConfigError: the file is missing, is no YAML, or holds a key or value that is not allowed.
    """
    where, data = _content(config, folder, what)
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
    """What is wrong with the values of a config, a line for each problem.

    Args:
        kind: the model that they were held against.
        error: what it said.
        under: the key in the file below which they stand, if not at its top.
    """
    lines: list[str] = []
    unknown: dict[tuple[int | str, ...], list[str]] = {}  # by the section in which they stand
    for problem in _causes(error.errors()):
        loc = _without_tags(kind, problem["loc"])
        key = ".".join([*filter(None, [under]), *map(str, loc)])
        if problem["type"] == "extra_forbidden":
            meant = get_close_matches(str(loc[-1]), _keys_beside(kind, problem["loc"]), 1)
            asked = f" (did you mean '{meant[0]}'?)" if meant else ""
            unknown.setdefault(problem["loc"][:-1], []).append(f"'{key}'{asked}")
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
        elif not problem["loc"]:  # of several keys together
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
        lines.append(f"unknown {what} {names_of(keys, _MOST_TOLD)}; allowed here: {allowed}")
    return lines


def _causes(problems: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """The problems without those that follow from another: a list is too short since its one entry
    is faulty, and a key is missing since it stands there misspelt."""
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
    found = problems(kind, error)
    shown = found[:_MOST_TOLD]
    if (more := len(found) - _MOST_TOLD) > 0:
        shown.append(f"and {more:,} more")
    return "\n".join(f"{where}: {line}" for line in shown)


def _excerpt(value: object) -> str:
    """The start of a value, however large it is."""
    try:
        shown = repr(value)
    except ValueError:  # a number of more digits than Python writes
        return "a number that is too long"
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}..."


def _keys_beside(kind: type[BaseModel], loc: tuple[Any, ...]) -> list[str]:
    """The keys that are allowed where an unknown one stands."""
    models = [one for one in _walk(kind, loc[:-1])[-1] if _is_model(one)]
    return [name for model in models for name in model.model_fields]


def _without_tags(kind: type[BaseModel], loc: tuple[Any, ...]) -> list[Any]:
    """A place as it is in the file: pydantic puts the kind of a section between."""
    here = _walk(kind, loc)
    return [part for part, types in zip(loc, here, strict=False) if not _of_kind(types, part)]


def _walk(kind: type[BaseModel], loc: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """The types that may stand at each step down to a place, from the whole config on."""
    steps: list[tuple[Any, ...]] = [(kind,)]
    for part in loc:
        here = steps[-1]
        tagged = _of_kind(here, part)
        below = tagged or [t for one in here for t in _alternatives(_below(one, part))]
        steps.append(tuple(one for one in below if one is not None))
    return steps


def _of_kind(types: Sequence[Any], part: Any) -> list[Any]:
    """The models of a union that a tag stands for."""
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
    """The type of what stands under a key, or at a place, of a value of some type."""
    if _is_model(annotation):
        field = annotation.model_fields.get(part)
        return field.annotation if field else None
    inside = [arg for arg in get_args(annotation) if arg is not Ellipsis]
    return inside[-1] if inside else None  # of a dict its values, of a list or tuple its items


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    """The types of a union; else the one."""
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, UnionType):
        return get_args(annotation)
    return (annotation,)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
