"""How a picture is written into the text for a model's processor."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

_BEFORE, _AFTER = "said before the picture", "asked about the picture"


@dataclass(frozen=True)
class Writing:
    """How pictures are written into a model's prompts, as found by `probe`.

    Attributes:
        placeholder: what stands for one picture in the text for the processor.
        begin: whether the tokenizer has to add its beginning-of-sequence token to plain text.
        image_ids: the tokens that image features replace.
        mark_ids: all special tokens that a picture becomes, including `image_ids`.
        axes: for each tensor of pixels, the axis along which several samples are joined.
    """

    placeholder: str
    begin: bool = True
    image_ids: frozenset[int] = frozenset()
    mark_ids: frozenset[int] = frozenset()
    axes: dict[str, int] = field(default_factory=dict)


def placeholder_of(processor: Any, config: Any) -> str | None:
    """What stands for a picture in the processor's text; None if it cannot be found out.

    Some processors (Qwen's) leave the marks around a picture to the chat template; if there is no
    template, the config may name them.
    """
    if placeholder := _template_placeholder(processor):
        return placeholder
    token: str | None = getattr(processor, "image_token", None)
    marks = [_config_id(config, "start"), _config_id(config, "end")]
    if token is None or None in marks:
        return token
    start, end = processor.tokenizer.convert_ids_to_tokens(marks)
    return f"{start}{token}{end}"


def added_tokens(tokenizer: Any) -> dict[str, int]:
    """Tokens that were added to the vocabulary that was learned from text, with their ids."""
    return {
        **tokenizer.get_added_vocab(),
        **dict(zip(tokenizer.all_special_tokens, tokenizer.all_special_ids, strict=True)),
    }


def _config_id(config: Any, which: str) -> int | None:
    names = (f"vision_{which}_token_id", f"image_{which}_token_id")
    return next((i for n in names if (i := getattr(config, n, None)) is not None), None)


def _template_placeholder(processor: Any) -> str | None:
    """The text that the chat template adds for a picture, from its first to its last token.

    It does not include white space around it, or words such as "Picture 1:".
    """
    without, picture = [{"type": "text", "text": _AFTER}], {"type": "image"}
    try:
        plain, marked = (
            processor.apply_chat_template(
                [{"role": "user", "content": [{"type": "text", "text": _BEFORE}, *content]}],
                tokenize=False,
            )
            for content in (without, [picture, *without])
        )
    except Exception:  # third-party templates may raise anything
        return None
    start = next((i for i, (a, b) in enumerate(zip(plain, marked, strict=False)) if a != b), 0)
    extra = marked[start : start + len(marked) - len(plain)]
    known = {token for token in added_tokens(processor.tokenizer) if token.strip()}
    tokens = [token for token in known if token in extra]
    if not tokens:
        return None
    return extra[min(map(extra.find, tokens)) : max(extra.rfind(t) + len(t) for t in tokens)]
