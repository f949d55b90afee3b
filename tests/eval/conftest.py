"""A CLIP that every part of the evaluation can use."""

from __future__ import annotations

import pytest

from vid2book.models.open_clip import OpenClip

from ..support.tiny_clip import tiny_clip


@pytest.fixture(scope="session")
def clip_model(tmp_path_factory: pytest.TempPathFactory) -> OpenClip:
    return tiny_clip(tmp_path_factory.mktemp("clip"))
