"""Teaching is told from sponsors, small talk and housekeeping, sentence by sentence."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from passages import Part, Passage, Recording, languages, passages, record

from vid2book import config
from vid2book.models.embed import WordLlama
from vid2book.models.embed_any import MultilingualE5
from vid2book.records import (
    CRITERIA,
    Decision,
    Judgement,
    Segment,
    Sentence,
    Transcript,
    Video,
    Word,
)
from vid2book.teaching.context import off_topic
from vid2book.teaching.judge import NOT_UNDERSTOOD, judge
from vid2book.teaching.score import score

KNOWN = [
    pytest.param({}, id="manifest-and-screen"),
    pytest.param({"manifest": False}, id="plain-folder"),
    pytest.param({"manifest": False, "screen": False}, id="speech-alone"),
]


@cache
def embed() -> WordLlama:
    return WordLlama()


@cache
def embed_any() -> MultilingualE5:
    if not MultilingualE5.is_installed():
        pytest.skip("extra 'multilingual'")
    return MultilingualE5()


def run(
    recording: Recording,
    settings: config.Judge | None = None,
    any_language: MultilingualE5 | None = None,
) -> tuple[list[Sentence], Judgement, list[Decision]]:
    settings = settings or config.Judge()
    video, sentences, transcript = recording.video, recording.sentences, recording.transcript
    scores, _ = score(
        video, sentences, recording.screen, transcript, embed(), any_language, (), settings
    )
    return judge(video, sentences, scores, transcript, settings)


def lesson(*parts: Part, title: str = "", language: str = "en") -> Recording:
    return record(Passage(Video("lesson", "/nowhere.mp4", title=title, language=language), parts))


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


def test_silent_videos_say_so() -> None:
    silent = run(
        lesson(ADVERT)._replace(sentences=[], screen=[], transcript=Transcript((), "en", "", 60.0))
    )
    assert silent[0] == [] and not silent[1].kept
    why = "no speech to judge by; 0 different words are written on its pictures, 10 are needed"
    assert silent[1].reason == why
    assert grades(silent[1]) == [None] * 4 and [d.score for d in silent[2]] == [None]


def test_a_silent_video_is_not_judged_by_its_speech_even_if_no_words_are_needed() -> None:
    silent = lesson(ADVERT)._replace(sentences=[], screen=[], transcript=Transcript((), "", "", 9))
    judgement = run(silent, config.Judge(min_words=0, min_words_per_minute=0))[1]
    assert judgement.reason.startswith("no speech to judge by;")
    assert grades(judgement) == [None] * 4


def grades(judgement: Judgement) -> list[float | None]:
    return [
        judgement.relevance,
        judgement.knowledge_density,
        judgement.transcription_quality,
        judgement.teaching_share,
    ]


SLIDE = "Sort a list: compare, swap, repeat until no pair is out of order"


@pytest.mark.parametrize("screen", ["", SLIDE])
def test_few_words_are_not_judged_but_what_is_written(screen: str) -> None:
    """A nearly wordless lesson is no small talk."""
    part = Part(("Hello, everybody.", "Good day."), screen=screen)
    sentences, judgement, decisions = run(lesson(part))
    assert judgement.kept == bool(screen)
    assert judgement.reason.startswith("too few words to judge: 4 are said, 20 are needed; ")
    assert [(s.teaching, s.drop) for s in sentences] == [(None, "")] * 2
    assert {d.level for d in decisions} == {"video"}
    assert grades(judgement) == [None] * 4


def test_a_few_words_in_many_minutes_are_not_judged() -> None:
    """A drawing lesson with music, in which somebody says hello and goodbye."""
    part = Part(
        (
            "Hello everybody, and welcome to my channel, I hope you all had a nice week.",
            "Thanks for watching, subscribe for more, and have a great day, bye bye.",
        ),
        screen=SLIDE,
    )
    recording = lesson(part)
    short = run(recording)[1]
    assert not short.kept and short.reason.startswith("teaches nothing")
    long = run(recording._replace(transcript=Transcript((), "en", "", 900.0)))[1]
    assert long.kept
    assert long.reason.startswith("too few words to judge: 28 are said, 75 are needed; ")


@pytest.mark.parametrize(
    ("said_in", "written", "language"),
    [
        ("", "Die Energie geht nicht verloren, sie wird nur in eine andere Form gebracht", "de"),
        ("", "Sea x la velocidad del cuerpo y sea y la distancia entre los dos puntos", "es"),
        ("fr", "Die Energie geht nicht verloren, sie wird nur in eine andere Form gebracht", "fr"),
        ("", "x = cos alpha + sin beta, lim exp(gamma) = delta, tan(theta) = lambda", ""),
        ("", "Herzlich willkommen", ""),
    ],
)
def test_the_screen_tells_the_language_where_speech_does_not(
    said_in: str, written: str, language: str
) -> None:
    recording = lesson(PENDULUM)
    silent = recording._replace(
        sentences=[],
        screen=[(keyframe, written) for keyframe, _ in recording.screen],
        transcript=Transcript((), said_in, "", 60.0),
    )
    _, judgement, decisions = run(silent)
    assert judgement.language == language
    told = [d for d in decisions if f"the text on the pictures is in '{language}'" in d.reason]
    assert len(told) == (not said_in and bool(language))
    assert all(d.kept and d.score is not None and d.score >= 0.9 for d in told)


@pytest.mark.parametrize("screen", ["", SLIDE])
def test_speech_that_was_not_heard_leaves_what_is_written(screen: str) -> None:
    unheard = "its speech is not heard: it is in 'ko', which a model does not know"
    recording = lesson(Part(PENDULUM.say, screen=screen))._replace(
        sentences=[], transcript=Transcript((), "ko", "none", 60.0, None, unheard)
    )
    judgement = run(recording)[1]
    assert judgement.kept == bool(screen)
    assert judgement.reason.startswith(f"{unheard}; ")
    assert grades(judgement) == [None] * 4


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
    _, judgement, (decision, *_) = run(silent)
    assert judgement.kept == kept and grades(judgement) == [None] * 4
    assert (decision.score is not None) == kept
    assert not kept or f"and they teach (mean probability {decision.score:.2f})" in decision.reason
    assert judgement.reason.startswith("no speech to judge by;")
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
    assert ("do not teach" in judgement.reason) != kept


def test_switched_off_keeps_everything() -> None:
    sentences, judgement, decisions = run(lesson(ADVERT), config.Judge(enabled=False))
    assert [(s.teaching, s.drop) for s in sentences] == [(None, "")] * 2
    assert judgement.kept and [(d.level, d.score) for d in decisions] == [("video", None)]
    relevance, density, quality, share = grades(judgement)
    assert relevance is density is share is None and quality is not None


@pytest.mark.parametrize("language", languages())
def test_held_out_passages_of_other_languages(language: str) -> None:
    kept_off = off = dropped = teaching = 0
    for passage in passages("held", language):
        recording = record(passage)
        sentences, judgement, _ = run(recording, any_language=embed_any())
        kept = np.array([s.teaching is not None and s.teaching >= 0.5 for s in sentences])
        kept_off += int(recording.words[recording.off_topic & kept].sum())
        off += int(recording.words[recording.off_topic].sum())
        dropped += int(recording.words[~recording.off_topic & ~kept].sum())
        teaching += int(recording.words[~recording.off_topic].sum())
        assert judgement.kept != passage.vlog, judgement.reason
    assert off > 190 and teaching > 200
    assert kept_off / off <= 0.25, f"{kept_off} of {off} off-topic words are kept"
    # In French it is two sentences.
    assert dropped / teaching <= 0.07, f"{dropped} of {teaching} teaching words are dropped"


@pytest.mark.parametrize("language", languages())
def test_asides_are_dropped_in_other_languages(language: str) -> None:
    kept = off = lost = teaching = 0
    for passage in passages("talks2", language):
        recording = record(passage)
        stays = np.array([not s.drop for s in run(recording, any_language=embed_any())[0]])
        kept += int(recording.words[recording.off_topic & stays].sum())
        off += int(recording.words[recording.off_topic].sum())
        lost += int((~recording.off_topic & ~stays).sum())
        teaching += int((~recording.off_topic).sum())
    assert kept / off <= 0.15, f"{kept} of {off} off-topic words are kept"
    # Of a lesson in grammar some examples are lost.
    most = 6 if language == "es" else 2
    assert lost <= most, f"{lost} of {teaching} sentences that teach are dropped"


def test_an_unknown_language_is_judged_too() -> None:
    vlog = next(passage for passage in passages("held", "fr") if passage.vlog)
    recording = record(replace(vlog, video=replace(vlog.video, language="")))
    sentences, judgement, decisions = run(recording, any_language=embed_any())
    assert not judgement.kept and judgement.reason.startswith("teaches nothing")
    assert {d.reason for d in decisions if d.level == "sentence"} <= {
        "small talk",
        "channel housekeeping",
    }
    assert all(s.drop for s in sentences)


@pytest.mark.parametrize(("probability", "reason"), [(0.4, NOT_UNDERSTOOD), (0.9, "sponsor")])
def test_speech_that_was_hardly_understood_is_called_so(probability: float, reason: str) -> None:
    recording = lesson(PENDULUM, ADVERT, PENDULUM)
    segments = tuple(
        Segment(s.start, s.end, s.text, (Word(s.start, s.end, s.text, probability),))
        for s in recording.sentences
    )
    said = replace(recording.transcript, segments=segments)
    sentences, judgement, decisions = run(recording._replace(transcript=said))
    dropped = [s for s in sentences if s.drop]
    assert dropped and {s.drop for s in dropped} == {reason}
    assert f"the rest is {reason}" in judgement.reason
    assert {d.reason for d in decisions if d.level == "sentence"} == {reason}


@pytest.mark.parametrize("screen", ["", SLIDE])
def test_what_nobody_can_judge_is_not_kept_for_that(screen: str) -> None:
    """Without the model for other languages, what is written decides."""
    said = ("Ein Pendel ist ein Gewicht an einer Schnur.", "Wir ziehen es zur Seite.") * 2
    sentences, judgement, _ = run(lesson(Part(said, screen=screen), language="de"))
    assert judgement.kept == bool(screen)
    assert judgement.reason.startswith("the speech was not judged: ")
    assert "'multilingual'" in judgement.reason and "'de'" in judgement.reason
    assert [(s.teaching, s.drop) for s in sentences] == [(None, "")] * 4


def test_embeddings_of_any_language_are_the_pinned_ones() -> None:
    texts = ["The period of a pendulum.", "", "单摆的周期取决于摆长。", "a\0b"]
    vectors = embed_any()(texts)
    assert vectors.shape == (4, 384) and "1571fc9827503943" in embed_any().identity
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 0, 1, 1], atol=1e-5)
    np.testing.assert_array_equal(vectors[2], embed_any()(texts[2:3])[0])
    assert embed_any()([]).shape == (0, 384)


def test_relevance_and_density_and_quality_rise_with_what_they_measure() -> None:
    right = run(lesson(PENDULUM, title="The period of a pendulum"))[1]
    wrong = run(lesson(PENDULUM, title="How bread is baked"))[1]
    chat = run(lesson(ADVERT))[1]
    assert right.relevance > 4 and wrong.relevance < 2
    assert chat.relevance is None  # no topic is given
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
