"""Clips of real lectures: which there are, what is heard in them, and what makes them anew."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from pathlib import Path

import av
import pytest

from vid2book.assemble import cut
from vid2book.builder.source import fill
from vid2book.config import Config
from vid2book.media.container import MediaError
from vid2book.pipeline.corpus import Corpus
from vid2book.records import Footage, Video
from vid2book.store import Store

from ...support.library import Library
from ...support.stored import forget


@pytest.fixture
def corpus(library: Library, store: Store) -> Corpus:
    return replace(library.corpus(clips={"enabled": True, "rate": 2}), store=store)


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[float, float]]:
    """Counts what is encoded in this process, by its stretch."""
    counts: Counter[tuple[float, float]] = Counter()
    real = cut.encode

    def counted(path: str, start: float, end: float, **given: object) -> bytes:
        counts[start, end] += 1
        return real(path, start, end, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(cut, "encode", counted)
    return counts


def clips_of(corpus: Corpus) -> list[tuple[Video, Footage]]:
    return [(video, clip) for video in corpus.videos for clip in corpus.clips(video)]


def streams(data: bytes) -> list[str]:
    with av.open(io.BytesIO(data)) as container:
        return sorted(stream.type for stream in container.streams)


def test_they_are_the_paragraphs_of_the_samples(corpus: Corpus) -> None:
    for video in corpus.videos:
        elements = [e for sample in corpus.samples(video) for e in sample.elements]
        spans = dict.fromkeys((e.clip_start, e.clip_end) for e in elements)
        said = {(e.clip_start, e.clip_end) for e in elements if e.kind == "text"}
        clips = corpus.clips(video)
        assert [(c.clip_start, c.clip_end) for c in clips] == list(spans)
        assert {(c.clip_start, c.clip_end) for c in clips if c.has_sound} == said
        for clip in clips:
            expected = ["audio", "video"] if clip.has_sound else ["video"]
            assert streams(corpus.footage(video, clip)) == expected
    assert not all(clip.has_sound for _, clip in clips_of(corpus))  # the end card is silent


def test_there_are_none_unless_the_config_asks(library: Library, corpus: Corpus) -> None:
    plain = library.corpus()
    assert not clips_of(plain) and clips_of(corpus)
    assert plain.fingerprint() != corpus.fingerprint()
    slower = replace(corpus, config=Config(clips={"enabled": True, "rate": 1}))  # type: ignore[arg-type]
    assert slower.fingerprint() != corpus.fingerprint()
    for video in corpus.videos:
        assert plain.samples(video) == corpus.samples(video)


def test_where_texts_are_masked_nothing_is_heard(library: Library, corpus: Corpus) -> None:
    masked = Config(clips={"enabled": True, "rate": 2}, privacy={"mask": True})  # type: ignore[arg-type]
    private = Corpus((library.video("cells"),), masked, corpus.store)
    found = clips_of(private)
    assert found and not any(clip.has_sound for _, clip in found)
    assert {tuple(streams(private.footage(*clip))) for clip in found} == {("video",)}


def test_of_what_goes_there_are_none(corpus: Corpus) -> None:
    cells = corpus.videos[1]
    denied = Config(clips={"enabled": True, "rate": 2}, reduce={"deny": ("cells",)})  # type: ignore[arg-type]
    assert corpus.clips(cells) and not replace(corpus, config=denied).clips(cells)
    # With marks its samples are there, but the video is not kept.
    settings = {
        "clips": {"enabled": True, "rate": 2},
        "decide": "mark",
        "judge": {"min_words": 999},
    }
    marked = replace(corpus, config=Config(**settings))  # type: ignore[arg-type]
    assert marked.samples(cells) and not marked.clips(cells)


def test_a_picture_that_an_earlier_video_shows_has_no_clip(corpus: Corpus) -> None:
    """The end card, which follows in silence, is cut before that is known."""
    cells = corpus.videos[1]
    alone = replace(corpus, videos=(cells,))
    assert len(alone.clips(cells)) == len(corpus.clips(cells)) + 1


def test_another_threshold_encodes_nothing_anew(
    corpus: Corpus, encoded: Counter[tuple[float, float]]
) -> None:
    before = clips_of(corpus)
    files = [corpus.footage(*clip) for clip in before]
    assert set(encoded.values()) == {1}
    encoded.clear()
    judged = Config(clips={"enabled": True, "rate": 2}, judge={"min_teaching": 0.4})  # type: ignore[arg-type]
    again = replace(corpus, config=judged)
    assert [again.footage(*clip) for clip in clips_of(again)] == files
    assert not encoded


def test_the_executor_makes_them_and_what_is_lost_is_made_again(
    corpus: Corpus, encoded: Counter[tuple[float, float]]
) -> None:
    assert not [event for event in fill(corpus, 1) if event.failure]
    files = {clip: corpus.footage(video, clip) for video, clip in clips_of(corpus)}
    assert files and not encoded
    assert not [event for event in fill(corpus, 1) if event.seconds]
    for piece in Path(corpus.store.root).rglob("*.piece"):
        piece.unlink()
    assert {clip: corpus.footage(video, clip) for video, clip in clips_of(corpus)} == files


def test_a_clip_that_cannot_be_encoded_is_told(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    physics = corpus.videos[0]
    whole = corpus.clips(physics)
    first = whole[0]
    forget(corpus.store, "cut")  # and its pieces
    real = cut.encode

    def failing(path: str, start: float, end: float, **given: object) -> bytes:
        if start == first.start:
            raise MediaError(f"{Path(path).name}: its picture cannot be decoded")
        return real(path, start, end, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(cut, "encode", failing)
    assert corpus.clips(physics) == whole[1:]
    [told] = [d for d in corpus.decisions(physics) if d.stage == "cut"]
    assert told.reason == "not in the table `clips`: physics.mp4: its picture cannot be decoded"
