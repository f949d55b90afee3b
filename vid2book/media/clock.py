"""One clock for the sound and the pictures of a file.

Containers count time from anywhere: MPEG-TS from 1.4 s, a recorder from the time of day, and one
track may begin later than the other. Timestamps also jump: where recordings were joined, a stream
was lost, or a counter overflowed. So a file's packets are placed one by one, in file order, on a
clock that begins at 0 with the container's first timestamp. A hole that the packets can explain
stays a hole. A jump that they cannot explain is closed up, for both tracks alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Kind = Literal["picture", "sound"]


# How these were chosen is not on record; they were not swept.
MOST_EMPTY = 7200.0  # seconds without packets that a file may have, beyond what is usual
_USUAL = 10.0  # seconds between packets that need no explanation
_SLIDE = 600.0  # the same without sound: a slide may stand this long
_BACK = 1.0  # seconds by which timestamps of one track may go back
_TOGETHER = 10.0  # seconds that the tracks may be apart in the file
_MOST_NOTES = 20  # per file; more are not reported


class Note(NamedTuple):
    """Something odd about a file, and when it occurs, in seconds."""

    start: float
    end: float
    text: str


@dataclass
class Hand:
    """The position of one track on the clock. Times are seconds.

    Attributes:
        kind: of the track.
        shift: currently added to the timestamps of its packets.
        shifts: each shift, with the number of the first packet it applies to.
        packets: how many were placed.
        last: decoding time of the newest packet on the clock; None if there is none yet.
        start: of its first packet.
        reach: the end of its packets so far, with the length of each limited.
        pause: the longest time between two of its packets.
        latest: start of the packet that is shown last.
        lasts: the length of that packet, as the file gives it.
        moved: jumps that no other track made: the place among `shifts`, and the time by which the
            track was moved forward to where the others were.
    """

    kind: Kind
    shift: float
    shifts: list[tuple[int, float]] = field(default_factory=list)
    packets: int = 0
    last: float | None = None
    start: float = 0.0
    reach: float = 0.0
    pause: float = 0.0
    latest: float = 0.0
    lasts: float = 0.0
    moved: list[tuple[int, float]] = field(default_factory=list)

    def move(self, decoded: float, shown: float, length: float, most: float) -> None:
        """Move to the next packet, whose length counts up to `most` seconds."""
        if self.last is None:
            self.start = self.reach = self.latest = shown
        else:
            self.pause = max(self.pause, decoded - self.last)
        self.last = decoded
        self.packets += 1
        self.start = min(self.start, shown)
        self.reach = max(self.reach, shown + min(length, most))
        if shown >= self.latest:
            self.latest, self.lasts = shown, length

    def move_back(self, place: int, seconds: float) -> None:
        """Reduce a shift and those after it by `seconds`."""
        later = [(number, shift - seconds) for number, shift in self.shifts[place:]]
        self.shifts[place:] = later
        self.latest -= seconds

    @property
    def end(self) -> float:
        """Where its last packet ends."""
        return self.latest + self.lasts


class Clock:
    """Places the packets of a file on one clock.

    Args:
        origin: the timestamp that becomes 0, seconds.
        kinds: of the tracks, by their index.
    """

    def __init__(self, origin: float, kinds: Mapping[int, Kind]) -> None:
        self.hands = {i: Hand(kind, -origin, [(0, -origin)]) for i, kind in kinds.items()}
        self.notes: list[Note] = []
        self.jumps = 0
        self.newest = 0.0  # end of the packets placed so far
        self._usual = _USUAL if "sound" in kinds.values() else _SLIDE
        self._left = MOST_EMPTY

    def place(self, hand: Hand, decoded: float, shown: float, length: float) -> None:
        """Place the next packet of the file. Arguments are in seconds.

        Args:
            hand: of its track.
            decoded: its decoding timestamp, which determines the order.
            shown: its presentation timestamp.
            length: as the packet gives it; 0 if it gives none.
        """
        first = hand.last is None
        at = shown if first else decoded  # decoding starts well before the first picture is shown
        if not self._continues(hand, at + hand.shift):
            self._mend(hand, at)
        hand.move(decoded + hand.shift, shown + hand.shift, length, self._usual)
        self.newest = max(self.newest, hand.reach)

    def close(self) -> None:
        """Finish after the last packet: the last picture keeps its own length, within reason."""
        for hand in self.hands.values():
            for place, seconds in hand.moved:
                hand.move_back(place, seconds)
            most = max(self._usual + self._left, self.newest - hand.latest)
            if hand.lasts > most:
                self._note(hand.latest, f"the last {hand.kind} is to last {_long(hand.lasts)}")
                hand.lasts = 0.0

    def _continues(self, hand: Hand, time: float) -> bool:
        """Whether a timestamp follows from the packets before; holes use up the allowance."""
        if hand.last is not None and time < hand.last - _BACK:
            return False
        if hand.last is None and time < -_TOGETHER:
            return False
        hole = time - self.newest - self._usual
        if hole > self._left:
            return False
        self._left -= max(0.0, hole)
        return True

    def _mend(self, hand: Hand, at: float) -> None:
        """Set a new shift from this packet on: the other track's, if that made the same jump."""
        first = hand.last is None
        if first:
            hand.shifts.clear()
        if (other := self._ahead(hand, at)) is not None:
            hand.shift = other.shift
            other.moved = [m for m in other.moved if other.shifts[m[0]][1] != other.shift]
        else:
            jump = at + hand.shift - (hand.last or 0.0)
            # Tracks with unrelated clocks are assumed to start together.
            place = 0.0 if first else self.newest
            hand.shift = place - at
            hand.moved.append((len(hand.shifts), 0.0 if first else self.newest - hand.reach))
            begins = f"the {hand.kind} is to begin {_long(jump)} from the start"
            text = begins if first else f"timestamps jump by {_long(jump)}"
            self._note(0.0 if first else hand.reach, text)
            self.jumps += 1
        hand.shifts.append((hand.packets, hand.shift))

    def _ahead(self, hand: Hand, at: float) -> Hand | None:
        """The other track, if it has made the same jump."""
        for other in self.hands.values():
            time = at + other.shift
            after = hand.last is None or time >= hand.last - _BACK
            if other.shift != hand.shift and after and abs(time - self.newest) <= _TOGETHER:
                return other
        return None

    def _note(self, time: float, what: str) -> None:
        if len(self.notes) < _MOST_NOTES:
            text = f"{what}, more than its packets explain: closed up"
            self.notes.append(Note(time, time, text))


def _long(seconds: float) -> str:
    sign = "-" if seconds < 0 else ""
    seconds = abs(seconds)
    return f"{sign}{seconds / 3600:,.1f} h" if seconds >= 3600 else f"{sign}{seconds:.1f} s"
