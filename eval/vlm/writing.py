"""How a picture is written into the text that a model's processor is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

_BEFORE, _AFTER = "said before the picture", "asked about the picture"


@dataclass(frozen=True)
class Writing:
    """How a model is shown pictures, as `probe` found it.

    Attributes:
        placeholder: what stands for one picture in the text that the processor is given.
        begin: whether the tokenizer has to add its beginning-of-sequence token to plain text.
        image_ids: the tokens whose place image features take.
        mark_ids: all special tokens that a picture becomes, those included.
        axes: for each tensor of pixels the axis along which those of several samples are joined.
    """

    placeholder: str
    begin: bool = True
    image_ids: frozenset[int] = frozenset()
    mark_ids: frozenset[int] = frozenset()
    axes: dict[str, int] = field(default_factory=dict)


def placeholder_of(processor: Any, config: Any) -> str | None:
    """What stands for a picture in the processor's text; None if nothing tells.

    The chat template knows the marks around a picture that some processors (Qwen's) leave to it;
    without one the config may name them.
    """
    if written := _in_template(processor):
        return written
    token: str | None = getattr(processor, "image_token", None)
    marks = [_config_id(config, "start"), _config_id(config, "end")]
    if token is None or None in marks:
        return token
    start, end = processor.tokenizer.convert_ids_to_tokens(marks)
    return f"{start}{token}{end}"


def added_tokens(tokenizer: Any) -> dict[str, int]:
    """Tokens that are no part of the vocabulary that was learned from text."""
    return {
        **tokenizer.get_added_vocab(),
        **dict(zip(tokenizer.all_special_tokens, tokenizer.all_special_ids, strict=True)),
    }


def _config_id(config: Any, which: str) -> int | None:
    names = (f"vision_{which}_token_id", f"image_{which}_token_id")
    return next((i for n in names if (i := getattr(config, n, None)) is not None), None)


def _in_template(processor: Any) -> str | None:
    """What the chat template adds where a message has a picture, from its first to last token.

    White space around it, and words such as "Picture 1:", are no part of it.
    """
    without, picture = [{"type": "text", "text": _AFTER}], {"type": "image"}
    try:
        plain, shown = (
            processor.apply_chat_template(
                [{"role": "user", "content": [{"type": "text", "text": _BEFORE}, *content]}],
                tokenize=False,
            )
            for content in (without, [picture, *without])
        )
    except Exception:  # whatever a template that was written elsewhere may raise
        return None
    start = next((i for i, (a, b) in enumerate(zip(plain, shown, strict=False)) if a != b), 0)
    added = shown[start : start + len(shown) - len(plain)]
    known = {token for token in added_tokens(processor.tokenizer) if token.strip()}
    found = [token for token in known if token in added]
    if not found:
        return None
    return added[min(map(added.find, found)) : max(added.rfind(t) + len(t) for t in found)]
