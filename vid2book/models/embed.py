"""Sentence embeddings by WordLlama: averaged static token vectors. No torch, no network."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..bounds import loading
from .error import ModelError
from .packages import package_folder

_WEIGHTS = "weights/l2_supercat_256.safetensors"
_TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"


class WordLlama:
    """The 256-dimensional vectors shipped in the `wordllama` wheel, loaded on first use."""

    @cached_property
    def identity(self) -> str:
        """Library version and a hash of weights and tokenizer; loads no model.

        Raises:
            ModelError: wordllama is not installed.
        """
        folder = _folder()
        digest = hashlib.sha256()
        for name in (_WEIGHTS, _TOKENIZER):
            digest.update((folder / name).read_bytes())
        return f"wordllama {version('wordllama')} {digest.hexdigest()[:16]}"

    def __call__(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Embed texts.

        Returns:
            Array of shape (len(texts), 256), rows of length 1; a text without words is all zeros.
        """
        vectors = np.zeros((len(texts), 256), dtype=np.float32)
        filled = [i for i, text in enumerate(texts) if text.strip()]
        if filled:
            # One by one, which is as fast: a batch would pad all texts to the longest.
            vectors[filled] = self._model.embed([texts[i] for i in filled], batch_size=1)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / np.maximum(norms, 1e-12)

    @cached_property
    @loading("the embeddings")
    def _model(self) -> Any:
        with _QuietRoot():
            from wordllama import WordLlama as Loader

            # The release looks for `tokenizer/`, but its wheel has `tokenizers/`. That is the name
            # that it looks for in a cache folder.
            return Loader.load(cache_dir=_folder(), disable_download=True)

    def __getstate__(self) -> dict[str, Any]:
        return {}  # sent to worker processes without the weights


class _QuietRoot:
    """Keeps `logging.basicConfig`, which wordllama calls on import, from changing our logs."""

    def __enter__(self) -> None:
        self._handler = logging.NullHandler()
        logging.getLogger().addHandler(self._handler)

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self._handler)


def tokenizer_file() -> Path:
    """The tokenizer that comes with the vectors, as `tokenizers` reads it."""
    return _folder() / _TOKENIZER


def _folder() -> Path:
    folder = package_folder("wordllama")
    if folder is None:
        raise ModelError("sentence embeddings need wordllama: pip install 'wordllama==0.4.0.post1'")
    return folder
