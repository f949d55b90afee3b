"""The released format is read bit by bit, and what is not of it is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vid2book.folder import released
from vid2book.intake import json_text


def test_a_list_longer_than_a_chunk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = [{"images": [None], "texts": ["ä\\u00e4]},{" * n]} for n in range(1, 40)]
    (tmp_path / "long.json").write_text(json.dumps(samples, indent=2, ensure_ascii=False))
    monkeypatch.setattr(json_text, "_CHUNK", 7)
    found = [row["texts"] for row in released.read_released(str(tmp_path / "long.json"), "none")]
    assert found == [sample["texts"] for sample in samples]


@pytest.mark.parametrize("text", ["{}", "[", '[{"a": 1}]', '[{"images": ["a"', "[1]"])
def test_what_is_no_such_list_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(released.ReleasedError, match=r"x\.json"):
        list(released.read_released(str(tmp_path / "x.json"), "images"))
