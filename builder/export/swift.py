"""A corpus for ms-swift, interleaved, for pretraining (`swift pt`).

OUT/SPLIT.jsonl has one sample per line, OUT/images the pictures. Their paths are relative to OUT;
set ROOT_IMAGE_DIR to it for swift.
https://swift.readthedocs.io/en/latest/Customization/Custom-dataset.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from ..changes import Videos
from ..features import Row
from .turns import save_images, without_marks


def write(split: str, rows: Iterable[Row], out: Path, videos: Videos) -> int:
    """Write the rows of a split; their number."""
    count = 0
    with (out / f"{split}.jsonl").open("w", encoding="utf-8") as file:
        for row in rows:
            paths = save_images(row, out)
            parts = [
                "<image>" if place in paths else without_marks(text or "")
                for place, text in enumerate(row["texts"])
            ]
            content = "\n".join(part for part in parts if part)
            record = {
                "messages": [{"role": "assistant", "content": content}],
                "images": list(paths.values()),
            }
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            count += 1
    return count
