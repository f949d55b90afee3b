"""Tries a model and its processor on a picture, to see which tokens of a prompt it becomes.

Names cannot be trusted: Gemma 3's `processor.image_token` is not the token that its features
replace, and Qwen's processors leave the marks around a picture to the caller. So the model decides:
tokens that it fills with image features are the image, and all others must be known text or marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PIL import Image

from .calls import join, on_device, per_token, process, process_with_mask
from .writing import Writing, added_tokens, placeholder_of

_TEXTS = ("before", "between", "after")


class ProbeError(ValueError):
    """The model does not accept interleaved text; the message says what was found."""


def probe(model: Any, processor: Any, *, packs: bool) -> Writing:
    """How pictures are written into the model's prompts, verified with one.

    Args:
        model: only its vision encoder is run, not its language model.
        processor: its processor.
        packs: whether samples share a sequence; otherwise they are rows of a batch.

    Raises:
        ProbeError: the placeholder does not become a picture, or becomes tokens that cannot be told
            from text.
    """
    placeholder = placeholder_of(processor, model.config)
    if placeholder is None:
        raise ProbeError("neither chat template nor processor names an image token")
    try:
        return _try(model, processor, placeholder, packs)
    except ProbeError:
        raise
    except Exception as error:  # third-party models and processors may raise anything
        raise ProbeError(f"{placeholder!r}: {type(error).__name__}: {error}") from error


def _try(model: Any, processor: Any, placeholder: str, packs: bool) -> Writing:
    picture = noise((320, 180))
    texts = [f"{_TEXTS[0]}\n{placeholder}\n{_TEXTS[2]}"]
    begin = _needs_begin_token(processor, texts[0], picture)
    inputs, from_image = process_with_mask(processor, texts[0], [picture], begin=begin)
    ids = inputs["input_ids"][0]
    filled = feature_mask(model, inputs)
    image_ids = _image_ids(model, placeholder, ids, filled)
    mark_ids = image_ids | _marks(processor, placeholder, ids, from_image, image_ids)
    axes = _axes(processor, placeholder, begin, packs)
    return Writing(placeholder, begin, image_ids, mark_ids, axes)


def noise(size: tuple[int, int]) -> Image.Image:
    """A picture in which no two patches are alike."""
    import numpy as np

    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def feature_mask(model: Any, inputs: dict[str, Any]) -> Any:
    """Which tokens the model replaces with image features: a mask (length,) of the one row.

    Raises:
        ProbeError: no token is replaced, as when pictures come in through cross-attention.
    """
    import torch

    ids = inputs["input_ids"].to(model.device)
    embedded = _decoder_arguments(model, model.get_decoder(), inputs).get("inputs_embeds")
    if embedded is None:
        raise ProbeError("its language model does not take pictures in place of tokens")
    table = model.get_input_embeddings()
    with torch.no_grad():
        # A token that features replace need not be in the table.
        plain = table(ids.where(ids < table.weight.shape[0], 0))
    if plain.shape != embedded.shape:
        raise ProbeError("its language model reads something other than the tokens of the text")
    return (plain != embedded).any(-1)[0].cpu()


def _decoder_arguments(model: Any, decoder: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """The named arguments that the language model is called with; it stops before it runs."""
    import torch

    class Reached(Exception):  # noqa: N818 - no error
        pass

    arguments: dict[str, Any] = {}

    def stop(_: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> None:
        arguments.update(keywords)
        raise Reached

    hook = decoder.register_forward_pre_hook(stop, with_kwargs=True)
    try:
        with torch.no_grad():
            model(**on_device(model, inputs), use_cache=False)
    except Reached:
        pass
    finally:
        hook.remove()
    return arguments


def _needs_begin_token(processor: Any, text: str, picture: Image.Image) -> bool:
    """Whether the tokenizer has to add the beginning-of-sequence token.

    It should occur as often as the tokenizer puts it into plain text: LFM2-VL's processor turns
    that off, and the one of Llama 3.2 writes it into the text.
    """
    tokenizer = processor.tokenizer
    usual = tokenizer(_TEXTS[0])["input_ids"].count(tokenizer.bos_token_id)
    for begin in (True, False):
        ids = process(processor, [text], [[picture]], begin=begin)["input_ids"][0].tolist()
        if ids.count(tokenizer.bos_token_id) == usual:
            return begin
    return True


def _image_ids(model: Any, placeholder: str, ids: Any, filled: Any) -> frozenset[int]:
    """The ids of the tokens that features replace, wherever they occur; no other is replaced."""
    import torch

    config = model.config
    configured = {
        value
        for name in ("image_token_id", "image_token_index")
        if (value := getattr(config, name, None)) is not None
    }
    if not filled.any():
        raise ProbeError(f"{placeholder!r} becomes nothing that the model fills with features")
    image_ids = frozenset(ids[filled].tolist())
    if configured and not configured & image_ids:
        raise ProbeError(
            f"the config names the image token {sorted(configured)}, but features replace "
            f"{sorted(image_ids)}"
        )
    candidates = torch.isin(ids, torch.tensor(sorted(image_ids)))
    if not torch.equal(candidates, filled):
        raise ProbeError(
            f"{placeholder!r} becomes {int(candidates.sum())} tokens, of which the model fills "
            f"{int(filled.sum())} with image features"
        )
    return image_ids


def _marks(
    processor: Any, placeholder: str, ids: Any, from_image: Any, image_ids: frozenset[int]
) -> frozenset[int]:
    """The special tokens between the two texts, after a check that nothing else is there."""
    import torch

    tokenizer = processor.tokenizer
    ends = {tokenizer.bos_token_id, tokenizer.eos_token_id}
    special = set(added_tokens(tokenizer).values()) - ends | image_ids
    places = torch.isin(ids, torch.tensor(sorted(special))).nonzero()[:, 0]
    first, last = int(places[0]), int(places[-1])
    picture = ids[first : last + 1]
    marks = frozenset(t for t in picture.tolist() if t in special and tokenizer.decode(t).strip())
    masked = from_image | torch.isin(ids, torch.tensor(sorted(marks)))
    text = tokenizer.decode(ids[~masked], skip_special_tokens=True).split()
    if text != [_TEXTS[0], _TEXTS[2]]:
        raise ProbeError(
            f"the tokens around {placeholder!r} cannot be told from text: {' '.join(text)!r}"
        )
    return marks


def _axes(processor: Any, placeholder: str, begin: bool, packs: bool) -> dict[str, int]:
    """For each tensor of pixels, the axis along which samples are joined.

    Within one sequence, it is the axis that doubles when a picture occurs twice. Rows of a batch,
    once joined, must equal the batch that the processor makes itself.
    """
    one, other = noise((320, 180)), noise((120, 200))

    def read(*rows: Sequence[Image.Image]) -> dict[str, Any]:
        texts = [
            "\n".join(f"{text}\n{placeholder}" for _, text in zip(row, _TEXTS, strict=False))
            for row in rows
        ]
        return process(processor, texts, rows, begin=begin, padding=True)

    once, twice = read([one]), read([one, one])
    pixels = [name for name, value in once.items() if not per_token(value, once)]
    along = {name: _doubled_axis(once[name].shape, twice[name].shape) for name in pixels}
    if packs:
        return along
    alone, batch = [read([one]), read([other, one])], read([one], [other, one])
    return {
        name: _joining_axis(name, [row[name] for row in alone], batch[name], along[name])
        for name in pixels
    }


def _joining_axis(name: str, values: Sequence[Any], batch: Any, along: int) -> int:
    """The axis along which joining `values` gives the batch that the processor makes of them."""
    for axis in (along, 0):
        joined = join(values, axis)
        if joined.shape == batch.shape and (joined == batch).all():
            return axis
    raise ProbeError(f"rows of a batch cannot be joined: {name}")


def _doubled_axis(once: Sequence[int], twice: Sequence[int]) -> int:
    return next((i for i, (a, b) in enumerate(zip(once, twice, strict=True)) if b == 2 * a), 0)
