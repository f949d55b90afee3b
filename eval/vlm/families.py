"""Facts about families of image-text models that the models do not declare themselves.

How a picture is written into a prompt is not in this table: `probe.py` finds it out. Families that
are not here are padded instead of packed. A new one needs an entry here and one in
`tests/support/vlms/`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """What tests have shown of a family.

    Attributes:
        packs: several samples can share one sequence, separated by position ids that restart at
            each sample. A test compares packed logits with separate ones. Convolutions, recurrences
            and cross-attention mix samples, so families that use them are padded.
        both_ways: tokens of an image attend to one another in both directions.
        connectors: parts of the vision encoder that belong to the connector.
        pads_to_square: the reference code pads pictures to a square with the mean colour, while
            the processor on the Hub crops them to one.
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
    """The family of a model; unknown families are padded."""
    return FAMILIES.get(model_type, Family())
