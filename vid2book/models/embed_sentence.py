"""Sentence embeddings by sentence-transformers (extra `embed`)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bounds import loading
from .error import ModelError
from .weights import folder_hash


class SentenceEmbeddings:
    """Maps texts to unit vectors; the weights are loaded at the first call.

    Args:
        model: a name on the Hub, or a folder saved by sentence-transformers.
    """

    def __init__(self, model: str) -> None:
        self.model = model

    @cached_property
    def identity(self) -> str:
        """Model, weights (those of a folder by hash) and library; loads no model.

        Raises:
            ModelError: the library is not installed.
        """
        try:
            library = f"sentence-transformers {version('sentence-transformers')}"
        except PackageNotFoundError:
            raise ModelError(
                "sentence embeddings need sentence-transformers: pip install 'vid2book[embed]'"
            ) from None
        folder = Path(self.model)
        weights = f" {folder_hash(folder)}" if folder.is_dir() else ""
        return f"{self.model}{weights}, {library}"

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts.

        Returns:
            Array of shape (len(texts), d), rows of length 1; a text without words is all zeros.

        Raises:
            ModelError: the model cannot be loaded.
        """
        if not texts:
            return np.zeros((0, 1), np.float32)
        vectors: NDArray[np.float32] = self._loaded.encode(
            list(texts), normalize_embeddings=True, show_progress_bar=False
        )
        vectors[[not text.strip() for text in texts]] = 0
        return vectors

    @cached_property
    @loading("the embeddings")
    def _loaded(self) -> Any:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()
        try:
            return SentenceTransformer(self.model)
        except Exception as error:
            cause = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError(
                f"the embeddings '{self.model}' are not a folder of sentence-transformers, and "
                f"could not be loaded from the Hub ({cause}): see align.embeddings.model"
            ) from None
