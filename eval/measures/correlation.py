"""Image-text correlation: whether pictures and texts belong together.

A mean cosine alone says little: CLIP finds any slide and any sentence of a lecture somewhat alike.
So it is compared with wrong texts: the lift over texts of other videos, the area under the ROC
curve of right pairs against wrong ones (comparable across corpora and scorers), and how often the
right text is found among ten, nine of them from the same video, where style does not help.

Scorers: CLIP if a model is given; otherwise the text on the image against the speech, both embedded
as text. The former is in the column `ocr_texts`; if a corpus has it nowhere, the packaged OCR reads
a hundred images drawn at random.

Wrong texts are drawn after all samples were seen and sorted by what they are, so the figures do not
depend on where a corpus was read, nor in which order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vid2book.models.open_clip import Vectors

from ..pairs import text_of
from ..reservoir import Reservoir
from ..seen import SampleWithImages, decode
from ..tools import Tools
from .base import Absent, Figure, Measure, Measurement, PerPair, PerSample

_WRONG = 20  # wrong texts for each image, for the lift
_WRONG_FOR_AREA = 4  # of these, the ones used for the ROC curve
_POOL = 10
_READ = 100  # images to read, if none has been read yet; each takes about a second
_SOURCE = "own definition; CLIP score after Hessel et al. 2021"
_BLIND = "what CLIP or the on-screen text does not show: gestures, layout, whether it is true"


class _Pair(NamedTuple):
    """An image and its text."""

    image: Vectors
    text: str
    sample: int
    video: str


class _Unread(NamedTuple):
    """An image of unknown text, and what is said with it."""

    content: bytes
    speech: str
    sample: int
    video: str


@dataclass
class _Pairs:
    """All images that have a text. Texts are numbered; equal texts have the same number."""

    images: list[Vectors] = field(default_factory=list)
    text: list[int] = field(default_factory=list)
    sample: list[int] = field(default_factory=list)
    video: list[str] = field(default_factory=list)
    texts: list[Vectors] = field(default_factory=list)
    said_in: list[set[str]] = field(default_factory=list)  # videos of each text

    @classmethod
    def of(cls, found: Sequence[_Pair], vectors: Mapping[str, Vectors]) -> _Pairs:
        """Pairs in this order, with the vectors of their texts."""
        pairs = cls()
        numbers: dict[str, int] = {}
        for pair in found:
            if pair.text not in numbers:
                numbers[pair.text] = len(numbers)
                pairs.texts.append(vectors[pair.text])
                pairs.said_in.append(set())
            number = numbers[pair.text]
            pairs.said_in[number].add(pair.video)
            pairs.images.append(pair.image)
            pairs.text.append(number)
            pairs.sample.append(pair.sample)
            pairs.video.append(pair.video)
        return pairs


class Correlation(Measure):
    """Similarity, lift, area under the ROC curve and recall@1 in pools of ten."""

    figures = (
        Figure("image_text_lift", "Similarity of image and text, above that with other texts",
               "higher", "difference of cosines", _SOURCE,
               _BLIND + "; it does not compare across scorers",
               counted="image", least=-2.0, most=2.0),
        Figure("image_text_auc", "Right pairs score higher than wrong ones (AUC)", "higher",
               "share, 0.5 by chance", _SOURCE, _BLIND, counted="image"),
        Figure("image_text_recall_at_1", "Right text found among ten from the same video", "higher",
               "share, 0.1 by chance", _SOURCE, _BLIND + "; videos of few texts have easier pools",
               counted="image"),
        Figure("image_text_similarity", "Similarity of image and text", "higher", "cosine",
               _SOURCE, "style: any slide and any lecture are somewhat alike", counted="image",
               least=-1.0, most=1.0),
    )  # fmt: skip

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._pairs = _Pairs()
        self._found: list[_Pair] = []
        self._vectors: dict[str, Vectors] = {}  # of texts
        self._keys: list[tuple[str, str]] = []  # of samples
        self._unread = Reservoir[_Unread](_READ, tools.seed)
        self._scorer = (
            tools.open_clip.name
            if tools.open_clip
            else f"on-screen text to speech, {tools.embed.identity}"
        )

    def see(self, sample: SampleWithImages) -> None:
        record = sample.record
        self._keys.append(record.key)
        images = self._embed_images(sample)
        places = [
            (text_of(record, p.position), i) for p, i in zip(sample.pictures, images, strict=True)
        ]
        if sample.vectors is None:
            self._keep_unread(sample, [text for text, _ in places])
        pairs = [(text, image) for text, image in places if text is not None and image.any()]
        texts = [record.texts[place] or "" for place, _ in pairs]
        self._embed_texts(texts)
        for text, (_, image) in zip(texts, pairs, strict=True):
            self._found.append(_Pair(image, text, sample.index, record.video_id))

    def _keep_unread(self, sample: SampleWithImages, texts: Sequence[int | None]) -> None:
        record = sample.record
        for picture, text in zip(sample.pictures, texts, strict=True):
            content = record.images[picture.position]
            if record.ocr_texts[picture.position] is None and text is not None and content:
                speech = record.texts[text] or ""
                name = f"{record.key} {picture.position}"
                self._unread.add(name, _Unread(content, speech, sample.index, record.video_id))

    def _read_images(self) -> None:
        """Read some images with OCR, if the text is not known for any image of the corpus."""
        items = sorted(self._unread.items, key=lambda one: self._keys[one.sample])
        if self._found or not items:
            return
        ocr = self._tools.ocr
        self._scorer = (
            f"on-screen text to speech, {self._tools.embed.identity}; text of "
            f"{len(items)} images drawn at random, read by {ocr.identity}"
        )
        for number, (content, speech, sample, video) in enumerate(items, 1):
            if self._tools.tell:
                self._tools.tell("pictures that are read", number, len(items))
            pixels = decode(content)
            lines = [] if pixels is None else ocr([pixels])[0]
            (image,) = self._tools.embed([" ".join(line.text for line in lines)])
            if image.any():
                self._embed_texts([speech])
                self._found.append(_Pair(image, speech, sample, video))

    def finish(self) -> Mapping[str, Measurement]:
        self._read_images()
        self._found.sort(key=lambda pair: self._keys[pair.sample])
        self._pairs = _Pairs.of(self._found, self._vectors)
        if len(self._pairs.texts) < 2:
            scored = (
                "CLIP" if self._tools.open_clip else "on-screen text, and no CLIP model is given"
            )
            why = Absent(f"fewer than two texts belong to an image with {scored}")
            return {figure.name: why for figure in self.figures}
        right, wrong = self._similarities()
        columns = {
            "image_text_similarity": right,
            "image_text_lift": right - wrong.mean(axis=1),
            "image_text_recall_at_1": self._recalled(),
        }
        results: dict[str, Measurement] = {name: self._by_sample(v) for name, v in columns.items()}
        if len(self._pairs.texts) < _POOL:
            results["image_text_recall_at_1"] = Absent("fewer than ten different texts")
        return results | {"image_text_auc": self._for_area(right, wrong)}

    def _embed_images(self, sample: SampleWithImages) -> Sequence[Vectors]:
        """A vector per picture; zeros if the scorer has nothing to go by."""
        if sample.vectors is not None:
            return list(sample.vectors)
        written = [sample.record.ocr_texts[p.position] or "" for p in sample.pictures]
        return list(self._tools.embed(written))

    def _embed_texts(self, texts: Sequence[str]) -> None:
        fresh = [t for t in dict.fromkeys(texts) if t not in self._vectors]
        open_clip = self._tools.open_clip
        embed = open_clip.texts if open_clip else self._tools.embed
        self._vectors |= zip(fresh, embed(fresh), strict=True)

    def _similarities(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Similarities of images to their own texts (pairs,) and to wrong ones (pairs, _WRONG)."""
        images, texts = np.stack(self._pairs.images), np.stack(self._pairs.texts)
        own = np.array(self._pairs.text)
        draw = np.random.default_rng(self._tools.seed)
        wrong = np.zeros((len(own), _WRONG))
        for video in dict.fromkeys(self._pairs.video):
            rows = np.flatnonzero(np.array(self._pairs.video) == video)
            others = self._elsewhere(video)
            for row in rows:
                choice = others if len(others) else _without(len(texts), own[row])
                picked = draw.choice(choice, _WRONG)
                wrong[row] = texts[picked] @ images[row]
        right = np.einsum("ij,ij->i", images, texts[own]).astype(np.float64)
        return right, wrong

    def _recalled(self) -> NDArray[np.float64]:
        """For each pair, 1 if its text scores best in its pool, or a share if tied; else 0."""
        images, texts = np.stack(self._pairs.images), np.stack(self._pairs.texts)
        draw = np.random.default_rng(self._tools.seed + 1)
        inside: dict[str, list[int]] = {}
        for number, videos in enumerate(self._pairs.said_in):
            for video in videos:
                inside.setdefault(video, []).append(number)
        recalled = np.zeros(len(images))
        for row, (own, video) in enumerate(zip(self._pairs.text, self._pairs.video, strict=True)):
            near = [number for number in inside[video] if number != own]
            pool = draw.permutation(near)[: _POOL - 1].tolist()
            if len(pool) < _POOL - 1:
                far = self._elsewhere(video)
                pool += draw.permutation(far)[: _POOL - 1 - len(pool)].tolist()
            scores = texts[[own, *pool]] @ images[row]
            best = scores >= scores.max() - 1e-6
            recalled[row] = best[0] / best.sum()
        return recalled

    def _elsewhere(self, video: str) -> NDArray[np.intp]:
        """Numbers of the texts that do not occur in this video."""
        return np.flatnonzero([video not in videos for videos in self._pairs.said_in])

    def _by_sample(self, values: NDArray[np.float64]) -> PerSample:
        total = np.bincount(self._pairs.sample, values, len(self._keys))
        count = np.bincount(self._pairs.sample, minlength=len(self._keys))
        return PerSample(self._scorer, total.tolist(), count.tolist())

    def _for_area(self, right: NDArray[np.float64], wrong: NDArray[np.float64]) -> PerPair:
        scores = np.column_stack([right, wrong[:, :_WRONG_FOR_AREA]])
        label = np.zeros_like(scores, dtype=bool)
        label[:, 0] = True
        sample = np.repeat(self._pairs.sample, scores.shape[1])
        return PerPair(
            self._scorer, scores.ravel().tolist(), label.ravel().tolist(), sample.tolist()
        )


def _without(count: int, number: int) -> NDArray[np.intp]:
    return np.delete(np.arange(count), number)
