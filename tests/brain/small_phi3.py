"""A Phi-3 that is made on the spot: real architecture, two small layers, random weights."""

from pathlib import Path
from typing import Any

import torch
from transformers import Phi3Config, Phi3ForCausalLM

VOCABULARY = 320


def small_phi3(key_heads: int = 4, seed: int = 0, attention: str = "sdpa", hidden: int = 64) -> Any:
    torch.manual_seed(seed)
    config = Phi3Config(
        vocab_size=VOCABULARY, hidden_size=hidden, intermediate_size=2 * hidden, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=key_heads, max_position_embeddings=512,
        sliding_window=300, pad_token_id=0, bos_token_id=1, eos_token_id=2,
    )  # fmt: skip
    model = Phi3ForCausalLM._from_config(config, dtype=torch.float32, attn_implementation=attention)
    return model.eval()


def saved_phi3(folder: Path, **options: Any) -> Any:
    model = small_phi3(**options)
    model.save_pretrained(str(folder))
    return model


def prompt(length: int, seed: int = 0) -> list[int]:
    drawn = torch.Generator().manual_seed(seed)
    return torch.randint(3, VOCABULARY, (length,), generator=drawn).tolist()


def by_transformers(model: Any, tokens: list[int], count: int) -> list[int]:
    given = torch.tensor([tokens])
    mask = torch.ones_like(given)
    options = {"do_sample": False, "eos_token_id": None, "pad_token_id": 0}
    made = model.generate(given, attention_mask=mask, max_new_tokens=count, **options)
    return made[0, len(tokens) :].tolist()
