"""How the Hub's client is used: with which token, how long it waits, and what it says meanwhile."""

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

# A commit of a hundred files takes the Hub less than a minute. The client would wait for ever.
SILENT_S = 120.0

_WAIT = re.compile(
    r"(?:Waiting|Retrying in) (?P<seconds>[\d.]+)s.*\[Retry (?P<try>\d+)/(?P<of>\d+)"
)


def has_token() -> bool:
    """Whether there is a token to push with."""
    return bool(get_token())


def bound_silence() -> None:
    """Let a request end with an error if the Hub says nothing for `SILENT_S`.

    Asked for before each call, since the client makes a new session when a connection fails.
    """
    session = get_session()
    hooks = session.event_hooks
    if _bound not in hooks["request"]:
        session.event_hooks = {**hooks, "request": [*hooks["request"], _bound]}


def _bound(request: Any) -> None:
    """Where no call and no session chose a timeout; calls that list pages choose none."""
    chosen = request.extensions.get("timeout", {})
    if chosen.get("read") is None:
        bounds = dict.fromkeys(("connect", "read", "write", "pool"), SILENT_S)
        request.extensions = {**request.extensions, "timeout": bounds}


@contextmanager
def quiet(tell: Tell) -> Iterator[None]:
    """Tell of the client's waits in a line each, and show no bars where nobody looks.

    A last failure is told as an error, so that the client's own warnings are left out.
    """
    logger = logging.getLogger("huggingface_hub")
    handlers, level, passed_on = logger.handlers[:], logger.level, logger.propagate
    bars = not are_progress_bars_disabled()
    logger.handlers = [_Waits(tell)]
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    if bars and not sys.stderr.isatty():
        disable_progress_bars()
    try:
        yield
    finally:
        logger.handlers, logger.propagate = handlers, passed_on
        logger.setLevel(level)
        if bars:
            enable_progress_bars()


class _Waits(logging.Handler):
    """Passes on how long the client waits before it tries again."""

    def __init__(self, tell: Tell) -> None:
        super().__init__()
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        if found := _WAIT.search(record.getMessage()):
            seconds = float(found["seconds"])
            why = (
                "asks for a pause"
                if "Rate limited" in record.getMessage()
                else "could not answer yet"
            )
            self._tell(
                f"The Hub {why}: waiting {seconds:.0f} s (try {found['try']} of {found['of']})"
            )
