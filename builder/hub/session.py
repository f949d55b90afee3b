"""How we use the Hub's client: its token, its timeouts, and its messages."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from huggingface_hub import get_session, get_token
from huggingface_hub.utils.tqdm import (
    are_progress_bars_disabled,
    disable_progress_bars,
    enable_progress_bars,
)

Tell = Callable[[str], object]  # takes a line of progress

# The Hub commits a hundred files in less than a minute. Without a limit, the client waits for ever.
SILENT_S = 120.0

_WAIT = re.compile(
    r"(?:Waiting|Retrying in) (?P<seconds>[\d.]+)s.*\[Retry (?P<try>\d+)/(?P<of>\d+)"
)


def has_token() -> bool:
    """Whether there is a token to push with."""
    return bool(get_token())


def bound_silence() -> None:
    """Make requests fail if the Hub sends nothing for `SILENT_S`.

    Call this before each request, since the client makes a new session when a connection fails.
    """
    session = get_session()
    hooks = session.event_hooks
    if _bound not in hooks["request"]:
        session.event_hooks = {**hooks, "request": [*hooks["request"], _bound]}


def _bound(request: Any) -> None:
    """Set the timeouts if neither the call nor the session did, as when pages are listed."""
    timeouts = request.extensions.get("timeout", {})
    if timeouts.get("read") is None:
        bounds = dict.fromkeys(("connect", "read", "write", "pool"), SILENT_S)
        request.extensions = {**request.extensions, "timeout": bounds}


@contextmanager
def quiet(tell: Tell) -> Iterator[None]:
    """Report each wait of the client in one line, and show progress bars only on a terminal.

    The client's own warnings are left out, since a final failure raises an error.
    """
    logger = logging.getLogger("huggingface_hub")
    handlers, level, propagate = logger.handlers[:], logger.level, logger.propagate
    bars = not are_progress_bars_disabled()
    logger.handlers = [_Waits(tell)]
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    if bars and not sys.stderr.isatty():
        disable_progress_bars()
    try:
        yield
    finally:
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)
        if bars:
            enable_progress_bars()


class _Waits(logging.Handler):
    """Passes on how long the client waits before it tries again."""

    def __init__(self, tell: Tell) -> None:
        super().__init__()
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        if match := _WAIT.search(record.getMessage()):
            seconds = float(match["seconds"])
            why = (
                "asks for a pause"
                if "Rate limited" in record.getMessage()
                else "could not answer yet"
            )
            self._tell(
                f"The Hub {why}: waiting {seconds:.0f} s (try {match['try']} of {match['of']})"
            )
