"""Every key of the config with its value, unit, limits and description."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from . import Config
from .base import Section, Unit
from .files import ConfigError
from .llm import Llm


@dataclass(frozen=True)
class Key:
    """A key of the config.

    Attributes:
        name: dotted, such as `judge.min_words`.
        value: in the config in question, as in YAML.
        default: as in YAML; None if there is none.
        unit: of a number; empty for anything else.
        values: the allowed values; empty if any value of the type is.
        description: one or more sentences.
        required: whether it has no default.
    """

    name: str
    value: Any
    default: Any
    unit: str
    values: str
    description: str
    required: bool


def keys(config: Section, prefix: str = "") -> Iterator[Key]:
    """All keys of a config or one of its sections, in the order of the pipeline.

    Args:
        prefix: for their names, such as `judge.`.
    """
    for name, field in type(config).model_fields.items():
        value = getattr(config, name)
        if is_section(field):
            yield from keys(value, f"{prefix}{name}.")
        else:
            yield key_of(f"{prefix}{name}", field, value)


def language_model_keys() -> list[Key]:
    """The keys of a language model, each at its default. Several keys of the config take one."""
    return [key_of(name, field, _default(field)) for name, field in _llm_fields()]


def section_of(name: str) -> str:
    """The description of a section, by its dotted name; empty if there is no such section."""
    section: type[Section] = Config
    for part in name.split("."):
        field = section.model_fields.get(part)
        if field is None or not is_section(field):
            return ""
        section = type(field.default)
    return docs_of(section)


def check_key(config: Config, name: str) -> None:
    """Check that a dotted name is that of a key or a section.

    Raises:
        ConfigError: it is not.
    """
    known = [key.name for key in keys(config)]
    parts = (key.split(".") for key in known)
    sections = dict.fromkeys(".".join(p[:n]) for p in parts for n in range(1, len(p)))
    if name in known or name in sections:
        return
    nested = [key for key in known if key.endswith(f".{name}")]
    near = nested or get_close_matches(name, [*sections, *known], 1)
    top = dict.fromkeys([*sections, *(key for key in known if "." not in key)])
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(top)}"
    raise ConfigError(f"there is no key '{name}' in the config; {hint}")


def key_of(name: str, field: FieldInfo, value: Any) -> Key:
    """The key that documents a field with a value."""
    kinds = list(_kinds(field.annotation, field.metadata))
    return Key(
        name,
        _plain(value),
        _plain(_default(field)),
        next((u.name for _, metadata in kinds for u in metadata if isinstance(u, Unit)), ""),
        _values(kinds),
        field.description or "",
        field.is_required(),
    )


def _kinds(annotation: Any, metadata: list[Any]) -> Iterator[tuple[Any, list[Any]]]:
    """The types that a field may have, each with its metadata."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        yield from _kinds(inner, [*metadata, *_flat(more)])
    elif origin in (Union, UnionType):
        for part in get_args(annotation):
            yield from _kinds(part, metadata)
    elif origin is dict:
        yield from _kinds(get_args(annotation)[1], metadata)
    else:
        yield annotation, metadata


def _flat(metadata: list[Any]) -> Iterator[Any]:
    for one in metadata:
        yield from (one.metadata if isinstance(one, FieldInfo) else [one])


def _values(kinds: list[tuple[Any, list[Any]]]) -> str:
    """The allowed values, in words."""
    texts = [text for kind, metadata in kinds for text in [_allowed(kind, metadata)] if text]
    optional = any(kind is NoneType for kind, _ in kinds)
    return "; or ".join([*texts, "null"] if optional and texts else texts)


def _allowed(kind: Any, metadata: list[Any]) -> str:
    if get_origin(kind) is Literal:
        return ", ".join(str(choice) for choice in get_args(kind))
    if kind is Llm:
        return "a language model"
    if get_origin(kind) is tuple:
        return "a list of language models" if Llm in get_args(kind) else "a list"
    if kind not in (int, float):
        return ""
    least, above, most = (_bounds(metadata, name) for name in ("ge", "gt", "le"))
    if least and most and not above:
        return f"{max(least):g} to {min(most):g}"
    low = f"above {max(above):g}" if above else f"at least {max(least):g}" if least else ""
    high = f"at most {min(most):g}" if most else ""
    return ", ".join(filter(None, (low, high)))


def _bounds(metadata: list[Any], name: str) -> list[float]:
    """The values of one kind of limit (`ge`, `gt`, `le`) in pydantic's metadata."""
    return [getattr(m, name) for m in metadata if hasattr(m, name)]


def _llm_fields() -> list[tuple[str, FieldInfo]]:
    """The fields of a language model; `model` comes first, since it is required."""
    fields = Llm.model_fields
    return [(name, fields[name]) for name in sorted(fields, key=lambda name: name != "model")]


def is_section(field: FieldInfo) -> bool:
    """Whether a field is a section with more keys, and not a value."""
    return isinstance(field.annotation, type) and issubclass(field.annotation, Section)


def _default(field: FieldInfo) -> Any:
    return None if field.is_required() else field.default


def _plain(value: Any) -> Any:
    """A value as in YAML, including the keys that `model_dump` leaves out."""
    if isinstance(value, Section):
        return {name: _plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def docs_of(section: type[Section]) -> str:
    """The description of a section, on one line."""
    return " ".join((section.__doc__ or "").split())
