"""Which weights of a model are trained, with which optimiser, and how they are saved."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ..vlm import Vlm, load
from .checkpoint import TrainError
from .config import TrainConfig
from .files import keep_files


def weight_dtype(config: TrainConfig) -> str:
    """Precision of the weights: float32 if they are trained; under adapters it may be lower."""
    return config.precision if config.weights == "lora" else "float32"


def choose_weights(vlm: Vlm, config: TrainConfig) -> Any:
    """The model with all untrained weights frozen; for LoRA, wrapped by peft."""
    model = vlm.model
    if config.weights == "lora":
        import peft

        model = peft.get_peft_model(
            model,
            peft.LoraConfig(
                r=config.lora.rank,
                lora_alpha=config.lora.alpha,
                lora_dropout=config.lora.dropout,
                target_modules=language_layers(model),
            ),
        )
    elif config.weights == "frozen-vision":
        _freeze_vision(vlm)
    if config.gradient_checkpointing:
        model.activation_checkpointing_enable({"use_reentrant": False})
    return model.train()


def language_layers(model: Any) -> str:
    """A pattern for the names of all linear layers of the language model, without its head.

    The last part of a name is not enough: some vision encoders name their layers the same way.
    """
    import torch

    decoder = model.get_decoder()
    place = next(name for name, module in model.named_modules() if module is decoder)
    layers = {
        name.rpartition(".")[2]
        for name, module in decoder.named_modules()
        if isinstance(module, torch.nn.Linear)
    }
    return rf"{re.escape(place)}\..*\b({'|'.join(sorted(layers))})"


def _freeze_vision(vlm: Vlm) -> None:
    """Freeze the vision encoder, except for any part of the connector inside it."""
    encoder = vlm.model.get_encoder(modality="image")
    if encoder in (vlm.model, vlm.model.model):  # returned for a model without a known encoder
        raise TrainError(
            f"the vision encoder of {vlm.name} cannot be found; train it with weights: full or lora"
        )
    encoder.requires_grad_(False)
    for connector in vlm.family.connectors:
        encoder.get_submodule(connector).requires_grad_(True)


def layer_classes(model: Any) -> list[str]:
    """The classes of layers that FSDP shards one by one.

    A model may name classes that it does not have (LLaVA names those of CLIP's text encoder), and
    accelerate would fail on them.
    """
    classes = {type(module).__name__ for module in model.modules()}
    return sorted(classes.intersection(model._no_split_modules))


def optimizer_for(model: Any, config: TrainConfig) -> Any:
    """AdamW (arXiv 1711.05101), without weight decay for biases and norms."""
    import torch

    trained = [weight for weight in model.parameters() if weight.requires_grad]
    return torch.optim.AdamW(
        [
            {"params": [w for w in trained if w.ndim > 1], "weight_decay": config.weight_decay},
            {"params": [w for w in trained if w.ndim <= 1], "weight_decay": 0.0},
        ],
        lr=config.learning_rate,
    )


def complete_gradients(model: Any) -> None:
    """Set zero gradients for weights with no part in the step, such as LLaVA's last vision layer.

    This creates their optimiser state, without which a sharded checkpoint cannot be loaded.
    """
    import torch

    for weight in model.parameters():
        if weight.requires_grad and weight.grad is None:
            weight.grad = torch.zeros_like(weight)


def save(vlm: Vlm, trained: Any, accelerator: Any, config: TrainConfig, out: Path) -> None:
    """Write model and processor, so that they open wherever the base opens.

    Adapters are merged into the model, and also saved by themselves in `out/adapter`.
    """
    state = accelerator.get_state_dict(trained)
    if not accelerator.is_main_process:
        return
    model = accelerator.unwrap_model(trained)
    if config.weights == "lora":
        if hasattr(accelerator.state, "fsdp_plugin"):  # its own weights are sharded
            model = choose_weights(load(vlm.name, dtype=weight_dtype(config)), config)
            model.load_state_dict(state)
        model.save_pretrained(out / "adapter")
        model.merge_and_unload().save_pretrained(out)
    else:
        model.save_pretrained(out, state_dict=state)
    keep_files(vlm, out)
