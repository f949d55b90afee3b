"""What a user is told of the config is all of it, and what is printed can be used."""

from __future__ import annotations

from pathlib import Path

import config_page
import pytest
import yaml
from typer.testing import CliRunner

from vid2book import config
from vid2book.cli import app
from vid2book.config import Config, ConfigError, load
from vid2book.config.commented import as_yaml
from vid2book.config.llm import Llm
from vid2book.config.reference import Key, keys, language_model_keys, section_of

KEYS = [*keys(Config()), *language_model_keys()]
MODELS = {
    "refine": {"llm": {"model": "a", "base_url": "https://example.org/v1", "retries": 0}},
    "judge": {"llms": [{"model": "b", "temperature": 1}, {"model": "c"}]},
    "bounds": {"memory": 2.5},
}


def printed(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["config", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def read_back(text: str, folder: Path) -> Config:
    path = folder / "printed.yaml"
    path.write_text(text, "utf-8")
    return load(path)


@pytest.mark.parametrize("name", config.names())
def test_a_printed_config_is_read_back_unchanged(name: str, tmp_path: Path) -> None:
    assert read_back(printed("--config", name), tmp_path) == load(name)


@pytest.mark.parametrize(
    "title",
    [
        "[bold]red[/] :book: # no comment",
        "no",
        "1e3",
        "two\nlines",
        "a: b",
        "Größe %s \U0001f600",
        "'",
    ],
)
def test_values_of_any_kind_are_read_back_unchanged(title: str, tmp_path: Path) -> None:
    changed = Config.model_validate({"title": title, **MODELS})
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump({"title": title, **MODELS}))
    assert read_back(printed("--config", str(path)), tmp_path) == changed


def test_each_section_and_key_by_itself_is_a_config(tmp_path: Path) -> None:
    changed = Config.model_validate(MODELS)
    for key in keys(changed):
        found = yaml.safe_load(as_yaml(changed, key.name))
        for part in key.name.split("."):
            assert list(found) == [part]
            found = found[part]
        assert found == key.value
        assert read_back(as_yaml(changed, key.name.split(".")[0]), tmp_path)


def test_every_key_of_the_models_is_there() -> None:
    def names(section: config.base.Section, prefix: str = "") -> list[str]:
        found = []
        for name in type(section).model_fields:
            value = getattr(section, name)
            inner = isinstance(value, config.base.Section)
            found += names(value, f"{prefix}{name}.") if inner else [f"{prefix}{name}"]
        return found

    assert [key.name for key in keys(Config())] == names(Config())
    assert {key.name for key in language_model_keys()} == set(Llm.model_fields)
    text = printed()
    assert all(f"{key.name.split('.')[-1]}:" in text for key in KEYS)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_every_key_is_described_in_sentences(key: Key) -> None:
    assert key.description[:1].isupper() or key.description[:1].isdigit()
    assert key.description.endswith(".") and "  " not in key.description


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_every_number_has_a_unit_and_nothing_else_has(key: Key) -> None:
    model: type = Llm if key in language_model_keys() else Config
    for part in key.name.split("."):
        field = model.model_fields[part]
        model = field.annotation
    told = str(field.annotation)
    is_number = any(kind in told for kind in ("int", "float"))
    assert bool(key.unit) == is_number


@pytest.mark.parametrize(
    ("name", "unit", "values"),
    [
        ("judge.min_teaching", "probability", "0 to 1"),
        ("keyframes.threshold", "share", "0 to 1; or null"),
        ("keyframes.sample_rate", "frames per second", "above 0, at most 30"),
        ("transcribe.batch_size", "windows of 30 s", "at least 1; or null"),
        ("splits.ratios", "share of the videos", "above 0, at most 1"),
        ("decide", "", "drop, mark"),
        ("refine.llm", "", "a language model; or null"),
        ("judge.llms", "", "a list of language models"),
        ("privacy.mask", "", ""),
    ],
)
def test_units_and_limits_are_those_of_the_models(name: str, unit: str, values: str) -> None:
    (key,) = (key for key in KEYS if key.name == name)
    assert (key.unit, key.values) == (unit, values)


def test_a_value_that_differs_has_its_default_beside_it() -> None:
    text = as_yaml(load("standard"), "judge.min_relevance")
    assert "[grade; 1 to 5; default: 1.0]\n  min_relevance: 3.0" in text
    assert "default" not in as_yaml(Config(), "judge.min_relevance")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("min_words", "did you mean judge.min_words?"),
        ("juge", "did you mean judge?"),
        ("qqqq", "there are transcribe, "),
        ("refine.llm.model", "no key 'refine.llm.model'"),
    ],
)
def test_an_unknown_key_is_an_error_that_helps(name: str, told: str) -> None:
    with pytest.raises(ConfigError, match="there is no key") as error:
        as_yaml(Config(), name)
    assert told in str(error.value)


def test_a_config_in_the_place_of_a_key_is_told() -> None:
    done = CliRunner().invoke(app, ["config", "standard"])
    assert done.exit_code == 2 and "vid2book config --config standard" in done.output


def test_sections_are_told_by_name() -> None:
    assert section_of("judge").startswith("Decides whether a sentence teaches")
    assert section_of("align.embeddings").startswith("Turns texts into vectors")
    assert section_of("judge.min_words") == section_of("nope") == ""


def test_the_page_of_the_docs_is_up_to_date() -> None:
    assert config_page.PAGE.read_text("utf-8") == config_page.page(), (
        "run python scripts/config_page.py"
    )
