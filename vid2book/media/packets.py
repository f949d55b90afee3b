"""Packets of a file, as the survey and the decoder both count and time them."""

from __future__ import annotations

from typing import Any

import av.packet

_REORDERED = 3600.0  # seconds between decoding and showing a picture: slides that are reordered


def counts(packet: av.packet.Packet[Any]) -> bool:
    """Whether a packet is one of the file's that is shown or heard; the last ones are made up."""
    return packet.size > 0 and not packet.is_discard


def stamps(packet: av.packet.Packet[Any]) -> tuple[int | None, int | None]:
    """Decoding and presentation timestamp. Where they contradict each other, the first counts."""
    decoding, showing = packet.dts, packet.pts
    if decoding is None or showing is None:
        return decoding, showing
    apart = abs(showing - decoding) * packet.time_base
    return decoding, showing if apart <= _REORDERED else decoding
