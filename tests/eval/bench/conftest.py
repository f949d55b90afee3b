from __future__ import annotations

from pathlib import Path

import pytest

from ...support import benchmarks

pytest.importorskip("lm_eval", reason="needs the extra 'eval'")


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every benchmark, and slides, as local Parquet."""
    folder = benchmarks.write_all(tmp_path_factory.mktemp("data"))
    benchmarks.write(folder, "slides", "test", benchmarks.slides(6))
    benchmarks.write(folder, "slides", "train", benchmarks.slides(8, seed=50))
    return folder


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VID2BOOK_STORE", str(tmp_path / "store"))
