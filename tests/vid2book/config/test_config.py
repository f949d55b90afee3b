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
        ("read: {min_score: 4}", ["read.min_score", "at most 1", "4"]),
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


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("title: 3", "title: must be text (found 3)"),
        ("judge: {min_teaching: 4}", "judge.min_teaching: must be at most 1 (found 4)"),
        ("judge: {min_words: many}", "judge.min_words: must be a whole number (found 'many')"),
        ("interleave: {max_tokens: 1.5}", "interleave.max_tokens: must be a whole number (found"),
        ("judge: {enabled: perhaps}", "judge.enabled: must be true or false (found 'perhaps')"),
        ("keyframes: {algorithm: x}", "must be 'writing', 'ssim', 'pixel' or 'clip' (found 'x')"),
        ("privacy: nobody", "privacy: must be keys with values, such as {key: value} (found"),
        ("reduce: {deny: cell}", "reduce.deny: must be a list, such as [a, b] (found 'cell')"),
        ("splits: {ratios: {a: 0.5}}", "splits.ratios: the ratios must add up to 1, not 0.5"),
        ("judge: {llms: [{model: x, timeout: 0}]}", "judge.llms.0.timeout: must be more than 0"),
        ("judge: {llms: [{}]}", "judge.llms.0.model: is missing"),
        (
            "a: 1\njudgee: 2\nread: {x: 1}",
            "unknown keys 'a', 'judgee' (did you mean 'judge'?);",
        ),
    ],
)
def test_what_a_value_must_be_is_told_in_plain_words(
    tmp_path: Path, text: str, problem: str
) -> None:
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(config.ConfigError) as refused:
        config.load(tmp_path / "mine.yaml")
    assert problem in str(refused.value)
    assert "Input should" not in str(refused.value) and "Value error" not in str(refused.value)
