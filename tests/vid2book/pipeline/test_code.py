"""An edit of code that a stage reaches changes its key; edits of prose and of other code do not."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from vid2book.config import Config
from vid2book.models.lazy import models_of
from vid2book.pipeline import code
from vid2book.pipeline.corpus import Corpus
from vid2book.pipeline.graph import STAGES
from vid2book.pipeline.keys import modules_of, stage_key
from vid2book.records import Video
from vid2book.store import Store

# The embedded models, and those of other back ends.
CONFIGS = [
    Config(),
    Config(
        transcribe={"backend": "whisper"},  # type: ignore[arg-type]
        keyframes={"algorithm": "clip"},  # type: ignore[arg-type]
        read={"backend": "vlm", "llm": {"model": "a"}},  # type: ignore[arg-type]
        refine={"llm": {"model": "b"}},  # type: ignore[arg-type]
        judge={"llms": [{"model": "c"}]},  # type: ignore[arg-type]
        align={"captions": {"model": "d"}},  # type: ignore[arg-type]
    ),
]
VIDEO = Video("v", "v.mp4")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the core's code, to edit."""
    copy = tmp_path / "vid2book"
    ignored = shutil.ignore_patterns("builder", "eval", "configs", "__pycache__")
    shutil.copytree(code._ROOT, copy, ignore=ignored)
    monkeypatch.setattr(code, "_ROOT", copy)
    forget()
    yield copy
    monkeypatch.undo()
    forget()


def forget() -> None:
    for cached in (
        code.code_of,
        code.code_of_part,
        code._read,
        code._definitions,
    ):
        cached.cache_clear()


def keys() -> dict[str, str]:
    """The key of every stage, apart from those that it needs."""
    forget()
    return {
        f"{stage.name} {number}": stage_key(stage, VIDEO, config, models_of(config), ())
        for number, config in enumerate(CONFIGS)
        for stage in STAGES
    }


def reached() -> dict[str, set[str]]:
    """The modules that the key of a stage stands for."""
    found = {}
    for number, config in enumerate(CONFIGS):
        models = models_of(config)
        chats = {
            "refine": [config.refine.llm],
            "score": config.judge.llms,
            "caption": [config.align.captions],
            "align": [config.align.captions],
        }
        for stage in STAGES:
            wrapped = [getattr(models, name) for name in stage.models if models.identity(name)]
            wrapped += [models.chat(llm) for llm in chats.get(stage.name, ()) if llm]
            roots = set[str]().union(*(modules_of(model) for model in wrapped))
            found[f"{stage.name} {number}"] = set(code.reach(stage.module, *roots))
    return found


def test_an_edit_of_code_changes_the_keys_of_the_stages_that_reach_it(root: Path) -> None:
    before, by_stage = keys(), reached()
    for module in sorted(set().union(*by_stage.values())):
        file = code._file(module)
        assert file is not None and root in file.parents
        text = file.read_text()
        file.write_text(text + "\n_EDITED = 1\n")
        after = keys()
        file.write_text(text)
        expected = {name for name, modules in by_stage.items() if module in modules}
        assert {name for name in after if after[name] != before[name]} == expected, module


def test_an_edit_of_prose_changes_no_key(root: Path) -> None:
    before = keys()
    edited = 0
    for file in root.rglob("*.py"):
        text = file.read_text()
        for docstring in set(_docstrings(ast.parse(text))):
            edited += 1
            text = text.replace(docstring, docstring.replace("e", "ee").replace(".", "!"))
        file.write_text("# A comment.\n\n" + text.replace("\n\n\n", "\n\n\n# Another.\n\n"))
        assert ast.parse(file.read_text())
    for file in root.rglob("*.yaml"):
        file.write_text("# Said anew.\n" + re.sub(r"^#.*\n", "", file.read_text(), flags=re.M))
    assert edited > 300
    assert keys() == before


def _docstrings(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            line = (ast.get_docstring(node, clean=False) or "").splitlines()
            if line and len(line[0]) > 20 and "\\" not in line[0]:
                yield line[0]


def test_code_that_no_stage_reaches_changes_no_key(root: Path) -> None:
    before = keys()
    for folder in ("viewer", "folder", "collect", "config", "manifest", "pipeline"):
        for file in (root / folder).glob("*.py"):
            file.write_text(file.read_text() + "\n_EDITED = 1\n")
    for name in ("cli", "api", "public", "store/store", "stage", "licences"):
        (root / f"{name}.py").write_text((root / f"{name}.py").read_text() + "\n_EDITED = 1\n")
    assert keys() == before


@pytest.mark.parametrize(
    ("record", "stages"),
    [
        ("OcrLine", {"read", "legible"}),
        ("Word", {"recognise", "transcribe", "refine"}),
        ("Outcome", set()),
    ],
)
def test_a_record_counts_where_it_is_met(root: Path, record: str, stages: set[str]) -> None:
    before = keys()
    records = root / "records.py"
    text = records.read_text()
    assert f"class {record}:" in text
    records.write_text(text.replace(f"class {record}:", f"class {record}:\n    more: int = 0\n"))
    after = keys()
    changed = {name.split()[0] for name in after if after[name] != before[name]}
    assert changed >= stages
    if not stages:
        assert not changed


@pytest.mark.parametrize(
    ("wired", "otherwise", "stages"),
    [
        ("transcribe.beam_size", "1", {"recognise"}),
        ("RapidOcr()", "RapidOcr(2)", {"read"}),
        (
            "Server(settings)",
            "Server(settings.model_copy())",
            {"refine", "score", "caption"},
        ),
    ],
)
def test_how_a_model_is_made_counts_for_the_stages_that_use_it(
    root: Path, wired: str, otherwise: str, stages: set[str]
) -> None:
    before = keys()
    file = root / "models" / "lazy.py"
    assert wired in file.read_text()
    file.write_text(file.read_text().replace(wired, otherwise))
    after = keys()
    changed = {name.split()[0] for name in after if after[name] != before[name]}
    assert stages <= changed and not {"keyframes", "transcribe", "clip"} & changed
    assert "recognise" in stages or "recognise" not in changed


@pytest.mark.parametrize(
    "file",
    [
        "assemble/interleave.py",
        "assemble/contribution.py",
        "models/tokens.py",
        "pipeline/corpus.py",
    ],
)
def test_code_that_puts_samples_together_names_the_corpus(
    root: Path, tmp_path: Path, file: str
) -> None:
    corpus = Corpus((VIDEO,), Config(), Store(tmp_path / "store"))
    before = corpus.fingerprint()
    text = (root / file).read_text()
    (root / file).write_text(text + "\n_EDITED = 1\n")
    forget()
    assert corpus.fingerprint() != before
    (root / file).write_text("# Said anew.\n" + text)
    forget()
    assert corpus.fingerprint() == before


def test_data_counts_by_what_it_says(root: Path) -> None:
    before = keys()
    file = root / "teaching" / "cues.yaml"
    file.write_text(file.read_text().replace("sponsor:\n", "sponsor:\n- another cue\n", 1))
    after = keys()
    changed = {name.split()[0] for name in after if after[name] != before[name]}
    assert "score" in changed and "keyframes" not in changed


def test_all_data_beside_the_stages_counts(root: Path) -> None:
    counted = {
        file
        for stage in STAGES
        for name in code.reach(stage.module)
        for file in code._read(name).data
    }
    folders = ("intake", "speech", "screen", "teaching", "assemble")
    beside = {
        file
        for folder in folders
        for kind in ("*.yaml", "*.json")
        for file in (root / folder).rglob(kind)
    }
    assert counted == beside != set()


def test_a_name_for_type_checkers_alone_does_not_count(root: Path) -> None:
    before = keys()
    file = root / "screen" / "phash.py"
    file.write_text(
        file.read_text() + "\nfrom typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from ..viewer import book\n"
    )
    assert "vid2book.viewer" not in code.reach("vid2book.screen.phash")
    assert keys() != before  # the import of `typing` is code
