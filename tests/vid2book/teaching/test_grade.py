"""Language models grade videos, thresholds decide, and what fails is told and tried again."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from vid2book import config
from vid2book.config import Config
from vid2book.models.server import Server
from vid2book.pipeline.graph import JUDGE, SCORE
from vid2book.pipeline.work import Work
from vid2book.records import CRITERIA, Decision, Judgement, Segment, Sentence, Transcript, Video
from vid2book.store import Store
from vid2book.teaching.grade import Report, grade
from vid2book.teaching.judge import judge
from vid2book.teaching.score import Scores, score

from ...support.library import Library
from ...support.llm import SMOL, Reply, Stub, smollm

VIDEO = Video("v", "/nowhere.mp4", title="The pendulum", knowledge_point="Period of a pendulum")
TEXT = (
    "The period of a pendulum depends on its length.",
    "A string of one meter takes about two seconds for a swing to and fro.",
    "The mass of the weight does not matter, because gravity pulls more on more mass.",
)


def said(language: str = "en") -> tuple[list[Sentence], Transcript]:
    sentences = [Sentence(5.0 * n, 5.0 * n + 4, text, text) for n, text in enumerate(TEXT)]
    segments = tuple(Segment(s.start, s.end, s.raw, (), -0.2) for s in sentences)
    return sentences, Transcript(segments, language, "tiny", 15.0)


def report(relevance: int, density: int = 4, quality: int = 4) -> dict[str, Any]:
    marks = {"relevance": relevance, "knowledge_density": density, "transcription_quality": quality}
    return {name: {"reason": f"because {mark}", "score": mark} for name, mark in marks.items()}


def flat(texts: Any) -> Any:
    """An embedding that finds all texts alike."""
    vectors = np.zeros((len(texts), 256), np.float32)
    vectors[:, 0] = 1
    return vectors


def judged(
    stubs: list[Stub], language: str = "en", **settings: Any
) -> tuple[Scores, Judgement, list[Decision]]:
    sentences, transcript = said(language)
    chats = [Server(config.Llm(model="stub", base_url=stub.url, retries=0)) for stub in stubs]
    section = config.Judge(min_teaching=0, **settings)
    scores, decisions = score(VIDEO, sentences, [], transcript, flat, None, chats, section)
    _, judgement, more = judge(VIDEO, sentences, scores, transcript, section)
    return scores, judgement, [*decisions, *more]


def test_the_models_grades_decide_and_the_rules_stand_beside_them() -> None:
    with Stub(lambda body, n: Reply(report(2))) as stub:
        _, judgement, decisions = judged([stub], min_relevance=3)
    assert not judgement.kept and judgement.relevance == 2 and judgement.knowledge_density == 4
    assert judgement.reason.startswith("relevance is 2 of 5, below the required 3: because 2")
    grades = [d for d in decisions if " by stub: " in d.reason]
    assert [d.reason for d in grades] == [f"{c} by stub: because {g}" for c, g in zip(
        CRITERIA, (2, 4, 4), strict=True
    )]  # fmt: skip
    assert [(d.score, d.threshold, d.kept) for d in grades] == [
        (2, 3, False), (4, 1, True), (4, 1, True),
    ]  # fmt: skip
    rules = [d for d in decisions if " by rules: " in d.reason]
    assert len(rules) == 3 and all(d.threshold is None and d.kept for d in rules)
    assert all(1 <= (d.score or 0) <= 5 for d in rules)
    asked = stub.chats[0]["messages"][1]["content"]
    assert "Knowledge point: Period of a pendulum" in asked and TEXT[2] in asked


def test_another_threshold_asks_no_model() -> None:
    with Stub(lambda body, n: Reply(report(2))) as stub:
        scores, _, _ = judged([stub], min_relevance=3)
    sentences, transcript = said()
    looser = config.Judge(min_teaching=0, min_relevance=2, min_words=5)
    assert judge(VIDEO, sentences, scores, transcript, looser)[1].kept


def test_one_model_of_two_that_is_content_keeps_the_video() -> None:
    with Stub(lambda b, n: Reply(report(1))) as stern, Stub(lambda b, n: Reply(report(5))) as kind:
        assert judged([stern, kind], min_relevance=3)[1].kept
        assert judged([kind, stern], min_relevance=3)[1].relevance == 5
        assert not judged([stern, stern], min_relevance=3)[1].kept


def test_the_rules_are_held_to_the_same_thresholds() -> None:
    _, judgement, _ = judged([])
    strict = judged([], min_transcription_quality=5)[1]
    assert judgement.kept and not strict.kept
    assert "transcription quality is" in strict.reason and "of a word by tiny" in strict.reason


@pytest.mark.parametrize(
    ("reply", "provisional"), [(Reply(status=500), True), (Reply("no"), False)]
)
def test_where_the_model_fails_the_rules_decide_and_it_is_told(
    reply: Reply, provisional: bool
) -> None:
    with Stub(lambda body, n: reply) as stub:
        scores, judgement, decisions = judged([stub], min_relevance=1.5)
    assert scores.models == () and judgement == judged([], min_relevance=1.5)[1]
    told = decisions[0]
    assert told.stage == "score" and told.reason.startswith("not graded by stub: ")
    assert told.provisional == provisional


def test_other_languages_are_graded_by_the_model_alone() -> None:
    assert judged([], "de")[1].reason.startswith("nobody judged what is said: ")
    with Stub(lambda body, n: Reply(report(2))) as stub:
        scores, judgement, _ = judged([stub], "de", min_relevance=3)
    assert scores.unjudged and not judgement.kept


def test_of_a_long_transcript_three_parts_are_read() -> None:
    words = [f"w{n}" for n in range(20_000)]
    segments = (Segment(0, 9, " ".join(words), (), -0.1),)
    with Stub(lambda body, n: Reply(report(3))) as stub:
        chat = Server(config.Llm(model="stub", base_url=stub.url))
        grade(VIDEO, Transcript(segments, "en", "tiny", 9.0), [chat], 6000)
        grade(VIDEO, Transcript(segments, "en", "tiny", 9.0), [chat], 300)
    for asked, most in zip(stub.chats, (6000, 300), strict=True):
        read = asked["messages"][1]["content"].split("Transcript:\n")[1].split()
        assert read[0] == "w0" and "w10000" in read and read[-1] == "w19999"
        assert most <= len(read) < most + 10


def test_a_real_server_grades() -> None:
    """The model is too small for its grades to mean anything."""
    with smollm() as url:
        chat = Server(config.Llm(model=SMOL, base_url=url, max_tokens=400))
        (grades,) = grade(VIDEO, said()[1], [chat], 6000)
    assert not isinstance(grades, Exception), grades
    assert all(mark.score in {1, 2, 3, 4, 5} for mark in grades.marks())
    assert grades.by == SMOL and set(Report.model_fields) <= set(vars(grades))


def test_a_server_that_comes_back_is_asked_in_the_next_run(
    library: Library, store: Store, calls: Counter[str]
) -> None:
    video = library.video("cells")
    with Stub(lambda body, n: Reply(report(5))) as stub:
        url = stub.url
        llm = {"model": "stub", "base_url": url, "retries": 0}
        well = Config(judge={"llms": [llm]})  # type: ignore[arg-type]
        down = Config(judge={"llms": [llm | {"base_url": "http://127.0.0.1:9/v1"}]})  # type: ignore[arg-type]
        work = Work(video, down, Store(store.root))
        assert work.get(JUDGE).judgement == Work(video, Config(), store).get(JUDGE).judgement
        assert work.decisions(SCORE)[0].provisional
        later = Work(video, well, Store(store.root))
        assert not later.is_done(SCORE)
        assert later.get(JUDGE).judgement.relevance == 5 and len(stub.chats) == 1
        calls.clear()
        assert Work(video, well, Store(store.root)).get(JUDGE).judgement.relevance == 5
    assert len(stub.chats) == 1 and not calls
