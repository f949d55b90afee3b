"""Several channels of sound to one, without loss of what is said."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_OPPOSED = -0.5  # correlation with the loudest channel below which a channel is turned over; not
# swept

Samples = NDArray[np.float32]


def to_mono(channels: Samples) -> Samples:
    """One channel of a short stretch (about a second) of several.

    A plain mean cancels a voice that two channels carry in opposite phase, as a wrongly wired
    microphone gives it, and halves one that a single channel carries. So a channel opposed to the
    loudest is turned over, and the sum is divided by the number of channels that carry sound,
    counted by their energy: one beside a silent one is 1, two alike are 2.

    Args:
        channels: channels x samples.

    Returns:
        samples, none beyond -1 to 1.
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
