"""Stops a run in which one video after the other meets the same trouble, none of it their own."""

from __future__ import annotations

from ..errors import UserError

_MOST = 5  # videos in a row


class StoppedError(UserError):
    """A run that was stopped, since what ails it is not the videos'."""


class Faults:
    """Counts videos that failed one after the other by the machine or the installation, and
    likewise those in which a back end failed, so that something simpler stood in."""

    def __init__(self) -> None:
        self._failed: dict[str, int] = {}  # by fault
        self._missed = 0

    def count(self, fault: str, missed: str) -> None:
        """Note a video that was worked on.

        Args:
            fault: what failed it; empty: nothing, or it is the video's own.
            missed: the back end that failed, and how; empty: none did.

        Raises:
            StoppedError: it was the same with several videos in a row.
        """
        self._failed = {fault: self._failed.get(fault, 0) + 1} if fault else {}
        self._missed = self._missed + 1 if missed else 0
        if self._failed.get(fault, 0) >= _MOST:
            raise StoppedError(
                f"stopped, since {_MOST} videos in a row failed for the same reason, which has "
                f"nothing to do with them: {fault}. {_THEN}"
            )
        if self._missed >= _MOST:
            raise StoppedError(
                f"stopped, since a back end failed on {_MOST} videos in a row: {missed}. {_THEN}"
            )


_THEN = "See to it; the same command then goes on where this one stopped"
