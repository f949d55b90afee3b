"""The templates of the pages, each of which includes its style and script."""

from __future__ import annotations

import base64
import hashlib
from functools import partial
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from .scores import reason_of, score_of, with_clock_times
from .times import clock, url_at
from .verdicts import verdict_on

GENERATOR = '<meta name="generator" content="vid2book view">'


class Templates:
    """Renders pages. Everything put into a template is escaped."""

    def __init__(self) -> None:
        self._env = environment(__package__)
        self._env.filters.update(clock=clock, count=count, number=number, plural=plural, span=span)
        self._env.filters.update(
            reason=reason_of, score=score_of, verdict=verdict_on, with_clock_times=with_clock_times
        )
        style = packaged(__package__, "book.css")
        script = packaged(__package__, "search.js") + packaged(__package__, "book.js")
        self._env.globals.update(
            generator=Markup(GENERATOR),
            style=Markup(style),
            script=Markup(script),
            policy=_policy(style, script),
            url_at=url_at,
        )

    def write(self, path: Path, template: str, **values: object) -> None:
        """Render into a file piece by piece, so a page may be larger than memory."""
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for piece in self._env.get_template(template).generate(**values):
                file.write(piece)


def environment(package: str) -> Environment:
    """The templates in a package. All values are escaped, and an undefined one is an error."""
    return Environment(
        loader=FunctionLoader(partial(packaged, package)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def packaged(package: str, name: str) -> str:
    """A file in a package: a template, a style, a script."""
    return (files(package) / name).read_text("utf-8")


def source_hash(text: str) -> str:
    """The hash by which a content security policy allows a style or a script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def count(number: float | None, one: str, many: str) -> str:
    """A number with its noun: 1 picture, 1,200 pictures."""
    whole = int(number or 0)
    return f"{whole:,} {one if whole == 1 else many}"


def plural(noun: str) -> str:
    """More than one: pictures, stretches of the screen."""
    first, of, rest = noun.partition(" of ")
    return f"{first}{'es' if first.endswith('ch') else 's'}{of}{rest}"


def number(value: float) -> str:
    """A score with three digits; without decimals from 1000 on."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def span(seconds: float | None) -> str:
    """A length of time: 45 s, 12 min, 31 h 5 min."""
    whole = round(seconds or 0)
    if whole < 60:
        return f"{whole} s"
    minutes = round(whole / 60)
    hours, rest = divmod(minutes, 60)
    return f"{hours:,} h {rest} min" if hours else f"{minutes} min"


def _policy(style: str, script: str) -> str:
    """A content security policy that allows this style, this script and what it loads, and inline
    pictures.

    If hostile text ever gets past the escaping, the browser still does not run it, and no page
    connects to a server.
    """
    rules = {
        "default-src": "'none'",
        "img-src": "data:",
        "style-src": source_hash(style),
        "script-src": f"{source_hash(script)} 'strict-dynamic'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())
