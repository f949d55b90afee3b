"""What comes of asking a site, where it is not what was asked for."""

from __future__ import annotations

from typing import Literal


class Unfetched(Exception):  # noqa: N818 - an outcome of asking, not a fault
    """Why something was not fetched, for a person to read.

    Attributes:
        by: in a word or two, what stood in the way; decisions name it as their stage.
    """

    by = ""


class Refused(Unfetched):
    """A machine may not ask for it, or its rights are reserved."""

    def __init__(self, told: str, by: Literal["robots.txt", "terms of use", "reserved rights"]):
        super().__init__(told)
        self.by = by


class Gone(Unfetched):
    """It is not there any more."""

    by = "not to be had"


class Withdrawn(Gone):
    """It is not there any more, and its owner says that this is meant (410)."""


class Later(Unfetched):
    """The site put it off or failed; it is worth asking in another run."""

    by = "not answered"


class Walled(Later):
    """The site takes us for a robot that it wants no more of, or asks for a login."""

    by = "turned away"
