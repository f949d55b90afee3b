"""The documentation builds as a site, and says what is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from vid2book.builder.features import FEATURES

ROOT = Path(__file__).parents[1]


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("sphinx")
    made = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", ROOT / "docs", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (made.returncode, made.stderr) == (0, "")
    page = (tmp_path / "api.html").read_text("utf-8")
    for name in ("vid2book.build", "vid2book.builder.push", "vid2book.records.Sample"):
        assert f'id="{name}"' in page
    assert "from_template" not in page and "`" not in re.sub(r"<(script|style).*?</\1>", "", page)


def test_every_column_of_the_samples_is_explained() -> None:
    text = (ROOT / "docs" / "corpus.md").read_text("utf-8")
    table = text[text.index("## `default`") : text.index("## `videos`")]
    cells = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    assert sorted(re.findall(r"`(\w+)`", " ".join(cells))) == sorted(FEATURES["default"])


def test_the_notebook_runs() -> None:
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    notebook = nbformat.read(ROOT / "examples" / "tour.ipynb", as_version=4)
    where = {"metadata": {"path": str(ROOT / "examples")}}
    nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3", resources=where).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    html = [o["data"]["text/html"] for o in outputs if "text/html" in o.get("data", {})]
    assert len(html) == 3 and all("<img " in page for page in html)
    told = str(outputs)
    assert "demand" in told and "num_rows: 1" in told and "weekend-vlog - teaches nothing" in told
