"""What of a model is trained, at which rate, and how it is saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..vlm import Vlm, load
from .checkpoint import TrainError
from .config import TrainConfig


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
                target_modules="all-linear",
                exclude_modules=rf".*\b{vlm.family.vision}\b.*",
            ),
        )
    elif config.weights == "frozen-vision":
        try:
            model.model.get_submodule(vlm.family.vision).requires_grad_(False)
        except AttributeError:
            raise TrainError(
                f"where the vision encoder of {vlm.name} is, is not known (eval/vlm/families.py); "
                "train it with weights: full or lora"
            ) from None
        if vlm.family.connector:
            model.model.get_submodule(vlm.family.connector).requires_grad_(True)
    if config.gradient_checkpointing:
        model.activation_checkpointing_enable({"use_reentrant": False})
    return model.train()


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
    """Write model and processor so that `from_pretrained(out)` opens them.

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
    vlm.processor.save_pretrained(out)
