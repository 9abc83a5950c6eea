"""The stages of a Phi-3 layer: in plain PyTorch for any device and kind of weights, or as fused GPU kernels.

What a step computes is in network.py; here is how. `Plain` runs any module as it is, so that bitsandbytes'
quantised layers and PEFT's unmerged adapters work unchanged. `Fused` takes over where weights are dense
and rows are few.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import nn
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Place:
    """Where new tokens go: `tokens` of each sequence, from position `starts[i]` on, in slot `slots[i]`.

    `first` and `slot` say the same as plain numbers where there is one sequence and the processor knows it.
    """

    starts: torch.Tensor
    slots: torch.Tensor
    tokens: int
    first: int | None = None
    slot: int = 0
    ends: torch.Tensor | None = None  # on a GPU: 0 and the number of new tokens; 0 and that of all


class Stages(Protocol):
    """How each stage of a layer is computed; x is (rows, hidden size)."""

    def norm(self, x: torch.Tensor, norm: Any) -> torch.Tensor:
        """The rows, normed."""
        ...

    def project(self, x: torch.Tensor, linear: nn.Module) -> torch.Tensor:
        """The rows times the weights."""
        ...

    def gated(self, x: torch.Tensor, linear: nn.Module) -> torch.Tensor:
        """silu(gate) · up."""
        ...

    def added(
        self, x: torch.Tensor, linear: nn.Module, residual: torch.Tensor, norm: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The projection plus what it is added to; and that, normed for what comes next."""
        ...

    def attention(
        self,
        qkv: torch.Tensor,
        angles: tuple[torch.Tensor, torch.Tensor],
        keys: torch.Tensor,
        values: torch.Tensor,
        place: Place,
    ) -> torch.Tensor:
        """Keys and values stored at `place`, and what the new tokens take from all before them."""
        ...


class Plain:
    """PyTorch's own operations."""

    def norm(self, x: torch.Tensor, norm: Any) -> torch.Tensor:
        """The rows, normed."""
        return functional.rms_norm(x, (x.shape[-1],), norm.weight, norm.variance_epsilon)

    def project(self, x: torch.Tensor, linear: nn.Module) -> torch.Tensor:
        """The rows times the weights."""
        return linear(x)

    def gated(self, x: torch.Tensor, linear: nn.Module) -> torch.Tensor:
        """silu(gate) · up."""
        gate, up = linear(x).chunk(2, dim=-1)
        return functional.silu(gate) * up

    def added(
        self, x: torch.Tensor, linear: nn.Module, residual: torch.Tensor, norm: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The projection plus what it is added to; and that, normed for what comes next."""
        total = residual + linear(x)
        return total, self.norm(total, norm)

    def attention(
        self,
        qkv: torch.Tensor,
        angles: tuple[torch.Tensor, torch.Tensor],
        keys: torch.Tensor,
        values: torch.Tensor,
        place: Place,
    ) -> torch.Tensor:
        """Keys and values stored at `place`, and what the new tokens take from all before them."""
        kv_heads, capacity, size = keys.shape[1:]
        rows = qkv.shape[0]
        sequences = rows // place.tokens
        offsets = torch.arange(place.tokens, device=qkv.device)
        positions = (place.starts[:, None] + offsets).clamp(max=capacity - 1)
        heads = qkv.view(sequences, place.tokens, -1, size).transpose(1, 2)
        q_heads = heads.shape[1] - 2 * kv_heads
        queries, new_keys, new_values = heads.split((q_heads, kv_heads, kv_heads), dim=1)
        cos, sin = (table[positions][:, None] for table in angles)
        queries, new_keys = _turned(queries, cos, sin), _turned(new_keys, cos, sin)
        where = (place.slots[:, None], slice(None), positions)
        keys[where] = new_keys.transpose(1, 2)
        values[where] = new_values.transpose(1, 2)
        if place.first is None:
            # A GPU would have to wait for the number, and a recorded step couldn't change it.
            until = capacity if qkv.is_cuda else min(capacity, int(place.starts.max()) + place.tokens)
            seen = torch.arange(until, device=qkv.device) <= positions[..., None]
            all_keys, all_values = (kept[:, :, :until][place.slots] for kept in (keys, values))
            mixed = _attend(queries, all_keys, all_values, seen[:, None])
        else:
            until = place.first + place.tokens
            all_keys, all_values = (kept[place.slot, None, :, :until] for kept in (keys, values))
            mixed = _attend_after(queries, all_keys, all_values, place.first)
        return mixed.transpose(1, 2).reshape(rows, -1)


class Fused(Plain):
    """Triton kernels on a CUDA GPU; what they can't do is left to `Plain`."""

    def __init__(self) -> None:
        from brain.phi3 import kernels

        self._kernels = kernels

    def norm(self, x: torch.Tensor, norm: Any) -> torch.Tensor:
        """The rows, normed."""
        if self._few(x):
            return self._kernels.add_norm(None, x, norm.weight, norm.variance_epsilon)[1]
        return super().norm(x, norm)

    def project(self, x: torch.Tensor, linear: nn.Module) -> torch.Tensor:
        """The rows times the weights."""
        if self._few(x) and type(linear) is nn.Linear:
            return self._kernels.linear(x, linear.weight)
        return linear(x)

    def gated(self, x: torch.Tensor, linear: nn.Module) -> torch.Tensor:
        """silu(gate) · up."""
        if self._few(x) and type(linear) is nn.Linear:
            return self._kernels.linear(x, linear.weight, gated=True)
        return self._kernels.gate(linear(x))

    def added(
        self, x: torch.Tensor, linear: nn.Module, residual: torch.Tensor, norm: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The projection plus what it is added to; and that, normed for what comes next."""
        dense = type(linear) is nn.Linear
        if self._few(x):
            parts = (
                self._kernels.linear(x, linear.weight, blocks=self._kernels.NARROW)
                if dense
                else linear(x)[None]
            )
            return self._kernels.add_norm(parts, residual, norm.weight, norm.variance_epsilon)
        total = torch.addmm(residual, x, linear.weight.t()) if dense else residual + linear(x)
        return total, super().norm(total, norm)

    def attention(
        self,
        qkv: torch.Tensor,
        angles: tuple[torch.Tensor, torch.Tensor],
        keys: torch.Tensor,
        values: torch.Tensor,
        place: Place,
    ) -> torch.Tensor:
        """Keys and values stored at `place`, and what the new tokens take from all before them."""
        where = (place.starts, place.slots, place.tokens)
        queries = self._kernels.rotate_and_store(qkv.contiguous(), *angles, keys, values, *where)
        if place.first is None:
            return self._kernels.attend(queries, keys, values, *where)
        until = place.first + place.tokens
        all_keys, all_values = (kept[place.slot, None, :, :until] for kept in (keys, values))
        mixed = _attend_after(queries.transpose(0, 1)[None], all_keys, all_values, place.first, place.ends)
        return mixed.transpose(1, 2).reshape(qkv.shape[0], -1)

    def _few(self, x: torch.Tensor) -> bool:
        return x.shape[0] <= self._kernels.ROWS_AT_ONCE


def _turned(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    turning, staying = x[..., : cos.shape[-1]].float(), x[..., cos.shape[-1] :]
    first, second = turning.chunk(2, dim=-1)
    turned = turning * cos + torch.cat((-second, first), dim=-1) * sin
    return torch.cat((turned.to(x.dtype), staying), dim=-1)


def _attend(
    queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, seen: torch.Tensor
) -> torch.Tensor:
    grouped = queries.shape[1] != keys.shape[1]
    return functional.scaled_dot_product_attention(queries, keys, values, seen, enable_gqa=grouped)


def _attend_after(
    queries: torch.Tensor,
    keys: torch.Tensor,
    values: torch.Tensor,
    first: int,
    ends: torch.Tensor | None = None,
) -> torch.Tensor:
    """Causal attention of new tokens that `first` tokens stand before; flash attention where there is one."""
    grouped = queries.shape[1] != keys.shape[1]
    if first == 0:
        return functional.scaled_dot_product_attention(
            queries, keys, values, is_causal=True, enable_gqa=grouped
        )
    if ends is not None and not grouped:
        flat = (part[0].transpose(0, 1) for part in (queries, keys, values))
        # The last token of both stands at the same place: flash attention's own meaning of causal.
        mixed = torch.ops.aten._flash_attention_forward(
            *flat, ends[0], ends[1], queries.shape[2], keys.shape[2], 0.0, True, False
        )[0]
        return mixed.transpose(0, 1)[None]
    tokens = torch.arange(keys.shape[2], device=queries.device)
    seen = tokens <= first + torch.arange(queries.shape[2], device=queries.device)[:, None]
    return _attend(queries, keys, values, seen)
