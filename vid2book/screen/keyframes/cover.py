"""The fewest pictures that show everything that stood on the screen.

Each piece of content that settled is to be seen on some picture; so a build needs its last step
only, a board its last full moment, and a slide shown twice one picture, without a rule for any of
them. The picture that adds most is taken first (the greedy algorithm for weighted set cover), until
what is left is not worth a picture; then pictures go whose content the others show, also at another
place (a page that scrolled). At last come those that show as a whole what others show in parts: a
slide with a number from the one and a word from the other. Of the moments that show a picture's own
content, the last clear one of the first stretch is taken.
"""

from __future__ import annotations

from collections.abc import Sequence

from .cells import Mask
from .content import Content
from .displaced import View
from .needed import needed, seen_whole
from .placing import Chosen, place
from .proposals import Proposal, find_zoomed


def settle(
    content: Content,
    views: Sequence[View],
    proposals: Sequence[Proposal],
    hidden: Sequence[Mask],
    among: Sequence[int],
    worth: float,
) -> list[Chosen]:
    """The pictures that are needed, each at its best moment, in order of time.

    Args:
        views: of the proposals.
        hidden: for each proposal, versions on it that do not count: a person.
        among: those that together show everything.
        worth: of what only one picture shows that makes it needed.
    """
    kept = needed(content, proposals, hidden, worth, among)
    find_zoomed(content, views, proposals, kept)
    kept = needed(content, proposals, hidden, worth, kept)
    kept = seen_whole(content, proposals, hidden, worth, kept)
    return place(content, [proposals[i] for i in kept], [hidden[i] for i in kept], worth)
