"""What pydantic says of a value, in words for whoever wrote the file."""

from __future__ import annotations

from pydantic_core import ErrorDetails

_KINDS = {  # of types, by the beginning of pydantic's names for what is wrong with them
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
    """What a value must be."""
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
    known, _, fault = kind.partition("_")
    if known in _KINDS and fault in ("type", "parsing", "from_float", "attributes_type"):
        return f"must be {_KINDS[known]}"
    # A check of our own says itself what is wrong.
    said = problem["msg"].removeprefix("Value error, ")
    return said.replace("Input should be", "must be").replace("valid tuple", "list")
