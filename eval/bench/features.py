"""Embeddings of a split's pictures, computed once and kept on disk."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np

from vid2book.models.open_clip import OpenClip, Vectors
from vid2book.store import Store, make_key

from .rows import Rows

_BATCH = 64
Tell = Callable[[str, int, int], None]  # what is being done, how many are done, and the total


class Features:
    """Embeddings by one CLIP model.

    Args:
        open_clip: the model.
        tell: called with what is being embedded, how many pictures are done, and the total.
    """

    def __init__(self, open_clip: OpenClip, tell: Tell | None = None) -> None:
        self.identity = open_clip.identity
        self._open_clip = open_clip
        self._tell = tell or (lambda what, done, total: None)
        self._store = Store()

    def of(self, rows: Rows) -> Vectors:
        """Array (rows, dimensions) with rows of length 1, or of zeros if there is no picture.

        Raises:
            ModelError: the model cannot be loaded.
        """
        key = make_key(self.identity, rows.source, rows.fingerprint)

        def make() -> bytes:
            out = io.BytesIO()
            np.save(out, self._embed(rows))
            return out.getvalue()

        return np.load(io.BytesIO(self._store.piece("features", key, make)))

    def _embed(self, rows: Rows) -> Vectors:
        parts = []
        for start in range(0, len(rows), _BATCH):
            span = range(start, min(start + _BATCH, len(rows)))
            images = {i: image for i in span if (image := rows.image(i)) is not None}
            vectors = self._open_clip.images(
                [np.asarray(image.convert("RGB")) for image in images.values()]
            )
            part = np.zeros((len(span), vectors.shape[1]), np.float32)
            part[[i - start for i in images]] = vectors
            parts.append(part)
            self._tell(f"embedding {rows.source}", span.stop, len(rows))
        # A batch without pictures has no dimensions of its own.
        width = max(part.shape[1] for part in parts)
        return np.concatenate([np.resize(p, (len(p), width)) for p in parts])
