"""Writes docs/configuration.md, the reference of the config: python scripts/config_page.py

Everything on the page comes from the models in vid2book/config/. A test tells when the page is out
of date.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from vid2book.config import Config
from vid2book.config.commented import yaml_value
from vid2book.config.reference import Key, keys, language_model_keys, section_of

PAGE = Path(__file__).parents[1] / "docs" / "configuration.md"

HEAD = """\
# Configuration reference

Every key of the pipeline's config, as `vid2book config` prints it. A YAML file need only name what
differs from the defaults; see [how to configure the pipeline](howto/configure.md).

```bash
vid2book config                                # the defaults, as a YAML file with comments
vid2book config judge                          # one section, or one key: judge.min_words
vid2book config --config standard > mine.yaml  # another config, to start from
```

"Thresholds" in `benchmarks/README.md` says what the thresholds were measured on, and what other
values of them do.
"""
LANGUAGE_MODEL = """\
## A language model

The keys of a language model, wherever a key above takes one, such as `refine.llm`. `server` of
`transcribe` has those that say where a server is. Only `model` is required.
"""


def page() -> str:
    """The whole page, as Markdown."""
    sections: dict[str, list[Key]] = {}
    for key in keys(Config()):
        sections.setdefault(key.name.rpartition(".")[0], []).append(key)
    parts = [HEAD, f"## At the top of the file\n\n{table(sections.pop(''))}"]
    for section, found in sections.items():
        parts.append(f"## `{section}`\n\n{section_of(section)}\n\n{table(found)}")
    parts.append(f"{LANGUAGE_MODEL}\n{table(language_model_keys())}")
    return "\n".join(parts)


def table(rows: Iterable[Key]) -> str:
    """A table with a row for each key."""
    lines = ["| key | default | unit and limits | what it does |", "| --- | --- | --- | --- |"]
    for key in rows:
        name = key.name.rpartition(".")[2]
        default = "required" if key.required else f"`{yaml_value(key.default)}`"
        limits = "; ".join(filter(None, (key.unit, key.values)))
        lines.append(f"| `{name}` | {default} | {limits} | {key.description} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
