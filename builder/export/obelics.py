"""A corpus in the format of OBELICS: aligned `images` and `texts`, with metadata as JSON text.

See the card of HuggingFaceM4/OBELICS. Its images are URLs; ours are in the files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from datasets import Features, Image, Value

from ..changes import Videos
from ..features import Row
from .parquet import write_rows

FEATURES = Features(
    {
        "images": [Image()],
        "metadata": Value("string"),
        "general_metadata": Value("string"),
        "texts": [Value("string")],
    }
)
_ABOUT = (
    "A multimodal textbook in the columns of OBELICS. `metadata` is a JSON list, null where text "
    "stands; `general_metadata` is a JSON object with the `url` of the video."
)
_GENERAL = ("id", "subject", "course", "knowledge_point", "language", "license")


def write(split: str, rows: Iterable[Row], out: Path, videos: Videos) -> int:
    """Write the rows of a split; their number."""
    return write_rows(split, map(_row, rows), out, FEATURES, _ABOUT)


def _row(row: Row) -> Row:
    metadata = [
        {**element, "ocr": ocr} if image else None
        for image, element, ocr in zip(
            row["images"], row["elements"], row["ocr_texts"], strict=True
        )
    ]
    general = {name: row.get(name) or "" for name in _GENERAL}
    general["url"] = next(iter(row.get("source_urls") or []), "")
    return {
        "images": row["images"],
        "metadata": json.dumps(metadata, ensure_ascii=False),
        "general_metadata": json.dumps(general, ensure_ascii=False),
        "texts": row["texts"],
    }
