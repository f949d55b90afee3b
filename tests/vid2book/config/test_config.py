from __future__ import annotations

from pathlib import Path

import pytest

from vid2book import config


def test_every_shipped_config_loads() -> None:
    assert {"offline", "paper", "standard"} <= set(config.names())
    for name in config.names():
        config.load(name)


def test_offline_is_the_default() -> None:
    assert config.load() == config.load("offline") == config.Config()


def test_a_file_names_only_what_differs(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("read: {min_score: 0.8}\n")
    assert config.load(path).read.min_score == 0.8
    assert config.load(path).keyframes == config.Keyframes()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("keyframes: {sample_rat: 3}", ["unknown key 'keyframes.sample_rat'", "sample_rate"]),
        ("judge: {llms: [{modl: x}]}", ["unknown key 'judge.llms.0.modl'", "model", "base_url"]),
        ("refine: {llm: {modl: x}}", ["unknown key 'refine.llm.modl'", "model", "base_url"]),
        ("refine: {llm: {model: x, base_url: here}}", ["refine.llm.base_url", "localhost:8000"]),
        ("keyframe: {}", ["unknown key 'keyframe'", "keyframes"]),
        ("read: {min_score: 4}", ["read.min_score", "less than or equal to 1", "4"]),
        ("- a", ["expected keys", "list"]),
        ("on: {}", ["the key True is not text; put it in quotes"]),
        ("judge: {3: 4}", ["judge: the key 3 is not text"]),
        ("a: [", ["not YAML"]),
    ],
)
def test_an_error_names_file_key_and_what_is_allowed(
    tmp_path: Path, text: str, told: list[str]
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(config.ConfigError) as error:
        config.load(path)
    assert str(path) in str(error.value)
    for part in told:
        assert part in str(error.value)


def test_a_missing_config_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(config.ConfigError, match="offline"):
        config.load("ofline")
    with pytest.raises(config.ConfigError, match="no such config file"):
        config.load(tmp_path / "none.yaml")
