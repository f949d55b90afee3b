"""What a media file contains and when, from one pass over its packets without decoding.

Headers may be wrong, missing (in a browser's recording) or about something else (their duration is
the longest track's). The packets show where there really is something to see and hear.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import av.container
import av.error
import av.packet
import numpy as np

from .clock import Clock, Hand, Kind, Note
from .container import MediaError, open_media
from .header import header_ends
from .packets import counts, packets, stamps
from .shown import Timestamps
from .tracks import best_picture, best_sound

# A file may end a little before its header says: audio padding, edit lists, rounding.
_END_TOLERANCE = 2.0  # seconds; not swept, nor are the next two
_MISSING = 0.05  # share of the duration that may be missing; reported as a note
_APART = 600.0  # seconds that tracks may be apart in a file that is not read to its end


@dataclass(frozen=True)
class Track:
    """A track and its position on the file's clock.

    Attributes:
        index: of the stream in the container.
        start: of its first packet, seconds.
        end: of its last packet, seconds.
        shifts: from its timestamps to the clock, seconds, each with the number of the first packet
            it applies to. If there is more than one, its timestamps jump.
        shown: when its pictures are shown; None for sound, or if it is not known for every one.
    """

    index: int
    start: float
    end: float
    shifts: tuple[tuple[int, float], ...]
    shown: Timestamps | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class MediaInfo:
    """The contents of a file. Times are seconds on its clock, which begins with the earlier of the
    two tracks.

    Attributes:
        duration: the end of picture or sound, whichever is later.
        picture: the picture track, if there is one.
        sound: the sound track, if there is one.
        notes: oddities, for a person to read.
    """

    duration: float
    picture: Track | None = None
    sound: Track | None = None
    notes: tuple[Note, ...] = ()

    @property
    def audio_duration(self) -> float:
        """Where the sound ends; 0 if there is none."""
        return self.sound.end if self.sound else 0.0

    @property
    def video_duration(self) -> float:
        """Where the pictures end; 0 if there are none."""
        return self.picture.end if self.picture else 0.0


def examine(path: str | Path, until: float | None = None) -> MediaInfo:
    """The contents of a video, or of its first `until` seconds.

    Raises:
        MediaError: it cannot be opened, is truncated, or has no picture.
        OSError: it cannot be read now.
    """
    info = probe(path, until)
    if info.picture is None:
        raise MediaError(f"{Path(path).name}: no picture in it")
    return info


def probe(path: str | Path, until: float | None = None) -> MediaInfo:
    """The contents of a media file, or of its first `until` seconds.

    Raises:
        MediaError: it cannot be opened, is truncated, or has neither sound nor picture.
        OSError: it cannot be read now.
    """
    with open_media(path) as container:
        chosen = _choose_tracks(container)
    if not chosen:
        raise MediaError(f"{Path(path).name}: no sound and no picture in it")
    with open_media(path) as container:  # `_choose_tracks` may have moved the position
        return _Survey(Path(path).name, container, chosen, until).info()


def _choose_tracks(container: av.container.InputContainer) -> dict[int, Kind]:
    """The tracks of the lecture: their kinds by index."""
    picture = best_picture(container)
    sound = best_sound(container, picture)
    chosen: dict[int, Kind] = {}
    if picture is not None:
        chosen[picture.index] = "picture"
    if sound is not None:
        chosen[sound.index] = "sound"
    return chosen


class _Survey:
    """One pass over the packets of all tracks of a file; those of the chosen tracks are placed."""

    def __init__(
        self,
        name: str,
        container: av.container.InputContainer,
        chosen: dict[int, Kind],
        until: float | None,
    ) -> None:
        self._name = name
        self._container = container
        self._chosen = chosen
        self._until = math.inf if until is None else until
        streams = [container.streams[index] for index in chosen]
        starts = [
            float(s.start_time * s.time_base)
            for s in streams
            if s.start_time is not None and s.time_base
        ]
        self._origin = min(starts, default=None)
        self._ends: dict[int, float] = {}  # of all tracks, on the scale of their timestamps
        self._notes: list[Note] = []
        self._whole = True  # whether the file was read to its end
        self._stamps: list[int] | None = []  # of the pictures, if each has one
        self._keys: list[int] = []
        self._bases = {s.index: s.time_base for s in streams}

    def info(self) -> MediaInfo:
        clock = self._walk()
        if self._whole and not clock.jumps:  # otherwise timestamps need not fit the header
            self._compare(clock)
        clock.close()
        tracks = {
            hand.kind: Track(
                index, round(hand.start, 6), self._end(hand), tuple(hand.shifts),
                self._timestamps(index, hand),
            )
            for index, hand in clock.hands.items()
            if hand.packets
        }  # fmt: skip
        notes = [note for note in (*clock.notes, *self._notes) if note.start < self._until]
        duration = max(track.end for track in tracks.values())
        return MediaInfo(duration, tracks.get("picture"), tracks.get("sound"), tuple(notes))

    def _walk(self) -> Clock:
        clock: Clock | None = None
        bases: dict[int, float] = {}  # seconds per tick
        try:
            for packet in packets(self._container, list(self._container.streams)):
                if not counts(packet):
                    continue
                index = packet.stream_index
                if index not in bases:
                    bases[index] = float(packet.time_base)
                base = bases[index]
                length = max(0.0, (packet.duration or 0) * base)
                decoding, showing = stamps(packet, base)
                stamp = decoding if showing is None else showing
                if stamp is not None:
                    end = stamp * base + length
                    self._ends[index] = max(self._ends.get(index, end), end)
                if index not in self._chosen:
                    continue
                if clock is None:
                    if self._origin is None:
                        self._origin = 0.0 if stamp is None else stamp * base
                    clock = Clock(self._origin, self._chosen)
                hand = clock.hands[index]
                shown = hand.reach - hand.shift if stamp is None else stamp * base
                decoded = shown if decoding is None else decoding * base
                clock.place(hand, decoded, shown, length)
                if hand.kind == "picture":
                    self._note_stamp(packet, showing)
                if self._is_enough(clock):
                    self._whole = False
                    break
        except av.error.InvalidDataError as error:
            time = clock.newest if clock else 0.0
            self._notes.append(Note(time, time, f"the file breaks off here ({error.strerror})"))
        if clock is None:
            raise MediaError(f"{self._name}: no sound and no picture in it")
        return clock

    def _note_stamp(self, packet: av.packet.Packet[Any], showing: int | None) -> None:
        if showing is None:
            self._stamps = None
        elif self._stamps is not None:
            self._stamps.append(showing)
            if packet.is_keyframe:
                self._keys.append(showing)

    def _timestamps(self, index: int, hand: Hand) -> Timestamps | None:
        base = self._bases[index]
        if hand.kind != "picture" or not self._stamps or len(hand.shifts) > 1 or base is None:
            return None
        stamps, keys = (np.unique(np.array(s, np.int64)) for s in (self._stamps, self._keys))
        return Timestamps(stamps, keys, float(base), hand.shifts[0][1])

    def _is_enough(self, clock: Clock) -> bool:
        """Whether all tracks have passed `until`, or one of them seems to have ended."""
        if clock.newest <= self._until:
            return False
        behind = min(hand.last or 0.0 for hand in clock.hands.values())
        return behind > self._until or clock.newest > self._until + _APART

    def _end(self, hand: Hand) -> float:
        """The end of a track on the clock. If the file was not read to its end, pictures go on."""
        more = not self._whole and hand.kind == "picture"
        return self._until if more else min(round(hand.end, 6), self._until)

    def _compare(self, clock: Clock) -> None:
        """Compare the end of the packets with the header.

        Raises:
            MediaError: the file is truncated.
        """
        assert self._origin is not None
        ends, longest = header_ends(self._container, clock.hands, self._origin)
        for index, hand in clock.hands.items():
            own = ends.get(index)
            if not hand.packets and own is None:
                continue  # a track that is announced but empty
            if own is not None and hand.latest <= own - self._origin < hand.end:
                # If pictures are reordered, a packet's length is not its picture's.
                hand.lasts = own - self._origin - hand.latest
            end = longest if own is None else own
            reached = max(self._ends.values())
            if own is not None:
                reached = self._ends.get(index, self._origin)
            missing = 0.0 if end is None else min(end, self._origin + self._until) - reached
            if missing <= _END_TOLERANCE:
                continue
            alone = len(clock.hands) == 1 or own is not None
            stands = missing <= hand.pause or (hand.packets == 1 and alone)
            if hand.kind == "picture" and stands and longest is not None:
                hand.lasts += missing  # the last slide: these containers do not give its length
                continue
            at = reached - self._origin
            if end is not None and missing > _MISSING * end:
                raise MediaError(
                    f"{self._name}: truncated: its {hand.kind} ends at {at:.0f} s of "
                    f"{end - self._origin:.0f} s"
                )
            text = f"the {hand.kind} ends here, {missing:.0f} s before the header says"
            self._notes.append(Note(at, at, text))
