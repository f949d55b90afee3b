"""A made-up corpus: what the builder asks of a `Corpus`, without a pipeline."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import typer
from PIL import Image
from typer.testing import CliRunner, Result

from vid2book.builder.push import push as push_command
from vid2book.config import Config
from vid2book.records import Decision, Element, Judgement, Outcome, Sample, Video

from ..support.hub.server import TOKEN, Hub

MODELS = {"read": "PP-OCR 3.1", "tokens": "a tokenizer 0.4", "transcribe": "tiny.en 1.2"}


def jpeg(seed: int, size: tuple[int, int] = (64, 48)) -> bytes:
    """A picture of noise, different for every seed."""
    pixels = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG")
    return out.getvalue()


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


@dataclass(frozen=True)
class FakeCorpus:
    """Holds its records where the real one reads them from the store."""

    videos: tuple[Video, ...]
    results: dict[str, tuple[Outcome, list[Sample], list[Decision]]] = field(default_factory=dict)
    config: Config = field(default_factory=Config)
    provisional: tuple[str, ...] = ()  # video ids

    def without(self, failures: Mapping[str, str]) -> FakeCorpus:
        return self

    def is_provisional(self, video: Video) -> bool:
        return video.video_id in self.provisional

    def fingerprint(self) -> str:
        return repr([asdict(video) for video in self.videos])

    def outcome(self, video: Video) -> Outcome:
        return self.results[video.video_id][0]

    def samples(self, video: Video) -> list[Sample]:
        return self.results[video.video_id][1]

    def decisions(self, video: Video) -> list[Decision]:
        return self.results[video.video_id][2]


def results_of(
    video: Video, status: str = "kept", samples: int = 2
) -> tuple[Outcome, list[Sample], list[Decision]]:
    made = [make_sample(video, n) for n in range(samples)] if status == "kept" else []
    judgement = Judgement(4.0, 3.5, 4.5, 0.9, status == "kept", "three fair scores")
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


@pytest.fixture
def corpus() -> FakeCorpus:
    """Four videos: two kept (one of them for testing), one filtered, one failed."""
    return corpus_of(
        make_video("optics-1"),
        make_video("optics-2", split="test"),
        make_video("chat"),
        make_video("broken"),
        status={"chat": "filtered", "broken": "failed"},
    )


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """The functions above; test modules cannot import each other."""
    return SimpleNamespace(
        corpus=corpus_of, video=make_video, sample=make_sample, jpeg=jpeg, changed=replace
    )


@pytest.fixture(autouse=True)
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`datasets` caches nothing outside of the test and asks nothing on the Hub."""
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with Hub(tmp_path / "hub") as running:
        yield running


@pytest.fixture
def env(hub: Hub, tmp_path: Path) -> dict[str, str]:
    """Of a process whose Hub is the stand-in."""
    mine = {
        "HF_ENDPOINT": hub.url,
        "HF_HOME": str(tmp_path / "home"),
        "HF_HUB_DISABLE_XET": "1",  # the stand-in does not speak Xet
        "HF_TOKEN": TOKEN,
        "NO_COLOR": "1",
    }
    kept = {k: v for k, v in os.environ.items() if k != "HF_HUB_OFFLINE"}
    return kept | mine


@pytest.fixture
def push(hub: Hub, env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs the command in this process."""
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", hub.url)
    template = f"{hub.url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
    monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda _: None)
    monkeypatch.setenv("HF_TOKEN", TOKEN)

    app = typer.Typer()
    app.command()(push_command)

    def run(corpus: Path, version: str, *more: str) -> Result:
        result = CliRunner().invoke(app, [str(corpus), "org/name", "--version", version, *more])
        print(result.output)  # of a test that fails
        return result

    return run
