"""Imports go one way: from what runs to what it runs, and never in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {"vid2book": "vid2book", "builder": "vid2book.builder", "eval": "vid2book.eval"}

# Each room of the core, and what it may import of the others. What stands at the top of the core
# (records, errors and the like) has a line of its own.
PLAIN = {"errors", "quantities", "records"}
STAGES = PLAIN | {
    "bounds",
    "config",
    "intake",
    "languages",
    "models",
    "media",
    "privacy",
    "stage",
    "words",
}
ROOMS: dict[str, set[str]] = {
    "errors": set(),
    "headers": set(),
    "exports": set(),
    "languages": set(),
    "beside": {"languages"},
    "licences": set(),
    "words": set(),
    "names": set(),
    "notebook": {"thumbnails"},
    "thumbnails": set(),
    "records": {"notebook"},
    "public": set(),
    "intake": {"errors", "languages", "quantities"},
    "remote": {"errors", "public"},
    "store": {"errors", "remote"},
    "stage": {"config", "media", "models", "records"},
    "config": {"errors", "intake", "quantities"},
    "local": {"errors", "remote"},
    "bounds": set(),
    "media": {"errors"},
    "models": {*PLAIN, "bounds", "config", "headers", "languages", "words"},
    "privacy": {"records"},
    "manifest": {*PLAIN, "beside", "intake", "languages", "media", "names", "public", "remote"},
    "collect": {
        *PLAIN,
        "beside",
        "config",
        "console",
        "folder.lock",
        "headers",
        "intake",
        "languages",
        "licences",
        "local",
        "manifest",
        "media.container",
        "media.survey",
        "models",
        "names",
        "terminal",
        "usage",
        "viewer.templates",
    },
    "folder": {*PLAIN, "intake", "names"},
    "viewer": {*PLAIN, "folder", "names", "pipeline.processes", "thumbnails"},
    # Each uses what the other found: terms to hear, and subtitles not to read.
    "speech": STAGES | {"screen"},
    "screen": STAGES | {"speech"},
    "teaching": STAGES | {"speech", "screen"},
    "assemble": STAGES | {"speech", "screen", "teaching"},
    "pipeline": STAGES
    | {
        "errors",
        "intake",
        "public",
        "remote",
        "store",
        "speech",
        "screen",
        "teaching",
        "assemble",
        "thumbnails",
    },
    "api": {
        *PLAIN,
        "config",
        "exports",
        "local",
        "manifest",
        "pipeline",
        "privacy",
        "store",
        "screen",
        "speech",
    },
    "quantities": set(),
    "bar": set(),
    "lines": set(),
    "usage": set(),
    "terminal": {"console", "lines"},
    "console": {"errors", "lines"},
    "cli": {
        "bar",
        "collect.command",
        "collect.taxonomy_command",
        "config",
        "console",
        "errors",
        "terminal",
        "usage",
        "viewer",
    },
    "__main__": {"cli"},
}

# `import vid2book` itself: all but `api` and `exports` is imported when it is used.
FRONT = {
    "api",
    "exports",
    "builder.building",
    "builder.write",
    "config",
    "errors",
    "manifest",
    "models.error",
    "pipeline.work",
}


def imported(source: str, package: str) -> Iterator[str]:
    """Every module that `source`, in `package`, imports, relative ones made absolute."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join(parts) if node.level else ""
            module = ".".join(p for p in (base, node.module) if p)
            yield from (f"{module}.{name.name}" for name in node.names)


def modules() -> dict[str, Path]:
    """Every module of the project."""
    found = {}
    for folder, package in PACKAGES.items():
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT / folder).with_suffix("").parts
            inner = parts[:-1] if parts[-1] == "__init__" else parts
            found[".".join([package, *inner])] = path
    return found


MODULES = modules()


def imports_of(module: str) -> set[str]:
    """The modules of the project that one imports, for type checkers alone or not."""
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    names = imported(path.read_text(), package)
    found = {next((m for m in (n, n.rpartition(".")[0]) if m in MODULES), "") for n in names}
    return found - {"", module}


def in_core(module: str) -> bool:
    return not module.startswith(("vid2book.builder", "vid2book.eval"))


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def may_import(module: str, other: str) -> bool:
    """Whether the first may know the second."""
    if in_core(module):
        allowed = ROOMS[room(module)] if room(module) else FRONT
        inside = other.removeprefix("vid2book.")
        names = {inside, inside.split(".")[0]}
        return (in_core(other) and room(module) == room(other)) or bool(names & allowed)
    # Only the core is below both.
    return in_core(other) or other.split(".")[1] == module.split(".")[1]


def test_every_room_has_a_line() -> None:
    assert {room(module) for module in MODULES if in_core(module)} - {""} == set(ROOMS)


@pytest.mark.parametrize("module", MODULES)
def test_no_import_goes_the_wrong_way(module: str) -> None:
    assert not {other for other in imports_of(module) if not may_import(module, other)}


@pytest.mark.parametrize(
    ("module", "other"),
    [
        ("vid2book.records", "vid2book.store"),
        ("vid2book.speech.refine", "vid2book.pipeline.work"),
        ("vid2book.screen.read", "vid2book.store"),
        ("vid2book.screen.read", "vid2book.assemble.align"),
        ("vid2book.pipeline.corpus", "vid2book.builder.write"),
        ("vid2book.cli", "vid2book.eval.truth"),
        ("vid2book.builder.write", "vid2book.eval.truth"),
        ("vid2book.eval.corpora", "vid2book.builder.write"),
        ("vid2book.viewer.book", "vid2book.pipeline.corpus"),
    ],
)
def test_a_wrong_import_is_seen(module: str, other: str) -> None:
    assert module in MODULES and other in MODULES and not may_import(module, other)


def test_relative_imports_are_made_absolute() -> None:
    source = "from .. import builder\nfrom ..eval.truth import score\nimport vid2book.store"
    assert list(imported(source, "vid2book.speech")) == [
        "vid2book.builder",
        "vid2book.eval.truth.score",
        "vid2book.store",
    ]


def test_no_modules_import_each_other_in_a_circle() -> None:
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join([*trail[trail.index(module) :], module])
        if module not in done:
            for other in imports_at_start(module):
                visit(other, (*trail, module))
            done.add(module)

    for module in MODULES:
        visit(module, ())


def imports_at_start(module: str) -> set[str]:
    """Without what is imported in functions and for type checkers alone."""
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    tree = ast.parse(path.read_text())
    tree.body = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = imported(ast.unparse(tree), package)
    return {m for n in names for m in (n, n.rpartition(".")[0]) if m in MODULES} - {module}


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
        for name in imported(ast.unparse(node), "vid2book")
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
    assert heavy("from transformers import pipeline", in_models=True) == ["transformers.pipeline"]
