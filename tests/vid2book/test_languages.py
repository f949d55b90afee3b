from __future__ import annotations

import pytest

from vid2book.languages import distance, identify, language_code, language_tag, probabilities


@pytest.mark.parametrize(
    ("told", "tag", "code"),
    [
        ("en", "en", "en"),
        ("English", "en", "en"),
        ("ENGLISH ", "en", "en"),
        ("eng", "en", "en"),
        ("en-US", "en-US", "en"),
        ("en_us", "en-US", "en"),
        ("en_US.UTF-8", "en-US", "en"),
        ("en-orig", "en", "en"),
        ("English (auto-generated)", "en", "en"),
        ("ger", "de", "de"),
        ("deu", "de", "de"),
        ("Deutsch", "de", "de"),
        ("allemand", "de", "de"),
        ("zh-Hans", "zh-Hans", "zh"),
        ("cmn", "cmn", "zh"),
        ("cn", "zh", "zh"),
        ("中文", "zh", "zh"),
        ("русский", "ru", "ru"),
        ("pt-BR", "pt-BR", "pt"),
        ("Brazilian Portuguese", "pt-BR", "pt"),
        ("iw", "he", "he"),
        ("jw", "jv", "jv"),
        ("nb", "nb", "no"),
        ("nn", "nn", "nn"),
        ("tl", "fil", "tl"),
        ("yue", "yue", "yue"),
    ],
)
def test_one_form_of_what_languages_are_called(told: str, tag: str, code: str) -> None:
    assert (language_tag(told), language_code(told)) == (tag, code)


@pytest.mark.parametrize(
    "told", ["", " ", "und", "mul", "none", "N/A", "auto", "xx", "12", "mp4", "\0", "x" * 9999]
)
def test_what_is_no_language_is_empty(told: str) -> None:
    assert language_tag(told) == language_code(told) == ""


def test_the_nearer_script_is_nearer() -> None:
    assert distance("zh-Hant", "zh-TW") < distance("zh-Hant", "zh-Hans")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The kinetic energy of a body grows with the square of its velocity.", "en"),
        ("Wir betrachten ein Pendel, das um einen Punkt schwingt.", "de"),
        ("A célula é a unidade básica da vida, e um tecido tem muitas.", "pt"),
        ("Сегодня мы изучаем простой маятник.", "ru"),
        ("单摆是一个挂在细线上的小球。", "zh"),
    ],
)
def test_the_language_of_a_text(text: str, code: str) -> None:
    found = identify(text)
    assert found.code == code and found.probability > 0.8
    assert sum(probabilities(text).values()) == pytest.approx(1, abs=1e-3)


def test_a_text_that_does_not_tell_is_unsure() -> None:
    assert identify("um, f(x) = 2").probability < 0.8
