"""Another process that is writing to a corpus folder."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOLD = """
import sys, time
from pathlib import Path
from vid2book.folder import swap
with swap.writing(Path(sys.argv[1])):
    print("has it", flush=True)
    time.sleep(60)
"""


@contextmanager
def another_writer(out: Path) -> Iterator[subprocess.Popen[str]]:
    """The process; it is killed in the end."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(out)], stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None and holder.stdout.readline() == "has it\n"
        yield holder
        holder.kill()
