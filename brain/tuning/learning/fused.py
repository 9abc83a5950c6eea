"""Faster forward and backward of an adapted projection and of the gated activation.

They stand where PEFT's and transformers' own code would, compute the same, and are opaque to the compiler:
- An adapter's output is added by the matrix product itself (cuBLAS' beta), not written, read and added.
- Quantised weights are widened where they are used and dropped at once; traced through, the compiler would
  keep them all for the backward pass.
- Packed attention is told how many examples there are and how long the longest is, without a new compilation
  for each pack (packed_attention.py).
"""

from typing import Any

import torch
from peft.tuners.lora.layer import LoraLayer
from torch import Tensor, nn

from brain.tuning.learning.packed_attention import attention as packed

_BLOCK, _OUTER_BLOCK = 64, 256  # weights that share a scale, and scales that share one


def speed_up(adapted: Any, *, attention: bool) -> None:
    """Let a PEFT model's adapted projections and activations compute the fast way; `attention`: that too."""
    for layer in adapted.get_base_model().model.layers:
        for parent, names in (
            (layer.self_attn, ("qkv_proj", "o_proj")),
            (layer.mlp, ("gate_up_proj", "down_proj")),
        ):
            for name in names:
                _adapt(getattr(parent, name))
        layer.mlp.activation_fn = _NoActivation()
        layer.mlp.__class__ = subclass(_GatedMLP, type(layer.mlp))
        if attention:
            layer.self_attn.__class__ = subclass(_PackedAttention, type(layer.self_attn))


class _NoActivation(nn.Module):
    """The activation is part of `gated`."""


class _GatedMLP:
    """Phi-3's feed-forward part, with the activation and its gradient in one kernel each."""

    def forward(self: Any, hidden_states: Tensor) -> Tensor:
        return self.down_proj(gated(self.gate_up_proj(hidden_states)))


class _PackedAttention:
    """Phi-3's attention over a pack."""

    def forward(
        self: Any, hidden_states: Tensor, position_embeddings: tuple[Tensor, Tensor], *,
        bounds: Tensor, shape: Tensor, **_: Any,
    ) -> tuple[Tensor, None]:  # fmt: skip
        config = self.config
        qkv = self.qkv_proj(hidden_states).flatten(0, 1)
        cos, sin = (table.flatten(0, 1) for table in position_embeddings)
        heads = config.num_attention_heads, config.num_key_value_heads
        mixed = packed(qkv, cos, sin, bounds, shape, *heads, self.scaling)
        return self.o_proj(mixed.unsqueeze(0)), None


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


def subclass(first: type, second: type) -> type:
    """`second` with the methods of `first` in front, under its own name."""
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
    module.__class__ = subclass(_AdaptedProjection, type(module))


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
    wide = _widened(frozen, outputs, x.shape[1], x.dtype).t()
    if outputs < x.shape[1]:
        return (x @ wide).addmm_(down, second.t(), alpha=scale), down
    # The small product first: the large one then reads what it adds to while it computes (7 % faster there).
    return (down @ second.t()).addmm_(x, wide, beta=scale), down


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
