"""How packets of a file are counted, timed and decoded, the same for all readers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import av.container
import av.error
import av.packet
import av.stream

_REORDERED = 3600.0  # most seconds between decoding and showing: reordered slides


def packets(
    container: av.container.InputContainer, streams: Sequence[av.stream.Stream]
) -> Iterator[av.packet.Packet[Any]]:
    """All packets of the streams in file order, then an empty one for each stream."""
    # At the end, PyAV fails on streams that only appeared during reading.
    with suppress(IndexError):
        yield from container.demux(streams)


def counts(packet: av.packet.Packet[Any]) -> bool:
    """Whether a packet is shown or heard; empty ones at the end are not part of the file."""
    return packet.size > 0 and not packet.is_discard


def stamps(packet: av.packet.Packet[Any], base: float) -> tuple[int | None, int | None]:
    """Decoding and presentation timestamp. If they contradict each other, decoding wins.

    Args:
        packet: any packet.
        base: seconds per tick. The packet has it as a fraction, but computing with that takes
            longer than reading the packet.
    """
    decoding, showing = packet.dts, packet.pts
    if decoding is None or showing is None:
        return decoding, showing
    if abs(showing - decoding) * base > _REORDERED:
        return decoding, decoding
    return decoding, showing


def decode_packet(packet: av.packet.Packet[Any]) -> list[Any]:
    """The frames in a packet; none if it is damaged, whatever error the decoder raises."""
    try:
        return packet.decode()
    except MemoryError:
        raise
    except av.error.FFmpegError:
        return []
