"""An adapter beside weights that nothing can be added into, since they are packed in 8 or 4 bits.

Each projection gets two small matrices that are computed with it: some percent more work a token than a
merged adapter, for a quarter of the memory. They are changed in place, so that recorded steps go on.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from brain.errors import NeedsRestart
from brain.phi3.adapters import TARGETS, Delta, check_fits

_RANKS = 16  # ranks come in steps of that: room for the next adapter, and whole tiles on a GPU


class Beside(nn.Module):
    """A projection plus second·first of its input; both matrices are zero until an adapter is in them."""

    first: torch.Tensor
    second: torch.Tensor

    def __init__(self, projection: nn.Module, rank: int, dtype: torch.dtype, device: torch.device) -> None:
        super().__init__()
        self.projection = projection
        self.in_features, self.out_features = int(projection.in_features), int(projection.out_features)
        empty = {"dtype": dtype, "device": device}
        self.register_buffer("first", torch.zeros((rank, self.in_features), **empty), persistent=False)
        self.register_buffer("second", torch.zeros((self.out_features, rank), **empty), persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The rows, projected; (rows, in) to (rows, out)."""
        known: torch.Tensor = self.projection(x)
        return known + nn.functional.linear(nn.functional.linear(x, self.first), self.second)


class Unmerged:
    """A quantised model's projections with an adapter beside each; as Merged is for whole weights."""

    def __init__(self, projections: Mapping[str, Beside], rank: int) -> None:
        self._projections = projections
        self._rank = rank
        self.served: Mapping[str, Delta] = {}
        """The changes that are beside the weights."""

    @classmethod
    def of(cls, model: Any, deltas: Mapping[str, Delta]) -> "Unmerged":
        """Put matrices beside the projections of `model`, wide enough for `deltas`; `swap` fills them."""
        widest = max((delta.first.shape[0] for delta in deltas.values()), default=1)
        rank = -(-widest // _RANKS) * _RANKS
        norm = model.model.norm.weight
        beside: dict[str, Beside] = {}
        for name, module in list(model.named_modules()):
            parent, _, own = name.rpartition(".")
            if own in TARGETS:
                beside[name] = Beside(module, rank, norm.dtype, norm.device)
                setattr(model.get_submodule(parent), own, beside[name])
        return cls(beside, rank)

    @torch.inference_mode()
    def swap(self, deltas: Mapping[str, Delta]) -> None:
        """Serve these changes from now on; with none, the base model. Raises UsageError, changing nothing.

        NeedsRestart where the adapter's rank is higher than there is room for. torch.OutOfMemoryError too
        comes before anything is changed.
        """
        self._check(deltas)
        moved = {
            name: (delta.first.to(beside.first), (delta.second.float() * delta.scale).to(beside.second))
            for name, beside in self._projections.items()
            if (delta := deltas.get(name))
        }
        for name, beside in self._projections.items():
            beside.first.zero_()
            beside.second.zero_()
            if name in moved:
                first, second = moved[name]
                beside.first[: first.shape[0]].copy_(first)
                beside.second[:, : second.shape[1]].copy_(second)
        self.served = deltas

    def _check(self, deltas: Mapping[str, Delta]) -> None:
        for name, delta in deltas.items():
            check_fits(name, delta, self._projections.get(name))
            if delta.first.shape[0] > self._rank:
                raise NeedsRestart(
                    f"The adapter's rank is {delta.first.shape[0]}, and the quantised model in use has room "
                    f"for {self._rank}: it takes effect when citewise is started again."
                )


def is_packed(model: Any) -> bool:
    """Whether the projections are kept in 8 or 4 bits."""
    return any(
        type(module) is not nn.Linear
        for name, module in model.named_modules()
        if name.rpartition(".")[2] in TARGETS
    )
