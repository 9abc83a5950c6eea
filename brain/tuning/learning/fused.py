"""Faster forward and backward of an adapted projection, of the gated activation and of packed attention.

They stand where PEFT's and transformers' own code would, compute the same, and are opaque to the compiler:
- An adapter's output is added by the matrix product itself (cuBLAS' beta), not written, read and added.
- Quantised weights are widened where they are used and dropped at once; traced through, the compiler would
  keep them all for the backward pass.
- Flash attention is told how many examples there are and how long the longest is, without a new compilation
  for each pack.
"""

from typing import Any

import torch
from peft.tuners.lora.layer import LoraLayer
from torch import Tensor, nn

_BLOCK, _OUTER_BLOCK = 64, 256  # weights that share a scale, and scales that share one


def speed_up(adapted: Any) -> None:
    """Let the adapted projections and the activations of a PEFT model compute the fast way."""
    for layer in adapted.get_base_model().model.layers:
        for parent, names in (
            (layer.self_attn, ("qkv_proj", "o_proj")),
            (layer.mlp, ("gate_up_proj", "down_proj")),
        ):
            for name in names:
                _adapt(getattr(parent, name))
        layer.mlp.activation_fn = _NoActivation()
        layer.mlp.__class__ = _subclass(_GatedMLP, type(layer.mlp))


class _NoActivation(nn.Module):
    """The activation is part of `gated`."""


class _GatedMLP:
    """Phi-3's feed-forward part, with the activation and its gradient in one kernel each."""

    def forward(self: Any, hidden_states: Tensor) -> Tensor:
        return self.down_proj(gated(self.gate_up_proj(hidden_states)))


class _AdaptedProjection:
    """A PEFT layer of one active adapter without dropout."""

    def forward(self: Any, x: Tensor, *_: Any, **__: Any) -> Tensor:
        name = self.active_adapters[0]
        flat = x.reshape(-1, x.shape[-1])
        first, second = self.lora_A[name].weight.to(x.dtype), self.lora_B[name].weight.to(x.dtype)
        out, _down = adapted_linear(
            flat, self.frozen, self.base_layer.out_features, first, second, self.scale
        )
        return out.reshape(*x.shape[:-1], -1)


_SUBCLASSES: dict[tuple[type, type], type] = {}


def _subclass(first: type, second: type) -> type:
    return _SUBCLASSES.setdefault((first, second), type(second.__name__, (first, second), {}))


def _adapt(module: LoraLayer) -> None:
    (name,) = module.active_adapters
    if not isinstance(module.lora_dropout[name], nn.Identity):
        return
    base = module.base_layer
    module.scale = float(module.scaling[name])
    state = getattr(base.weight, "quant_state", None)
    if state is None:
        module.frozen = [base.weight.detach()]
    else:
        if (state.blocksize, state.state2.blocksize, state.quant_type) != (_BLOCK, _OUTER_BLOCK, "nf4"):
            raise ValueError("expected NF4 weights, doubly quantised, in bitsandbytes' usual blocks")
        module.frozen = [
            base.weight.detach().as_subclass(Tensor),
            state.absmax,
            state.state2.absmax,
            state.state2.code,
            state.offset,
        ]
    module.__class__ = _subclass(_AdaptedProjection, type(module))


def _widened(frozen: list[Tensor], outputs: int, inputs: int, dtype: torch.dtype) -> Tensor:
    if len(frozen) == 1:
        return frozen[0]
    packed, scales, outer, code, offset = frozen
    ops = torch.ops.bitsandbytes
    absmax = ops.dequantize_blockwise.default(scales, outer, code, _OUTER_BLOCK, torch.float32) + offset
    return ops.dequantize_4bit.default(packed, absmax, _BLOCK, "nf4", [outputs, inputs], dtype)


@torch.library.custom_op("citewise::adapted_linear", mutates_args=())
def adapted_linear(
    x: Tensor, frozen: list[Tensor], outputs: int, first: Tensor, second: Tensor, scale: float
) -> tuple[Tensor, Tensor]:
    """x·Wᵀ + scale · (x·firstᵀ)·secondᵀ, and x·firstᵀ.

    x (T, K); `frozen` is W (N, K), or its NF4 parts; first (r, K); second (N, r).
    """
    down = x @ first.t()
    out = x @ _widened(frozen, outputs, x.shape[1], x.dtype).t()
    return out.addmm_(down, second.t(), alpha=scale), down


@adapted_linear.register_fake
def _(
    x: Tensor, frozen: list[Tensor], outputs: int, first: Tensor, second: Tensor, scale: float
) -> tuple[Tensor, Tensor]:
    return x.new_empty(x.shape[0], outputs), x.new_empty(x.shape[0], first.shape[0])


@torch.library.custom_op("citewise::adapted_linear_backward", mutates_args=())
def _adapted_backward(
    above: Tensor, x: Tensor, down: Tensor, frozen: list[Tensor], first: Tensor, second: Tensor, scale: float
) -> tuple[Tensor, Tensor, Tensor]:
    of_down = (above @ second).mul_(scale)
    of_x = above @ _widened(frozen, second.shape[0], x.shape[1], x.dtype)
    of_x.addmm_(of_down, first)
    return of_x, of_down.t() @ x, (above.t() @ down).mul_(scale)


@_adapted_backward.register_fake
def _(
    above: Tensor, x: Tensor, down: Tensor, frozen: list[Tensor], first: Tensor, second: Tensor, scale: float
) -> tuple[Tensor, Tensor, Tensor]:
    return torch.empty_like(x), torch.empty_like(first), torch.empty_like(second)


def _keep_adapted(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
    x, frozen, _outputs, first, second, scale = inputs
    ctx.save_for_backward(x, output[1], first, second, *frozen)
    ctx.scale = scale


def _adapted_gradients(ctx: Any, above: Tensor, _: Tensor | None) -> tuple[Any, ...]:
    x, down, first, second, *frozen = ctx.saved_tensors
    of_x, of_first, of_second = _adapted_backward(
        above.contiguous(), x, down, list(frozen), first, second, ctx.scale
    )
    return of_x, [None] * len(frozen), None, of_first, of_second, None


adapted_linear.register_autograd(_adapted_gradients, setup_context=_keep_adapted)


@torch.library.custom_op("citewise::gated", mutates_args=())
def gated(x: Tensor) -> Tensor:
    """silu(first half) · second half of the last dimension; x (…, 2N)."""
    if x.is_cuda:
        from brain.phi3.kernels import gate

        return gate(x.reshape(-1, x.shape[-1])).reshape(*x.shape[:-1], -1)
    first, second = x.chunk(2, dim=-1)
    return nn.functional.silu(first) * second


@gated.register_fake
def _(x: Tensor) -> Tensor:
    return x.new_empty(*x.shape[:-1], x.shape[-1] // 2)


@torch.library.custom_op("citewise::gated_backward", mutates_args=())
def _gated_backward(above: Tensor, x: Tensor) -> Tensor:
    if x.is_cuda:
        from brain.phi3.kernels import gate_backward

        flat = (part.reshape(-1, part.shape[-1]) for part in (x, above))
        return gate_backward(*flat).reshape(x.shape)
    first, second = x.chunk(2, dim=-1)
    share = first.sigmoid()
    return torch.cat((above * second * share * (1 + first * (1 - share)), above * first * share), dim=-1)


@_gated_backward.register_fake
def _(above: Tensor, x: Tensor) -> Tensor:
    return torch.empty_like(x)


gated.register_autograd(
    lambda ctx, above: _gated_backward(above.contiguous(), *ctx.saved_tensors),
    setup_context=lambda ctx, inputs, output: ctx.save_for_backward(*inputs),
)


@torch.library.custom_op("citewise::packed_flash", mutates_args=())
def packed_flash(
    query: Tensor, key: Tensor, value: Tensor, bounds: Tensor, shape: Tensor, scale: float
) -> tuple[Tensor, Tensor]:
    """Causal attention inside each example, and its log-sums; q, k, v (T, heads, d); bounds as in Pack.

    `shape`, on the processor: how many examples there are, and how long the longest is.
    """
    examples, longest = shape.tolist()
    ends = bounds[: examples + 1]
    out, logsum, *_ = torch.ops.aten._flash_attention_forward(
        query, key, value, ends, ends, longest, longest, 0.0, True, False, scale=scale
    )
    return out.contiguous(), logsum


@packed_flash.register_fake
def _(
    query: Tensor, key: Tensor, value: Tensor, bounds: Tensor, shape: Tensor, scale: float
) -> tuple[Tensor, Tensor]:
    out = query.new_empty(query.shape)
    return out, query.new_empty((query.shape[1], query.shape[0]), dtype=torch.float32)


@torch.library.custom_op("citewise::packed_flash_backward", mutates_args=())
def _packed_backward(
    above: Tensor,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    out: Tensor,
    logsum: Tensor,
    bounds: Tensor,
    shape: Tensor,
    scale: float,
) -> tuple[Tensor, Tensor, Tensor]:
    examples, longest = shape.tolist()
    ends = bounds[: examples + 1]
    chance = torch.zeros(2, dtype=torch.uint64, device=query.device)  # nothing is dropped at random
    of_query, of_key, of_value = torch.ops.aten._flash_attention_backward(
        above, query, key, value, out, logsum, ends, ends, longest, longest, 0.0, True, chance,
        torch.empty(0, device=query.device), scale=scale,
    )  # fmt: skip
    return of_query.contiguous(), of_key.contiguous(), of_value.contiguous()


@_packed_backward.register_fake
def _(
    above: Tensor,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    out: Tensor,
    logsum: Tensor,
    bounds: Tensor,
    shape: Tensor,
    scale: float,
) -> tuple[Tensor, Tensor, Tensor]:
    return query.new_empty(query.shape), key.new_empty(key.shape), value.new_empty(value.shape)


def _keep_packed(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
    query, key, value, bounds, shape, scale = inputs
    ctx.save_for_backward(query, key, value, *output, bounds, shape)
    ctx.scale = scale


def _packed_gradients(ctx: Any, above: Tensor, _: Tensor | None) -> tuple[Any, ...]:
    return *_packed_backward(above.contiguous(), *ctx.saved_tensors, ctx.scale), None, None, None


packed_flash.register_autograd(_packed_gradients, setup_context=_keep_packed)
