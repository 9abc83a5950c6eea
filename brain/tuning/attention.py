"""Attention over packed examples, each seeing only itself: flash attention on a GPU, a mask elsewhere."""

from typing import Any

import torch
from torch.nn import functional
from transformers import AttentionInterface

from brain.tuning.fused import packed_flash

NAME = "citewise_packed"


def register() -> str:
    """Make it known to transformers; the name to load a model with (`attn_implementation`)."""
    AttentionInterface.register(NAME, packed_attention)
    return NAME


def packed_attention(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    scaling: float,
    bounds: torch.Tensor | None = None,
    shape: torch.Tensor | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """(1, heads, tokens, d) in; (1, tokens, heads, d) out. Without `bounds`, rows are single causal texts."""
    groups = query.shape[1] // key.shape[1]
    if (
        bounds is not None
        and shape is not None
        and query.is_cuda
        and query.dtype in (torch.bfloat16, torch.float16)
    ):
        if groups > 1:
            key, value = (kept.repeat_interleave(groups, dim=1) for kept in (key, value))
        flat = (part.squeeze(0).transpose(0, 1) for part in (query, key, value))
        mixed, _logsum = packed_flash(*flat, bounds, shape, scaling)
        return mixed.unsqueeze(0), None
    seen = None if bounds is None else _same_example(bounds, query.shape[2])
    mixed = functional.scaled_dot_product_attention(
        query, key, value, seen, is_causal=seen is None, scale=scaling, enable_gqa=groups > 1
    )
    return mixed.transpose(1, 2), None


def _same_example(bounds: torch.Tensor, tokens: int) -> torch.Tensor:
    places = torch.arange(tokens, device=bounds.device)
    example = torch.searchsorted(bounds, places, right=True)
    return (example[:, None] == example[None, :]) & (places[:, None] >= places[None, :])
