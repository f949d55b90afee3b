"""The card's header is what the Hub reads, and its counts are those of the corpus."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from datasets import Features, load_dataset_builder
from huggingface_hub import DatasetCard

from vid2book.builder.card import _size_category
from vid2book.builder.features import FEATURES
from vid2book.builder.write import write_corpus


@pytest.fixture
def card(corpus, tmp_path: Path) -> DatasetCard:
    write_corpus(corpus, tmp_path / "out")
    return DatasetCard.load(tmp_path / "out" / "README.md")


def test_the_header_says_what_it_is(card: DatasetCard) -> None:
    data = card.data
    assert data.language == ["en"]
    assert data.license == "cc-by-4.0"
    assert data.size_categories == "n<1K"
    assert "image-text-to-text" in data.task_categories
    assert [config["config_name"] for config in data.configs] == [
        "default",
        "videos",
        "decisions",
        "transcripts",
    ]
    assert data.configs[0]["data_files"] == [
        {"split": "train", "path": "data/train-*.parquet"},
        {"split": "test", "path": "data/test-*.parquet"},
    ]


def test_features_are_declared_as_old_versions_read_them(card: DatasetCard) -> None:
    infos = {info["config_name"]: info for info in card.data.dataset_info}
    read = {name: Features._from_yaml_list(infos[name]["features"]) for name in infos}
    assert read == {name: features for name, features in FEATURES.items() if name != "clips"}
    declared = {f["name"]: f for f in infos["default"]["features"]}
    assert declared["images"] == {"name": "images", "list": "image"}
    assert declared["elements"]["list"][0] == {"name": "kind", "dtype": "string"}


def test_numbers_of_rows_are_declared(card: DatasetCard, tmp_path: Path) -> None:
    builder = load_dataset_builder(str(tmp_path / "out"), "videos")
    assert {name: s.num_examples for name, s in builder.info.splits.items()} == {
        "train": 3,
        "test": 1,
    }


def test_counts_are_in_the_text(card: DatasetCard) -> None:
    for line in (
        "| Videos in | 4 (0.30 h) |",
        "| Videos kept | 2 (0.20 h) |",
        "| Videos filtered, failed | 1, 1 |",
        "| Samples | 4 (train 2, test 2) |",
        "| Images | 8 |",
        "| Words of speech | 48 |",
        "| Tokens (`token_num`: text tokens, and 576 per image) | 4,688 |",
        "| read | PP-OCR 3.1 | 3 |",
        "| interleave | a tokenizer 0.4 | 3 |",
        "| CC BY 4.0 | 2 | 0.20 |",
    ):
        assert line in card.text.splitlines()


def test_the_configuration_is_in_the_text(card: DatasetCard, corpus) -> None:
    block = card.text.split("```yaml\n")[1].split("```")[0]
    assert yaml.safe_load(block) == corpus.config.model_dump(mode="json")


def test_every_column_of_default_is_explained(card: DatasetCard) -> None:
    table = card.text.split("**`default`**")[1].split("**`videos`**")[0]
    assert [column for column in FEATURES["default"] if f"`{column}`" not in table] == []


def test_licences_that_differ_are_listed(make, tmp_path: Path) -> None:
    videos = [
        make.video("a"),
        make.video("b", license="My | own\nterms"),
        make.video("c", license=""),
    ]
    write_corpus(make.corpus(*videos), tmp_path / "out")
    card = DatasetCard.load(tmp_path / "out" / "README.md")
    assert card.data.license == "other"
    assert card.data.license_name == "per-video"
    assert "| My \\| own terms | 1 | 0.10 |" in card.text.splitlines()
    assert "| not stated | 1 | 0.10 |" in card.text.splitlines()


def test_languages_go_without_regions(make, tmp_path: Path) -> None:
    videos = [make.video("a", language="en-US"), make.video("b", language="no")]
    write_corpus(make.corpus(*videos), tmp_path / "out")
    assert DatasetCard.load(tmp_path / "out" / "README.md").data.language == ["en", "no"]


@pytest.mark.parametrize(
    ("samples", "category"),
    [(1, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (610_000, "100K<n<1M"), (10**12, "n>1T")],
)
def test_size_categories(samples: int, category: str) -> None:
    assert _size_category(samples) == category
