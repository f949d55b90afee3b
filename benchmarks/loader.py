"""How many images a second training's loader prepares, by its number of workers.

    OMP_NUM_THREADS=1 python benchmarks/loader.py

Slides of 1280 by 720 pixels, as a corpus of ours has them, for LLaVA-1.5 (one picture of 336
pixels) and for SmolVLM (tiles of 512 pixels). The model is random and tiny: only its processor
works here. A machine that does other things as well slows the first number down and the second
hardly.
"""

from __future__ import annotations

import io
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from vid2book.eval.corpora import open_corpus
from vid2book.eval.train.config import Data
from vid2book.eval.train.loader import Reading
from vid2book.eval.vlm import Vlm, load

SAMPLES, IMAGES = 24, 4


def main() -> None:
    import sys

    sys.path.insert(0, str(Path(__file__).parents[1]))
    from tests.support import vlms

    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        corpus = _corpus(folder / "corpus.parquet")
        print("| processor | workers | images a second | images a second of processor time |")
        print("| --- | ---: | ---: | ---: |")
        for name, family in (("LLaVA-1.5", "llava"), ("SmolVLM, tiles", "smolvlm")):
            vlm = load(vlms.save(family, folder / family))
            _real_sizes(vlm)
            for workers in (0, 1, 2):
                wall, used = _measure(vlm, corpus, workers)
                print(f"| {name} | {workers} | {wall:.1f} | {used:.1f} |", flush=True)


def _corpus(path: Path) -> Path:
    """Slides: text on white, so that JPEG and the tokenizer have what they have of a lecture."""
    import cv2

    rows = []
    for sample in range(SAMPLES):
        images: list[Any] = []
        for number in range(IMAGES):
            page = np.full((720, 1280, 3), 255, np.uint8)
            for line in range(12):
                told = f"Slide {sample}.{number}, line {line}: the square of the sum"
                cv2.putText(page, told, (60, 60 + 52 * line), 0, 1.1, (30, 30, 30), 2)
            out = io.BytesIO()
            Image.fromarray(page).save(out, "JPEG", quality=90)
            images += [{"bytes": out.getvalue(), "path": None}, None]
        texts = [None, "as we said, the square of the sum " * 10] * IMAGES
        rows.append({"id": str(sample), "images": images, "texts": texts})
    pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=4)
    return path


def _real_sizes(vlm: Vlm) -> None:
    """The processor as the published models have it."""
    images = vlm.processor.image_processor
    if vlm.model.config.model_type == "llava":
        images.size, images.crop_size = {"shortest_edge": 336}, {"height": 336, "width": 336}
    else:
        images.size, images.max_image_size = {"longest_edge": 2048}, {"longest_edge": 512}


def _measure(vlm: Vlm, corpus: Path, workers: int) -> tuple[float, float]:
    data = Data(workers=workers, max_tokens=32768, window=16)
    reading = Reading(vlm, open_corpus(corpus), data, None, 0, 0, 1)
    before, started = _processor_time(), time.monotonic()
    images = sum(piece.images for row in reading.rows(epoch=0) for piece in row.pieces)
    wall = time.monotonic() - started
    assert images == SAMPLES * IMAGES
    return images / wall, images / (_processor_time() - before)


def _processor_time() -> float:
    """Seconds of this process and of the workers that have ended."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


if __name__ == "__main__":
    main()
