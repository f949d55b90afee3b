"""Every number that the core or the builder names in its code is explained where it stands."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from vid2book.config import Config
from vid2book.config.reference import keys

from .test_layers import MODULES

CODE = {name: path for name, path in MODULES.items() if not name.startswith("vid2book.eval")}


def is_number(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value):
            return type(value) in (int, float)
        case ast.UnaryOp(operand=operand):
            return is_number(operand)
        case ast.BinOp(left=left, right=right):
            return is_number(left) and is_number(right)
        case ast.Tuple(elts=parts):
            return bool(parts) and all(map(is_number, parts))
    return False


def explanations(source: str) -> Iterator[tuple[str, str]]:
    """Each number at the top of a module, with the comments beside it and above it or the group of
    numbers in which it stands; empty if there is none."""
    lines = source.splitlines()
    group_ends, above = -1, ""
    for node in ast.parse(source).body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        if not is_number(node.value):
            continue
        if node.lineno != group_ends + 1:
            above = ""
        first = node.lineno - 1
        while first > 0 and lines[first - 1].lstrip().startswith("#"):
            first -= 1
        above += " ".join(lines[first : node.lineno - 1])
        group_ends = node.end_lineno or node.lineno
        beside = [line.partition("#")[2] for line in lines[node.lineno - 1 : group_ends]]
        yield lines[node.lineno - 1], above + " ".join(filter(None, beside))


def unexplained(source: str) -> Iterator[str]:
    """Numbers at the top of a module without such a comment."""
    yield from (number for number, comment in explanations(source) if not comment)


@pytest.mark.parametrize("module", CODE)
def test_every_number_has_a_comment(module: str) -> None:
    assert not list(unexplained(CODE[module].read_text("utf-8")))


def test_the_docs_say_how_many_numbers_were_compared_and_how_many_set_by_eye() -> None:
    root = Path(__file__).parents[1]
    text = " ".join((root / "docs" / "architecture.md").read_text("utf-8").split())
    stated = re.search(
        r"of the (\d+) keys of the config that are numbers, (\d+) were swept;.* Of the (\d+) "
        r"constants in the core and the builder, (\d+) were set by eye",
        text,
    )
    assert stated, "the section Numbers no longer says so"
    numbers = {key.name for key in keys(Config()) if type(key.default) in (int, float)}
    table = (root / "benchmarks" / "README.md").read_text("utf-8")
    swept = numbers & set(re.findall(r"^\| `([\w.]+)` \|", table, re.MULTILINE))
    comments = [c for path in CODE.values() for _, c in explanations(path.read_text("utf-8"))]
    by_eye = [comment for comment in comments if "by eye" in comment.lower()]
    found = [len(numbers), len(swept), len(comments), len(by_eye)]
    assert list(map(int, stated.groups())) == pytest.approx(found, rel=0.1)


def test_a_number_without_a_comment_is_seen() -> None:
    source = (
        "# Why.\nA = 1\nB = -2.0\n\nC = 3\n"
        "D = 4  # what it counts\nE: int = 5 << 6\nF = (7, 8)\nG = len('')\nH = 'text'\n"
    )
    assert list(unexplained(source)) == ["C = 3", "E: int = 5 << 6", "F = (7, 8)"]
