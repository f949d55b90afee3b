"""The other OCR back ends. Tesseract is real; surya and the VLM stand behind a stub server on
loopback that says what such a model would, so that all but the model itself is real."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from vid2book import config
from vid2book.config import Config, Llm
from vid2book.models.chat import ChatError
from vid2book.models.error import ModelError
from vid2book.models.lazy import models_of
from vid2book.models.ocr import Ocr, typed
from vid2book.models.ocr_rapid import RapidOcr
from vid2book.models.ocr_surya import Surya, lines_of
from vid2book.models.ocr_tesseract import Tesseract
from vid2book.models.ocr_vlm import VlmOcr
from vid2book.models.server import Server
from vid2book.records import OcrLine
from vid2book.screen.layout import screen_text
from vid2book.screen.legible import legible
from vid2book.screen.read import read

from ...support.llm import Reply, Stub
from ..screen.test_read import CODE, SLIDE, blank, drawn, keyframe, line, recall

SCREEN = np.asarray(drawn(SLIDE))


def server(stub: Stub) -> Server:
    return Server(Llm(model="stub", base_url=stub.url, timeout=5, retries=0))


def text_of(ocr: Ocr, screen: np.ndarray = SCREEN) -> str:
    (lines,) = ocr([screen])
    assert not isinstance(lines, ChatError)
    return screen_text(lines)


@pytest.fixture(scope="module")
def tesseract() -> Tesseract:
    pytest.importorskip("tesserocr", reason="needs the extra 'tesseract'")
    try:
        assert Tesseract().identity
    except ModelError as error:
        pytest.skip(f"needs Tesseract's language data: {error}")
    return Tesseract()


def test_tesseract_reads_a_slide(tesseract: Tesseract) -> None:
    found, decisions = read(
        "v", [keyframe(drawn(SLIDE)), keyframe(drawn(SLIDE[:4]))], tesseract, tesseract,
        config.Read(backend="tesseract"),
    )  # fmt: skip
    assert recall(SLIDE, found[0]) >= 0.9
    assert recall(SLIDE[:4], found[1]) >= 0.9 and len(found[1]) < len(found[0])
    assert all(line.score is not None and 0.5 < line.score <= 1 for line in found[0])
    assert abs(found[0][0].box[0] - 90) < 10 and abs(found[0][0].box[1] - 50) < 20
    assert not decisions


def test_tesseract_keeps_the_indentation_of_code(tesseract: Tesseract) -> None:
    lines = screen_text(tesseract([np.asarray(drawn(CODE))])[0]).splitlines()
    indents = [len(one) - len(one.lstrip()) for one in lines]
    assert len(lines) == len(CODE) and indents[0] == 0 < indents[1] < indents[3]


def test_tesseract_is_known_by_engine_and_data(tesseract: Tesseract) -> None:
    assert tesseract.identity.startswith("tesseract 5") and ", eng " in tesseract.identity


def test_tesseract_without_data_says_what_to_install(
    tesseract: Tesseract, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match=r"no kli\.traineddata.*apt install tesseract-ocr-kli"):
        assert Tesseract("kli").identity
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    with pytest.raises(ModelError, match=f"in {tmp_path}.*set TESSDATA_PREFIX"):
        assert Tesseract().identity


PAGE = """
<div data-label="Section-Header" data-bbox="100 50 600 120"><h1>Energy &amp; work</h1></div>
<div data-label="Text" data-bbox="100 200 900 400"><p>Kinetic energy is
<math>E = \\frac{1}{2} m v^2</math><br/>so it grows with v<sup>2</sup></p></div>
<div data-label="Equation-Block" data-bbox="100 420 500 480"><math display="block">
F = m a</math></div>
<div data-label="Code-Block" data-bbox="100 500 600 700"><pre>def f(x):
    if x &lt; 0:
        return -x
    return x</pre></div>
<div data-label="Table" data-bbox="100 720 600 800"><table><tr><th>m</th><th>v</th></tr>
<tr><td>2 kg</td><td>3 m/s</td></tr></table></div>
<div data-label="Figure" data-bbox="700 500 900 700">A drawing of a car.</div>
<div data-label="Text">no box</div>
"""
PAGE_LINES = [
    "Energy & work",
    "Kinetic energy is $E = \\frac{1}{2} m v^2$",
    "so it grows with v^2",
    "$$ F = m a$$",
    "def f(x):",
    "    if x < 0:",
    "        return -x",
    "    return x",
    "m | v",
    "2 kg | 3 m/s",
]


def test_surya_is_asked_as_it_was_trained_and_its_page_read() -> None:
    with Stub(lambda body, n: Reply(PAGE)) as stub:
        assert text_of(Surya(server(stub))).splitlines() == PAGE_LINES
        (request,) = stub.chats
    (message,) = request["messages"]  # no system prompt
    picture, prompt = message["content"]
    assert prompt["text"].startswith("OCR this image to HTML.")
    data = picture["image_url"]["url"].removeprefix("data:image/png;base64,")
    sent = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
    assert np.array_equal(sent, SCREEN)


def test_boxes_of_surya_are_those_of_its_blocks() -> None:
    title, first, second, *_ = lines_of(PAGE, 2000, 1000)
    assert title.box[:2] == (200, 50) and title.box[2] == pytest.approx(1200)
    assert first.box[1] == 200 and second.box[1] == pytest.approx(300)
    assert title.score is None


def test_what_is_no_page_has_no_lines() -> None:
    assert lines_of("", 100, 100) == []
    assert lines_of("I cannot read this.", 100, 100) == []
    assert lines_of('<div data-label="Text" data-bbox="9 9 5 5">x</div><div', 100, 100) == []
    open_page = '<div data-label="Text" data-bbox="0 0 500 500">cut o'
    assert [one.text for one in lines_of(open_page, 100, 100)] == ["cut o"]


def test_surya_needs_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SURYA_INFERENCE_URL", raising=False)
    settings = Config(read=config.Read(backend="surya"))
    with pytest.raises(ModelError, match="set SURYA_INFERENCE_URL"):
        assert models_of(settings).ocr
    with Stub(lambda body, n: Reply(PAGE)) as stub:
        stub.models = ["datalab-to/surya-ocr-2"]
        monkeypatch.setenv("SURYA_INFERENCE_URL", stub.url)
        ocr = models_of(settings).ocr
        assert text_of(ocr).splitlines() == PAGE_LINES
        assert ocr.identity == "surya datalab-to/surya-ocr-2"
        assert stub.chats[0]["model"] == "datalab-to/surya-ocr-2"


def vlm_says(lines: list[tuple[str, list[int]]]) -> dict[str, Any]:
    return {"lines": [{"text": text, "box": box} for text, box in lines]}


def test_a_vlm_reads_lines_where_it_knows_their_place() -> None:
    answer = vlm_says(
        [("Force", [100, 100, 300, 160]), ("$F = m a$", [100, 300, 400, 360]), (" ", [])]
    )
    with Stub(lambda body, n: Reply(answer)) as stub:
        ocr = VlmOcr(server(stub))
        (lines,) = ocr([SCREEN])
        schema = stub.chats[0]["response_format"]["json_schema"]["schema"]
    assert not isinstance(lines, ChatError)
    assert [one.text for one in lines] == ["Force", "$F = m a$"]
    assert lines[0].box == pytest.approx((128, 72, 384, 0.8 * 43.2 + 72))
    assert "lines" in schema["properties"]
    assert ocr.identity.startswith("stub, prompt ")


def test_without_places_a_vlm_keeps_its_order_and_indentation() -> None:
    answer = vlm_says([(text, [5, 5, 900000, 7]) for text in CODE])
    with Stub(lambda body, n: Reply(json.dumps(answer))) as stub:
        assert text_of(VlmOcr(server(stub))) == "\n".join(CODE)


def test_screens_of_a_video_are_read_side_by_side() -> None:
    with Stub(lambda body, n: Reply(vlm_says([("one", [])]), delay=0.2)) as stub:
        frames = [keyframe(drawn(SLIDE[:n]), time=10.0 * n) for n in (1, 2, 3)]
        found, decisions = read(
            "v", frames, VlmOcr(server(stub)), RapidOcr(), config.Read(backend="vlm", llm=LLM)
        )
        assert stub.most_at_once == 3
    assert [len(lines) for lines in found] == [1, 1, 1] and not decisions


LLM = Llm(model="stub")


def test_where_the_server_fails_the_embedded_ocr_reads() -> None:
    def answer(body: dict[str, Any], n: int) -> Reply:
        return Reply(status=503) if n == 0 else Reply(vlm_says([("from the VLM", [])]))

    frames = [keyframe(drawn(SLIDE), time=10.0), keyframe(drawn(SLIDE[:2]), time=20.0)]
    with Stub(answer) as stub:
        slow = Server(Llm(model="stub", base_url=stub.url, retries=0, concurrency=1))
        found, decisions = read(
            "v", frames, VlmOcr(slow), RapidOcr(), config.Read(backend="vlm", llm=LLM)
        )
    assert recall(SLIDE, found[0]) > 0.9
    assert [one.text for one in found[1]] == ["from the VLM"]
    (decision,) = decisions
    assert decision.kept and (decision.start, decision.end) == (frames[0].start, frames[0].end)
    assert decision.reason.startswith("read by rapidocr instead: http://127.0.0.1:")
    assert "503" in decision.reason and decision.provisional


def test_an_answer_of_no_use_is_no_passing_fault() -> None:
    with Stub(lambda body, n: Reply("I see a slide.")) as stub:
        _, decisions = read(
            "v", [keyframe(drawn(SLIDE))], VlmOcr(server(stub)), RapidOcr(),
            config.Read(backend="vlm", llm=LLM),
        )  # fmt: skip
    assert "no JSON" in decisions[0].reason and not decisions[0].provisional


def test_lines_without_scores_are_judged_by_their_text() -> None:
    def unscored(text: str, y: float) -> OcrLine:
        return OcrLine(text, line(text, 20, y).box, None)

    texts = ("Energy", "$E = mc^2$", "}", "•••", "la " * 20, "\ufffd\ufffd a", "=", "3")
    shown = tuple(unscored(text, 20.0 + 30 * i) for i, text in enumerate(texts))
    (kept,), decisions = legible("v", [blank(5)], [shown], None, config.Read())
    assert [one.text for one in kept] == ["Energy", "$E = mc^2$", "}", "=", "3"]
    assert [d.text for d in decisions] == ["•••", "la " * 20, "\ufffd\ufffd a"]
    assert all(d.reason.startswith("gibberish: ") and d.score is None for d in decisions)


def test_typed_lines_fill_their_block() -> None:
    one, two = typed(["a = 1", "", "  b = 2"], (0, 0, 70, 20))
    assert one.box == (0, 0, 50, 8) and two.box == (0, 10, 70, 18)
    assert (one.text, two.text) == ("a = 1", "  b = 2")
    assert typed(["", " "], (0, 0, 1, 1)) == []


def test_a_vlm_must_be_named() -> None:
    with pytest.raises(ValueError, match=r"set read\.llm\.model"):
        config.Read(backend="vlm")
