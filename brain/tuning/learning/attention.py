"""Attention over packed examples, each seeing only itself, one by one; GPUs have packed_attention.py."""

from itertools import pairwise
from typing import Any

import torch
from torch.nn import functional
from transformers import AttentionInterface

NAME = "citewise_packed"


def register() -> str:
    """Make it known to transformers; the name to load a model with (`attn_implementation`)."""
    AttentionInterface.register(NAME, by_examples)
    return NAME


def by_examples(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    scaling: float,
    bounds: torch.Tensor | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """(1, heads, tokens, d) in; (1, tokens, heads, d) out. Without `bounds`, rows are single causal texts."""
    groups = query.shape[1] // key.shape[1]
    if bounds is None:
        mixed = functional.scaled_dot_product_attention(
            query, key, value, is_causal=True, scale=scaling, enable_gqa=groups > 1
        )
    else:
        mixed = one_by_one(query, key, value, bounds, scaling)
    return mixed.transpose(1, 2), None


@torch.compiler.disable  # the loop's length is data
def one_by_one(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, bounds: torch.Tensor, scaling: float
) -> torch.Tensor:
    """Each example by itself: a mask over the whole pack would compute every pair of tokens, to drop most."""
    lengths = [end - start for start, end in pairwise(bounds.tolist()) if end > start]
    groups = query.shape[1] // key.shape[1]
    parts = zip(*(part.split(lengths, dim=2) for part in (query, key, value)), strict=True)
    return torch.cat(
        [
            functional.scaled_dot_product_attention(
                q, k, v, is_causal=True, scale=scaling, enable_gqa=groups > 1
            )
            for q, k, v in parts
        ],
        dim=2,
    )
