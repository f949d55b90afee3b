"""A tokenizer that knows the special tokens of every family."""

from __future__ import annotations

from typing import Any

_SPECIAL = ["<unk>", "<s>", "</s>", "<pad>", "<image>", "<video>", "<fake_token_around_image>"]
_SPECIAL += ["<global-img>", "<end_of_utterance>"]
_SPECIAL += [f"<row_{i}_col_{j}>" for i in range(1, 7) for j in range(1, 7)]
_SPECIAL += ["<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>"]
_SPECIAL += ["<start_of_image>", "<image_soft_token>", "<end_of_image>"]
_SPECIAL += ["<|image>", "<|image|>", "<image|>", "<|audio>", "<|audio|>", "<audio|>"]
_SPECIAL += ["<img>", "<IMG_CONTEXT>", "</img>"]
_SPECIAL += ["<|image_start|>", "<|image_end|>", "<|img_thumbnail|>"]
_SPECIAL += [f"<|img_row_{i}_col_{j}|>" for i in range(1, 7) for j in range(1, 7)]


def tokenizer(**named: str) -> Any:
    """Byte-level BPE with a few merges; beginning-of-sequence added as Llama's does.

    Args:
        named: tokens that the family's processor asks the tokenizer for, such as
            `boi_token="<start_of_image>"`.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=500,
        special_tokens=_SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    # Newlines are one token where they stand together, as in Gemma's vocabulary.
    said = ["the slide shows the square of the sum, as we said", "\n\n\n", "\n\n\n", "\n\n"]
    backend.train_from_iterator(said, trainer)
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", 1)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        unk_token="<unk>",
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        extra_special_tokens=named,
    )
