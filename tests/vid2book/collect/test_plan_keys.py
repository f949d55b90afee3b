"""The docs tell the keys of a plan as `plan.py` has them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from vid2book.collect import plan
from vid2book.config.base import Section

DOCS = Path(__file__).parents[3] / "docs" / "collecting.md"
SOURCES = get_args(get_args(plan.AnySource)[0])


def keys() -> Iterator[str]:
    """The rows of the table in the docs."""
    yield from _rows("any source", plan._Source, ())
    yield from _rows("a source that is searched", plan.Searched, plan._Source.model_fields)
    for source in SOURCES:
        kind = get_args(source.model_fields["kind"].annotation)[0]
        common = {*plan.Searched.model_fields, *plan._Source.model_fields, "kind"}
        yield from _rows(kind, source, common)
    for name, field in plan.Plan.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, Section):
            yield from _rows(name, section, (), ".")
        elif name != "sources":
            yield _row(name, field)


def _rows(where: str, section: type[Section], without: Any, between: str = ": ") -> Iterator[str]:
    for name, field in section.model_fields.items():
        if name not in without:
            yield _row(f"{where}{between}{name}", field)


def _row(key: str, field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True)
    shown = "needed" if default is PydanticUndefined else f"`{_yaml(default)}`"
    return f"| `{key}` | {shown} | {field.description} |"


def _yaml(value: object) -> str:
    value = list(value) if isinstance(value, tuple) else value
    text = yaml.safe_dump(value, default_flow_style=True, width=10**6)
    return text.removesuffix("\n...\n").strip()


def test_the_docs_have_each_key_with_its_default() -> None:
    told = [line for line in DOCS.read_text().splitlines() if line.startswith("| `")]
    missing = [row for row in keys() if row not in told]
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("source", SOURCES)
def test_each_key_has_a_description(source: type[Section]) -> None:
    assert all(f.description for name, f in source.model_fields.items() if name != "kind")
