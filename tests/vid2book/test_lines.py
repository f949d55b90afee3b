"""On a terminal lines break between words, and what is copied stays in one piece."""

from __future__ import annotations

import io
import sys

import pytest
from rich.cells import cell_len
from rich.markup import escape

from vid2book.lines import LineConsole

from .test_bar import window

PATH = "/a/very/long/path/that/goes/on/and/on/until/it/is/wider/than/sixty/columns/corpus"
UNDO = f"vid2book remove {PATH} cell --undo"


def printed(text: str, width: int = 60, terminal: bool = True) -> list[str]:
    out = io.StringIO()
    console = LineConsole(file=out, force_terminal=terminal, width=width, no_color=True)
    console.print(escape(text))
    return out.getvalue().splitlines()


def test_words_stay_whole() -> None:
    text = "Skipped, because you removed it from this corpus: " + "some-video-or-other " * 9
    lines = printed(text)
    assert len(lines) > 2 and all(cell_len(line) <= 60 for line in lines)
    assert " ".join(lines).split() == text.split()


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (f"Look into {PATH} for more of it, and then go on as before.", PATH),
        (f"Skipped: cell. To bring it back: {UNDO}", UNDO),
        (f"You have removed it. `{UNDO}` brings it back, whenever you like to.", f"`{UNDO}`"),
        ("What needs it is missing here: pip install 'vid2book[measure,train,eval]'",
         "pip install 'vid2book[measure,train,eval]'"),
    ],
)  # fmt: skip
def test_a_path_or_a_command_is_never_broken(text: str, whole: str) -> None:
    lines = printed(text)
    assert len(lines) > 1 and any(whole in line for line in lines)


def test_a_file_gets_each_line_whole() -> None:
    text = "one line " * 30 + "with :book: and no emoji"
    assert printed(text, terminal=False) == [text]


def test_lines_and_what_they_are_indented_by_stay() -> None:
    assert printed("first\n  reduce:\n    deny: x\n\nlast") == [
        "first", "  reduce:", "    deny: x", "", "last",
    ]  # fmt: skip
    assert printed("线性代数 " * 20, width=20)[0] == "线性代数 线性代数"


def test_in_a_real_terminal() -> None:
    code = (
        "from vid2book.terminal import Terminal; "
        "Terminal().notes.print('a note of [bold]whole[/] words, ' * 8 + 'and its end')"
    )
    with window(80, "/usr/bin/env", "COLUMNS=80", sys.executable, "-c", code) as opened:
        shown = opened.read(20, until="and its end").splitlines()
        assert opened.wait() == 0
    assert " ".join(shown).split() == ("a note of whole words, " * 8 + "and its end").split()
    assert len(shown) == 3
