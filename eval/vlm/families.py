"""What is known of families of image-text models beyond what they say themselves.

How a model is shown a picture is not in this table: `probe.py` finds it out. A family that is not
here is padded instead of packed; another one is an entry here, and one in `tests/support/vlms/`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """What tests have shown of a family.

    Attributes:
        packs: several samples fit into one sequence, kept apart by position ids that start again
            at each. A test holds packed logits against separate ones. Convolutions, recurrences
            and cross-attention reach across, so families that have them are padded.
        both_ways: tokens of an image attend to one another in both directions.
        connectors: parts of the vision encoder that belong to the connector.
        pads_to_square: its reference lays pictures on a square in the mean colour, and its
            processor on the Hub crops them to one.
    """

    packs: bool = False
    both_ways: bool = False
    connectors: tuple[str, ...] = ()
    pads_to_square: bool = False


_PACKED = Family(packs=True)
_QWEN = Family(packs=True, connectors=("merger",))

FAMILIES = {
    "gemma3": Family(packs=True, both_ways=True),
    "gemma4": Family(packs=True, both_ways=True),
    "idefics2": _PACKED,
    "idefics3": _PACKED,
    "internvl": _PACKED,
    "lfm2_vl": Family(),
    "llava": Family(packs=True, pads_to_square=True),
    "llava_next": _PACKED,
    "llava_onevision": _PACKED,
    "qwen2_vl": _QWEN,
    "qwen2_5_vl": _QWEN,
    "qwen3_vl": Family(packs=True, connectors=("merger", "deepstack_merger_list")),
    "qwen3_5": Family(connectors=("merger",)),
    "smolvlm": _PACKED,
}


def family_of(model_type: str) -> Family:
    """The family of a model; of one that is not known, one that is padded."""
    return FAMILIES.get(model_type, Family())
