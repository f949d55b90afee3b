"""The project's own code, as a part of the store's keys.

A result may change when the code that computed it changes, or any code or data file that this code
reaches by imports. Editing prose must not force anybody to recompute anything, so code counts as
its syntax tree, without comments, docstrings and positions, and YAML as the values that it holds.

There are four exceptions:
- `vid2book.config` does not count, since the values of the settings are in the key.
- `vid2book.pipeline`, `vid2book.stage` and `vid2book.bounds` do not count for a stage: they decide
  what runs, not what comes out. What `corpus.py` itself does to rows counts in the keys of the
  corpus (`code_within`).
- `vid2book.models.lazy` makes all models; only the lines that make the model in question count
  (`code_of_part`).
- `vid2book.records` counts record by record, so a new field of one record does not affect stages
  that never use that record.
"""

from __future__ import annotations

import ast
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

PACKAGE = "vid2book"
_RECORDS = f"{PACKAGE}.records"
_LEFT_OUT = tuple(f"{PACKAGE}.{name}" for name in ("bounds", "config", "pipeline", "stage"))
_DATA = (".yaml", ".json", ".txt", ".md")
_SHOWN = ("__repr__", "_repr_html_")
_ROOT = Path(__file__).parents[1]


class _Module(NamedTuple):
    """One module of the project."""

    meaning: str  # hash of its code and data
    imports: frozenset[str]  # modules of the project
    records: frozenset[str]  # names that it imports from `vid2book.records`
    data: tuple[Path, ...]


@cache
def code_of(*modules: str) -> str:
    """A hash of everything that these modules' results can depend on, their own code included."""
    reached = reach(*modules)
    records = frozenset[str]().union(*(_read(name).records for name in reached))
    parts = [f"{name} {_read(name).meaning}" for name in reached]
    parts += [f"{name} {code_of_part(_RECORDS, name)}" for name in sorted(records)]
    return _hash("\n".join(parts))


def code_within(module: str) -> str:
    """A hash of one module's own code, regardless of what it imports."""
    return _read(module).meaning


@cache
def code_of_part(module: str, name: str) -> str:
    """A hash of one definition in a module and of those in the same module that it uses."""
    definitions = _definitions(module)
    reached, todo = set[str](), {name} & definitions.keys()
    while todo:
        reached |= todo
        nodes = (node for part in todo for node in ast.walk(definitions[part]))
        names = {getattr(node, "id", getattr(node, "attr", "")) for node in nodes}
        todo = (names & definitions.keys()) - reached
    return _hash("\n".join(f"{part} {_dump(definitions[part])}" for part in sorted(reached)))


def reach(*modules: str) -> list[str]:
    """These modules of the project and all whose code they reach by imports, in order of name."""
    reached: set[str] = set()
    todo = set(modules)
    while todo:
        reached |= todo
        todo = {name for module in todo for name in _read(module).imports} - reached
    return sorted(reached)


@cache
def _read(module: str) -> _Module:
    path, tree = _source(module)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    nodes = list(ast.walk(tree))
    imports, records = set(), set()
    for base, name in _imported(nodes, package):
        if base == _RECORDS:
            records.add(name)
        elif f"{base}.{name}" == _RECORDS:
            records |= set(_definitions(_RECORDS))
        elif (imported := _module_of(base, name)) and not _is_left_out(imported):
            imports.add(imported)
    data = _data_files(nodes, path)
    meaning = _hash("\n".join([_dump(tree), *(f"{file.name} {_content(file)}" for file in data)]))
    return _Module(meaning, frozenset(imports), frozenset(records), tuple(data))


def _data_files(nodes: Iterable[ast.AST], path: Path) -> list[Path]:
    """The files in the folder of a module that its code names."""
    names = {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.endswith(_DATA)
    }
    return sorted(path.parent / name for name in names if (path.parent / name).is_file())


def _content(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".yaml":
        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        text = json.dumps(yaml.load(text, loader))
    return _hash(text)


def _file(module: str) -> Path | None:
    """The source file of a module; None if the project has no such module."""
    package, *inner = module.split(".")
    place = _ROOT.joinpath(*inner)
    files = (place.with_suffix(".py"), place / "__init__.py")
    return next((f for f in files if f.is_file()), None) if package == PACKAGE else None


def _imported(nodes: Iterable[ast.AST], package: str) -> Iterator[tuple[str, str]]:
    """The imports of a module: for each name, the module that it is imported from and the name."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.rpartition(".")[::2] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join(filter(None, [*(above if node.level else ()), node.module]))
            yield from ((base, alias.name) for alias in node.names)


def _module_of(base: str, name: str) -> str | None:
    """The module that `from base import name` reads; None if it is not one of ours."""
    return next((module for module in (f"{base}.{name}", base) if _file(module)), None)


def _is_left_out(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in _LEFT_OUT)


@cache
def _definitions(module: str) -> dict[str, ast.stmt]:
    """Classes, functions, methods and top-level assignments of a module, by name."""
    _, tree = _source(module)
    definitions: dict[str, ast.stmt] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            definitions[node.name] = node
    for node in tree.body:
        if isinstance(node, ast.Assign):
            definitions |= {t.id: node for t in node.targets if isinstance(t, ast.Name)}
    return definitions


def _source(module: str) -> tuple[Path, ast.Module]:
    """The file of a module, and the part of its syntax tree that counts."""
    # A stage may be defined outside the project: in a test, or in somebody's own program.
    path = _file(module) or Path(str(sys.modules[module].__file__))
    return path, _plain(_parsed(path.read_bytes()))


def _parsed(source: bytes) -> ast.Module:
    try:
        return ast.parse(source)
    except SystemError:  # CPython 3.11, if two threads parse at once (gh-106905)
        return ast.parse(source)


def _plain(tree: ast.Module) -> ast.Module:
    """The tree without docstrings, and without code that serves only type checkers or display."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [line for line in body if not _says_nothing(line)]  # type: ignore[attr-defined]
    return tree


def _says_nothing(line: ast.stmt) -> bool:
    if isinstance(line, ast.FunctionDef):
        return line.name in _SHOWN
    if isinstance(line, ast.If):
        return isinstance(line.test, ast.Name) and line.test.id == "TYPE_CHECKING"
    return (
        isinstance(line, ast.Expr)
        and isinstance(line.value, ast.Constant)
        and isinstance(line.value.value, str)
    )


def _dump(node: Any) -> str:
    """A syntax tree as text. Unlike `ast.dump`, it is the same in Python 3.11 to 3.13."""
    if isinstance(node, list):
        return f"[{','.join(map(_dump, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    parts = [type(node).__name__]
    for name in node._fields:
        value = getattr(node, name, None)
        # Whether a name is read or written (ctx) follows from its position.
        if name == "value" or (name != "ctx" and value not in (None, [])):
            parts.append(f"{name}={_dump(value)}")
    return f"({','.join(parts)})"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
