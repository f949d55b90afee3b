"""Makes the keys of the store."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def make_key(*parts: Any) -> str:
    """A key of JSON-able parts, in order: 32 hexadecimal digits."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    # A path may contain bytes that are not valid text.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
