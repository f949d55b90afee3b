"""NumPy's products on one thread, whatever machine they are computed on.

OpenBLAS divides a product among its threads, and what it sums in which order changes the last
digits. The spectrum that Whisper hears is such a product: the same minute came out in other words
on one thread than on two. Workers share the processors anyway.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

import numpy as np  # noqa: F401 - only a library that is loaded can be limited
from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[object]:
    """Within this context, OpenBLAS uses one thread."""
    limit: AbstractContextManager[object] = (
        ThreadpoolController().select(internal_api="openblas").limit(limits=1)
    )
    return limit
