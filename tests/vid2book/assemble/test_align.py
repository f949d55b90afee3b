"""Pictures that do not belong go; their speech stays."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from vid2book.assemble.align import KeyframeText, _cosines
from vid2book.assemble.align import align as mark
from vid2book.assemble.marks import staying
from vid2book.config import Align
from vid2book.models.chat import BackendError
from vid2book.models.embed import WordLlama
from vid2book.records import Clip, Decision, Keyframe, Sentence, Video
from vid2book.teaching.judge import NOT_UNDERSTOOD

VIDEO = Video("v", "/v.mp4", title="Work and energy", knowledge_point="kinetic energy")
LESSON = "The kinetic energy of a body grows with the square of its velocity."
SLIDE = "Kinetic energy\nE = m v v / 2\nvelocity counts twice"
NUMBERS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
embed = WordLlama()


def align(*given: object) -> tuple[list[Clip], list[Decision]]:
    """The clips as they are where what is marked is left out."""
    aligned, decisions = mark(*given)  # type: ignore[arg-type]
    return list(staying(aligned.clips, aligned.pictures)), decisions


def frame(start: float, end: float, faces: float = 0.0, phash: int = 0) -> Keyframe:
    return Keyframe(end - 0.2, start, end, b"", 1, 1, 0, 0, faces, phash)


def run(
    frames: list[Keyframe],
    texts: list[str],
    teaching: list[float] | None = None,
    captions: list[str] | None = None,
    off_topic: str = "small talk",
    **settings: object,
) -> tuple[list[Clip], list[Decision]]:
    """A clip of ten seconds of speech for every picture; the decisions on pictures."""
    teaching = teaching or [1.0] * len(frames)
    sentences = [
        Sentence(10.0 * i, 10.0 * i + 9, LESSON, LESSON, t, "" if t >= 0.5 else off_topic)
        for i, t in enumerate(teaching)
    ]
    clips = [
        Clip(s.start, s.end, s.raw, s.text, (i,))
        if not s.drop
        else Clip(frames[i].start, frames[i].end, "", "", (i,))
        for i, s in enumerate(sentences)
    ]
    left, decisions = align(
        VIDEO,
        list(map(KeyframeText, frames, texts, captions or [""] * len(frames))),
        sentences,
        clips,
        embed,
        embed,
        Align(**settings),  # type: ignore[arg-type]
    )
    return left, [d for d in decisions if d.level == "keyframe"]


def spread(n: int) -> list[Keyframe]:
    return [frame(10.0 * i, 10.0 * i + 10, phash=0xFFFF << (16 * i)) for i in range(n)]


def test_slides_and_diagrams_stay() -> None:
    clips, decisions = run(spread(2), [SLIDE, ""])
    assert [c.keyframes for c in clips] == [(0,), (1,)]
    assert [d.kept for d in decisions] == [True, True]
    assert clips[0].similarity is not None and clips[0].similarity > 0.3
    assert clips[1].similarity is None  # nothing is written on it


def test_what_is_written_is_compared_with_what_is_said() -> None:
    clips, _ = run(spread(2), [SLIDE, "Ribosomes build proteins\nThe membrane is selective"])
    related, strange = (c.similarity for c in clips)
    assert related is not None and strange is not None and related > strange + 0.2


@pytest.mark.parametrize(
    ("faces", "text", "kept"),
    [
        (0.1, "", False),
        (0.1, "Dr. Jane Doe", False),  # three words
        (0.1, SLIDE, True),
        (0.02, "", True),  # the threshold itself is not over it
        (0.0, "", True),
    ],
)
def test_a_talking_head_goes_and_its_speech_stays(faces: float, text: str, kept: bool) -> None:
    head = replace(spread(1)[0], faces=faces)
    [c], [decision] = run([head], [text])
    assert c.keyframes == ((0,) if kept else ())
    assert c.text == LESSON
    assert decision.kept == kept
    if not kept:
        assert (decision.reason, decision.score, decision.threshold) == (
            "a talking head", 0.1, 0.02,
        )  # fmt: skip


def test_a_sponsors_card_goes_with_its_clip() -> None:
    clips, decisions = run(
        spread(3), [SLIDE, "Get 20 % off at nordshop.example", SLIDE], teaching=[1, 0.1, 1]
    )
    assert [c.keyframes for c in clips] == [(0,), (2,)]
    assert (decisions[1].reason, decisions[1].score) == (
        "on screen while nothing is being taught",
        0.0,
    )
    assert decisions[1].text.startswith("Get 20 %")


def test_speech_that_was_hardly_understood_tells_nothing_of_its_picture() -> None:
    texts = [SLIDE, "Sgiall slo", SLIDE]
    clips, decisions = run(spread(3), texts, teaching=[1, 0.1, 1], off_topic=NOT_UNDERSTOOD)
    assert [c.keyframes for c in clips] == [(0,), (1,), (2,)]
    assert all(d.kept for d in decisions)


def test_a_slide_of_the_topic_stays_whatever_is_said() -> None:
    clips, _ = run(spread(2), [SLIDE, SLIDE], teaching=[1, 0.1])
    assert [c.keyframes for c in clips] == [(0,), (1,)]


@pytest.mark.parametrize(
    ("card", "goodbye", "kept"),
    [
        ("Work and energy\nGSA", "This concludes the module on kinetic energy.", False),
        ("Work and energy\nGSA", "The kinetic energy is never negative.", True),
        (SLIDE + " and twice the mass counts once alone", "Thanks for watching this video.", True),
    ],
)
def test_the_end_card_goes_though_it_names_the_topic(card: str, goodbye: str, kept: bool) -> None:
    frames = [frame(0, 10), frame(10, 20, phash=2**64 - 1)]
    said = [Sentence(0, 9, LESSON, LESSON, 1.0), Sentence(10.2, 15, goodbye, goodbye, 0.9)]
    clips = [Clip(s.start, s.end, s.raw, s.text, (i,)) for i, s in enumerate(said)]
    screen = list(map(KeyframeText, frames, [SLIDE, card]))
    left, _ = align(VIDEO, screen, said, clips, embed, embed, Align())
    assert [c.keyframes for c in left] == [(0,), (1,) if kept else ()]


def test_an_avatar_that_waits_for_the_first_word_goes() -> None:
    frames = [frame(0, 10), frame(10, 20, phash=2**64 - 1)]
    said = [Sentence(11, 19, LESSON, LESSON, 1.0)]
    clips = [Clip(0, 10, "", "", (0,)), Clip(11, 19, LESSON, LESSON, (1,))]
    screen = list(map(KeyframeText, frames, ["", SLIDE]))
    left, decisions = align(VIDEO, screen, said, clips, embed, embed, Align())
    assert [c.keyframes for c in left] == [(1,)]
    assert decisions[0].reason == "nothing is written on it, and nobody is speaking yet"


@pytest.mark.parametrize(
    ("text", "until", "kept"),
    [
        ("Bluebird Studios\npresents", 4.0, False),
        ("Kinetic energy\nan introduction", 4.0, True),
        ("x + y = 12\nsin t", 4.0, True),
        ("Bluebird Studios\npresents", 10.0, True),
        ("Bluebird Studios\nevery body", 4.0, False),
    ],
    ids=["a channel", "a title", "a formula", "for long", "one word of the lesson"],
)
def test_the_card_of_a_channel_before_the_first_word_goes(
    text: str, until: float, kept: bool
) -> None:
    assert before_the_lesson(text, until) == ([(0,), (1,)] if kept else [(1,)])


def test_how_many_words_of_the_lesson_make_a_title_is_a_setting() -> None:
    card = "Bluebird Studios\nevery body"
    assert before_the_lesson(card, 4, max_title_share=1) == [(1,)]
    assert before_the_lesson(card, 4, max_title_share=0) == [(0,), (1,)]


def before_the_lesson(text: str, until: float, **settings: float) -> list[tuple[int, ...]]:
    """The pictures that are left of a card and the slide of a lesson."""
    frames = [frame(0, until), frame(until, 20, phash=2**64 - 1)]
    said = [Sentence(11, 19, LESSON, LESSON, 1.0)]
    clips = [Clip(0, until, "", "", (0,)), Clip(11, 19, LESSON, LESSON, (1,))]
    screen = list(map(KeyframeText, frames, [text, SLIDE]))
    left, _ = align(VIDEO, screen, said, clips, embed, embed, Align(**settings))
    return [c.keyframes for c in left]


def test_a_title_of_which_a_long_lesson_hardly_speaks_stays() -> None:
    frames = [frame(0, 4), frame(4, 20, phash=2**64 - 1)]
    text = " ".join([LESSON, *(f"The {n} term follows from the integral." for n in NUMBERS)])
    text += " So that is why two cars crash."
    said = [Sentence(11, 19, text, text, 1.0)]
    clips = [Clip(0, 4, "", "", (0,)), Clip(11, 19, text, text, (1,))]
    left, decisions = align(
        VIDEO, list(map(KeyframeText, frames, ["How cars crash", SLIDE])), said, clips,
        embed, embed, Align(),
    )  # fmt: skip
    assert [c.keyframes for c in left] == [(0,), (1,)]
    assert decisions[0].score is not None and decisions[0].score < 0.1


def test_a_picture_in_silence_stays() -> None:
    frames = [frame(0, 10), frame(20, 25, phash=2**64 - 1)]
    sentence = Sentence(0, 9, LESSON, LESSON, 1.0)
    clips = [Clip(0, 9, LESSON, LESSON, (0,)), Clip(20, 25, "", "", (1,))]
    left, _ = align(
        VIDEO,
        list(map(KeyframeText, frames, [SLIDE, ""])),
        [sentence],
        clips,
        embed,
        embed,
        Align(),
    )
    assert [c.keyframes for c in left] == [(0,), (1,)]


def slide(*lines: str, boxes: int = 0) -> bytes:
    """A JPEG with these lines and a chart of some boxes."""
    image = Image.new("L", (640, 360), 255)
    draw = ImageDraw.Draw(image)
    for row, text in enumerate(lines):
        draw.text((40, 20 + 40 * row), text, 0, ImageFont.load_default(24))
    for box in range(boxes):
        draw.rectangle((60 + 45 * box, 340 - 23 * (1 + box % 5), 90 + 45 * box, 340), 90, 0, 3)
    jpeg = io.BytesIO()
    image.save(jpeg, "JPEG", quality=90)
    return jpeg.getvalue()


def shown_as(*images: bytes, gap: float = 0) -> list[Keyframe]:
    return [
        replace(frame((10 + gap) * i, (10 + gap) * i + 10), image=image)
        for i, image in enumerate(images)
    ]


def test_a_picture_that_another_holds_goes() -> None:
    title, formula = "Kinetic energy", "E = m v v / 2"
    texts = [title, f"{title}\n{formula}"]
    first, second = slide(title), slide(title, formula)
    left, decisions = run(shown_as(first, second), texts)
    assert [c.keyframes for c in left] == [(), (1,)]
    assert decisions[0].reason == "everything on it is also on the picture of 19.8 s"
    left, decisions = run(shown_as(second, first), texts[::-1])  # what is gone again
    assert [c.keyframes for c in left] == [(0,), ()]
    assert decisions[1].reason == "everything on it is also on the picture of 9.8 s"


def test_a_picture_stays_if_the_one_that_holds_it_goes() -> None:
    title, advert = "Chapter seven", "Get 20 % off at nordshop.example"
    frames = shown_as(slide(title), slide(title, advert))
    left, decisions = run(frames, [title, f"{title}\n{advert}"], teaching=[1, 0.1])
    assert [c.keyframes for c in left] == [(0,)]
    assert [d.kept for d in decisions] == [True, False]
    assert decisions[1].reason == "on screen while nothing is being taught"


def test_a_page_with_something_of_its_own_stays() -> None:
    title, formula = "Kinetic energy", "E = m v v / 2"
    both = [(0,), (1,)]
    chart = shown_as(slide(title, boxes=9), slide(title, formula))
    assert [c.keyframes for c in run(chart, [title, f"{title}\n{formula}"])[0]] == both
    other = shown_as(slide(title, formula), slide(title, "E = m g h"))
    texts = [f"{title}\n{formula}", f"{title}\nE = m g h"]
    assert [c.keyframes for c in run(other, texts)[0]] == both
    alike = shown_as(slide(title), slide(title))
    assert [c.keyframes for c in run(alike, ["", ""])[0]] == both  # no words to go by
    later = shown_as(slide(title), slide(title, formula), gap=10)  # it is spoken of long before
    texts = [title, f"{title}\n{formula}"]
    assert [c.keyframes for c in run(later, texts)[0]] == both
    assert [c.keyframes for c in run(later, texts, max_repeat_gap=10)[0]] == [(), (1,)]


def test_a_picture_that_should_go_is_marked_and_scored() -> None:
    frames = [frame(0, 10), frame(10, 20, faces=0.5), frame(20, 30, phash=2**40 - 1)]
    clips = [Clip(10.0 * i, 10.0 * i + 9, LESSON, LESSON, (i,)) for i in range(3)]
    sentences = [Sentence(c.start, c.end, c.text, c.raw, 0.9) for c in clips]
    sentences[2] = replace(sentences[2], teaching=0.1, drop="small talk")
    screen = list(map(KeyframeText, frames, [SLIDE, "", SLIDE]))
    aligned, _ = mark(VIDEO, screen, sentences, clips, embed, embed, Align())
    slide, face, over_chat = aligned.pictures
    assert slide.drop == "" and slide.score is not None and 0.3 < slide.score <= 1
    assert face.drop == "align: a talking head" and face.score is None  # nothing is written on it
    assert over_chat.drop == "" and over_chat.score is None  # nothing is taught meanwhile
    assert [c.keyframes for c in aligned.clips] == [(0,), (1,), (2,)]  # all in their places


RELATED = "; the score says how close its text is to the lesson"
STRANGE = "Ribosomes build proteins\nThe membrane is selective"


@pytest.mark.parametrize(
    ("text", "spoken", "settings", "why"),
    [
        (SLIDE, "", {}, ""),
        (STRANGE, "", {}, ", since enough is taught while it is shown"),
        (
            STRANGE,
            NOT_UNDERSTOOD,
            {},
            ", since what is said while it is shown was hardly understood",
        ),
        (STRANGE, "silence", {}, ", since nothing is said while it is shown"),
        (STRANGE, "small talk", {"enabled": False}, ", since align.enabled is false"),
    ],
)
def test_a_picture_that_stays_says_why(
    text: str, spoken: str, settings: dict[str, bool], why: str
) -> None:
    """The second picture; a lesson is spoken over the first."""
    first = Sentence(0, 9, LESSON, LESSON, 1.0)
    over = [] if spoken == "silence" else [replace(first, start=10, end=19, drop=spoken)]
    screen = list(map(KeyframeText, spread(2), [SLIDE + " and more", text]))
    clips = [Clip(0, 9, LESSON, LESSON, (0,)), Clip(10, 20, "", "", (1,))]
    _, decisions = align(VIDEO, screen, [first, *over], clips, embed, embed, Align(**settings))
    second = decisions[1]
    assert second.kept and second.reason == f"kept{why}{RELATED}"
    assert second.score is not None and (second.score < 0.35) == bool(why)


@pytest.mark.parametrize(
    ("title", "text", "caption", "told"),
    [
        ("", SLIDE, "", "kept: no rule drops it, and there is nothing to compare its text with"),
        ("", "", "A cat.",
         "kept: no rule drops it, and there is nothing to compare its caption with"),
        ("", "", "", "kept: no rule drops it, and it has no text to compare"),
        ("Work and energy", SLIDE, "", f"kept, since nothing is said while it is shown{RELATED}"),
        ("Kinetic energy, velocity counts twice", SLIDE, "", f"kept{RELATED}"),
        ("Work and energy", "", "", "kept: no rule drops it, and it has no text to compare"),
    ],
)  # fmt: skip
def test_where_nobody_speaks_only_a_topic_can_be_compared(
    title: str, text: str, caption: str, told: str
) -> None:
    silent = Video("v", "/v.mp4", title=title)
    screen = [KeyframeText(spread(1)[0], text, caption)]
    _, decisions = align(silent, screen, [], [Clip(0, 10, "", "", (0,))], embed, embed, Align())
    assert decisions[0].reason == told
    assert (decisions[0].score is None) == (not told.endswith(RELATED))


def test_it_can_be_switched_off() -> None:
    clips, decisions = run([frame(0, 10, faces=0.5)], [""], enabled=False)
    assert [c.keyframes for c in clips] == [(0,)] and decisions[0].kept


def test_no_pictures() -> None:
    [c], decisions = align(VIDEO, [], [], [Clip(0, 9, LESSON, LESSON)], embed, embed, Align())
    assert c.similarity is None
    assert [d for d in decisions if d.level == "keyframe" or not d.kept] == []


def test_a_picture_whose_caption_is_strange_to_the_speech_goes() -> None:
    captions = ["A slide on kinetic energy and velocity.", "A cat sits on a sofa.", ""]
    clips, decisions = run(spread(3), ["", "", ""], captions=captions)
    assert [c.keyframes for c in clips] == [(0,), (), (2,)]
    assert [c.text for c in clips] == [LESSON] * 3  # the speech stays
    strange = decisions[1]
    assert strange.reason == "its caption has nothing to do with what is said"
    assert strange.score is not None and strange.score < 0.15 == strange.threshold
    assert [c.caption for c in clips] == [captions[0], "", ""]
    similarities = [c.caption_similarity for c in clips]
    assert similarities[0] is not None and similarities[0] > 0.3 and similarities[1] is None
    assert decisions[0].score == pytest.approx(similarities[0], abs=0.01)


def test_a_paragraph_is_told_with_what_was_spoken() -> None:
    spoken = "um " + LESSON
    clips = [
        Clip(0, 9, spoken, LESSON, (0,)),
        Clip(9, 12, LESSON, LESSON),
        Clip(12, 15, "", "", (1,)),
    ]
    shown = [KeyframeText(spread(2)[0], SLIDE), KeyframeText(spread(2)[1], "")]
    left, decisions = align(VIDEO, shown, [], clips, embed, embed, Align())
    first, second, third = (d for d in decisions if d.level == "clip")
    assert (first.text, first.raw, first.score) == (LESSON, spoken, left[0].similarity)
    assert first.reason == (
        "a paragraph; the score says how close the text of its pictures is to it"
    )
    assert (second.raw, second.reason) == ("", "a paragraph without a picture of its own")
    assert third.reason == "pictures over which no speech is kept"


def test_a_caption_over_silence_is_compared_with_nothing() -> None:
    frames = [frame(20, 25)]
    left, _ = align(
        VIDEO, [KeyframeText(frames[0], "", "A cat.")], [], [Clip(20, 25, "", "", (0,))], embed,
        embed,
        Align(),
    )  # fmt: skip
    assert left[0].keyframes == (0,) and left[0].caption == "A cat."


def test_a_server_that_fails_leaves_the_embedded_comparison() -> None:
    def fails(texts: Sequence[str]) -> NDArray[np.float32]:
        raise BackendError("nobody is there")

    shown = [KeyframeText(spread(1)[0], SLIDE)]
    clips = [Clip(0, 9, LESSON, LESSON, (0,))]
    left, decisions = align(VIDEO, shown, [], clips, fails, embed, Align())
    right, others = align(VIDEO, shown, [], clips, embed, fails, Align())
    assert left == right and decisions[1:] == others
    assert decisions[0].provisional and decisions[0].level == "video"
    assert decisions[0].reason.endswith("the packaged embeddings: nobody is there")


def test_a_long_lesson_is_compared_with_many_pictures_in_little_memory() -> None:
    lesson = "The force is the change of momentum in time. " * 2_000
    pictures = [f"Force {n}" for n in range(200)]
    embed(["loads the model"])
    tracemalloc.start()
    found = _cosines(embed, pictures, [lesson] * 200)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200e6
    assert found[3] == _cosines(embed, pictures[3:4], [lesson])[0]
