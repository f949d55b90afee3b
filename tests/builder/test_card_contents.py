"""The card shows a sample, what the corpus is about, and where its licence stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub import DatasetCard

from vid2book.builder.removal import remove
from vid2book.builder.write import write_corpus
from vid2book.folder import record
from vid2book.records import Sample

from ..support.hub.server import Hub
from ..support.made_corpus import FakeCorpus

PICTURE = "card/sample.jpg"


def card_of(corpus: FakeCorpus, out: Path) -> DatasetCard:
    write_corpus(corpus, out)
    return DatasetCard.load(out / "README.md")


def scored(corpus: FakeCorpus, video_id: str, score: float, drop: str = "") -> None:
    """Give all positions of a video's samples a score."""
    outcome, samples, decisions = corpus.results[video_id]
    made = [
        replace(s, elements=tuple(replace(e, score=score, drop=drop) for e in s.elements))
        for s in samples
    ]
    corpus.results[video_id] = (outcome, made, decisions)


def without_pictures(sample: Sample) -> Sample:
    lists = ("images", "texts", "ocr_texts", "text_ocr_list", "elements")
    said = {name: getattr(sample, name)[1::2] for name in lists}
    return replace(sample, image_num=0, **said)


def test_a_sample_is_shown_with_where_it_is_from(make, tmp_path: Path) -> None:
    corpus = make.corpus(make.video("a"), make.video("b", title="Light | *and* <dark>"))
    scored(corpus, "b", 0.9)
    card = card_of(corpus, tmp_path / "out")
    # The first paragraph has words that the speech model was less sure of.
    assert f"![Slide 1]({PICTURE})" in card.text
    assert "\n> Paragraph 1 of sample 0 in b.\n" in card.text
    assert (
        "\n*Light \\| \\*and\\* \\<dark\\>*, 0:16 · A. Teacher · CC BY 4.0 · <https://example.org/b>\n"
    ) in card.text
    assert (tmp_path / "out" / PICTURE).read_bytes() == make.jpeg(1)


@pytest.mark.parametrize(
    "worse",
    [
        "Which leaves through pores in the nuclear envelope, and the cell makes a protein of it.",
        "The nucleus holds the DNA. And a ribosome translates it into a chain of amino acids",
        "Short.",
    ],
)
def test_a_few_whole_sentences_are_shown(make, tmp_path: Path, worse: str) -> None:
    """Even where what is no whole sentence scores higher."""
    good = "The nucleus holds the DNA. A ribosome translates it into a chain of amino acids."
    corpus = make.corpus(make.video("a"), make.video("b"))
    for video_id, text, score in (("a", worse, 0.9), ("b", good, 0.5)):
        scored(corpus, video_id, score)
        outcome, samples, decisions = corpus.results[video_id]
        samples = [replace(s, texts=(None, text) * (len(s.texts) // 2)) for s in samples]
        corpus.results[video_id] = (outcome, samples, decisions)
    assert f"> {good}" in card_of(corpus, tmp_path / "out").text


def test_what_may_not_be_passed_on_or_is_marked_is_not_shown(make, tmp_path: Path) -> None:
    corpus = make.corpus(
        make.video("a", license=""), make.video("b"), make.video("c"), make.video("d")
    )
    scored(corpus, "a", 0.9)
    scored(corpus, "b", 0.9, "align: a talking head")
    scored(corpus, "d", 0.4)
    assert "Paragraph 1 of sample 0 in d." in card_of(corpus, tmp_path / "out").text


def test_a_corpus_without_pictures_shows_none(make, tmp_path: Path) -> None:
    corpus = make.corpus(make.video("a"))
    outcome, samples, decisions = corpus.results["a"]
    corpus.results["a"] = (outcome, [without_pictures(s) for s in samples], decisions)
    card = card_of(corpus, tmp_path / "out")
    assert "![" not in card.text and not (tmp_path / "out" / PICTURE).exists()
    assert record.checked_record(tmp_path / "out")


def test_the_picture_goes_with_its_video(make, tmp_path: Path) -> None:
    corpus = make.corpus(make.video("a"), make.video("b"))
    scored(corpus, "b", 0.9)
    out = tmp_path / "out"
    assert "in b." in card_of(corpus, out).text
    remove(out, ["b"])
    text = (out / "README.md").read_text()
    assert "in b." not in text and "Paragraph 0 of sample 0 in a." in text
    assert record.checked_record(out)


def test_topics_and_lengths_are_counted(make, tmp_path: Path) -> None:
    corpus = make.corpus(
        make.video("a", course="Optics"),
        make.video("b", course="Optics"),
        make.video("c", subject="A | B"),
        make.video("d", subject=""),
        status={"d": "failed"},
    )
    outcome, *rest = corpus.results["a"]
    corpus.results["a"] = (replace(outcome, duration=4000.0), *rest)
    lines = card_of(corpus, tmp_path / "out").text.splitlines()
    start = lines.index("| subject | course | videos | hours | samples |")
    assert lines[start + 2 : start + 5] == [
        "| Physics | Optics | 2 | 1.21 | 4 |",
        "| A \\| B |  | 1 | 0.10 | 2 |",
        "",
    ]
    start = lines.index("| length of the video | videos | hours | samples |")
    assert lines[start + 2 : start + 5] == [
        "| 5 to 10 min | 2 | 0.20 | 4 |",
        "| 60 min and more | 1 | 1.11 | 2 |",
        "",
    ]


def test_of_many_topics_the_rest_is_summed(make, tmp_path: Path) -> None:
    corpus = make.corpus(*(make.video(f"v{n}", subject=f"S{n:02}") for n in range(23)))
    text = card_of(corpus, tmp_path / "out").text
    assert "| subject | videos | hours | samples |" in text  # none has a course
    assert "| S19 | 1 | 0.10 | 2 |\n| 3 others | 3 | 0.30 | 6 |\n\n" in text


@pytest.mark.parametrize(
    ("stated", "name", "link"),
    [
        (
            "CC BY-NC-ND 2.0",
            "cc-by-nc-nd-2.0",
            "https://creativecommons.org/licenses/by-nc-nd/2.0/",
        ),
        ("Public Domain Mark", "pdm-1.0", "https://creativecommons.org/publicdomain/mark/1.0/"),
        (
            "OpenCourse terms (https://example.org/terms.html).",
            "opencourse-terms",
            "https://example.org/terms.html",
        ),
        ("https://example.org/terms", "stated-by-the-videos", "https://example.org/terms"),
        ("All rights reserved", "all-rights-reserved", None),
        ("usage libre pour l'éducation", "usage-libre-pour-l-education", None),
        ("版权所有", "stated-by-the-videos", None),
        ("CC BY 4.0", None, None),
    ],
)
def test_a_licence_that_the_hub_does_not_know_is_linked(
    make, tmp_path: Path, stated: str, name: str | None, link: str | None
) -> None:
    data = card_of(make.corpus(make.video("a", license=stated)), tmp_path / "out").data
    assert (data.get("license_name"), data.get("license_link")) == (name, link)


@pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
def test_a_push_brings_the_picture_and_says_where_the_licences_stand(
    hub: Hub, push: Callable, make, tmp_path: Path
) -> None:
    corpus = make.corpus(make.video("a"), make.video("b", license="CC BY-SA 4.0"))
    scored(corpus, "b", 0.9)
    out = tmp_path / "out"
    assert "license_link" not in card_of(corpus, out).data
    assert push(out, "1.0.0").exit_code == 0
    files = hub.repos["org/name"].at("main").files
    assert hub.objects.path(files[PICTURE].sha256).read_bytes() == make.jpeg(1)
    card = DatasetCard(hub.objects.path(files["README.md"].sha256).read_text())
    assert card.data.license_link.endswith("datasets/org/name/blob/main/ATTRIBUTION.csv")

    outcome, samples, decisions = corpus.results["a"]
    bare = replace(corpus, videos=corpus.videos[:1])
    bare.results["a"] = (outcome, [without_pictures(s) for s in samples], decisions)
    assert "license_link" not in card_of(bare, out).data
    assert push(out, "1.1.0").exit_code == 0
    assert PICTURE not in hub.repos["org/name"].at("main").files
