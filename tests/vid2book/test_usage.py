"""Help and refusals of options, as somebody without a manual sees them."""

from __future__ import annotations

import os
import subprocess

import pytest

from ..support.library import command


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=100, check=False,
        env=os.environ | {"COLUMNS": "80", "NO_COLOR": "1", "TERM": "xterm"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["plan", "x", "--sample", "many"], "'--sample': a whole number is needed"),
        (["plan", "x", "--price", "-3"], "'--price': at least 0 is needed"),
        (["plan", "x", "--minutes", "few"], "'--minutes': a number is needed"),
        (["export", "x", "y", "--to", "pdf"], "'--to': 'pdf' is not one of 'webdataset'"),
        (["taxonomy", "expand", "x", "-o", "y", "--model", "z", "--points", "0"], "at least 1 is"),
    ],
)
def test_what_is_refused_is_told_in_plain_words(arguments: list[str], message: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    told = " ".join(done.stderr.replace("│", " ").split())
    assert message in told
    assert "Input should" not in told and "Value error" not in told


@pytest.mark.parametrize("name", ["build", "export", "store", "why", "taxonomy"])
def test_the_help_shows_no_type_of_a_flag_and_cuts_no_word(name: str) -> None:
    shown = run(name, "--help").stdout
    assert "<bool>" not in shown and "int range" not in shown and "[[" not in shown
    assert "{action}" not in shown.lower()
    for line in shown.splitlines():  # of a choice that did not fit
        assert line.count("<") == line.replace("[x>=", "").count(">")
