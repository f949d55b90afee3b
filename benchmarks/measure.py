"""In-sample image similarity: vid2book against the reference approach, in one run.

The released scripts decode and encode both images of every pair anew; vid2book does so once for
each image. Both take the same corpus and the same CLIP model here, and must give the same numbers.
The model has the size of ViT-B-32 and random weights, so only times and agreement mean anything.

    python benchmarks/measure.py [--samples N] [--images N]
"""

from __future__ import annotations

import argparse
import io
import tempfile
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from skimage.metrics import structural_similarity

from vid2book.eval.corpora import Interleaved
from vid2book.eval.measures.insi_sim import InSampleSimilarity
from vid2book.eval.seen import SampleWithImages
from vid2book.eval.tools import Tools
from vid2book.models.open_clip import OpenClip

MODEL = "ViT-B-32"
_SIZE = (1280, 720)


def make_samples(samples: int, images: int) -> list[Interleaved]:
    """Slides of one lecture each, as JPEG."""
    draw = np.random.default_rng(0)
    words = "force energy cell gene list search market price wave field heat light".split()
    made = []
    for number in range(samples):
        contents = []
        for k in range(images):
            slide = Image.new("RGB", _SIZE, (250, 248, 240))
            pen = ImageDraw.Draw(slide)
            pen.text((80, 60), f"Part {k + 1}", (30, 30, 60), ImageFont.load_default(60))
            for line in range(6):
                text = " ".join(draw.choice(words, 6))
                pen.text((100, 180 + 80 * line), text, (30, 30, 60), ImageFont.load_default(36))
            out = io.BytesIO()
            slide.save(out, "JPEG", quality=90)
            contents.append(out.getvalue())
        nothing = (None,) * images
        name = f"sample{number}"
        made.append(Interleaved(name, name, tuple(contents), nothing, nothing, nothing, nothing))
    return made


def ours(samples: list[Interleaved], open_clip: OpenClip) -> tuple[float, float]:
    """InSI-SIM plain and as released."""
    measure = InSampleSimilarity(Tools(open_clip=open_clip))
    for index, record in enumerate(samples):
        seen = SampleWithImages(record, index)
        seen.vectors = open_clip.images([picture.pixels for picture in seen.pictures])
        measure.see(seen)
    found = measure.finish()
    values = [np.mean(found[name].total) for name in ("insi_sim", "insi_sim_as_released")]
    return float(values[0]), float(values[1])


def reference(samples: list[Interleaved], open_clip: OpenClip) -> tuple[float, float]:
    """The same, with every pair decoded and encoded anew."""
    plain, released = [], []
    for record in samples:
        cosines, ssims = [], []
        for one, other in combinations([image for image in record.images if image], 2):
            first, second = _decode(one), _decode(other)
            vectors = open_clip.images([first, second])
            cosines.append((float(vectors[0] @ vectors[1]) + 1) / 2)
            second = cv2.resize(second, first.shape[1::-1], interpolation=cv2.INTER_AREA)
            greys = [cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in (first, second)]
            ssims.append(structural_similarity(*greys))
        plain.append(np.mean((np.array(cosines) + np.array(ssims)) / 2))
        released.append((sum(ssims) + (sum(cosines) + 1) / 2) / 2 / len(ssims))
    return float(np.mean(plain)), float(np.mean(released))


def _decode(content: bytes) -> np.ndarray:
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)


def timed(run: Callable[[], tuple[float, float]]) -> tuple[float, tuple[float, float]]:
    """CPU seconds, which other work on the machine does not change, and values."""
    started = time.process_time()
    values = run()
    return time.process_time() - started, values


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=2)
    parser.add_argument("--images", type=int, default=10, help="of each sample")
    given = parser.parse_args()
    samples = make_samples(given.samples, given.images)
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "random.pt"
        _save_random(weights)
        model = OpenClip(MODEL, str(weights))
        model.images([np.zeros((8, 8, 3), np.uint8)])  # loads the model
        seconds, values = timed(lambda: ours(samples, model))
        slow, expected = timed(lambda: reference(samples, model))
    print(f"{given.samples} samples of {given.images} images, {_SIZE[0]} x {_SIZE[1]}, {MODEL}")
    print("| approach | CPU seconds a sample | InSI-SIM | as released |")
    print("| --- | --- | --- | --- |")
    for name, took, (plain, released) in (
        ("every pair anew", slow, expected),
        ("vid2book", seconds, values),
    ):
        print(f"| {name} | {took / given.samples:.2f} | {plain:.6f} | {released:.6f} |")
    print(f"{slow / seconds:.1f} times as fast; largest difference "
          f"{max(abs(a - b) for a, b in zip(values, expected, strict=True)):.1e}")  # fmt: skip


def _save_random(path: Path) -> None:
    import open_clip
    import torch

    torch.manual_seed(0)
    torch.save(open_clip.create_model(MODEL).state_dict(), path)


if __name__ == "__main__":
    main()
