"""The fewest pictures that show everything that stood on the screen.

All content that settled must be visible on some picture. A slide that builds up therefore needs
only its last step, a board its last full moment, and a slide shown twice one picture, without a
rule for any of them. The picture that adds most is taken first (the greedy algorithm for weighted
set cover), until the rest is not worth a picture. Then pictures are dropped whose content others
show, if only in another place (a page that scrolled). Finally, pictures are added that show as a
whole what others show in parts: a slide with the number from one of them and a word from another.
Each picture is taken at the last clear moment of the first stretch that shows its own content.
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
        views: one for each proposal.
        hidden: for each proposal, versions on it that do not count: a person.
        among: positions of the proposals that together show everything.
        worth: a picture that alone shows this much is needed.
    """
    kept = needed(content, proposals, hidden, worth, among)
    find_zoomed(content, views, proposals, kept)
    kept = needed(content, proposals, hidden, worth, kept)
    kept = seen_whole(content, proposals, hidden, worth, kept)
    return place(content, [proposals[i] for i in kept], [hidden[i] for i in kept], worth)
