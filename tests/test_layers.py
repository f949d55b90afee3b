"""Imports go one way: the builder and the evaluation import the core, never the other way."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = {"vid2book": "vid2book", "builder": "vid2book.builder", "eval": "vid2book.eval"}
# Folder to what it must not import.
FORBIDDEN = {
    "vid2book": ("vid2book.builder", "vid2book.eval"),
    "builder": ("vid2book.eval",),
    "eval": ("vid2book.builder",),
}


def imports(source: str, package: str) -> Iterator[str]:
    """Every module that `source`, in `package`, imports, relative ones made absolute."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join(parts) if node.level else ""
            module = ".".join(p for p in (base, node.module) if p)
            yield module
            yield from (f"{module}.{name.name}" for name in node.names)


def wrong(folder: str, source: str, package: str) -> list[str]:
    return [
        name
        for name in imports(source, package)
        for bad in FORBIDDEN[folder]
        if name == bad or name.startswith(bad + ".")
    ]


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_import_goes_the_wrong_way(folder: str) -> None:
    found = []
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files
    for path in files:
        inside = path.relative_to(ROOT / folder).parent.parts
        package = ".".join([FOLDERS[folder], *inside])
        found += [f"{path.name}: {name}" for name in wrong(folder, path.read_text(), package)]
    assert not found


HEAVY = {"torch", "transformers"}


def heavy(source: str, in_models: bool) -> list[str]:
    """Imports of large packages that would make the command slow, or the core need them.

    They may stand in the functions of `models/`, where a user has asked for such a model.
    """
    tree = ast.parse(source)
    lazy = {
        node
        for function in ast.walk(tree)
        if in_models and isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
    }
    return [
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom) and node not in lazy
        for name in imports(ast.unparse(node), "vid2book")
        if name.split(".")[0] in HEAVY
    ]


def test_large_packages_are_imported_by_models_in_use_alone() -> None:
    found = []
    for path in sorted((ROOT / "vid2book").rglob("*.py")):
        in_models = path.parent.name == "models"
        found += [f"{path.name}: {name}" for name in heavy(path.read_text(), in_models)]
    assert not found


def test_a_wrong_import_of_a_large_package_is_seen() -> None:
    inside = "class A:\n    def f(self):\n        import torch.nn\n"
    assert heavy(inside, in_models=False) == ["torch.nn"]
    assert heavy(inside, in_models=True) == []
    assert heavy("from transformers import pipeline", in_models=True)[0] == "transformers"


@pytest.mark.parametrize(
    "source",
    [
        "import vid2book.builder.write",
        "from vid2book import builder",
        "from .. import builder",
        "from ..eval.truth import score",
    ],
)
def test_a_wrong_import_is_seen(source: str) -> None:
    assert wrong("vid2book", source, "vid2book.speech")
