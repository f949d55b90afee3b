"""The corpus: what became of each video, its rows, and what changes them."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from vid2book.assemble import interleave as interleave_stage
from vid2book.assemble import reduce as reducing
from vid2book.builder import MultimodalTextbook, write_corpus
from vid2book.builder.source import fill
from vid2book.pipeline.corpus import Corpus
from vid2book.pipeline.graph import STAGES
from vid2book.records import Video
from vid2book.store import Store

from ...support.library import LECTURES, Library
from ...support.stored import forget


@pytest.fixture
def corpus(library: Library, store: Store) -> Corpus:
    return replace(library.corpus(), store=store)


def statuses(corpus: Corpus) -> dict[str, str]:
    return {v.video_id: corpus.outcome(v).status for v in corpus.videos}


def changed(corpus: Corpus, video_id: str, **fields: object) -> Corpus:
    videos = (
        replace(v, **fields) if v.video_id == video_id else v  # type: ignore[arg-type]
        for v in corpus.videos
    )
    return replace(corpus, videos=tuple(videos))


def test_outcomes_count_what_the_rows_hold(corpus: Corpus) -> None:
    assert statuses(corpus) == dict.fromkeys(LECTURES, "kept")
    for video in corpus.videos:
        outcome, samples = corpus.outcome(video), corpus.samples(video)
        texts = [t for s in samples for t in s.texts if t]
        assert outcome.samples == len(samples) == 1
        assert outcome.clips == len(texts)
        assert outcome.words == sum(len(t.split()) for t in texts) > 15
        assert outcome.keyframes == sum(s.image_num for s in samples)
        assert outcome.duration == pytest.approx(corpus.work(video).info.duration)
        assert outcome.reason == "" and outcome.judgement is not None
        assert {"transcribe", "read", "tokens"} <= outcome.models.keys()


def test_samples_are_those_of_their_video(corpus: Corpus) -> None:
    for video in corpus.videos:
        [sample] = corpus.samples(video)
        assert sample.id == f"{video.video_id}_0000"
        assert {e.video_id for e in sample.elements} == {video.video_id}
        starts = [e.clip_start for e in sample.elements]
        assert starts == sorted(starts)
        for image in filter(None, sample.images):
            assert Image.open(io.BytesIO(image)).size == (640, 360)


def test_the_shared_end_card_is_dropped_once_and_told(corpus: Corpus) -> None:
    physics, cells, _ = corpus.videos
    assert "Thanks for watching" in " ".join(filter(None, corpus.samples(physics)[0].ocr_texts))
    assert "Thanks" not in " ".join(filter(None, corpus.samples(cells)[0].ocr_texts))
    [told] = [d for d in corpus.decisions(cells) if d.stage == "reduce"]
    assert not told.kept and "video physics" in told.reason
    alone = replace(corpus, videos=(cells,))
    assert "Thanks for watching" in " ".join(filter(None, alone.samples(cells)[0].ocr_texts))


def test_decisions_begin_with_the_video(corpus: Corpus) -> None:
    for video in corpus.videos:
        told = corpus.decisions(video)
        assert (told[0].level, told[0].stage, told[0].kept) == ("video", "judge", True)
        assert {d.video_id for d in told} == {video.video_id}
        rest = [d.start for d in told if d.level != "video"]
        assert rest == sorted(rest)


def test_every_piece_has_a_decision_and_the_words_only_where_something_happened(
    corpus: Corpus,
) -> None:
    """As the card and `docs/corpus.md` say of the table `decisions`."""
    for video in corpus.videos:
        told = corpus.decisions(video)
        kept = {(d.level, d.start, d.end) for d in told if d.kept}
        screens = {end for level, _, end in kept if level == "keyframe"}
        for element in (e for sample in corpus.samples(video) for e in sample.elements):
            if element.kind == "image":
                assert element.end in screens
            else:
                assert ("clip", element.start, element.end) in kept
        words = [d for d in told if d.level in ("sentence", "line")]
        assert all(not d.kept or d.raw not in ("", d.text) for d in words)


def test_nothing_is_computed_for_a_corpus_in_the_store(corpus: Corpus, calls: Counter[str]) -> None:
    for video in corpus.videos:
        corpus.outcome(video)
        corpus.samples(video)
        corpus.decisions(video)
    assert not calls


def test_a_video_is_interleaved_once(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interleaved: list[str] = []
    real = interleave_stage.interleave

    def counted(video: Video, *rest: Any) -> Any:
        interleaved.append(video.video_id)
        return real(video, *rest)

    monkeypatch.setattr(interleave_stage, "interleave", counted)
    forget(corpus.store, "contribution")
    first = write_corpus(corpus, tmp_path / "first")
    assert sorted(interleaved) == sorted(LECTURES)
    assert write_corpus(replace(corpus), tmp_path / "second").sizes == first.sizes
    builder = MultimodalTextbook(corpus=corpus, cache_dir=str(tmp_path / "cache"))
    builder.download_and_prepare()
    assert builder.as_dataset(split="train").num_rows == first.samples
    assert sorted(interleaved) == sorted(LECTURES)


def test_the_deny_list_removes_a_video_and_its_traces(corpus: Corpus, calls: Counter[str]) -> None:
    settings = corpus.config.reduce.model_copy(update={"deny": ("physics",)})
    denied = replace(corpus, config=corpus.config.model_copy(update={"reduce": settings}))
    physics, cells, _ = denied.videos
    outcome = denied.outcome(physics)
    assert (outcome.status, outcome.reason) == ("filtered", "denied by reduce.deny in the config")
    assert denied.samples(physics) == []
    assert [d.reason for d in denied.decisions(physics)] == [outcome.reason]
    # The card that both showed is now new in the second.
    assert "Thanks" in " ".join(filter(None, denied.samples(cells)[0].ocr_texts))
    assert denied.fingerprint() != corpus.fingerprint()
    assert not calls


def test_a_denied_video_is_not_looked_at(corpus: Corpus) -> None:
    gone = changed(corpus, "physics", path="/gone.mp4", problem="there is no file /gone.mp4")
    settings = corpus.config.reduce.model_copy(update={"deny": ("physics",)})
    denied = replace(gone, config=corpus.config.model_copy(update={"reduce": settings}))
    assert {e.video.video_id: e.failure for e in fill(denied, workers=1)} == dict.fromkeys(
        LECTURES, ""
    )
    assert statuses(denied) == {"physics": "filtered", "cells": "kept", "sorting": "kept"}


def test_a_video_that_comes_twice_is_kept_once(corpus: Corpus, calls: Counter[str]) -> None:
    copy = replace(corpus.videos[0], video_id="copy")
    twice = replace(corpus, videos=(*corpus.videos, copy))
    outcome = twice.outcome(copy)
    assert outcome.status == "filtered" and "video physics" in outcome.reason
    assert twice.samples(copy) == [] and twice.outcome(twice.videos[0]).status == "kept"
    told = twice.decisions(copy)
    assert {d.video_id for d in told} == {"copy"}
    assert [d.reason for d in told if d.stage == "reduce"] == [outcome.reason]
    settings = corpus.config.reduce.model_copy(update={"deny": ("physics",)})
    denied = replace(twice, config=corpus.config.model_copy(update={"reduce": settings}))
    assert denied.outcome(copy).status == "kept"
    assert {e.video_id for s in denied.samples(copy) for e in s.elements} == {"copy"}
    assert not calls


def marking(corpus: Corpus) -> Corpus:
    return replace(corpus, config=corpus.config.model_copy(update={"decide": "mark"}))


def test_marking_keeps_all_in_its_place_and_runs_no_stage(
    corpus: Corpus, calls: Counter[str]
) -> None:
    settings = corpus.config.judge.model_copy(update={"min_words": 25})
    config = corpus.config.model_copy(update={"judge": settings})
    copy = replace(corpus.videos[0], video_id="copy")
    strict = replace(corpus, config=config, videos=(*corpus.videos, copy))
    marked = marking(strict)
    reasons = {}
    for video in strict.videos:
        dropped, kept = strict.samples(video), marked.samples(video)
        own, other = strict.outcome(video), marked.outcome(video)
        assert replace(other, samples=own.samples, marked=0) == own
        assert other.marked == sum(bool(e.drop) for s in kept for e in s.elements)
        assert strict.decisions(video) == marked.decisions(video)
        assert own.marked == 0 and not any(e.drop for s in dropped for e in s.elements)
        stay = [e for s in kept for e in s.elements if not e.drop]
        assert stay == [e for s in dropped for e in s.elements]
        reasons[video.video_id] = {e.drop for s in kept for e in s.elements if e.drop}
    assert reasons["physics"] == set()
    assert reasons["cells"] == {f"judge: {marked.outcome(marked.videos[1]).reason}"}
    assert "25 are needed" in str(reasons["cells"])
    # Of a copy each picture has a reason of its own only where a stage gave one.
    assert reasons["copy"] == {
        "reduce: says and shows the same as video physics, which comes first"
    }
    again = {"judge", "clip", "align", "summarise", "cut", "WordLlama"}  # for another `min_words`
    assert set(calls) <= again


def test_a_picture_of_an_earlier_video_is_marked(corpus: Corpus) -> None:
    [sample] = marking(corpus).samples(corpus.videos[1])
    card = sample.elements[-1]
    assert card.kind == "image" and sample.images[-1] is not None
    assert card.drop == "reduce: the same picture as in video physics, which comes first"


def test_the_deny_list_and_failures_always_apply(corpus: Corpus) -> None:
    settings = corpus.config.reduce.model_copy(update={"deny": ("physics",)})
    config = corpus.config.model_copy(update={"reduce": settings, "decide": "mark"})
    denied = replace(corpus, config=config).without({"cells": "its process died"})
    assert statuses(denied) == {"physics": "filtered", "cells": "failed", "sorting": "kept"}
    assert [len(denied.samples(v)) for v in denied.videos] == [0, 0, 1]
    told = [denied.transcript(v) for v in denied.videos]
    assert told[:2] == [None, None] and told[2] is not None and len(told[2].segments) > 0


def test_how_things_are_decided_changes_no_stage(corpus: Corpus) -> None:
    video, marked = corpus.videos[0], marking(corpus)
    for stage in STAGES:
        assert corpus.work(video).key(stage) == marked.work(video).key(stage)
    assert corpus.fingerprint() != marked.fingerprint()


def test_a_threshold_of_the_judge_filters_a_video(corpus: Corpus) -> None:
    settings = corpus.config.judge.model_copy(update={"min_words": 25})
    strict = replace(corpus, config=corpus.config.model_copy(update={"judge": settings}))
    outcome = strict.outcome(strict.videos[1])
    assert outcome.status == "filtered" and "25 are needed" in outcome.reason
    assert outcome.duration > 5 and outcome.samples == 0
    assert strict.samples(strict.videos[1]) == []


def test_a_failed_video_leaves_the_rest_as_it_is(corpus: Corpus, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_text("this is no video")
    broken = changed(corpus, "sorting", path=str(bad))
    assert statuses(broken) == {"physics": "kept", "cells": "kept", "sorting": "failed"}
    assert broken.outcome(broken.videos[2]).reason == (
        "bad.mp4: not a readable video (Invalid data found when processing input)"
    )
    assert broken.samples(broken.videos[2]) == []
    assert broken.samples(broken.videos[0]) == corpus.samples(corpus.videos[0])


def test_a_failure_of_this_run_is_a_row(corpus: Corpus) -> None:
    failed = corpus.without({"cells": "its process died"})
    assert statuses(failed) == {"physics": "kept", "cells": "failed", "sorting": "kept"}
    assert failed.outcome(failed.videos[1]).reason == "its process died"
    assert statuses(corpus)["cells"] == "kept"  # nothing of it is remembered


def test_the_fingerprint_follows_whatever_can_change_a_row(corpus: Corpus) -> None:
    def sized(tokens: int) -> Corpus:
        settings = corpus.config.interleave.model_copy(update={"max_tokens": tokens})
        return replace(corpus, config=corpus.config.model_copy(update={"interleave": settings}))

    fingerprints = {
        corpus.fingerprint(),
        changed(corpus, "cells", title="Cells").fingerprint(),
        changed(corpus, "cells", license="CC0").fingerprint(),
        changed(corpus, "cells", metadata={"channel": "x"}).fingerprint(),
        replace(corpus, videos=corpus.videos[::-1]).fingerprint(),
        replace(corpus, videos=corpus.videos[:2]).fingerprint(),
        sized(1000).fingerprint(),
        replace(corpus, until=5.0).fingerprint(),
        corpus.without({"cells": "x"}).fingerprint(),
    }
    assert len(fingerprints) == 9
    assert corpus.fingerprint() == replace(corpus).fingerprint()


def test_a_changed_licence_is_in_the_row_without_work(corpus: Corpus, calls: Counter[str]) -> None:
    free = changed(corpus, "cells", license="CC0")
    assert free.samples(free.videos[1])[0].license == "CC0"
    assert free.outcome(free.videos[1]).video.license == "CC0"
    assert not calls


def test_the_order_of_the_manifest_decides_who_keeps_the_card(corpus: Corpus) -> None:
    physics, cells, _ = corpus.videos
    assert replace(corpus, videos=(physics, cells)).reduced.verdict("cells").pictures.keys() == {1}
    assert replace(corpus, videos=(cells, physics)).reduced.verdict("physics").pictures.keys() == {
        2
    }


def test_a_video_more_changes_no_key_of_another_and_begins_with_what_was_decided(
    corpus: Corpus, calls: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    physics, cells, sorting = corpus.videos
    few = replace(corpus, videos=(physics, sorting))
    before = [few.contribution(video) for video in few.videos]
    monkeypatch.setattr(reducing, "_Pictures", None)  # what decides where nothing is known
    monkeypatch.setattr(Corpus, "_contribute", lambda _, video, __: asked.append(video.video_id))
    asked: list[str] = []
    more = replace(corpus, videos=(physics, sorting, cells))
    assert [more.contribution(video) for video in few.videos] == before
    assert more.reduced.verdict("cells").pictures and not asked and not calls


def test_every_stage_tells_of_a_video_once(corpus: Corpus) -> None:
    told = corpus.decisions(corpus.videos[0])
    assert len(told) == len(set(told))
    assert {d.stage for d in told} <= {stage.name for stage in STAGES} | {"reduce", "read"}


def test_a_video_that_is_none_has_a_decision(corpus: Corpus, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_text("this is no video")
    broken = changed(corpus, "sorting", path=str(bad))
    [told] = broken.decisions(broken.videos[2])
    assert told.level == "video" and not told.kept and "not a readable video" in told.reason
