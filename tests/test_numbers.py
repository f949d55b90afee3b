"""Every number that the core or the builder names in its code is explained where it stands."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

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


def unexplained(source: str) -> Iterator[str]:
    """Numbers at the top of a module without a comment beside them, nor above them or the group
    of numbers in which they stand."""
    lines = source.splitlines()
    group_ends, explained = -1, False
    for node in ast.parse(source).body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        if not is_number(node.value):
            continue
        if node.lineno != group_ends + 1:
            explained = False
        explained |= lines[node.lineno - 2].lstrip().startswith("#") if node.lineno > 1 else False
        if not explained and not any(
            "#" in line for line in lines[node.lineno - 1 : node.end_lineno]
        ):
            yield lines[node.lineno - 1]
        group_ends = node.end_lineno or node.lineno


@pytest.mark.parametrize("module", CODE)
def test_every_number_has_a_comment(module: str) -> None:
    assert not list(unexplained(CODE[module].read_text("utf-8")))


def test_a_number_without_a_comment_is_seen() -> None:
    source = (
        "# Why.\nA = 1\nB = -2.0\n\nC = 3\n"
        "D = 4  # what it counts\nE: int = 5 << 6\nF = (7, 8)\nG = len('')\nH = 'text'\n"
    )
    assert list(unexplained(source)) == ["C = 3", "E: int = 5 << 6", "F = (7, 8)"]
