"""A made-up corpus: what the builder asks of a `Corpus`, without a pipeline."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from vid2book.config import Config
from vid2book.records import (
    Decision,
    Element,
    Footage,
    Judgement,
    Outcome,
    Sample,
    Segment,
    Transcript,
    Video,
    Word,
)
from vid2book.store import Store

from .media import write_video

MODELS = {"read": "PP-OCR 3.1", "tokens": "a tokenizer 0.4", "transcribe": "tiny.en 1.2"}


def jpeg(seed: int, size: tuple[int, int] = (64, 48)) -> bytes:
    """A picture of noise, different for every seed."""
    pixels = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG")
    return out.getvalue()


@cache
def mp4(seed: int) -> bytes:
    """Half a second of noise, without sound."""
    pictures = np.random.default_rng(seed).integers(0, 255, (5, 48, 64, 3), np.uint8)
    with TemporaryDirectory() as folder:
        return write_video(Path(folder) / "noise.mp4", pictures).read_bytes()


def make_video(video_id: str, **fields: object) -> Video:
    given = {
        "path": f"/home/someone/lectures/{video_id}.mp4",
        "title": f"Lecture {video_id}, part one",
        "subject": "Physics",
        "language": "en",
        "license": "CC BY 4.0",
        "source_url": f"https://example.org/{video_id}",
        "author": "A. Teacher",
        "metadata": {"channel": "Optics", "filename": f"/home/someone/lectures/{video_id}.mp4"},
    }
    return Video(video_id, **(given | fields))  # type: ignore[arg-type]


def make_sample(
    video: Video, ordinal: int, clips: int = 2, size: tuple[int, int] = (64, 48)
) -> Sample:
    """A sample of `clips` clips, each of one image and one paragraph."""
    images: list[bytes | None] = []
    texts: list[str | None] = []
    ocr: list[str | None] = []
    both: list[str | None] = []
    elements: list[Element] = []
    for clip in range(clips):
        start = ordinal * 100.0 + clip * 15
        end, vid = start + 15, video.video_id
        name = f"{vid}@{start:.1f}_{end:.1f}#0.jpg"
        images += [jpeg(100 * ordinal + clip, size), None]
        texts += [None, f"Paragraph {clip} of sample {ordinal} in {vid}."]
        ocr += [f"Slide {clip}", None]
        both += [None, f"Paragraph {clip} of sample {ordinal} in {vid}. Slide {clip}"]
        elements += [
            Element("image", vid, start + 1, start + 9, start, end, name),
            Element("text", vid, start, end, start, end, ""),
        ]
    return Sample(
        id=f"{video.video_id}-{ordinal:05d}",
        images=tuple(images),
        texts=tuple(texts),
        ocr_texts=tuple(ocr),
        text_ocr_list=tuple(both),
        elements=tuple(elements),
        image_num=clips,
        text_num=10 * clips,
        token_num=(10 + 576) * clips,
        video_ids=(video.video_id,),
        source_urls=(video.source_url,),
        subject=video.subject,
        course=video.course,
        knowledge_point=video.knowledge_point,
        language=video.language,
        license=video.license,
    )


def make_transcript(video: Video) -> Transcript:
    words = tuple(Word(n, n + 0.5, f" {word}", 0.9) for n, word in enumerate(["So", "light"]))
    segment = Segment(0.0, 2.0, "So light", words)
    return Transcript((segment,), video.language, MODELS["transcribe"], 360.0, 0.97)


@dataclass(frozen=True)
class FakeCorpus:
    """Holds its records where the real one reads them from the store."""

    videos: tuple[Video, ...]
    results: dict[str, tuple[Outcome, list[Sample], list[Decision]]] = field(default_factory=dict)
    config: Config = field(default_factory=Config)
    provisional: tuple[str, ...] = ()  # video ids
    store: Store = field(default_factory=Store)  # where nothing is kept

    def without(self, failures: Mapping[str, str]) -> FakeCorpus:
        return self

    def is_denied(self, video: Video) -> bool:
        return video.video_id in self.config.reduce.deny

    def is_provisional(self, video: Video) -> bool:
        return video.video_id in self.provisional

    def reduce(self, workers: int) -> None:
        """Nothing is decided over the whole of it."""

    def fingerprint(self) -> str:
        return repr([asdict(video) for video in self.videos])

    def outcome(self, video: Video) -> Outcome:
        return self.results[video.video_id][0]

    def samples(self, video: Video) -> list[Sample]:
        return self.results[video.video_id][1]

    def decisions(self, video: Video) -> list[Decision]:
        return self.results[video.video_id][2]

    def left_out(
        self, video: Video, decisions: Iterable[Decision]
    ) -> dict[tuple[float, float], bytes]:
        kept = self.outcome(video).status == "kept"
        against = [d for d in decisions if d.level == "keyframe" and not d.kept]
        return {(d.start, d.end): jpeg(7) for d in against} if kept else {}

    def clips(self, video: Video) -> list[Footage]:
        if not self.config.clips.enabled or self.outcome(video).status != "kept":
            return []
        said = [
            e for s in self.samples(video) for e in s.elements if e.kind == "text" and not e.drop
        ]
        sound = not self.config.privacy.mask
        return [Footage(e.clip_start, e.clip_end, e.clip_start, e.clip_end, sound) for e in said]

    def footage(self, video: Video, clip: Footage) -> bytes:
        return mp4(round(clip.start))

    def transcript(self, video: Video) -> Transcript | None:
        return make_transcript(video) if self.outcome(video).status == "kept" else None


def results_of(
    video: Video, status: str = "kept", samples: int = 2
) -> tuple[Outcome, list[Sample], list[Decision]]:
    made = [make_sample(video, n) for n in range(samples)] if status == "kept" else []
    judgement = Judgement(4.0, 3.5, 4.5, 0.9, status == "kept", "three fair scores", video.language)
    outcome = Outcome(
        video=video,
        status=status,  # type: ignore[arg-type]
        reason={"kept": "", "filtered": "chat only", "failed": f"cannot read {video.path}"}[status],
        duration=0.0 if status == "failed" else 360.0,
        judgement=None if status == "failed" else judgement,
        words=12 * len(made),
        clips=2 * len(made),
        keyframes=2 * len(made),
        samples=len(made),
        models={} if status == "failed" else MODELS,
    )
    decisions = [
        Decision(video.video_id, "clip", "judge", 0.0, 15.0, True, "teaches", 0.9, 0.5, "Hello."),
        Decision(video.video_id, "keyframe", "align", 3.0, 4.0, False, "a face fills the screen"),
    ]
    return outcome, made, decisions


def corpus_of(*videos: Video, status: dict[str, str] | None = None, samples: int = 2) -> FakeCorpus:
    """A corpus in which every video is kept unless `status` says otherwise."""
    found = {
        v.video_id: results_of(v, (status or {}).get(v.video_id, "kept"), samples) for v in videos
    }
    return FakeCorpus(videos, found)
