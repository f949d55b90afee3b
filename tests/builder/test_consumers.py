"""What people open a corpus with: torch, polars, DuckDB, OBELICS readers, datasets 3.6."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import polars
import pyarrow.parquet as pq
import pytest
from datasets import load_dataset

from vid2book.builder.write import write_corpus

ROOT = Path(__file__).parents[2]
needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="torch is not installed (extra 'train')"
)


@pytest.fixture
def out(corpus, tmp_path: Path) -> Path:
    write_corpus(corpus, tmp_path / "out")
    return tmp_path / "out"


def test_a_reader_of_obelics_needs_images_and_texts_only(out: Path) -> None:
    for row in load_dataset(str(out), split="train"):
        document = []
        for image, text in zip(row["images"], row["texts"], strict=True):
            assert (image is None) != (text is None)
            document.append("<image>" if image is not None else text)
        assert document[::2] == ["<image>", "<image>"]
        assert document[1].startswith("Paragraph 0 of sample")


def test_polars_reads_it(out: Path) -> None:
    frame = polars.read_parquet(out / "data" / "*.parquet")
    assert sorted(frame["id"]) == [f"optics-{v}-{n:05d}" for v in (1, 2) for n in range(2)]
    images = frame["images"].explode().struct.field("bytes").drop_nulls()
    assert len(images) == 8
    assert images[0][:2] == b"\xff\xd8"
    counts = polars.scan_parquet(out / "data").select(polars.col("image_num").sum()).collect()
    assert counts.item() == 8


def test_duckdb_reads_it(out: Path) -> None:
    found = duckdb.sql(
        f"""
        select s.id, v.title, len(list_filter(s.texts, lambda text: text is not null)) as paragraphs
        from '{out}/data/*.parquet' s join '{out}/videos/*.parquet' v
        on s.video_ids[1] = v.video_id order by s.id
        """
    ).fetchall()
    assert found[0] == ("optics-1-00000", "Lecture optics-1, part one", 2)
    assert len(found) == 4
    query = f"select images[1].bytes from '{out}/data/train*.parquet' limit 1"
    ((image,),) = duckdb.sql(query).fetchall()
    assert image[:2] == b"\xff\xd8"


@needs_torch
def test_torch_formats_and_loads_with_workers(out: Path) -> None:
    import torch

    rows = load_dataset(str(out), split="train").with_format("torch")
    assert isinstance(rows[0]["image_num"], torch.Tensor)
    stream = load_dataset(str(out), split="train", streaming=True).with_format("torch")
    assert len(list(stream)) == 2
    loader = torch.utils.data.DataLoader(
        load_dataset(str(out), split="train"), num_workers=2, collate_fn=lambda batch: batch
    )
    assert [row["id"] for batch in loader for row in batch] == ["optics-1-00000", "optics-1-00001"]


def test_old_versions_of_datasets_are_not_confused(out: Path) -> None:
    for file in out.rglob("*.parquet"):
        assert pq.read_schema(file).metadata is None


@pytest.fixture(scope="module")
def old_python(tmp_path_factory: pytest.TempPathFactory):
    """The Python of an environment with vid2book and datasets 3.6, removed afterwards."""
    folder = tmp_path_factory.mktemp("datasets36")
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    install = [python, "-m", "pip", "install", "-q"]
    if subprocess.run([*install, "datasets==3.6.0"], capture_output=True).returncode:
        shutil.rmtree(folder)
        pytest.skip("datasets 3.6 cannot be installed here")
    subprocess.run([*install, "datasets==3.6.0", f"{ROOT}[offline]"], check=True)
    yield python
    shutil.rmtree(folder)


def run_old(python: Path, code: str, *arguments: object) -> dict[str, object]:
    done = subprocess.run(
        [python, "-c", code, *map(str, arguments)], capture_output=True, text=True, cwd="/"
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.slow
def test_datasets_36_opens_the_parquet(out: Path, old_python: Path) -> None:
    code = """
import json, sys, datasets
rows = datasets.load_dataset(sys.argv[1], split="train")
stream = datasets.load_dataset(sys.argv[1], split="train", streaming=True)
print(json.dumps({
    "version": datasets.__version__,
    "ids": rows["id"],
    "streamed": [row["id"] for row in stream],
    "image": rows[0]["images"][0].size,
    "videos": datasets.load_dataset(sys.argv[1], "videos", split="train")["video_id"],
}))
"""
    assert run_old(old_python, code, out) == {
        "version": "3.6.0",
        "ids": ["optics-1-00000", "optics-1-00001"],
        "streamed": ["optics-1-00000", "optics-1-00001"],
        "image": [64, 48],
        "videos": ["optics-1", "chat", "broken"],
    }


@pytest.mark.slow
def test_the_loading_script_runs_under_datasets_36(tmp_path: Path, old_python: Path) -> None:
    lectures = tmp_path / "lectures"
    lectures.mkdir()
    (lectures / "broken.mp4").write_bytes(b"no video")
    shutil.copy(ROOT / "examples" / "lectures" / "demand.mp4", lectures)
    code = """
import json, sys, datasets
def load(config):
    return datasets.load_dataset(
        sys.argv[1], config, manifest=sys.argv[2], store=sys.argv[3], workers=1,
        trust_remote_code=True, split="train",
    )
samples, videos = load("default"), load("videos")
print(json.dumps({
    "videos": dict(zip(videos["video_id"], videos["status"])),
    "of": samples["video_ids"][0],
    "images": sum(image is not None for image in samples[0]["images"]),
    "num": samples[0]["image_num"],
}))
"""
    script, store = ROOT / "builder" / "textbook.py", tmp_path / "store"
    found = run_old(old_python, code, script, lectures, store)
    assert found["videos"] == {"broken": "failed", "demand": "kept"}
    assert found["of"] == ["demand"]
    assert found["images"] == found["num"] > 0
