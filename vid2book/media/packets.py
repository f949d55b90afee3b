"""Packets of a file, as all who read them count, time and decode them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import av.container
import av.error
import av.packet
import av.stream

_REORDERED = 3600.0  # seconds between decoding and showing a picture: slides that are reordered


def packets(
    container: av.container.InputContainer, streams: Sequence[av.stream.Stream]
) -> Iterator[av.packet.Packet[Any]]:
    """All packets of the streams, in the order of the file, and one without content for each."""
    # PyAV stumbles at the end over streams that came up while the file was read.
    with suppress(IndexError):
        yield from container.demux(streams)


def counts(packet: av.packet.Packet[Any]) -> bool:
    """Whether a packet is one of the file's that is shown or heard; the last ones are made up."""
    return packet.size > 0 and not packet.is_discard


def stamps(packet: av.packet.Packet[Any], base: float) -> tuple[int | None, int | None]:
    """Decoding and presentation timestamp. Where they contradict each other, the first counts.

    Args:
        packet: one of them.
        base: seconds of a tick. The packet knows it as a fraction, which takes longer to compute
            with than the packet to read.
    """
    decoding, showing = packet.dts, packet.pts
    if decoding is None or showing is None:
        return decoding, showing
    if abs(showing - decoding) * base > _REORDERED:
        return decoding, decoding
    return decoding, showing


def decoded(packet: av.packet.Packet[Any]) -> list[Any]:
    """The frames that come of a packet; none of a damaged one, whatever the decoder says of it."""
    try:
        return packet.decode()
    except MemoryError:
        raise
    except av.error.FFmpegError:
        return []
