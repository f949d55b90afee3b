"""Text on a terminal: lines that break between words, and never inside what people copy.

A line break in a path or a command would be copied with it. Where such a thing is longer than the
line, the terminal breaks it for the eye alone. What is no terminal gets each line whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

# A command in a sentence stands between backticks; at the end of a line it follows a colon.
_WHOLE = re.compile(r"`[^`\n]+`|(?<=: )(?:vid2book|pip|hf) [^\n]*")


class LineConsole(Console):
    """A console that prints strings as this module says; tables and the like as `rich` does.

    In a notebook it prints text as well: what `rich` shows there needs widgets.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(highlight=False, emoji=False, force_jupyter=False, **settings)

    def print(self, *objects: Any, **settings: Any) -> None:
        """Print as `rich` does, but strings in lines of whole words."""
        if not all(isinstance(told, str) for told in objects):
            super().print(*objects, **settings)
            return
        told = " ".join(objects)
        if self.is_terminal:
            text = self.render_str(told, markup=settings.pop("markup", None))
            objects = (Text("\n").join(wrapped(text, self.width)),)
        super().print(*objects, **settings | {"soft_wrap": True})


def wrapped(text: Text, width: int) -> Iterator[Text]:
    """The lines of a text on a terminal of so many columns."""
    for line in text.split("\n", allow_blank=True):
        starts, used = [], 0
        for start, end in _words(line.plain):
            taken = cell_len(line.plain[start:end])
            if used and used + 1 + taken > width:
                starts.append(start)
                used = taken
            else:
                used += taken + 1 if used else start + taken  # with what it is indented by
        for part in line.divide(starts):
            part.rstrip()
            yield part


def _words(line: str) -> Iterator[tuple[int, int]]:
    """Where each thing that must not be broken begins and ends."""
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
