"""Clips become samples: aligned lists within a budget, with the names of the released data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vid2book.assemble.interleave import IMAGE_TOKENS, Decide, interleave
from vid2book.assemble.repeats import part_lines
from vid2book.config import Interleave
from vid2book.models.tokens import TokenCounter
from vid2book.records import Clip, Keyframe, Mark, Sample, Video

VIDEO = Video(
    "v-1", "/v.mp4", subject="Physics", course="Mechanics", knowledge_point="Work",
    license="CC BY 4.0", source_url="https://example.org/v-1", language="de",
)  # fmt: skip
count = TokenCounter()


def frame(time: float, size: int = 1000) -> Keyframe:
    return Keyframe(time, time - 5, time + 1, bytes([int(time) % 251]) * size, 4, 3, 0, 0, 0, 0)


def lecture(clips: int, pictures: int = 1, size: int = 1000) -> tuple[list[Keyframe], list[Clip]]:
    """Clips of 15 s, each with as many pictures."""
    frames = [
        frame(15.0 * i + 10.0 * k / pictures, size) for i in range(clips) for k in range(pictures)
    ]
    said = [
        Clip(
            15.0 * i,
            15.0 * i + 14.25,
            f"raw {i}",
            f"Paragraph {i} tells of force and work.",
            tuple(range(pictures * i, pictures * (i + 1))),
        )
        for i in range(clips)
    ]
    return frames, said


def run(frames: list[Keyframe], clips: list[Clip], **settings: int) -> list[Sample]:
    texts = [f"Slide {i}" if i % 3 else "" for i in range(len(frames))]
    marks = [Mark()] * len(frames)
    return interleave(VIDEO, "en", frames, texts, clips, marks, count, Interleave(**settings))[0]


def check(samples: list[Sample], max_tokens: int = 4096) -> None:
    """What holds for any samples."""
    for ordinal, sample in enumerate(samples):
        assert sample.id == f"v-1_{ordinal:04d}"
        lists = (sample.images, sample.texts, sample.ocr_texts, sample.text_ocr_list)
        assert {len(column) for column in lists} == {len(sample.elements)}
        for image, text, written, both, element in zip(*lists, sample.elements, strict=True):
            if element.kind == "image":
                assert image is not None and written is not None and text is both is None
            else:
                assert image is written is None and text and both is not None
                assert both.startswith(text)
        speech = [t for t in sample.texts if t]
        assert sample.image_num == sum(i is not None for i in sample.images)
        assert sample.text_num == sum(count(t) for t in speech)
        assert sample.token_num == sample.text_num + IMAGE_TOKENS * sample.image_num <= max_tokens
        assert sample.video_ids == ("v-1",) == tuple({e.video_id for e in sample.elements})


def test_one_sample_holds_its_clips_in_order() -> None:
    frames, clips = lecture(2)
    [sample] = run(frames, clips)
    check([sample])
    assert [e.kind for e in sample.elements] == ["image", "text"] * 2
    assert sample.images == (frames[0].image, None, frames[1].image, None)
    assert sample.texts[1::2] == (clips[0].text, clips[1].text)
    assert sample.ocr_texts == ("", None, "Slide 1", None)
    assert sample.text_ocr_list[1::2] == (clips[0].text, f"{clips[1].text}\nSlide 1")
    assert sample.source_urls == ("https://example.org/v-1",)
    assert (sample.subject, sample.course, sample.knowledge_point) == (
        "Physics", "Mechanics", "Work",
    )  # fmt: skip
    assert (sample.language, sample.license) == ("en", "CC BY 4.0")


def test_a_line_on_two_pictures_in_a_row_is_told_once() -> None:
    frames, clips = lecture(3)
    texts = [
        "Kinetic energy\nby speed\nE = m v v / 2",
        "Kinetic  Energy\nby speed\nE = m v v / 3\nnew",
        "Kinetic energy",
    ]
    [sample], decisions = interleave(
        VIDEO, "en", frames, texts, clips, [Mark()] * 3, count, Interleave()
    )
    assert sample.ocr_texts[::2] == tuple(texts)  # what stands on the picture
    told = [str(both).split("\n")[1:] for both in sample.text_ocr_list[1::2]]
    assert told == [["Kinetic energy", "by speed", "E = m v v / 2"], ["E = m v v / 3", "new"], []]
    assert [d.text for d in decisions] == ["Kinetic  Energy\nby speed", "Kinetic energy"]
    assert [(d.start, d.level, d.kept) for d in decisions] == [
        (frames[1].start, "line", False), (frames[2].start, "line", False),
    ]  # fmt: skip


def test_every_sample_tells_what_its_first_picture_shows() -> None:
    frames, clips = lecture(20)
    samples, _ = interleave(
        VIDEO, "en", frames, ["Title"] * 20, clips, [Mark()] * 20, count, Interleave()
    )
    assert len(samples) > 1
    for sample in samples:
        told = [both.endswith("\nTitle") for both in sample.text_ocr_list if both]
        assert told == [True] + [False] * (len(told) - 1)


@pytest.mark.parametrize(
    ("line", "other", "same"),
    [
        ("The nucleus keeps the genes", "The nucleus keeps the qenes", True),  # OCR
        ("The sum of 12 terms is large", "The sum of 13 terms is large", False),
        ("a + b = c, for all of them", "a - b = c, for all of them", False),
        ("cat", "car", False),
        ("", "", True),
    ],
)
def test_lines_are_the_same_up_to_a_slip_of_the_ocr(line: str, other: str, same: bool) -> None:
    (_, (new, repeated)) = part_lines([line + "\n", other + "\n"], 0.9)
    assert (repeated == [other]) == same and len(new) + len(repeated) == 1


def test_how_alike_the_same_line_is_read_is_a_setting() -> None:
    texts = ["The nucleus keeps the genes", "The nucleus keeps the qenes"]
    assert part_lines(texts, 0.99)[1].new == texts[1:]
    assert part_lines(texts, 0.9)[1].repeated == texts[1:]


def test_positions_tell_where_they_come_from() -> None:
    [sample] = run(*lecture(1, pictures=2))
    first, second, text = sample.elements
    assert (first.name, second.name) == ("v-1@0.0_14.2#1.jpg", "v-1@0.0_14.2#2.jpg")
    assert (first.start, first.end) == (0.0, 1.0)  # the frame, and when its state ends
    assert (second.start, second.end) == (5.0, 6.0)
    assert (text.start, text.end) == (0.0, 14.25)
    assert {(e.clip_start, e.clip_end) for e in sample.elements} == {(0.0, 14.25)}


def test_a_long_lecture_is_cut_into_samples() -> None:
    frames, clips = lecture(20)
    samples = run(frames, clips)
    check(samples)
    assert len(samples) > 1
    assert [t for s in samples for t in s.texts if t] == [c.text for c in clips]
    assert [i for s in samples for i in s.images if i] == [f.image for f in frames]


@pytest.mark.parametrize("budget", [700, 1300, 2600, 4096, 100_000])
def test_no_sample_is_over_the_budget(budget: int) -> None:
    frames, clips = lecture(9)
    samples = run(frames, clips, max_tokens=budget)
    check(samples, budget)
    assert [t for s in samples for t in s.texts if t] == [c.text for c in clips]


def test_borders_do_not_move_with_the_size_of_pictures() -> None:
    def borders(size: int) -> list[tuple[str, ...]]:
        frames, clips = lecture(20, size=size)
        return [tuple(e.name for e in s.elements) for s in run(frames, clips)]

    assert borders(10) == borders(150_000) == borders(280_000)
    assert len(borders(900_000)) > len(borders(10))  # a row would have had six megabytes


def test_a_row_stays_under_its_cap() -> None:
    frames, clips = lecture(6, pictures=2, size=700_000)
    samples = run(frames, clips)
    check(samples)
    assert all(sum(len(i) for i in s.images if i) <= 2_000_000 for s in samples)


def test_a_clip_of_many_pictures_spreads() -> None:
    frames, clips = lecture(1, pictures=10)
    samples = run(frames, clips)
    check(samples)
    assert [i for s in samples for i in s.images if i] == [f.image for f in frames]
    assert [t for s in samples for t in s.texts if t] == [clips[0].text]
    names = [e.name for s in samples for e in s.elements if e.kind == "image"]
    assert names == [f"v-1@0.0_14.2#{k}.jpg" for k in range(1, 11)]


def test_silent_and_pictureless_clips() -> None:
    frames, clips = lecture(3)
    clips = [replace(clips[0], text="", raw=""), replace(clips[1], keyframes=()), clips[2]]
    [sample] = run(frames, clips)
    check([sample])
    assert [e.kind for e in sample.elements] == ["image", "text", "image", "text"]


def test_nothing_gives_no_sample() -> None:
    assert run([], []) == []


@pytest.mark.parametrize("seed", range(30))
def test_any_lecture_is_kept_whole(seed: int) -> None:
    random = np.random.default_rng(seed)
    budget, size = int(random.integers(1300, 6000)), int(random.integers(1, 400_000))
    frames: list[Keyframe] = []
    clips: list[Clip] = []
    for i in range(random.integers(25)):
        new = [frame(10.0 * i + k, size) for k in range(random.integers(6))]
        positions = tuple(range(len(frames), len(frames) + len(new)))
        text = " ".join(["word"] * int(random.integers(60)))
        if text or new:
            clips.append(Clip(10.0 * i, 10.0 * i + 9, text, text, positions))
        frames += new
    samples = run(frames, clips, max_tokens=budget)
    check(samples, budget)
    assert [t for s in samples for t in s.texts if t] == [c.text for c in clips if c.text]
    assert [i for s in samples for i in s.images if i] == [f.image for f in frames]


def left(sample: Sample) -> list[tuple[object, ...]]:
    """The positions of a sample that are not marked."""
    lists = (sample.images, sample.texts, sample.ocr_texts, sample.text_ocr_list, sample.elements)
    return [position for position in zip(*lists, strict=True) if not position[-1].drop]


@pytest.mark.parametrize("seed", range(40))
def test_what_is_marked_and_left_out_is_as_if_it_was_dropped(seed: int) -> None:
    """Sample by sample, for the cuts are those of what stays."""
    random = np.random.default_rng(seed)
    budget = int(random.integers(1300, 6000))
    frames: list[Keyframe] = []
    clips: list[Clip] = []
    for i in range(random.integers(1, 25)):
        new = [frame(10.0 * i + k) for k in range(random.integers(6))]
        positions = tuple(range(len(frames), len(frames) + len(new)))
        text = " ".join(["word"] * int(random.integers(60)))
        mark = Mark(0.5) if random.random() < 0.6 else Mark(0.1, "judge: chat")
        if mark.drop and text:  # speech that should go stands without pictures
            clips.append(Clip(10.0 * i, 10.0 * i + 9, text, text, mark=mark))
            text = ""
        if text or new:
            clips.append(Clip(10.0 * i, 10.0 * i + 9, text, text, positions))
        frames += new
    marks = [Mark(None, "align: a face" if random.random() < 0.4 else "") for _ in frames]
    texts = [f"Slide {random.integers(3)}" for _ in frames]

    def cut(decide: Decide) -> list[Sample]:
        settings = Interleave(max_tokens=budget)
        return interleave(VIDEO, "en", frames, texts, clips, marks, count, settings, decide)[0]

    marked, dropped = cut("mark"), cut("drop")
    check(dropped, budget)
    check(marked, 10**9)
    assert len([e for s in marked for e in s.elements]) == len(frames) + sum(
        bool(c.text) for c in clips
    )
    assert [p for s in marked if (p := left(s))] == [left(s) for s in dropped]
    if dropped:
        assert [s.id for s in marked] == [s.id for s in dropped]


def test_a_marked_element_has_its_score_and_reason() -> None:
    frames, clips = lecture(2)
    clips[1] = replace(clips[1], keyframes=(), mark=Mark(0.2, "judge: sponsor"))
    marks = [Mark(0.7), Mark(0.1, "reduce: the same picture as in video b, which comes first")]
    clips.append(Clip(30, 31, "", "", (1,)))
    [sample], _ = interleave(
        VIDEO, "en", frames, ["a", "b"], clips, marks, count, Interleave(), "mark"
    )
    assert [(e.kind, e.score, e.drop) for e in sample.elements] == [
        ("image", 0.7, ""),
        ("text", None, ""),
        ("text", 0.2, "judge: sponsor"),
        ("image", 0.1, marks[1].drop),
    ]
    assert (sample.image_num, sample.text_num) == (2, count(clips[0].text) + count(clips[1].text))


def test_samples_of_a_video_are_of_one_size() -> None:
    for clips in range(1, 60):
        samples = run(*lecture(clips))
        check(samples)
        sizes = [sample.token_num for sample in samples]
        assert max(sizes) - min(sizes) <= 2 * 600, clips
