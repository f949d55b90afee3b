"""Mixes several channels of sound into one without losing speech."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_OPPOSED = -0.5  # correlation with the loudest channel below which one is inverted; not swept

Samples = NDArray[np.float32]


def to_mono(channels: Samples) -> Samples:
    """Mix the channels of a short stretch (about a second) into one.

    A plain mean cancels a voice that two channels carry in opposite phase, as from a wrongly wired
    microphone, and halves a voice on a single channel. So a channel opposed to the loudest is
    inverted, and the sum is divided by the number of channels with sound, counted by energy: a
    channel beside a silent one counts as 1, two equal ones as 2.

    Args:
        channels: channels x samples.

    Returns:
        samples within -1 to 1.
    """
    if len(channels) == 1:
        return channels[0]
    energy = np.einsum("cn,cn->c", channels, channels, dtype=np.float64)
    loudest = int(np.argmax(energy))
    if not energy[loudest] > 0:
        return channels[loudest]
    product = channels.astype(np.float64) @ channels[loudest].astype(np.float64)
    opposed = product < _OPPOSED * np.sqrt(energy * energy[loudest])
    weights = np.where(opposed, -1.0, 1.0) * energy[loudest] / energy.sum()
    return np.clip(weights.astype(np.float32) @ channels, -1.0, 1.0)
