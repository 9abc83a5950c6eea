"""LoRA on Phi-3's four projections, and the proof that each of them has one."""

import warnings
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model

from brain.errors import CitewiseError
from brain.phi3.adapters import TARGETS
from brain.tuning.learning.recipe import Recipe


class TuningFailed(CitewiseError):
    """Training can't go on; what was saved before stays."""


def attach(model: Any, recipe: Recipe) -> Any:
    """`model` with a fresh adapter; nothing but the adapter learns."""
    wanted = LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        lora_dropout=recipe.dropout,
        target_modules=list(TARGETS),
        task_type="CAUSAL_LM",
    )
    torch.manual_seed(recipe.seed)
    with warnings.catch_warnings():
        # PEFT asks for it by its name of before transformers 5.2x, which is nothing that an admin could mend.
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)
        adapted = get_peft_model(model, wanted)
    check_complete(adapted)
    return adapted


def check_complete(adapted: Any) -> None:
    """Every projection of every layer has an adapter, and only adapters learn."""
    layers = adapted.config.num_hidden_layers
    for target in TARGETS:
        having = sum(
            1
            for name, module in adapted.named_modules()
            if name.endswith(target) and hasattr(module, "lora_A")
        )
        if having != layers:
            raise TuningFailed(f"{having} of {layers} {target} layers got an adapter; nothing was trained.")
    learning = [name for name, weight in adapted.named_parameters() if weight.requires_grad]
    if not learning or any("lora_" not in name for name in learning):
        raise TuningFailed("Weights outside the adapter would learn; nothing was trained.")


def learning_weights(adapted: Any) -> list[torch.nn.Parameter]:
    """The adapter's weights, always in the same order."""
    return [weight for weight in adapted.parameters() if weight.requires_grad]


def save_adapter(adapted: Any, folder: Path) -> None:
    """Write the adapter's weights (safetensors) and its configuration; raises OSError."""
    from safetensors import SafetensorError

    try:
        adapted.save_pretrained(str(folder), safe_serialization=True)
    except SafetensorError as error:
        raise OSError(f"the adapter was not written: {error}") from error
