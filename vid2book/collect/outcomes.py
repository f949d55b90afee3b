"""What comes of asking a site, where it is not what was asked for."""

from __future__ import annotations

from typing import Literal

from .facts import Status


class Unfetched(Exception):  # noqa: N818 - an outcome of asking, not a fault
    """Why something was not fetched, for a person to read.

    Attributes:
        by: in a word or two, what stood in the way; decisions name it as their stage.
        status: whether and when it is asked for again.
    """

    by = ""
    status: Status = "late"

    def told(self) -> str:
        """The reason, and how to ask again where the next run does not."""
        return f"{self}; --again asks once more" if self.status == "closed" else str(self)


class Refused(Unfetched):
    """A machine may not ask for it, or its rights are reserved."""

    def __init__(self, told: str, by: Literal["robots.txt", "terms of use", "reserved rights"]):
        super().__init__(told)
        self.by = by
        # Rights are reserved by the answer itself, so that to look again is to ask again.
        self.status = "closed" if by == "reserved rights" else "refused"


class Gone(Unfetched):
    """It is not there any more."""

    by = "not there"
    status = "gone"


class Withdrawn(Gone):
    """It is not there any more, and its owner says that this is meant (410)."""


class Unusable(Gone):
    """Something is there, but not what can be taken for a video."""

    by = "not usable"


class TooLarge(Unusable):
    """It is larger than the plan takes."""

    by = "too large"

    def __init__(self, gigabytes: float) -> None:
        super().__init__(f"larger than {gigabytes:g} GB (download.max_gb)")
        self.gigabytes = gigabytes


class Later(Unfetched):
    """The site put it off or failed; it is worth asking in another run."""

    by = "not answered"


class Walled(Later):
    """The site takes us for a robot that it wants no more of, or asks for a login."""

    by = "turned away"


class Closed(Walled):
    """The same by the status of its answer (401, 403), which asks us not to come back."""

    status = "closed"
