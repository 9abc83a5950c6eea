"""An adapter for a small Phi-3, as PEFT saves it: drawn, not learnt."""

from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model

from brain.phi3.adapters import TARGETS


def adapted(model: Any, seed: int = 5, strength: float = 0.3, rank: int = 4) -> Any:
    wanted = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=list(TARGETS), task_type="CAUSAL_LM")
    torch.manual_seed(seed)
    found = get_peft_model(model, wanted)
    with torch.no_grad():
        for name, weight in found.named_parameters():
            if "lora_B" in name:
                weight.normal_(0, strength)
    return found.eval()


def saved_adapter(folder: Path, base: Path, **options: Any) -> Any:
    """Written into `folder`; the model with the adapter beside its weights is returned."""
    from transformers import Phi3ForCausalLM

    found = adapted(Phi3ForCausalLM.from_pretrained(str(base), dtype=torch.float32), **options)
    found.save_pretrained(str(folder))
    return found
