"""Puts pydantic's errors into words for the author of a config."""

from __future__ import annotations

from pydantic_core import ErrorDetails

_KINDS = {  # types, by the beginning of pydantic's names for errors
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "string": "text",
    "list": "a list, such as [a, b]",
    "tuple": "a list, such as [a, b]",
    "dict": "keys with values, such as {key: value}",
    "model": "keys with values, such as {key: value}",
}
_BOUNDS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


def requirement(problem: ErrorDetails) -> str:
    """What a wrong value should be instead."""
    kind, context = problem["type"], problem.get("ctx", {})
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return f"must be {words} {context[name]:g}"
    if kind == "literal_error":
        return f"must be {context['expected']}"
    if kind in ("too_short", "too_long"):
        least = kind == "too_short"
        length = context["min_length" if least else "max_length"]
        return f"must have {'at least' if least else 'at most'} {length} entries"
    expected, _, fault = kind.partition("_")
    if expected in _KINDS and fault in ("type", "parsing", "from_float", "attributes_type"):
        return f"must be {_KINDS[expected]}"
    # The messages of our own validators are clear by themselves.
    message = problem["msg"].removeprefix("Value error, ")
    return message.replace("Input should be", "must be").replace("valid tuple", "list")
