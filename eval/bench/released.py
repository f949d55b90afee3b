"""Prompts of the Multimodal Textbook's scripts, for the two families that it trained.

The strings are copied from the scripts (DAMO-NLP-SG/multimodal_textbook, Apache-2.0): `llava_v1` in
llava/conversation.py, and `make_prompt` in training_idefics/evaluation/utils.py. Models of other
families are prompted with their own chat template.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PIL import Image

from ..vlm import Vlm
from .turns import Turn

Form = Callable[[Sequence[Turn], str], str]  # (turns, the image's placeholder) -> prompt

_SYSTEM = (
    "A chat between a curious human and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the human's questions."
)
_INSTRUCTION = "<s>Instruction: provide an answer to the question. Use the image to answer.\n"


def llava(turns: Sequence[Turn], image: str) -> str:
    """The conversation `llava_v1`: a system prompt, USER and ASSISTANT, </s> after each answer."""
    text = f"{_SYSTEM} "
    for turn in turns:
        pictures = f"{image}\n" * len(turn.pictures)
        text += f"USER: {pictures}{turn.question} ASSISTANT:"
        text += "" if turn is turns[-1] else f" {turn.answer}</s>"
    return text


def idefics2(turns: Sequence[Turn], image: str) -> str:
    """An instruction, then a line for each shot: picture, question and answer."""
    text = _INSTRUCTION
    for turn in turns:
        answer = "" if turn is turns[-1] else f" {turn.answer}\n"
        text += f"Image:{image * len(turn.pictures)}Question: {turn.question} Answer:{answer}"
    return text


FORMS: dict[str, Form] = {"llava": llava, "idefics2": idefics2}
# The scripts set this for all tasks; other families use the settings of the task.
GENERATION: dict[str, dict[str, Any]] = {
    "llava": {"until": []},
    "idefics2": {"until": ["\n"], "max_gen_toks": 64},
}


def form_of(vlm: Vlm) -> str:
    """The name of the form for a model's prompts; empty if its family has none."""
    family = str(vlm.model.config.model_type)
    return family if family in FORMS else ""


def encode(vlm: Vlm, prompts: Sequence[Sequence[Turn]]) -> dict[str, Any]:
    """A batch of prompts in the form of the model's family, padded on the left, on its device."""
    form = FORMS[form_of(vlm)]
    images: list[list[Image.Image]] = [
        [picture.open().convert("RGB") for turn in turns for picture in turn.pictures]
        for turns in prompts
    ]
    inputs = vlm.processor(
        text=[form(turns, vlm.writing.placeholder) for turns in prompts],
        images=images if any(images) else None,
        return_tensors="pt",
        padding=True,
        padding_side="left",
    )
    return dict(inputs.to(vlm.device))
