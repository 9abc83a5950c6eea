"""Attention over packed examples, each seeing only itself: in one kernel on a GPU, one by one elsewhere."""

from itertools import pairwise
from typing import Any

import torch
from torch.nn import functional
from transformers import AttentionInterface

from brain.tuning.learning.fused import packed_flash

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
    if bounds is None:
        mixed = functional.scaled_dot_product_attention(
            query, key, value, is_causal=True, scale=scaling, enable_gqa=groups > 1
        )
    else:
        mixed = _one_by_one(query, key, value, bounds, scaling)
    return mixed.transpose(1, 2), None


@torch.compiler.disable  # the loop's length is data
def _one_by_one(
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
