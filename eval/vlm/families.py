"""What differs between families of image-text models, beyond what their processors know.

Another family is another entry here, and one in `tests/support/vlms.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_TILES = tuple(f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7))
_FAKE = "<fake_token_around_image>"


@dataclass(frozen=True)
class Family:
    """How a family of models writes an image into its text.

    Attributes:
        placeholder: what stands for one image in the text that the processor is given.
        marks: every token that an image becomes; none of them is text to learn.
        vision: the vision encoder, as a path in the model without its head.
        connector: what lies within the encoder and yet belongs to the connector.
        image_axis: the axis of the pixels along which images are counted.
        packs: whether several samples fit into one sequence, kept apart by position ids that start
            again at each (no attention goes from one to another). Known for the families below,
            where a test holds packed logits against separate ones; others are padded.
    """

    placeholder: str
    marks: tuple[str, ...]
    vision: str = "vision_model"
    connector: str | None = None
    image_axis: int = 0
    packs: bool = True


FAMILIES = {
    "llava": Family("<image>", ("<image>",), vision="vision_tower"),
    "idefics2": Family("<image>", ("<image>", _FAKE), image_axis=1),
    "idefics3": Family("<image>", ("<image>", _FAKE, "<global-img>", *_TILES), image_axis=1),
    "smolvlm": Family("<image>", ("<image>", _FAKE, "<global-img>", *_TILES), image_axis=1),
    "qwen2_5_vl": Family(
        "<|vision_start|><|image_pad|><|vision_end|>",
        ("<|vision_start|>", "<|image_pad|>", "<|video_pad|>", "<|vision_end|>"),
        vision="visual",
        connector="visual.merger",
    ),
}


def family_of(model_type: str, processor: Any) -> Family | None:
    """The family of a model.

    A type that is not in the table is read from its processor, if that names its image token, and
    is not packed.
    """
    if model_type in FAMILIES:
        return FAMILIES[model_type]
    image = getattr(processor, "image_token", None)
    if not image:
        return None
    marks = [image, getattr(processor, "boi_token", None), getattr(processor, "eoi_token", None)]
    return Family(image, tuple(mark for mark in marks if mark), vision="vision_tower", packs=False)
