"""Teaching is told from sponsors, small talk and housekeeping, sentence by sentence."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from passages import Part, Passage, Recording, passages, record

from vid2book import config
from vid2book.models.embed import WordLlama
from vid2book.records import CRITERIA, Decision, Judgement, Segment, Sentence, Transcript, Video
from vid2book.teaching.classify import off_topic
from vid2book.teaching.judge import judge
from vid2book.teaching.score import score

KNOWN = [
    pytest.param({}, id="manifest-and-screen"),
    pytest.param({"manifest": False}, id="plain-folder"),
    pytest.param({"manifest": False, "screen": False}, id="speech-alone"),
]


@cache
def embed() -> WordLlama:
    return WordLlama()


def run(
    recording: Recording, settings: config.Judge | None = None
) -> tuple[list[Sentence], Judgement, list[Decision]]:
    settings = settings or config.Judge()
    video, sentences, transcript = recording.video, recording.sentences, recording.transcript
    scores, _ = score(video, sentences, recording.screen, transcript, embed(), (), settings)
    return judge(video, sentences, scores, transcript, settings)


def lesson(*parts: Part, title: str = "") -> Recording:
    return record(Passage(Video("lesson", "/nowhere.mp4", title=title), parts))


PENDULUM = Part(
    (
        "A pendulum is a weight that hangs from a string.",
        "If we pull it to the side, gravity pulls it back.",
        "The period is the time of one swing.",
        "For example, a string of one metre takes about two seconds.",
        "Why does the mass not matter?",
        "Because a heavier weight is pulled more strongly and is also harder to move.",
        "So the period depends on the length of the string and on gravity alone.",
    )
)
ADVERT = Part(
    (
        "This video is brought to you by Snoozy, the mattress that comes in a box.",
        "Use code swing at checkout and get twenty percent off your first order.",
    ),
    off_topic=True,
)


@pytest.mark.parametrize("known", KNOWN)
def test_held_out_passages(known: dict[str, bool]) -> None:
    kept_off = off = dropped = teaching = 0
    for passage in passages("held"):
        recording = record(passage, **known)
        kept = np.array([s.teaching >= 0.5 for s in run(recording)[0]])
        kept_off += int(recording.words[recording.off_topic & kept].sum())
        off += int(recording.words[recording.off_topic].sum())
        dropped += int(recording.words[~recording.off_topic & ~kept].sum())
        teaching += int(recording.words[~recording.off_topic].sum())
    assert off > 1000 and teaching > 2000
    assert kept_off / off <= 0.1, f"{kept_off} of {off} off-topic words are kept"
    assert dropped / teaching <= 0.01, f"{dropped} of {teaching} teaching words are dropped"


@pytest.mark.parametrize("known", KNOWN)
def test_vlogs_are_filtered_and_lectures_kept(known: dict[str, bool]) -> None:
    for passage in passages("held"):
        judgement = run(record(passage, **known))[1]
        assert judgement.kept != passage.vlog, (passage.video.video_id, judgement.reason)


def test_training_video_is_kept_whole() -> None:
    module = Part(
        (
            "Welcome to the page title module.",
            "The purpose of this module is to ensure that every web page has a title.",
            "To start, open a web page and launch the tool.",
            "Next, choose the drop-down menu and navigate to the structures module.",
            "The page title passes when it identifies the purpose of the page.",
            "This concludes the page title module.",
        ),
        screen="https://www.example.gov/page Sign up",
    )
    sentences, judgement, decisions = run(lesson(module))
    assert all(s.teaching >= 0.5 for s in sentences)
    assert judgement.kept and judgement.teaching_share == 1.0
    assert {d.level for d in decisions} == {"video"}


def test_everyday_analogies_and_short_sentences_teach() -> None:
    part = Part(
        (
            "In this lesson we look at compound interest.",
            "Think of a bank account that pays five percent a year.",
            "Let us see why.",
            "Imagine that you lend your neighbour a hundred dollars.",
            "What happens after ten years?",
            "The interest earns interest, so the sum grows faster and faster.",
            "To sum up, time matters more than the rate.",
        )
    )
    assert all(s.teaching >= 0.5 for s in run(lesson(part))[0])


def test_a_decision_tells_what_was_dropped_and_why() -> None:
    recording = lesson(PENDULUM, ADVERT, PENDULUM, title="The pendulum")
    sentences, judgement, decisions = run(recording)
    video, *grades = [d for d in decisions if d.level == "video"]
    dropped = [d for d in decisions if d.level == "sentence"]
    assert (video.level, video.kept, video.stage) == ("video", True, "judge")
    assert video.score == judgement.teaching_share
    assert [d.reason.split(" by rules")[0] for d in grades] == list(CRITERIA)
    assert [d.score for d in grades] == [
        judgement.relevance, judgement.knowledge_density, judgement.transcription_quality,
    ]  # fmt: skip
    assert [d.text for d in dropped] == list(ADVERT.say)
    assert {d.reason for d in dropped} == {"sponsor"}
    assert all(d.score is not None and d.score < 0.5 == d.threshold for d in dropped)
    assert [s.text for s in sentences] == [s.text for s in recording.sentences]
    assert "the rest is sponsor" in judgement.reason


def test_threshold_decides_and_scores_stay() -> None:
    recording = lesson(PENDULUM, ADVERT, PENDULUM)
    loose = run(recording, config.Judge(min_teaching=0.0))
    assert [s.teaching for s in loose[0]] == [s.teaching for s in run(recording)[0]]
    assert not any(s.drop for s in loose[0])
    assert {d.level for d in loose[2]} == {"video"}
    strict = run(recording, config.Judge(min_teaching_share=0.95))
    assert not strict[1].kept and strict[1].reason.startswith("teaches too little")


def test_too_short_and_silent_videos_say_so() -> None:
    short = run(lesson(Part(("The period is the time of one swing.",))))[1]
    assert not short.kept and short.reason.startswith("too short: 8 words")
    silent = run(
        lesson(ADVERT)._replace(sentences=[], screen=[], transcript=Transcript((), "en", "", 60.0))
    )
    assert silent[0] == [] and not silent[1].kept
    why = "no speech to go by; 0 different words stand on its pictures, 10 are needed"
    assert silent[1].reason == why


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("f(x) = x sin x", False),
        ("Sort a list: compare, swap, repeat until no pair is out of order", True),
    ],
)
def test_a_silent_lesson_is_judged_by_what_is_written(written: str, kept: bool) -> None:
    recording = lesson(PENDULUM)
    silent = recording._replace(
        sentences=[],
        screen=[(keyframe, written) for keyframe, _ in recording.screen],
        transcript=Transcript((), "", "", 60.0),
    )
    judgement = run(silent)[1]
    assert judgement.kept == kept
    assert judgement.reason.startswith("no speech to go by;")
    assert judgement.reason.endswith("10 are needed") != kept


SALE = (
    "Summer sale starts now",
    "Up to 50 % off",
    "Buy one, get one free",
    "Shop now at our store",
)
DIARY = ("Today we went to the beach", "The coffee was amazing", "I love this place so much")
LYRICS = ("Dancing in the moonlight", "Baby, come home tonight", "Take me back to where we met")
DIFF = ("git commit -m fix", "def search(items, key):", "while low < high:", "return low // 2")
FOLDS = ("Cut the paper along the line", "Fold both sides to the middle", "Glue the edges together")


@pytest.mark.parametrize(
    ("lines", "kept"), [(SALE, False), (DIARY, False), (LYRICS, False), (DIFF, True), (FOLDS, True)]
)
def test_words_on_silent_pictures_are_no_lesson_for_being_there(
    lines: tuple[str, ...], kept: bool
) -> None:
    recording = lesson(PENDULUM)
    silent = recording._replace(
        sentences=[],
        screen=[(keyframe, "\n".join(lines)) for keyframe, _ in recording.screen],
        transcript=Transcript((), "", "", 60.0),
    )
    silent = silent._replace(video=replace(silent.video, title="", knowledge_point=""))
    judgement = run(silent)[1]
    assert judgement.kept == kept
    assert ("teach nothing" in judgement.reason) != kept


def test_switched_off_keeps_everything() -> None:
    sentences, judgement, decisions = run(lesson(ADVERT), config.Judge(enabled=False))
    assert [(s.teaching, s.drop) for s in sentences] == [(None, "")] * 2
    assert judgement.kept and [d.level for d in decisions] == ["video"]


def test_other_languages_are_kept_unjudged_unless_they_say_next_to_nothing() -> None:
    pendulum = ("Ein Pendel ist ein Gewicht an einer Schnur.", "Wir ziehen es zur Seite.") * 2
    for said, language, kept in (
        (pendulum, "de", True),
        (pendulum[:2], "de", False),
        (("単振り子の周期は糸の長さだけで決まり、おもりの質量にはよらない。",), "ja", True),
    ):
        recording = lesson(Part(said))
        transcript = replace(recording.transcript, language=language)
        sentences, judgement, _ = run(recording._replace(transcript=transcript))
        assert [(s.teaching, s.drop) for s in sentences] == [(None, "")] * len(said)
        assert judgement.kept == kept
        told = f"'{language}'" if kept else "too short: 13 words, 20 are needed"
        assert told in judgement.reason


def test_relevance_and_density_and_quality_rise_with_what_they_measure() -> None:
    right = run(lesson(PENDULUM, title="The period of a pendulum"))[1]
    wrong = run(lesson(PENDULUM, title="How bread is baked"))[1]
    chat = run(lesson(ADVERT))[1]
    assert right.relevance > wrong.relevance
    assert right.knowledge_density > chat.knowledge_density
    recording = lesson(PENDULUM)
    heard = [
        run(
            recording._replace(
                transcript=replace(recording.transcript, segments=(Segment(0, 9, "", (), logprob),))
            )
        )[1].transcription_quality
        for logprob in (-1.2, -0.4, -0.1)
    ]
    assert heard == sorted(heard) and heard[0] < heard[-1]


def test_forward_backward_equals_enumeration() -> None:
    emissions = np.array([0.7, -1.2, 2.0, 0.1])
    transitions = np.array([[0.6, -1.0], [-0.8, 0.3]])
    total, marginal = 0.0, np.zeros(4)
    for code in range(16):
        path = np.array([code >> i & 1 for i in range(4)])
        weight = np.exp(emissions @ path + transitions[path[:-1], path[1:]].sum())
        total += weight
        marginal += weight * path
    np.testing.assert_allclose(off_topic(emissions, transitions), marginal / total)


def test_empty_text_embeds_to_zero() -> None:
    vectors = embed()(["", "  ", "a vector"])
    assert vectors.shape == (3, 256) and vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [0, 0, 1], atol=1e-6)
    assert "0.4" in embed().identity
