"""Serving an adapter without its cost: its changes are added into the weights, in place.

The adapter stays on disk as it is; the base weights stay in the processor's memory. A swap computes
base + scale · B·A for each projection and writes it where the weights lie, so that recorded steps go on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from brain.tuning.adapter import TARGETS


@dataclass(frozen=True, slots=True)
class Delta:
    """What an adapter adds to one projection: scale · second·first; first (rank, in), second (out, rank)."""

    first: torch.Tensor
    second: torch.Tensor
    scale: float


class Merged:
    """A model's projections, with or without an adapter's changes in them."""

    def __init__(self, projections: dict[str, torch.nn.Linear], base: dict[str, torch.Tensor]) -> None:
        self._projections = projections
        self._base = base

    @classmethod
    def of(cls, model: Any) -> "Merged":
        """Keep the base weights of `model` aside; from here on, `swap` changes it."""
        projections = {
            name: module for name, module in model.named_modules() if name.rpartition(".")[2] in TARGETS
        }
        return cls(projections, {name: _aside(linear.weight) for name, linear in projections.items()})

    @torch.inference_mode()
    def swap(self, deltas: Mapping[str, Delta]) -> None:
        """Serve these changes from now on; with none, the base model."""
        for name, linear in self._projections.items():
            weight = linear.weight.data
            base = self._base[name].to(weight.device, non_blocking=True)
            delta = deltas.get(name)
            if delta is None:
                weight.copy_(base)
                continue
            first, second = (part.to(weight.device, torch.float32) for part in (delta.first, delta.second))
            weight.copy_(torch.addmm(base.float(), second, first, alpha=delta.scale))


def deltas_of(adapted: Any) -> dict[str, Delta]:
    """The changes of the active adapter of a PEFT model, by the projections' names in the base model."""
    found = {}
    for name, module in adapted.get_base_model().named_modules():
        if hasattr(module, "lora_A"):
            (active,) = module.active_adapters
            found[name] = Delta(
                module.lora_A[active].weight.detach().clone(),
                module.lora_B[active].weight.detach().clone(),
                float(module.scaling[active]),
            )
    return found


def _aside(weight: torch.Tensor) -> torch.Tensor:
    kept = weight.detach().cpu().clone()
    return kept.pin_memory() if weight.is_cuda else kept
