"""Prints a config as a YAML file with a comment on each key, which `--config` can read."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Any

import yaml

from . import Config
from .base import Section
from .reference import Key, check_key, docs_of, is_section, key_of, language_model_keys

_WIDTH = 78  # characters per comment line; a terminal has 80

_HEAD = """\
Every key of the pipeline. Save it, change what you like, and use it with
`vid2book build SOURCE -o CORPUS --config FILE`. A file need only name what differs.
"""
_LLM = """\
Where a key takes a language model, give it these keys, for example below `refine: {llm: ...}`.
Only `model` is required.
"""


def as_yaml(config: Config, only: str = "") -> str:
    """A config as a YAML file with a comment on each key.

    Args:
        only: a section or a key by its dotted name; empty: everything.

    Raises:
        ConfigError: there is no such key.
    """
    if not only:
        text = "\n".join([*_comment(_HEAD), *_lines(config)])
        return f"{text}\n\n" + "\n".join([*_comment(_LLM), *_llm_lines()]) + "\n"
    check_key(config, only)
    return "\n".join(_lines(config, only=only)).strip() + "\n"


def _lines(section: Section, prefix: str = "", only: str = "") -> Iterator[str]:
    """The lines of a section; with `only`, just those of this key, and of what is above and below
    it."""
    indent = "  " * prefix.count(".")
    for name, field in type(section).model_fields.items():
        full = f"{prefix}{name}"
        if only and not f"{full}.".startswith(f"{only}.") and not only.startswith(f"{full}."):
            continue
        value = getattr(section, name)
        yield ""
        if is_section(field):
            if not only.startswith(f"{full}."):
                yield from _comment(docs_of(type(value)), indent)
            yield f"{indent}{name}:"
            yield from _lines(value, f"{full}.", only)
        else:
            key = key_of(full, field, value)
            yield from _explain(key, indent)
            yield from _entry(name, key.value, indent)


def _llm_lines() -> Iterator[str]:
    """The keys of a language model, all commented out."""
    for key in language_model_keys():
        yield "#"
        yield from _explain(key, "#   ")
        yield from _entry(key.name, "NAME" if key.required else key.default, "#   ")


def _entry(name: str, value: Any, indent: str) -> list[str]:
    text = yaml.safe_dump({name: value}, sort_keys=False, allow_unicode=True, width=1000)
    return [f"{indent}{line}" for line in text.splitlines()]


def _explain(key: Key, indent: str) -> list[str]:
    """The description of a key, then its unit and limits, and the default if the value differs."""
    notes = [part for part in (key.unit, key.values) if part]
    if key.value != key.default:
        notes.append(f"default: {yaml_value(key.default)}")
    limits = f"[{'; '.join(notes)}]" if notes else ""
    return [*_comment(key.description, indent), *_comment(limits, indent)]


def _comment(text: str, indent: str = "") -> list[str]:
    lines = wrap(text, _WIDTH - len(indent) - 2, break_on_hyphens=False)
    return [f"{indent}# {line}" for line in lines]


def yaml_value(value: Any) -> str:
    """A value as YAML on one line."""
    dumped = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000)
    return dumped.removesuffix("\n").removesuffix("\n...").strip()
