"""On-screen text: the model, reuse, captions and watermarks, layout."""

from __future__ import annotations

import io
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from vid2book import config
from vid2book.models.error import ModelError
from vid2book.models.ocr import Image as Screen
from vid2book.models.ocr import Ocr
from vid2book.models.ocr_rapid import RapidOcr, _decode
from vid2book.records import Keyframe, OcrLine, Segment, Transcript
from vid2book.screen.layout import screen_text
from vid2book.screen.legible import legible
from vid2book.screen.read import read as read_stage

SLIDE = (
    "Photosynthesis",
    "Chlorophyll absorbs red and blue light",
    "Water is split into oxygen and hydrogen",
    "The Calvin cycle fixes 6 molecules of CO2",
    "Glucose stores the energy of 18 ATP",
)
CODE = (
    "def search(items, key):",
    "    low, high = 0, len(items)",
    "    while low < high:",
    "        middle = (low + high) // 2",
    "    return low",
)


@pytest.fixture(scope="module")
def ocr() -> RapidOcr:
    return RapidOcr()


class Counting:
    """The model, and how often it was called."""

    finds_places = True
    identity = "counting"

    def __init__(self, ocr: RapidOcr) -> None:
        self.ocr = ocr
        self.calls = 0

    def __call__(self, images: Sequence[Screen]) -> list[list[OcrLine]]:
        self.calls += 1
        return self.ocr(images)


def read(keyframes: list[Keyframe], ocr: Ocr, settings: config.Read) -> list[tuple[OcrLine, ...]]:
    lines, decisions = read_stage("v", keyframes, ocr, ocr, settings)
    assert not decisions
    return lines


def on(ocr: RapidOcr, image: Image.Image | np.ndarray) -> list[OcrLine]:
    """The lines of one image."""
    return ocr([np.asarray(image)])[0]


def drawn(
    lines: tuple[str, ...],
    *,
    size: int = 32,
    ink: str = "black",
    ground: str = "white",
    shape: tuple[int, int] = (1280, 720),
    left: int = 90,
) -> Image.Image:
    """A screen with these lines; blanks before a line move it to the right."""
    image = Image.new("RGB", shape, ground)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size)
    for row, line in enumerate(lines):
        indent = (len(line) - len(line.lstrip())) * size * 0.55
        draw.text((left + indent, 50 + row * size * 1.7), line.lstrip(), fill=ink, font=font)
    return image


def noisy(image: Image.Image) -> Image.Image:
    levels = np.asarray(image, np.float32)
    levels = levels + np.random.default_rng(0).normal(0, 4, levels.shape)
    return Image.fromarray(levels.clip(0, 255).astype(np.uint8))


def keyframe(image: Image.Image, time: float = 0.0, subtitle_top: float = 1.0) -> Keyframe:
    jpeg = io.BytesIO()
    image.save(jpeg, "JPEG", quality=90)
    return Keyframe(
        time, time - 5, time, jpeg.getvalue(), image.width, image.height, 0, 0, 0, 0, subtitle_top
    )


def blank(time: float, subtitle_top: float = 1.0) -> Keyframe:
    return keyframe(Image.new("RGB", (640, 360)), time, subtitle_top)


def line(text: str, x: float, y: float, *, height: float = 20, score: float = 0.99) -> OcrLine:
    """A line of type whose characters are half as wide as high."""
    return OcrLine(text, (x, y, x + len(text) * height / 2, y + height), score)


def centred(text: str, y: float) -> OcrLine:
    return line(text, 320 - len(text) * 5, y)


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[a-z0-9]+", text.lower()))


def recall(expected: tuple[str, ...], found: tuple[OcrLine, ...] | list[OcrLine]) -> float:
    wanted = words(" ".join(expected))
    return (wanted & words(screen_text(found))).total() / wanted.total()


@pytest.mark.parametrize(
    "screen",
    [
        drawn(SLIDE),
        drawn(SLIDE, size=18, ink="#dddddd", ground="#1e1e2e"),
        noisy(drawn(SLIDE, size=40, ink="#e8e8d8", ground="#24503c")),
        noisy(drawn(SLIDE, size=28, ink="#909090", ground="#b8b8b8")),
        drawn(SLIDE, size=15, shape=(655, 480), left=20),
        drawn(SLIDE * 4, size=19),
        noisy(drawn(SLIDE * 4, size=12, ink="#404040")),
        drawn(SLIDE * 4, size=10, shape=(640, 480), left=20),
    ],
    ids=[
        "light",
        "dark and small",
        "chalk",
        "faint",
        "screencast",
        "twenty lines",
        "spreadsheet",
        "small screencast",
    ],
)
def test_words_of_a_screen_are_found(ocr: RapidOcr, screen: Image.Image) -> None:
    (found,) = read([keyframe(screen)], ocr, config.Read())
    shown = SLIDE * (4 if len(found) > 10 else 1)
    assert recall(shown, found) >= 0.95
    assert all(0 <= line.box[0] < line.box[2] <= screen.width + 20 for line in found)


def test_boxes_lie_on_their_lines(ocr: RapidOcr) -> None:
    image = Image.new("RGB", (1280, 720), "white")
    draw = ImageDraw.Draw(image)
    draw.text((900, 600), "far corner", fill="black", font=ImageFont.load_default(40))
    x0, y0, x1, y1 = draw.textbbox((900, 600), "far corner", font=ImageFont.load_default(40))
    (found,) = on(ocr, image)
    assert found.text == "far corner"
    assert np.abs(np.subtract(found.box, (x0, y0, x1, y1))).max() < 20


def test_a_line_that_runs_up_or_down_is_read(ocr: RapidOcr) -> None:
    label = drawn(("Cumulative income",), size=30, shape=(500, 130))
    for turn in (90, -90):
        (found,) = on(ocr, label.rotate(turn, expand=True, fillcolor="white"))
        assert found.text == "Cumulative income"


def test_a_letter_that_is_tall_is_read_upright(ocr: RapidOcr) -> None:
    assert [found.text for found in on(ocr, drawn(("f",), size=200))] == ["f"]


@pytest.mark.parametrize(
    ("best", "second", "text"),
    [("10C", "  0", "100"), ("1.C5", "  0 ", "1.05"), ("OCR", "0  ", "OCR"), ("5Cm", " 0 ", "5Cm")],
)
def test_a_round_letter_in_a_number_is_a_zero(best: str, second: str, text: str) -> None:
    characters = ["", *sorted(set(best + second + "0") - {" "}), " "]
    probabilities = np.zeros((2 * len(best), len(characters)), np.float32)
    probabilities[1::2, 0] = 1
    for step, (sign, other) in enumerate(zip(best, second, strict=True)):
        probabilities[2 * step, characters.index(other)] = 0.3
        probabilities[2 * step, characters.index(sign)] = 0.7
    probabilities[:, -1] = 0
    blank = np.zeros(8 * len(probabilities), bool)
    assert _decode(probabilities, characters, blank)[0] == text


def test_a_tilted_line_is_read(ocr: RapidOcr) -> None:
    image = drawn(("", "", "The chalk line runs uphill"), size=40).rotate(6, fillcolor="white")
    assert recall(("The chalk line runs uphill",), on(ocr, image)) == 1


def test_spaces_of_formulas_are_kept(ocr: RapidOcr) -> None:
    formulas = ("x = 6 t + 5 and CO2", "2 p + 3 q = 4a", "mp3 or 3D, 7 z")
    assert recall(formulas, on(ocr, drawn(formulas, size=44))) == 1


def test_empty_screens_have_no_lines(ocr: RapidOcr) -> None:
    gradient = np.linspace(0, 255, 640, dtype=np.uint8)[None, :, None].repeat(360, 0).repeat(3, 2)
    assert on(ocr, np.zeros((360, 640, 3), np.uint8)) == []
    assert on(ocr, gradient) == []


def test_identity_needs_no_model() -> None:
    assert re.fullmatch(r"rapidocr [0-9a-f]{12}, onnxruntime [\d.]+", RapidOcr().identity)
    assert RapidOcr().identity == RapidOcr().identity


def test_weights_that_are_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    remedy = r"_small\.onnx is missing: pip install .* 'rapidocr>=3\.10,<3\.11'$"
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    with pytest.raises(ModelError, match=remedy):
        assert RapidOcr().identity
    (tmp_path / "rapidocr").mkdir()
    (tmp_path / "rapidocr" / "__init__.py").touch()
    monkeypatch.delitem(sys.modules, "rapidocr")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModelError, match=remedy):
        RapidOcr()([np.zeros((90, 160, 3), np.uint8)])


def test_reuse_finds_what_a_full_read_finds(ocr: RapidOcr) -> None:
    one, two = drawn(SLIDE[:3]), drawn(SLIDE[:4])
    longer = drawn((*SLIDE[:3], SLIDE[3] + " in each turn"))
    frames = [keyframe(noisy(image)) for image in (one, two, longer, drawn(CODE), drawn(CODE))]
    counting = Counting(ocr)
    reused = read(frames, counting, config.Read())
    full = read(frames, ocr, config.Read(reuse=False))
    assert [screen_text(found) for found in reused] == [screen_text(found) for found in full]
    assert counting.calls == 4  # the last screen is the one before
    assert reused[1][0] is reused[0][0]  # the title was not read again


def test_a_changed_word_is_read_again(ocr: RapidOcr) -> None:
    before = drawn(("The answer is 41", "and it stays"))
    after = drawn(("The answer is 47", "and it stays"))
    _, found = read([keyframe(before), keyframe(after)], ocr, config.Read())
    assert screen_text(found) == "The answer is 47\nand it stays"


def test_unsure_lines_and_icons_are_dropped() -> None:
    shown = (
        line("A clear line", 10, 10),
        line("smudge", 10, 40, score=0.4),
        line("→ C", 10, 70, score=0.7),
        line("x", 10, 100, score=0.95),
    )
    (kept,), decisions = legible("v", [blank(5)], [shown], None, config.Read())
    assert [found.text for found in kept] == ["A clear line", "x"]
    assert [(d.text, d.threshold, d.score) for d in decisions] == [
        ("smudge", 0.6, 0.4),
        ("→ C", 0.8, 0.7),
    ]
    assert {(d.level, d.stage, d.kept, d.start, d.end) for d in decisions} == {
        ("line", "read", False, 0, 5)
    }


def test_signs_of_a_script_that_the_screens_do_not_use_are_icons() -> None:
    menu = (line("用 Select Data", 10, 10), line("田", 10, 40), line("三三三", 10, 70))
    slide = (line("你好", 10, 10), line("means hello", 10, 60))
    kept, decisions = legible("v", [blank(5)], [menu], None, config.Read())
    assert [[found.text for found in shown] for shown in kept] == [["Select Data"]]
    assert [(d.text, d.reason) for d in decisions] == [
        (icon, "misread: no screen has a word in this script") for icon in ("用", "田", "三三三")
    ]
    course = legible("v", [blank(5), blank(10)], [slide, menu[:1]], None, config.Read())
    assert course == ([slide, menu[:1]], [])


def test_a_single_large_sign_is_no_icon() -> None:
    card = (line("人", 200, 100, height=120), line("person", 200, 260), line("ren", 200, 290))
    assert legible("v", [blank(5)], [card], None, config.Read()) == ([card], [])


def test_small_lines_must_be_surer() -> None:
    shown = tuple(
        line(f"print {score}", 10, 10 + 30 * row, height=size, score=score)
        for row, (size, score) in enumerate(
            [(8, 0.9), (10, 0.8), (10, 0.95), (14, 0.75), (30, 0.7)]
        )
    )
    (kept,), decisions = legible("v", [blank(5)], [shown], None, config.Read())
    assert [found.text for found in kept] == ["print 0.95", "print 0.75", "print 0.7"]
    assert {d.reason for d in decisions} == {"the recogniser is unsure of so small a line"}
    lenient = config.Read(small_line_penalty=0)
    assert legible("v", [blank(5)], [shown], None, lenient) == ([shown], [])


@pytest.mark.parametrize(("around", "kept"), [(0.75, True), (0.99, False), (None, False)])
def test_a_line_is_measured_by_those_around_it(around: float | None, kept: bool) -> None:
    """A sheet of handwriting; printed text with an icon in it; a wall."""
    first = line("first law", 40, 20, height=40, score=0.57)
    below = () if around is None else (("of motion", 80), ("says that", 140))
    rest = [line(text, 40, y, height=40, score=around or 0) for text, y in below]
    ((*found,),), _ = legible("v", [blank(5)], [(first, *rest)], None, config.Read())
    assert (first in found) == kept
    strict = config.Read(neighbour_bonus=0)
    ((*found,),), _ = legible("v", [blank(5)], [(first, *rest)], None, strict)
    assert first not in found


CAPTION = ("so here you see it", "and it stays", "as it is", "for a while", "until it goes")


def test_lines_in_the_caption_band_are_dropped() -> None:
    shown = (
        line("Slide", 20, 20),
        *(centred(text, 320) for text in CAPTION),
        line("STOP", 20, 300, height=60),
        line("a bullet of the slide", 20, 300),
        line("TM", 315, 300, height=10),
    )
    (kept,), decisions = legible("v", [blank(5, subtitle_top=0.8)], [shown], None, config.Read())
    assert [found.text for found in kept] == ["Slide", "STOP", "a bullet of the slide", "TM"]
    assert [(d.text, d.reason) for d in decisions] == [(t, "burned-in caption") for t in CAPTION]


def test_a_line_that_sticks_out_of_the_caption_band_is_no_caption() -> None:
    shown = tuple(centred(text, 320) for text in CAPTION)
    above = centred("FAILS", 278)
    (kept,), decisions = legible(
        "v", [blank(5, subtitle_top=0.8)], [(above, *shown)], None, config.Read()
    )
    assert kept == (above,) and len(decisions) == len(CAPTION)


def test_a_caption_whose_words_are_not_heard_is_told_by_its_place() -> None:
    heard, unheard = centred("light is absorbed by the leaf", 300), centred("as you will see", 330)
    frame = blank(10.0, subtitle_top=0.8)
    _, decisions = legible("v", [frame], [(heard, unheard)], SPEECH, config.Read())
    assert {d.text: d.reason for d in decisions} == {
        heard.text: "burned-in caption that repeats the speech",
        unheard.text: "burned-in caption, by its place and size",
    }


SPOKEN = (
    "light is absorbed by the leaf",
    "then water gives up its oxygen",
    "and sugar is what remains here",
    "which the plant burns at night",
)
SPEECH = Transcript(
    tuple(Segment(10.0 * i + 7, 10.0 * i + 11, text) for i, text in enumerate(SPOKEN)),
    "en",
    "captions",
    50.0,
)
FRAMES = [blank(10.0 * i + 10) for i in range(len(SPOKEN))]


def test_what_the_slide_says_under_the_captions_is_no_caption() -> None:
    """Captions stand on a dark box; a line of the slide of the same size does not."""
    slide = centred("sugar remains here", 300)
    lines = [(centred(text, 330),) for text in SPOKEN]
    frames = []
    for i, (said,) in enumerate(lines):
        image = Image.new("RGB", (640, 360), "white")
        ImageDraw.Draw(image).rectangle(said.box, fill="black")
        frames.append(keyframe(image, 10.0 * i + 10, subtitle_top=0.75))
    lines[2] = (slide, *lines[2])
    kept, decisions = legible("v", frames, lines, SPEECH, config.Read())
    assert kept == [(), (), (slide,), ()] and [d.text for d in decisions] == list(SPOKEN)


def test_what_is_spoken_and_changes_at_one_place_is_a_caption() -> None:
    lines = [(line("Photosynthesis", 20, 20), centred(text, 320)) for text in SPOKEN]
    kept, decisions = legible("v", FRAMES, lines, SPEECH, config.Read())
    assert [[found.text for found in shown] for shown in kept] == [["Photosynthesis"]] * 4
    assert [d.text for d in decisions] == list(SPOKEN)


def test_bullets_read_aloud_are_kept() -> None:
    bullets = tuple(line(text, 60, 80 + 60 * i) for i, text in enumerate(SPOKEN))
    build = [bullets[: i + 1] for i in range(len(SPOKEN))]
    assert legible("v", FRAMES, build, SPEECH, config.Read()) == (build, [])
    centre = tuple(centred(text, 240 + 30 * i) for i, text in enumerate(SPOKEN))
    build = [centre[: i + 1] for i in range(len(SPOKEN))]
    assert legible("v", FRAMES, build, SPEECH, config.Read()) == (build, [])
    once = [(centred(SPOKEN[0], 320),), (), (), ()]
    assert legible("v", FRAMES, once, SPEECH, config.Read()) == (once, [])


def test_a_watermark_is_kept_once() -> None:
    mark = line("BioChannel", 520, 330)
    lines = [(line(text, 60, 80), mark) for text in SPOKEN]
    kept, decisions = legible("v", FRAMES, lines, None, config.Read())
    assert kept == [lines[0], *((shown[0],) for shown in lines[1:])]
    assert [d.text for d in decisions] == ["BioChannel"] * 3
    few = config.Read(min_watermark_screens=5)
    assert legible("v", FRAMES, lines, None, few) == (lines, [])


def test_a_watermark_is_one_however_it_is_read() -> None:
    lines = [
        (
            line(text, 60, 80),
            line("DBioChannel" if i % 2 else "BioChannel", 520 - 10 * (i % 2), 330),
        )
        for i, text in enumerate(SPOKEN)
    ]
    kept, _ = legible("v", FRAMES, lines, None, config.Read())
    assert kept == [lines[0], *((shown[0],) for shown in lines[1:])]


@pytest.mark.parametrize("name", ["Step {}", "Lesson {} of four"])
def test_headings_that_are_counted_are_no_watermark(name: str) -> None:
    lines = [(line(name.format(i), 20, 20), line(text, 60, 80)) for i, text in enumerate(SPOKEN)]
    assert legible("v", FRAMES, lines, None, config.Read()) == (lines, [])


def test_the_footer_of_a_slide_that_builds_up_is_no_watermark() -> None:
    footer = line("Lecture 3", 20, 330)
    bullets = tuple(line(text, 60, 80 + 40 * i) for i, text in enumerate(SPOKEN))
    build = [(*bullets[: i + 1], footer) for i in range(len(SPOKEN))]
    assert legible("v", FRAMES, build, None, config.Read()) == (build, [])


def test_pieces_of_a_line_are_joined() -> None:
    pieces = [line("mass times", 10, 12), line("acceleration", 118, 10), line("Force", 10, 60)]
    assert screen_text(pieces) == "mass times acceleration\nForce"
    assert screen_text([]) == ""


def test_columns_are_read_one_after_the_other() -> None:
    title = line("Plants and animals compared by how they feed themselves", 40, 10)
    left = [line(t, 40, y) for t, y in (("Plants take in light", 60), ("and build up sugar", 90))]
    right = [line(t, 400, y) for t, y in (("Animals eat others", 62), ("and break it down", 92))]
    page = [title, left[0], right[0], left[1], right[1]]
    assert screen_text(page).splitlines() == [one.text for one in (title, *left, *right)]


def test_tables_are_read_row_by_row() -> None:
    cells = [("Name", "Charge"), ("Proton", "+1"), ("Electron", "-1")]
    page = [line(t, 40 + 300 * c, 40 + 40 * r) for r, row in enumerate(cells)
            for c, t in enumerate(row)]  # fmt: skip
    assert screen_text(page) == "Name\nCharge\nProton\n+1\nElectron\n-1"


def test_code_keeps_its_indentation() -> None:
    page = [
        line(text.lstrip(), 40 + 10 * (len(text) - len(text.lstrip())), 40 + 30 * row)
        for row, text in enumerate(CODE)
    ]
    assert screen_text(page) == "\n".join(CODE)


def test_prose_is_not_indented() -> None:
    page = [line("First point", 40, 40), line("a detail of it", 80, 70), line("Second", 40, 100)]
    assert screen_text(page) == "First point\na detail of it\nSecond"
