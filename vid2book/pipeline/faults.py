"""Stops a run in which one video after another fails for a reason that is not the video's own."""

from __future__ import annotations

from ..errors import UserError

_MOST = 5  # videos in a row


class StoppedError(UserError):
    """A run was stopped because videos failed through no fault of their own."""


class Faults:
    """Counts consecutive videos that failed because of the machine or the installation, and
    consecutive videos in which a back end failed and something simpler replaced it."""

    def __init__(self) -> None:
        self._failed: dict[str, int] = {}  # by fault
        self._missed = 0

    def count(self, fault: str, missed: str) -> None:
        """Count a video that has been processed.

        Args:
            fault: of the machine or the installation; empty if that is not why the video failed.
            missed: the back end that failed, and how; empty if none did.

        Raises:
            StoppedError: the same happened to several videos in a row.
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


_THEN = "Fix that, then run the same command to continue"
