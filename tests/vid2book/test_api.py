"""The three calls for a notebook."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest

import vid2book
from vid2book.config import Config, ConfigError
from vid2book.manifest import ManifestError
from vid2book.pipeline.work import Failed
from vid2book.records import Keyframe, Transcript
from vid2book.store import Store

from ..support.library import Library
from ..support.llm import Reply, Stub
from ..support.web import Web
from .speech.test_rewrite import answering, numbered


@pytest.fixture(autouse=True)
def root(store: Store, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VID2BOOK_STORE", str(store.root))
    return store.root


def test_one_stage_alone_runs_no_other(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: Counter[str]
) -> None:
    monkeypatch.setenv("VID2BOOK_STORE", str(tmp_path / "new"))
    path = library.video("sorting").path
    found = vid2book.keyframes(path)
    assert isinstance(found, Iterator)
    [frame] = found
    assert isinstance(frame, Keyframe) and frame.image[:2] == b"\xff\xd8"
    assert {name for name in calls if name.islower()} == {"keyframes"}
    calls.clear()
    assert list(vid2book.keyframes(path)) == [frame]
    assert not calls


def test_records_fit_a_line_and_are_seen_in_a_notebook(library: Library) -> None:
    path = library.video("sorting").path
    [frame] = vid2book.keyframes(path)
    said = vid2book.transcribe(path)
    sample = vid2book.book(library.video("physics"))[0]
    for record in (frame, said, sample):
        assert len(repr(record)) < 100 and "\n" not in repr(record)
    assert said.text.split() == [w for s in said.segments for w in s.text.split()]
    shown = said._repr_html_()
    assert all(escape(segment.text.strip()) in shown for segment in said.segments)
    encoded = base64.b64encode(frame.image).decode()
    assert encoded in frame._repr_html_()
    page = sample._repr_html_()
    assert page.count("<img ") == sample.image_num > 0
    texts = [escape(text) for text in sample.texts if text]
    assert texts and [page.index(text) for text in texts] == sorted(map(page.index, texts))


def test_a_row_of_a_manifest_is_taken(library: Library, calls: Counter[str]) -> None:
    video = library.video("cells")
    transcript = vid2book.transcribe(video)
    assert isinstance(transcript, Transcript) and transcript.language == "en"
    assert "ribosomes" in " ".join(s.text for s in transcript.segments).lower()
    assert not calls  # the build did it


def test_a_book_is_that_of_a_build_of_the_one_video(library: Library) -> None:
    video = library.video("physics")
    assert vid2book.book(video) == library.corpus().samples(video)


def test_a_book_is_made_anew_when_the_back_end_is_there_again(library: Library) -> None:
    def answer(body: dict[str, Any], n: int) -> Reply:
        texts = {i: text.replace("The ", "Each ") for i, text in enumerate(numbered(body), 1)}
        return answering(texts)(body, n)

    video = library.video("cells")
    with Stub(answer) as stub:
        llm = {"model": "stub", "base_url": stub.url, "retries": 0}
        nobody = llm | {"base_url": "http://127.0.0.1:9/v1"}
        down = vid2book.book(video, Config(refine={"llm": nobody}))  # type: ignore[arg-type]
        assert "Each nucleus" not in " ".join(filter(None, down[0].texts))
        up = vid2book.book(video, Config(refine={"llm": llm}))  # type: ignore[arg-type]
        assert "Each nucleus" in " ".join(filter(None, up[0].texts))


def test_a_config_is_a_path_or_an_object(library: Library, tmp_path: Path) -> None:
    video = library.video("cells")
    strict = tmp_path / "strict.yaml"
    strict.write_text("judge:\n  min_words: 500\n")
    assert vid2book.book(video, config=strict) == []
    assert vid2book.book(video, config=vid2book.config.Config()) != []


def test_a_config_is_a_dict_of_what_differs(library: Library) -> None:
    video = library.video("cells")
    assert vid2book.book(video, config={"judge": {"min_words": 500}}) == []
    assert vid2book.book(video, config={"judge": {"min_words": 20}}) == vid2book.book(video)
    with pytest.raises(ConfigError, match=r"^config: unknown key 'judge.min_word' \(did you mean"):
        vid2book.book(video, config={"judge": {"min_word": 500}})
    with pytest.raises(ConfigError, match=r"a name, the path .* a dict .*, not list"):
        vid2book.book(video, config=["offline"])  # type: ignore[arg-type]


def test_the_package_offers_what_a_user_needs() -> None:
    assert dir(vid2book) == sorted(vid2book.__all__)
    assert {"build", "Failed", "ManifestError", "ConfigError"} <= set(dir(vid2book))
    assert vid2book.Failed is Failed and vid2book.ManifestError is ManifestError
    for name in vid2book.__all__:
        assert getattr(vid2book, name) is not None


def test_errors_say_what_is_wrong(library: Library, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_text("this is no video")
    with pytest.raises(Failed, match=r"bad\.mp4: not a readable video"):
        list(vid2book.keyframes(bad))
    with pytest.raises(Failed, match=r"bad\.mp4: not a readable video"):
        vid2book.book(bad)
    with pytest.raises(ManifestError, match="there is no such file"):
        vid2book.transcribe(tmp_path / "gone.mp4")
    notes = tmp_path / "notes.pdf"
    notes.write_text("Some notes on the lecture.")
    with pytest.raises(ManifestError):
        list(vid2book.keyframes(notes))
    with pytest.raises(ConfigError, match="there is no config named 'ofline'"):
        vid2book.transcribe(library.video("cells"), config="ofline")


def test_a_video_elsewhere_is_read(library: Library, web: Web) -> None:
    url = web.put("/talks/cells.mp4", Path(library.video("cells").path).read_bytes())
    config = Config(transcribe={"enabled": False})  # type: ignore[arg-type]
    assert len(list(vid2book.keyframes(url, config))) == 2
    with pytest.raises(Failed, match=r"cannot be read: there is no such file \(HTTP 404"):
        list(vid2book.keyframes(f"{web.url}/talks/gone.mp4"))
