"""A corpus for LLaMA-Factory: conversations in its format "sharegpt", with pictures.

OUT is its `dataset_dir`: dataset_info.json names SPLIT.json, and paths of pictures are relative to
it. https://llamafactory.readthedocs.io/en/latest/getting_started/data_preparation.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..changes import Videos
from ..features import Row
from .turns import START, save_images, turns, without_marks

_INFO = "dataset_info.json"
_FORMAT = {
    "formatting": "sharegpt",
    "columns": {"messages": "messages", "images": "images"},
    "tags": {
        "role_tag": "role",
        "content_tag": "content",
        "user_tag": "user",
        "assistant_tag": "assistant",
    },
}


def write(split: str, rows: Iterable[Row], out: Path, videos: Videos) -> int:
    """Write the rows of a split that contain speech; their number."""
    count = 0
    with (out / f"{split}.json").open("w", encoding="utf-8") as file:
        file.write("[")
        for row in rows:
            if conversation := _conversation(row, out):
                file.write(",\n" if count else "\n")
                json.dump(conversation, file, ensure_ascii=False)
                count += 1
        file.write("\n]\n")
    info = json.loads((out / _INFO).read_text()) if (out / _INFO).is_file() else {}
    info[split] = {"file_name": f"{split}.json", **_FORMAT}
    (out / _INFO).write_text(json.dumps(info, indent=2) + "\n", encoding="utf-8")
    return count


def _conversation(row: Row, out: Path) -> dict[str, Any] | None:
    dialogue = turns(row)
    if not dialogue:
        return None
    paths = save_images(row, out)
    messages = []
    for places, speech in dialogue:
        messages.append({"role": "user", "content": "<image>" * len(places) or START})
        messages.append({"role": "assistant", "content": without_marks(speech)})
    images = [paths[place] for places, _ in dialogue for place in places]
    return {"messages": messages, "images": images}
