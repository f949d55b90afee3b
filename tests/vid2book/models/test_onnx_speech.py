"""Speech models of onnx-asr: its real code, on tiny models with random weights."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from vid2book.config import Config
from vid2book.models.lazy import models_of
from vid2book.models.onnx_speech import OnnxSpeech, _words, identity
from vid2book.models.speech import SpeechModelError

from ...support.sounds import RATE, spoken

onnx = pytest.importorskip("onnx", reason="makes the tiny models")
pytest.importorskip("onnx_asr", reason="extra 'onnx'")

TOKENS = ["▁the", "▁en", "er", "gy", "▁of", "s", "▁a", "<blk>"]


def tiny_ctc(folder: Path) -> Path:
    """A CTC model of NeMo's form: every eighth frame to random logits."""
    from onnx import TensorProto, helper, numpy_helper

    random = np.random.default_rng(3)
    weights = random.normal(size=(80, len(TOKENS))).astype(np.float32)
    constants = {
        "starts": np.array([0]), "ends": np.array([10**9]), "axes": np.array([2]),
        "steps": np.array([8]), "weights": weights,
    }  # fmt: skip
    nodes = [
        helper.make_node("Slice", ["audio_signal", "starts", "ends", "axes", "steps"], ["few"]),
        helper.make_node("Transpose", ["few"], ["frames"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["frames", "weights"], ["logits"]),
        helper.make_node("LogSoftmax", ["logits"], ["logprobs"], axis=-1),
        helper.make_node("Identity", ["length"], ["unused"]),
    ]
    graph = helper.make_graph(
        nodes,
        "ctc",
        [
            helper.make_tensor_value_info("audio_signal", TensorProto.FLOAT, ["b", 80, "t"]),
            helper.make_tensor_value_info("length", TensorProto.INT64, ["b"]),
        ],
        [helper.make_tensor_value_info("logprobs", TensorProto.FLOAT, ["b", "u", len(TOKENS)])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    folder.mkdir()
    onnx.save(model, folder / "model.onnx")
    (folder / "vocab.txt").write_text("".join(f"{t} {n}\n" for n, t in enumerate(TOKENS)))
    config = {"model_type": "nemo-conformer-ctc", "features_size": 80}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def test_a_folder_is_loaded_and_gives_words_with_times(tmp_path: Path) -> None:
    engine = OnnxSpeech(str(tiny_ctc(tmp_path / "tiny")))
    samples = spoken("The energy of a body.")
    [found, again], language = engine.recognise([samples, samples], "en", "")
    assert found == again and language == "en"
    assert found.words and all(word.text.startswith(" ") for word in found.words)
    starts = [word.start for word in found.words]
    assert starts == sorted(starts) and starts[0] >= 0
    assert all(w.start <= w.end <= len(samples) / RATE for w in found.words)
    assert all(0 < w.probability <= 1 for w in found.words)
    assert engine.languages == ("en",) and engine.name == "onnx-asr tiny"


def test_the_config_names_it_and_its_weights_are_in_the_key(tmp_path: Path) -> None:
    folder = tiny_ctc(tmp_path / "tiny")
    config = Config(transcribe={"backend": "onnx-asr", "model": str(folder)})  # type: ignore[arg-type]
    speech = models_of(config).speech
    assert isinstance(speech.engine, OnnxSpeech) and speech.other is not None
    before = identity(str(folder))
    assert before in models_of(config).identity("speech")
    (folder / "vocab.txt").write_text("other 0\n")
    assert identity(str(folder)) != before


def test_what_cannot_be_had_is_told(tmp_path: Path) -> None:
    with pytest.raises(SpeechModelError, match="model_type"):
        OnnxSpeech(str(tmp_path)).recognise([np.zeros(RATE, np.float32)], "en", "")


def test_tokens_become_words_and_words_without_times_are_spread() -> None:
    timed = SimpleNamespace(
        text="the energy", tokens=[" the", " en", "er", "gy"], timestamps=[0.1, 0.5, 0.6, 0.7],
        logprobs=[0.0, -1.0, -1.0, -1.0],
    )  # fmt: skip
    the, energy = _words(timed, 2.0)
    assert (the.text, the.start, the.end) == (" the", 0.1, 0.5)
    assert (energy.text, energy.start, round(energy.end, 2)) == (" energy", 0.5, 1.1)
    assert energy.probability == pytest.approx(np.exp(-1))
    canary = SimpleNamespace(text="a long word", tokens=None, timestamps=None, logprobs=[-0.5])
    words = _words(canary, 6.0)
    assert [w.text for w in words] == [" a", " long", " word"]
    assert [round(w.end, 1) for w in words] == [0.7, 3.3, 6.0] and words[0].start == 0
    assert _words(SimpleNamespace(text="", tokens=[], timestamps=[], logprobs=[]), 1.0) == []
