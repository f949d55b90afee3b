"""The Croissant file is valid by the format's own library, which reads rows through it."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import mlcroissant
import pytest

from vid2book.builder import croissant, responsible
from vid2book.builder.features import FEATURES
from vid2book.builder.write import write_corpus


def errors_of(path: Path) -> list[str]:
    return list(mlcroissant.Dataset(jsonld=path).metadata.issues.errors)


def test_it_is_valid_and_names_every_column(corpus, tmp_path: Path) -> None:
    write_corpus(corpus, tmp_path)
    assert errors_of(tmp_path / "croissant.json") == []
    told = json.loads((tmp_path / "croissant.json").read_text())
    assert told["license"] == ["CC BY 4.0"]
    columns = {r["name"]: [f["name"] for f in r["field"]] for r in told["recordSet"]}
    expected = {config: list(features) for config, features in FEATURES.items()}
    assert columns == {table: named for table, named in expected.items() if table != "clips"}


def test_it_says_of_responsibility_what_the_card_says(corpus, tmp_path: Path) -> None:
    write_corpus(corpus, tmp_path)
    told = json.loads((tmp_path / "croissant.json").read_text())
    assert told["conformsTo"] == [
        "http://mlcommons.org/croissant/1.1",
        "http://mlcommons.org/croissant/RAI/1.0",
    ]
    card = (tmp_path / "README.md").read_text()
    fields = {name.removeprefix("rai:"): told[name] for name in told if name.startswith("rai:")}
    assert set(fields) == {
        "dataCollection", "dataPreprocessingProtocol", "machineAnnotationTools",
        "dataAnnotationProtocol", "personalSensitiveInformation", "dataBiases", "dataLimitations",
        "dataReleaseMaintenancePlan",
    }  # fmt: skip
    for name in set(fields) - {"dataCollection", "machineAnnotationTools"}:
        for text in [fields[name]] if isinstance(fields[name], str) else fields[name]:
            assert text in card
    assert "read: PP-OCR 3.1" in fields["machineAnnotationTools"]
    assert told["citeAs"] in card and "2501.00958" in told["citeAs"]
    metadata = mlcroissant.Dataset(jsonld=tmp_path / "croissant.json").metadata
    assert metadata.data_limitations == fields["dataLimitations"]
    assert metadata.personal_sensitive_information == fields["personalSensitiveInformation"]


def test_each_kind_of_limit_is_found_on_the_card() -> None:
    card = files("vid2book.builder").joinpath("dataset_card.md").read_text("utf-8")
    for beginning in (*responsible._ANNOTATION, *responsible._PEOPLE, *responsible._CHOICE):
        assert card.count(f"\n- {beginning}") == 1, beginning


@pytest.mark.parametrize(("config", "count"), [("videos", 4), ("decisions", 8)])
def test_rows_are_read_through_it(corpus, tmp_path: Path, config: str, count: int) -> None:
    write_corpus(corpus, tmp_path)
    rows = list(mlcroissant.Dataset(jsonld=tmp_path / "croissant.json").records(config))
    assert len(rows) == count
    assert {row[f"{config}/video_id"] for row in rows} == {
        b"optics-1", b"optics-2", b"chat", b"broken",
    }  # fmt: skip


def test_transcripts_are_read_through_it(corpus, tmp_path: Path) -> None:
    write_corpus(corpus, tmp_path)
    first, *_ = mlcroissant.Dataset(jsonld=tmp_path / "croissant.json").records("transcripts")
    segment = first["transcripts/segments"][0]
    assert segment["transcripts/segments/text"] == b"So light"
    assert segment["transcripts/segments/end"] == 2.0


def test_of_a_published_version_it_is_valid_too(tmp_path: Path) -> None:
    text = croissant.render("", ["default", "videos"], ["", "MIT"], "org/name", "1.2.0")
    (tmp_path / "c.json").write_text(text)
    assert errors_of(tmp_path / "c.json") == []
    told = json.loads(text)
    assert told["version"] == "1.2.0"
    assert told["license"] == ["MIT", "not stated"]
    assert [record["name"] for record in told["recordSet"]] == ["default", "videos"]


def test_images_are_read_through_it(corpus, tmp_path: Path) -> None:
    write_corpus(corpus, tmp_path)
    rows = list(mlcroissant.Dataset(jsonld=tmp_path / "croissant.json").records("default"))
    assert len(rows) == 4
    images = [image and image.size for image in rows[0]["default/images"]]
    assert images == [(64, 48), None, (64, 48), None]
