"""A LoRA adapter for a small Phi-3, saved as PEFT does; random, and strong enough to change what is said."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import Phi3Config, Phi3ForCausalLM

from brain.phi3.adapters import TARGETS


def saved_adapter(folder: Path, model: Path, seed: int, *, wider: int = 0) -> Path:
    """Written into `folder`, which is returned; `wider` makes it one for another base model."""
    with torch.device("meta"):
        base = Phi3ForCausalLM(Phi3Config.from_pretrained(str(model)))
    torch.manual_seed(seed)
    weights = {}
    for name, module in base.named_modules():
        if name.rpartition(".")[2] in TARGETS:
            for part, shape in (
                ("A", (4, module.in_features + wider)),
                ("B", (module.out_features + wider, 4)),
            ):
                weights[f"base_model.model.{name}.lora_{part}.weight"] = 0.3 * torch.randn(shape)
    folder.mkdir(parents=True)
    save_file(weights, str(folder / "adapter_model.safetensors"))
    config = {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "target_modules": list(TARGETS)}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    return folder
