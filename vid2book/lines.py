"""Text on a terminal: lines break between words, and never inside something that people copy.

A line break in a path or a command would be copied with it. If one is longer than the line, the
terminal wraps it, which does not affect copying. Anything that is not a terminal gets whole lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

# A command in a sentence is in backticks; one at the end of a line follows a colon.
_WHOLE = re.compile(r"`[^`\n]+`|(?<=: )(?:vid2book|pip|hf) [^\n]*")


class LineConsole(Console):
    """A console that wraps strings as this module describes, and prints everything else as `rich`.

    In a notebook it prints plain text too, since the output of `rich` there needs widgets.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(highlight=False, emoji=False, force_jupyter=False, **settings)

    def print(self, *objects: Any, **settings: Any) -> None:
        """Print as `rich` does, but break strings between words only."""
        if not all(isinstance(item, str) for item in objects):
            super().print(*objects, **settings)
            return
        if self.is_terminal:
            text = self.render_str(" ".join(objects), markup=settings.pop("markup", None))
            objects = (Text("\n").join(wrap_lines(text, self.width)),)
        super().print(*objects, **settings | {"soft_wrap": True})


def wrap_lines(text: Text, width: int) -> Iterator[Text]:
    """The lines of a text on a terminal with this many columns."""
    for line in text.split("\n", allow_blank=True):
        starts, used = [], 0
        for start, end in _words(line.plain):
            taken = cell_len(line.plain[start:end])
            if used and used + 1 + taken > width:
                starts.append(start)
                used = taken
            else:
                used += taken + 1 if used else start + taken  # including the indentation
        for part in line.divide(starts):
            part.rstrip()
            yield part


def _words(line: str) -> Iterator[tuple[int, int]]:
    """The start and end of each part of a line that must not be broken."""
    whole = [match.span() for match in _WHOLE.finditer(line)]
    begin: int | None = None
    end = 0
    for match in re.finditer(r"\S+", line):
        if begin is not None and not any(a < match.start() < b and a < end for a, b in whole):
            yield begin, end
            begin = None
        begin, end = match.start() if begin is None else begin, match.end()
    if begin is not None:
        yield begin, end
