"""Attention over packed examples for a compiled layer: rotation, mixing, and their gradients.

Mixing is opaque to the compiler, which would otherwise make a layer anew for every number of examples. All
else is written so that it becomes one pass over memory each way: query, key and value stay beside each other,
token by token, as the projection gave them. transformers' way lays them out by heads, slices and pads.

Shapes: T tokens, H query heads, KV key heads, D numbers a head, of which cos and sin (T, R) turn the first R.
"""

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from brain.tuning.learning.attention import one_by_one


def attention(
    qkv: Tensor, cos: Tensor, sin: Tensor, bounds: Tensor, shape: Tensor, heads: int, kv_heads: int,
    scale: float,
) -> Tensor:  # fmt: skip
    """Causal attention inside each example: (T, (H + 2 KV) · D), not yet turned, to (T, H · D).

    bounds and shape as in Pack.
    """
    query, key, value = qkv.unflatten(-1, (heads + 2 * kv_heads, -1)).split(
        (heads, kv_heads, kv_heads), dim=1
    )
    query, key = _turned(query, cos, sin), _turned(key, cos, sin)
    value = value.clone()  # a third of what would be kept for the gradient if it stayed where it is
    if kv_heads != heads:
        key, value = (kept.repeat_interleave(heads // kv_heads, dim=1) for kept in (key, value))
    mixed, _logsum = mixing(query, key, value, bounds, shape, scale)
    return mixed.flatten(1)


def _turned(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Each token's heads (T, heads, D) turned by its position (arXiv 2104.09864)."""
    wide = cos.shape[-1]
    if wide < x.shape[-1]:
        return torch.cat((_turned(x[..., :wide], cos, sin), x[..., wide:]), dim=-1)
    # Pairs change places by reading backwards: nothing is cut up and joined, which would be more passes.
    other = x.unflatten(-1, (2, -1)).flip(-2).flatten(-2)
    falling = torch.arange(wide, device=x.device) < wide // 2
    signed = torch.where(falling, -sin, sin)
    return (x.float() * cos[:, None].float() + other.float() * signed[:, None].float()).to(x.dtype)


@torch.library.custom_op("citewise::mixing", mutates_args=())
def mixing(
    query: Tensor, key: Tensor, value: Tensor, bounds: Tensor, shape: Tensor, scale: float
) -> tuple[Tensor, Tensor]:
    """Each token's mix of the values before it in its example, (T, H, D), and what the gradient needs (H, T).

    On a GPU by flash attention 2 (arXiv 2307.08691), which PyTorch brings.
    """
    if not query.is_cuda:
        parts = (part.transpose(0, 1).unsqueeze(0) for part in (query, key, value))
        mixed = one_by_one(*parts, bounds, scale).squeeze(0).transpose(0, 1)
        return mixed.contiguous(), query.new_zeros(query.shape[1::-1], dtype=torch.float32)
    examples, longest = shape.tolist()
    ends = bounds[: examples + 1]
    out, logsum, *_ = torch.ops.aten._flash_attention_forward(
        query, key, value, ends, ends, longest, longest, 0.0, True, False, scale=scale
    )
    return out.contiguous(), logsum


@mixing.register_fake
def _(
    query: Tensor, key: Tensor, value: Tensor, bounds: Tensor, shape: Tensor, scale: float
) -> tuple[Tensor, Tensor]:
    out = query.new_empty(query.shape)
    return out, query.new_empty((query.shape[1], query.shape[0]), dtype=torch.float32)


@torch.library.custom_op("citewise::mixing_backward", mutates_args=())
def _mixing_backward(
    above: Tensor, query: Tensor, key: Tensor, value: Tensor, out: Tensor, logsum: Tensor,
    bounds: Tensor, shape: Tensor, scale: float,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    if not query.is_cuda:
        return _by_formula(above, query, key, value, out, bounds, scale)
    examples, longest = shape.tolist()
    ends = bounds[: examples + 1]
    chance = torch.zeros(2, dtype=torch.uint64, device=query.device)  # nothing is dropped at random
    of_query, of_key, of_value = torch.ops.aten._flash_attention_backward(
        above, query, key, value, out, logsum, ends, ends, longest, longest, 0.0, True, chance,
        torch.empty(0, device=query.device), scale=scale,
    )  # fmt: skip
    return of_query.contiguous(), of_key.contiguous(), of_value.contiguous()


@_mixing_backward.register_fake
def _(
    above: Tensor, query: Tensor, key: Tensor, value: Tensor, out: Tensor, logsum: Tensor,
    bounds: Tensor, shape: Tensor, scale: float,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    return query.new_empty(query.shape), key.new_empty(key.shape), value.new_empty(value.shape)


def _keep(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
    query, key, value, bounds, shape, scale = inputs
    ctx.save_for_backward(query, key, value, *output, bounds, shape)
    ctx.scale = scale


def _gradients(ctx: Any, above: Tensor, _: Tensor | None) -> tuple[Any, ...]:
    return *_mixing_backward(above.contiguous(), *ctx.saved_tensors, ctx.scale), None, None, None


mixing.register_autograd(_gradients, setup_context=_keep)


def _by_formula(
    above: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, bounds: Tensor, scale: float
) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients as arXiv 2307.08691, 2.2, derives them, on a processor."""
    found = []
    for start, end in pairwise(bounds.tolist()):
        query, key, value, of_out, mixed = (part[start:end].transpose(0, 1) for part in (q, k, v, above, out))
        later = torch.ones(end - start, end - start, dtype=torch.bool).triu(1)
        share = (query @ key.mT * scale).masked_fill(later, float("-inf")).softmax(-1)
        of_share = of_out @ value.mT - (of_out * mixed).sum(-1, keepdim=True)
        of_scores = share * of_share * scale
        found.append((of_scores @ key, of_scores.mT @ query, share.mT @ of_out))
    of_query, of_key, of_value = (
        torch.cat(parts, dim=1).transpose(0, 1).contiguous() for parts in zip(*found, strict=True)
    )
    return of_query, of_key, of_value
