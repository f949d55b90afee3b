"""What of a model is trained, at which rate, and how it is saved."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ..vlm import Vlm, load
from .checkpoint import TrainError
from .config import TrainConfig
from .files import keep_files


def kept_in(config: TrainConfig) -> str:
    """Precision of the weights: float32 of what is trained; what adapters stand on may be less."""
    return config.precision if config.weights == "lora" else "float32"


def choose_weights(vlm: Vlm, config: TrainConfig) -> Any:
    """The model with what is not trained frozen; with LoRA, wrapped by peft."""
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
    """A pattern of the names of all linear layers of the language model, without its head.

    Names alone do not tell: the vision encoders of some families name theirs alike.
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
    """Train neither the vision encoder nor, within it, anything but the connector."""
    encoder = vlm.model.get_encoder(modality="image")
    if encoder in (vlm.model, vlm.model.model):  # what a model without a known encoder gives
        raise TrainError(
            f"where the vision encoder of {vlm.name} is, is not known; train it with weights: "
            "full or lora"
        )
    encoder.requires_grad_(False)
    for connector in vlm.family.connectors:
        encoder.get_submodule(connector).requires_grad_(True)


def layer_classes(model: Any) -> list[str]:
    """Names of the layers that FSDP shards one by one.

    A model may name classes that it does not have (LLaVA those of CLIP's text encoder), on which
    accelerate stops.
    """
    there = {type(module).__name__ for module in model.modules()}
    return sorted(there.intersection(model._no_split_modules))


def optimizer_for(model: Any, config: TrainConfig) -> Any:
    """AdamW (arXiv 1711.05101); no decay of biases and norms."""
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
    """Zeros where a weight had no part in the step, such as LLaVA's last vision layer.

    Its optimiser state then exists, without which a sharded checkpoint cannot be read again.
    """
    import torch

    for weight in model.parameters():
        if weight.requires_grad and weight.grad is None:
            weight.grad = torch.zeros_like(weight)


def save(vlm: Vlm, trained: Any, accelerator: Any, config: TrainConfig, out: Path) -> None:
    """Write model and processor so that what opens the base opens them.

    Adapters are merged into it, and stand alone in `out/adapter`.
    """
    state = accelerator.get_state_dict(trained)
    if not accelerator.is_main_process:
        return
    model = accelerator.unwrap_model(trained)
    if config.weights == "lora":
        if hasattr(accelerator.state, "fsdp_plugin"):  # its own weights are parts
            model = choose_weights(load(vlm.name, dtype=kept_in(config)), config)
            model.load_state_dict(state)
        model.save_pretrained(out / "adapter")
        model.merge_and_unload().save_pretrained(out)
    else:
        model.save_pretrained(out, state_dict=state)
    keep_files(vlm, out)
