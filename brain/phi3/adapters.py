"""Serving an adapter without its cost: its changes are added into the weights, in place.

The adapter stays on disk as it is; the base weights stay in the processor's memory. A swap computes
base + scale · B·A for each projection and writes it where the weights lie, so that recorded steps go on.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from brain.errors import UsageError, WeightsUnavailable
from brain.phi3.weights import check_whole

# Phi-3 fuses query, key and value, and gate and up. Recipes written for Llama name the parts, match two of
# the four and train a third of the weights without a warning.
TARGETS = ("qkv_proj", "o_proj", "gate_up_proj", "down_proj")
_BEFORE = "base_model.model."
_UNKNOWN = ("use_dora", "modules_to_save", "rank_pattern", "alpha_pattern", "lora_bias")


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
        self.served: Mapping[str, Delta] = {}
        """The changes that are in the weights."""

    @classmethod
    def of(cls, model: Any) -> "Merged":
        """Keep the base weights of `model` aside; from here on, `swap` changes it."""
        projections = {
            name: module for name, module in model.named_modules() if name.rpartition(".")[2] in TARGETS
        }
        return cls(projections, {name: _aside(linear.weight) for name, linear in projections.items()})

    @torch.inference_mode()
    def swap(self, deltas: Mapping[str, Delta]) -> None:
        """Serve these changes from now on; with none, the base model. Raises UsageError, changing nothing.

        torch.OutOfMemoryError too comes before anything is changed: all memory is taken beforehand.
        """
        self._check(deltas)
        some = next(iter(self._projections.values())).weight
        moved = {
            name: [part.to(some.device, torch.float32) for part in (delta.first, delta.second)]
            for name, delta in deltas.items()
        }
        largest = max(weight.numel() for weight in self._base.values()) if deltas else 0
        narrow = torch.empty(largest, dtype=some.dtype, device=some.device)
        wide = torch.empty(largest, dtype=torch.float32, device=some.device)
        for name, linear in self._projections.items():
            weight, base = linear.weight.data, self._base[name]
            if name not in deltas:
                weight.copy_(base, non_blocking=True)
                continue
            # Laid down beside, widened, added to: each step into memory that is there already.
            laid = narrow[: base.numel()].view_as(base).copy_(base, non_blocking=True)
            total = wide[: base.numel()].view_as(base).copy_(laid)
            first, second = moved[name]
            weight.copy_(total.addmm_(second, first, alpha=deltas[name].scale))
        self.served = deltas

    def _check(self, deltas: Mapping[str, Delta]) -> None:
        for name, delta in deltas.items():
            check_fits(name, delta, self._projections.get(name))


def check_fits(name: str, delta: Delta, projection: Any) -> None:
    """Raise UsageError where the model's projection of that name has another shape, or there is none."""
    given = (delta.second.shape[0], delta.first.shape[1])
    if projection is None or given != (projection.out_features, projection.in_features):
        raise UsageError(
            "The adapter was made for another base model: "
            f"{name} would be {given[0]} × {given[1]}. Set CITEWISE_MODEL to the model that it was "
            "trained for, or choose another adapter."
        )


def check_belongs(deltas: Mapping[str, Delta], config: Any) -> None:
    """Raise UsageError where a model of this configuration can't take the changes; nothing is loaded."""
    from transformers import Phi3ForCausalLM

    with torch.device("meta"):
        modules = dict(Phi3ForCausalLM(config).named_modules())
    for name, delta in deltas.items():
        check_fits(name, delta, modules.get(name))


def read_deltas(folder: Path) -> dict[str, Delta]:
    """An adapter as PEFT saves it; raises WeightsUnavailable or UsageError where it can't be served."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    path = folder / "adapter_model.safetensors"
    if not path.is_file():
        pickled = (folder / "adapter_model.bin").is_file()
        raise WeightsUnavailable(
            f"The adapter in {folder} is pickled, which can run any code; save it as safetensors."
            if pickled
            else f"There is no adapter in {folder}."
        )
    check_whole(path)
    try:
        config = json.loads((folder / "adapter_config.json").read_text("utf-8"))
        rank, alpha = int(config["r"]), float(config["lora_alpha"])
        scale = alpha / (rank**0.5 if config.get("use_rslora") else rank)
    except (OSError, ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise WeightsUnavailable(
            f"adapter_config.json in {folder} is missing or damaged.", detail=repr(error)
        ) from error
    strange = [name for name in _UNKNOWN if config.get(name)]
    if config.get("peft_type") != "LORA" or strange:
        raise UsageError(f"The adapter in {folder} is not plain LoRA ({', '.join(strange) or 'other type'}).")
    try:
        weights = load_file(str(path))
        names = {key.removeprefix(_BEFORE).partition(".lora_")[0] for key in weights}
        return {name: _delta(weights, f"{_BEFORE}{name}", rank, scale) for name in sorted(names)}
    except (SafetensorError, LookupError, ValueError) as error:
        raise WeightsUnavailable(
            f"The adapter in {folder} is not whole: train again, or take another.", detail=repr(error)
        ) from error


def _delta(weights: Mapping[str, torch.Tensor], name: str, rank: int, scale: float) -> Delta:
    first, second = weights[f"{name}.lora_A.weight"], weights[f"{name}.lora_B.weight"]
    # Found only when they are multiplied, it would end the generator that they are swapped into.
    if (*first.shape[:-1], *second.shape[1:]) != (rank, rank):
        raise ValueError(f"{name}: {tuple(second.shape)} times {tuple(first.shape)} of rank {rank}")
    return Delta(first, second, scale)


def _aside(weight: torch.Tensor) -> torch.Tensor:
    """A copy in the processor's memory; of a GPU's weight, in pages that it is written back from faster."""
    kept = torch.empty(weight.shape, dtype=weight.dtype, device="cpu")
    if weight.is_cuda:
        with suppress(RuntimeError):  # there are fewer of such pages than of others
            kept = torch.empty(weight.shape, dtype=weight.dtype, device="cpu", pin_memory=True)
    return kept.copy_(weight.detach())
