"""The ways in which a request to a site can end without the thing that was requested."""

from __future__ import annotations

from typing import Literal

from .facts import Status


class Unfetched(Exception):  # noqa: N818 - an outcome of asking, not a fault
    """Why something was not fetched, for a person to read.

    Attributes:
        by: the obstacle in a word or two; decisions name it as their stage.
        status: whether and when it is requested again.
    """

    by = ""
    status: Status = "late"

    def message(self) -> str:
        """The reason, and how to ask again if the next run does not do so by itself."""
        return f"{self}; --again asks once more" if self.status == "closed" else str(self)


class Refused(Unfetched):
    """Machines may not request it, or its rights are reserved."""

    def __init__(self, reason: str, by: Literal["robots.txt", "terms of use", "reserved rights"]):
        super().__init__(reason)
        self.by = by
        # The answer itself reserves the rights, so checking again means asking again.
        self.status = "closed" if by == "reserved rights" else "refused"


class Gone(Unfetched):
    """It is not there any more."""

    by = "not there"
    status = "gone"


class Withdrawn(Gone):
    """It is not there any more, and the owner says that this is intended (410)."""


class Unusable(Gone):
    """Something is there, but it is not a usable video."""

    by = "not usable"


class TooLarge(Unusable):
    """It is larger than the plan allows."""

    by = "too large"

    def __init__(self, gigabytes: float) -> None:
        super().__init__(f"larger than {gigabytes:g} GB (download.max_gb)")
        self.gigabytes = gigabytes


class Later(Unfetched):
    """The site is busy or failed; another run should ask again."""

    by = "not answered"


class Walled(Later):
    """The site turns us away as a robot, or asks for a login."""

    by = "turned away"


class Closed(Walled):
    """The site turns us away by its status (401, 403), which asks us not to come back."""

    status = "closed"
