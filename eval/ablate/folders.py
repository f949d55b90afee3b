"""The folders that a study needs, each made once, under a key of everything that can change it.

A folder is written under a temporary name and then renamed, so an existing one is complete.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

import yaml

from vid2book.config import load
from vid2book.errors import UserError
from vid2book.folder.layout import FORMAT, RECORD
from vid2book.pipeline.code import code_of
from vid2book.store import Store, make_key

from . import adopted, arrange
from .config import Folder, Overrides, Settings, StudyCorpus, merged


class AblateError(UserError):
    """A study that cannot be run; the message says what failed and what to do."""


@dataclass(frozen=True)
class KeyedFolder:
    """A folder and the key of its content."""

    path: str  # or a name on the Hub
    key: str


class Folders:
    """Makes the folders of a study, in `root`.

    Args:
        root: where they are kept.
        tell: called with a line before something is made.
    """

    def __init__(self, root: Path, tell: Callable[[str], None]) -> None:
        self._root = root
        self._tell = tell
        self._store = Store()  # which caches the hashes of files

    def model(self, model: Folder, seed: int) -> KeyedFolder:
        """The model that a run with this seed starts from."""
        return self._folder("models", model, seed)

    def corpus(self, corpus: StudyCorpus, pipeline: Overrides) -> KeyedFolder:
        """The corpus, before images are moved."""
        if not corpus.videos:
            return self._folder("corpora", corpus, 0)
        config = merged(load(corpus.config).model_dump(mode="json"), pipeline)
        code = [code_of("vid2book.pipeline.corpus"), FORMAT]  # of all stages and their models
        key = make_key("build", config, self._content([corpus.videos]), code)
        return self._folder_for("corpora", key, lambda out: self._build(corpus.videos, config, out))

    def arranged(
        self, corpus: KeyedFolder, settings: Settings, only: frozenset[str] | None, seed: int
    ) -> KeyedFolder:
        """The corpus of a cell with its images moved; unchanged if none are.

        Args:
            corpus: of the cell.
            settings: of the cell.
            only: ids of the samples among which images move; None: all.
            seed: of the shuffles.
        """
        order, across = settings.shuffle_order, settings.shuffle_across
        if not order and not across:
            return corpus
        if not adopted.is_in_our_shape(Path(corpus.path)):
            key, foreign = make_key("adopt", code_of(adopted.__name__), corpus.key), corpus.path
            corpus = self._folder_for("corpora", key, lambda out: adopted.adopt(foreign, out))
        ids = None if only is None else sorted(only)
        key = make_key("arrange", code_of(arrange.__name__), corpus.key, order, across, ids, seed)
        return self._folder_for(
            "corpora",
            key,
            lambda out: arrange.arrange(Path(corpus.path), out, order, across, only, seed),
        )

    def _folder(self, kind: str, folder: Folder, seed: int) -> KeyedFolder:
        if folder.path:
            exists = Path(folder.path).exists()
            return KeyedFolder(
                folder.path, make_key(self._content([folder.path]) if exists else folder.path)
            )
        # The key is the same wherever vid2book is installed.
        named = folder.make.replace("{seed}", str(seed))
        key = make_key("make", named, self._content(folder.read_paths()))
        command = folder.command(seed)
        return self._folder_for(
            kind, key, lambda out: _run(command.replace("{out}", quote(str(out))))
        )

    def _build(self, videos: str, config: Overrides, out: Path) -> None:
        """Build with the command line: this package cannot import the builder."""
        file = out.with_suffix(".yaml")
        file.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
        _run(
            f"vid2book build {quote(videos)} -o {quote(str(out))} --config {quote(str(file))}",
            fine=(0, 1),  # 1: some videos failed, and the corpus of the others is complete
            tell=self._tell,
        )
        if not (out / RECORD).is_file():
            raise AblateError(f"no corpus came of {videos}: `vid2book build` says above why")

    def _folder_for(self, kind: str, key: str, make: Callable[[Path], None]) -> KeyedFolder:
        path = self._root / kind / key
        if not path.is_dir():
            self._tell(f"making {path}")
            writing = path.with_name(f"writing-{key}")
            shutil.rmtree(writing, ignore_errors=True)
            writing.parent.mkdir(parents=True, exist_ok=True)
            make(writing)
            if not writing.is_dir():
                raise AblateError(f"nothing was written to {writing}, which should become {path}")
            writing.rename(path)
        return KeyedFolder(str(path), key)

    def _content(self, paths: Iterable[str]) -> list[tuple[str, str]]:
        """Names and hashes of all files under the paths.

        Raises:
            AblateError: there is no such file or folder.
        """
        hashes: list[tuple[str, str]] = []
        for path in map(Path, paths):
            if not path.exists():
                raise AblateError(
                    f"{path} is not there (paths in an ablation are relative to where it is run)"
                )
            inside = sorted(f for f in path.rglob("*") if f.is_file()) if path.is_dir() else [path]
            hashes += [
                (f.relative_to(path).as_posix(), self._store.content(f))
                for f in inside
                if "__pycache__" not in f.parts
            ]
        return hashes


def _run(
    command: str, fine: tuple[int, ...] = (0,), tell: Callable[[str], None] = lambda line: None
) -> None:
    """Run a command, with `python` and `vid2book` from this environment.

    Args:
        command: split as by a shell, but run without one.
        fine: exit statuses that do not mean failure.
        tell: called with each line that it prints.

    Raises:
        AblateError: it cannot be run, or fails.
    """
    program, *args = shlex.split(command)
    if program == "python":
        program = sys.executable
    elif beside := shutil.which(program, path=str(Path(sys.executable).parent)):
        program = beside
    last: deque[str] = deque(maxlen=10)
    try:
        with subprocess.Popen(
            [program, *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as running:
            for line in running.stdout or ():
                last.append(line.rstrip())
                tell(line.rstrip())
    except OSError as error:
        raise AblateError(f"cannot run {program}: {error.strerror}") from None
    if running.returncode not in fine:
        output = "\n".join(filter(None, last))
        raise AblateError(f"this failed with exit status {running.returncode}: {command}\n{output}")
