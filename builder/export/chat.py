"""A corpus as conversations with pictures, for TRL and the chat templates of transformers.

Columns `images` and `messages`; a part of a message is a text, or a picture (`{"type": "image"}`),
which is the next one of `images`. https://huggingface.co/docs/trl/dataset_formats
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from datasets import Features, Image, Value

from ..changes import Videos
from ..features import Row
from .parquet import write_rows
from .turns import START, turns

_PART = {"type": Value("string"), "text": Value("string")}
FEATURES = Features(
    {
        "id": Value("string"),
        "images": [Image()],
        "messages": [{"role": Value("string"), "content": [_PART]}],
    }
)
_ABOUT = (
    "Conversations of a multimodal textbook: the user shows the screen, the assistant says what "
    "the teacher says. For `trl.SFTTrainer` and `processor.apply_chat_template`."
)


def write(split: str, rows: Iterable[Row], out: Path, videos: Videos) -> int:
    """Write the rows of a split that contain speech; their number."""
    return write_rows(split, _conversations(rows), out, FEATURES, _ABOUT)


def _conversations(rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        if dialogue := turns(row):
            images = [row["images"][place] for places, _ in dialogue for place in places]
            yield {"id": row["id"], "images": images, "messages": list(_messages(dialogue))}


def _messages(dialogue: list[tuple[list[int], str]]) -> Iterator[dict[str, Any]]:
    for places, speech in dialogue:
        parts = [{"type": "image", "text": None} for _ in places]
        yield {"role": "user", "content": parts or [{"type": "text", "text": START}]}
        yield {"role": "assistant", "content": [{"type": "text", "text": speech}]}
