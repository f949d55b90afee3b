"""What only shows over the corpus: videos and pictures that are there twice."""

from __future__ import annotations

import io
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from vid2book.assemble.align import Aligned
from vid2book.assemble.minhash import SPEECH_BANDS, Index, signature
from vid2book.assemble.summarise import Picture, Summary
from vid2book.assemble.summarise import picture as summarise
from vid2book.assemble.summarise import summarise as summary_of
from vid2book.config import Reduce
from vid2book.records import Clip, Decision, Keyframe, Mark, Video
from vid2book.screen.phash import distance, phash

from ...support import summaries
from ...support.media import Picture as Pixels
from ...support.screens import CELLS, HEIGHT, PHYSICS, WIDTH, luma, slide

A = (slide("Work and energy", PHYSICS), " ".join(("Work and energy", *PHYSICS)))
B = (slide("Inside the cell", CELLS), " ".join(("Inside the cell", *CELLS)))


def end_card(title: str, seed: int = 0) -> tuple[Pixels, str]:
    """A channel's card: a logo, two boxes for other videos, and the title of this one."""
    image = Image.new("RGB", (WIDTH, HEIGHT), (30, 40, 90))
    draw = ImageDraw.Draw(image)
    draw.ellipse((40, 40, 150, 150), fill=(250, 200, 40))
    draw.polygon([(80, 70), (80, 120), (125, 95)], fill=(30, 40, 90))
    for x in (60, 350):
        draw.rectangle((x, 190, x + 230, 320), outline=(255, 255, 255), width=6)
    draw.text((180, 60), title, (255, 255, 255), ImageFont.load_default(28))
    draw.text((180, 110), "Thanks for watching", (250, 200, 40), ImageFont.load_default(24))
    pixels = np.array(image)
    noise = np.random.default_rng(seed).normal(0, 2, pixels.shape)
    return np.clip(pixels + noise, 0, 255).astype(np.uint8), f"{title} Thanks for watching"


def phash_distance(one: Pixels, other: Pixels) -> int:
    return distance(phash(luma(one)), phash(luma(other)))


def seen(position: int, shown: tuple[Pixels, str | None], last: bool = False) -> Picture:
    pixels, text = shown
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=90)
    start = 10.0 * position
    frame = Keyframe(
        start + 9, start, start + 10, buffer.getvalue(), WIDTH, HEIGHT, 0, 0, 0, phash(luma(pixels))
    )
    return summarise(position, frame, text, last)


class Found(NamedTuple):
    """What is decided, of the videos on which anything is."""

    duplicates: dict[str, str]  # to reasons
    pictures: dict[str, dict[int, str]]
    decisions: dict[str, list[Decision]]


def places(found: Found) -> dict[str, tuple[int, ...]]:
    """Which keyframes of each video should go."""
    return {video_id: tuple(reasons) for video_id, reasons in found.pictures.items()}


def video(video_id: str, *shown: tuple[Pixels, str | None], said: str = "") -> Summary:
    pictures = [seen(i, s, i + 1 == len(shown)) for i, s in enumerate(shown)]
    return Summary(video_id, 10.0 * len(shown), signature(said, 20), tuple(pictures))


def run(*videos: Summary, **settings: object) -> Found:
    reduce = Reduce(**settings)  # type: ignore[arg-type]
    reduced = summaries.reduced(videos, reduce)
    verdicts = {video.video_id: reduced.verdict(video.video_id) for video in videos}
    told = {video.video_id: summaries.decisions(reduced, [video], reduce)[0] for video in videos}
    return Found(
        {
            video_id: verdict.duplicate
            for video_id, verdict in verdicts.items()
            if verdict.duplicate
        },
        {video_id: verdict.pictures for video_id, verdict in verdicts.items() if verdict.pictures},
        {video_id: decisions for video_id, decisions in told.items() if decisions},
    )


def test_an_end_card_is_kept_once_under_any_title() -> None:
    videos = [
        video("one", A, end_card("Work and energy", 1)),
        video("two", B, end_card("Inside the cell", 2)),
        video("three", B, A, end_card("Sorting", 3)),
    ]
    found = run(*videos)
    assert places(found)["two"] == (1,)
    assert 2 in found.pictures["three"]
    assert "one" not in found.pictures
    [told] = found.decisions["two"]
    assert (told.video_id, told.level, told.stage, told.kept) == (
        "two",
        "keyframe",
        "reduce",
        False,
    )
    assert "as in video one, which comes first" in told.reason
    assert (told.start, told.end) == (10, 20)


def test_a_slide_of_an_earlier_video_is_dropped() -> None:
    again = (np.clip(A[0].astype(int) - 6, 0, 255).astype(np.uint8), A[1])
    assert places(run(video("one", A, B, A), video("two", again, end_card("x")))) == {"two": (0,)}


def test_what_was_not_read_is_the_same_only_if_the_file_is() -> None:
    # Two digits are little in the picture, and all that there is to say.
    design = [slide("Force on a mass", (f"m = {m} kg",)) for m in (3, 7)]
    first, other = ((pixels, None) for pixels in design)
    assert phash_distance(*design) <= Reduce().phash_distance
    assert run(video("a", first), video("b", other)).pictures == {}
    assert places(run(video("a", first), video("b", other, first, other))) == {"b": (1,)}


def test_slides_of_one_design_stay() -> None:
    design = [
        slide("Chapter one", ("Force and work",)),
        slide("Chapter two", ("Heat and cold",)),
        slide("Chapter six", ("Light and dark",)),
    ]
    texts = [
        "Chapter one Force and work",
        "Chapter two Heat and cold",
        "Chapter six Light and dark",
    ]
    videos = [
        video(f"v{i}", (pixels, text), end_card("x"))
        for i, (pixels, text) in enumerate(zip(design, texts, strict=True))
    ]
    assert places(run(*videos)) == {"v1": (1,), "v2": (1,)}  # the card alone


def test_the_first_in_the_manifest_stays() -> None:
    one, two = video("one", A, B), video("two", A, end_card("x"))
    assert places(run(one, two)) == {"two": (0,)}
    assert places(run(two, one)) == {"one": (0,)}


def test_pictures_of_one_video_are_not_compared() -> None:
    assert run(video("one", A, A, end_card("x"))).pictures == {}


def test_it_can_be_switched_off() -> None:
    found = run(video("one", A, B), video("two", A, B), enabled=False)
    assert found == Found({}, {}, {})


def test_the_order_of_work_does_not_matter() -> None:
    videos = [video("one", A, B), video("two", B, A), video("three", A, end_card("x"))]
    assert run(*videos) == run(*videos)
    assert places(run(*videos)) == {"two": (0, 1), "three": (0,)}


def test_last_slides_of_one_design_stay_and_end_cards_go() -> None:
    halves = ("Look at the middle", "Halve the range", "Repeat")
    last = [
        video(name, (slide(title, lines), " ".join([title, *lines])))
        for name, title, lines in (
            ("one", "Work and energy", PHYSICS),
            ("two", "Inside the cell", CELLS),
            ("three", "Binary search", halves),
        )
    ]
    assert run(*last).pictures == {}
    titles = ("Work and energy", "Inside the cell of a plant", "Sorting")
    cards = [video(f"v{i}", end_card(title, i)) for i, title in enumerate(titles)]
    assert places(run(*cards)) == {"v1": (0,), "v2": (0,)}


def lecture(seed: int, words: int = 300) -> str:
    """A talk in which words follow each other at random, out of a vocabulary of 500."""
    random = np.random.default_rng(seed)
    return " ".join(f"w{n}" for n in random.integers(500, size=words))


def misheard(text: str, share: float, seed: int = 0) -> str:
    random = np.random.default_rng(seed)
    return " ".join("x" if random.random() < share else word for word in text.split())


def phrases(text: str) -> set[tuple[str, ...]]:
    words = text.split()
    return set(zip(words, words[1:], words[2:], strict=False))


def test_the_estimate_is_the_share_of_common_phrases() -> None:
    index, text = Index(SPEECH_BANDS), lecture(0, 2000)
    index.add(0, signature(text, 20))
    for share in (0.02, 0.05):
        other = misheard(text, share)
        one, two = (
            set(zip(*(t.split()[i:] for i in range(3)), strict=False)) for t in (text, other)
        )
        [match] = index.matches(signature(other, 20), 0.5)
        assert abs(match.similarity - len(one & two) / len(one | two)) < 0.12
    assert index.matches(signature(lecture(1, 2000), 20), 0.05) == []
    assert signature("Too short to say.", 20) == () and index.matches((), 0.0) == []
    assert signature("Too short to say.", 2) and signature("Too short to say.", 3) == ()


def test_a_lecture_uploaded_again_is_dropped_whole() -> None:
    talk = lecture(0)
    videos = [
        video("one", A, B, said=talk),
        video("other", A, B, said=lecture(1)),
        video("again", B, A, said="hello and welcome back " + misheard(talk, 0.03)),
    ]
    found = run(*videos)
    assert list(found.duplicates) == ["again"] and "video one" in found.duplicates["again"]
    [told] = found.decisions["again"]
    assert (told.level, told.stage, told.kept, told.threshold) == ("video", "reduce", False, 0.6)
    assert told.score is not None and told.score >= 0.6
    assert run(*reversed(videos)).duplicates.keys() == {"one"}
    assert run(*videos, enabled=False).duplicates == {}


def test_the_same_words_on_other_pictures_are_another_video() -> None:
    talk = lecture(0)
    slides = (slide("Binary search", ("Halve",)), "Binary search Halve")
    assert run(video("one", A, B, said=talk), video("two", slides, said=talk)).duplicates == {}
    assert run(video("one", A, said=talk), video("two", said=talk)).duplicates.keys() == {"two"}


def test_the_picture_before_an_end_card_is_not_the_last() -> None:
    slides = [slide("Work and energy", PHYSICS), end_card("Energy", 1)[0]]
    frames = []
    for i, pixels in enumerate(slides):
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG")
        frames.append(
            Keyframe(9 + 10 * i, 10 * i, 10 * i + 10, buffer.getvalue(), 1, 1, 0, 0, 0, i)
        )
    clips = (Clip(0, 20, "", "", (0, 1)),)
    aligned = Aligned(clips, (Mark(None), Mark(None, "align: the end card")))
    summary = summary_of(
        Video("v", "/v.mp4"), 20.0, [], aligned, frames, ["Energy", "Thanks"], True, 20
    )
    assert [(p.keyframe, p.last) for p in summary.pictures] == [(0, False)]
