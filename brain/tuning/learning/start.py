"""What is looked at before a run begins: weights, rows, memory, disk. Nothing is loaded or written yet."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from brain.errors import ModelUnavailable, StorageFailed, UsageError
from brain.free_memory import free_memory
from brain.phi3.network import longest_text
from brain.phi3.opening import is_small, prompts_of
from brain.phi3.weights import check_files, checked_config
from brain.tuning.citing_set import CitingSet
from brain.tuning.learning.extra import has_bitsandbytes
from brain.tuning.learning.forecast import adapter_weights, fitting, forecast
from brain.tuning.learning.from_rows import Rendered, counts_in_bfloat16, rendered
from brain.tuning.learning.recipe import Method, Recipe

_USUAL = Recipe()
_MOST = 1 << 62
_KEPT_AT_ONCE = 4  # checkpoints: the two newest, the best, and the one that is being written
_CHECKPOINT_BYTES = 16  # a learning weight, twice, and its two running means, in 32 bits
_LOOKS = 6  # at the validation rows, at least, however short a run is
_ON_PROCESSOR = {"tokens_at_once": 2048, "save_every": 10}
"""A processor gains nothing from larger packs, and loses a minute with every step that must be done again."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Where a run computes, and the memory that is free there, in bytes."""

    name: str
    on_gpu: bool
    free: int

    @classmethod
    def here(cls) -> "Machine":
        """The GPU if there is one."""
        if torch.cuda.is_available():
            return cls(torch.cuda.get_device_name(0), True, torch.cuda.mem_get_info()[0])
        return cls("processor", False, free_memory())


@dataclass(frozen=True, slots=True)
class Start:
    """A run that can begin: what it will do, the memory that it is forecast to take (bytes), and why so.

    `mind` is what whoever runs it should know of the rows to stop by, empty where all is as usual.
    """

    model: Path
    recipe: Recipe
    learnt: Rendered
    validation: Rendered
    machine: Machine
    needed: int
    why: str
    mind: str = ""

    @property
    def left_out(self) -> int:
        """Rows that are too long."""
        return self.learnt.left_out + self.validation.left_out


def planned(model: Path, data: CitingSet, method: str, asked: Mapping[str, Any], folder: Path) -> Start:
    """A new run: `method` is auto, lora or qlora, `asked` the fields of Recipe that were named.

    Raises UsageError, WeightsUnavailable, ModelUnavailable or StorageFailed with what stands in its way.
    """
    config, machine = _looked_at(model), Machine.here()
    recipe = _recipe(asked, longest_text(config), on_gpu=machine.on_gpu)
    if recipe.longest > longest_text(config):
        raise UsageError(
            f"This model reads texts of up to {longest_text(config):,} tokens: --longest {recipe.longest:,} "
            "is too much."
        )
    chosen, needed, why = choose(config, recipe, method, machine, fixed="recompute" in asked)
    check_disk(config, chosen, folder)
    learnt, validation = _shown(model, data, chosen)
    paced = _paced(chosen, learnt, asked)
    return Start(model, paced, learnt, validation, machine, needed, why, _mind(data, validation))


def gone_on(model: Path, data: CitingSet, recipe: Recipe, folder: Path) -> Start:
    """A run that was begun before, with the recipe that it was begun with; raises as planned() does."""
    config, machine = _looked_at(model), Machine.here()
    needed = _needed(config, recipe, machine)
    if needed > machine.free:
        raise ModelUnavailable(
            f"The run needs {_gb(needed)} of memory, and {machine.name} has {_gb(machine.free)} free: free "
            "some, or begin a new run with another --name."
        )
    check_disk(config, recipe, folder)
    learnt, validation = _shown(model, data, recipe)
    why = "It goes on as it was begun."
    return Start(model, recipe, learnt, validation, machine, needed, why, _mind(data, validation))


def _looked_at(model: Path) -> Any:
    config = checked_config(model)
    check_files(model)
    if not torch.cuda.is_available() and not is_small(model):
        weights = sum(path.stat().st_size for path in model.glob("*.safetensors"))
        least = forecast(config, Recipe(method=Method.QLORA, recompute=True))
        raise ModelUnavailable(
            f"No GPU was found, and a model of {_gb(weights)} would learn for weeks without one (those of up "
            f"to 1 GB train here too): train where a CUDA GPU has {_gb(least)} of memory free for QLoRA, or "
            f"{_gb(forecast(config, Recipe()))} for the fastest LoRA."
        )
    return config


def choose(
    config: Any, recipe: Recipe, method: str, machine: Machine, *, fixed: bool = False
) -> tuple[Recipe, int, str]:
    """The fastest way that fits: LoRA, then computing activations twice (unless that is fixed), then QLoRA.

    Returns the recipe, the bytes that it takes, and the sentence that says why. Raises ModelUnavailable where
    nothing fits.
    """
    methods = tuple(Method) if method == "auto" else (Method(method),)
    if not has_bitsandbytes():
        methods = tuple(way for way in methods if way is Method.LORA)
    ways = [
        replace(recipe, method=way, recompute=recompute)
        for way in methods
        for recompute in ((recipe.recompute,) if fixed else (False, True))
    ]
    needs = [_needed(config, way, machine) for way in ways]
    fits = fitting(needs, machine.free)
    here = f"{_gb(machine.free)} are free on {_place(machine)}"
    if fits is None:
        raise ModelUnavailable(
            f"Training needs {_gb(min(needs))} of memory even with {_said(ways[needs.index(min(needs))])}, "
            f"and {here}: free some, or lower --tokens-at-once and --longest."
        )
    if fits == 0:
        why = f"{_said(ways[0])}, the fastest way that was allowed: it fits."
    else:
        passed = ", ".join(
            f"{_said(w)} would take {_gb(n)}" for w, n in zip(ways[:fits], needs, strict=False)
        )
        why = f"{_said(ways[fits])}: {passed}, and {here}."
    return ways[fits], needs[fits], why


def _needed(config: Any, recipe: Recipe, machine: Machine) -> int:
    return forecast(config, recipe, on_gpu=machine.on_gpu, narrow=counts_in_bfloat16())


def check_disk(config: Any, recipe: Recipe, folder: Path) -> None:
    """Raise StorageFailed where a run's checkpoints would not fit beside `folder`."""
    needed = _KEPT_AT_ONCE * _CHECKPOINT_BYTES * adapter_weights(config, recipe.rank)
    there = next(place for place in (folder, *folder.parents) if place.is_dir())
    free = shutil.disk_usage(there).free
    if free < needed:
        raise StorageFailed(
            f"The run's checkpoints need {_gb(needed)} at {there}, where {_gb(free)} are free: free some "
            "disk space, or train with a lower --rank."
        )


def _paced(recipe: Recipe, learnt: Rendered, asked: Mapping[str, Any]) -> Recipe:
    """A short run is looked at and saved as often, for its length, as a long one."""
    steps = recipe.epochs * max(1, -(-learnt.tokens // recipe.tokens_per_step))
    every = max(1, min(recipe.evaluate_every, steps // _LOOKS))
    return recipe if "evaluate_every" in asked else replace(recipe, evaluate_every=every)


def _shown(model: Path, data: CitingSet, recipe: Recipe) -> tuple[Rendered, Rendered]:
    """The rows to learn from and those to stop by; UsageError where there are none or all are too long."""
    prompts, longest = prompts_of(model, checked_config(model)), recipe.longest
    learnt, validation = (
        rendered(data.train(), prompts, longest),
        rendered(data.validation(), prompts, longest),
    )
    for name, part, needed in (("to learn from", learnt, True), ("to stop by", validation, False)):
        if not part.examples and (needed or part.left_out):
            raise UsageError(
                f"The citing set {data.name} has no row {name} of up to {longest:,} tokens: index more "
                "documents, then make it again with `citewise tune data`."
            )
    return learnt, validation


def _mind(data: CitingSet, validation: Rendered) -> str:
    if not validation.examples:
        return "No rows are there to stop by: all epochs are done, and the last adapter is kept."
    if not data.has_validation:
        return (
            f"{data.name} is of an older citewise, without rows of their own to stop by: those that `tune "
            "eval` tests with are used, which favours the adapter a little. `citewise tune data` makes a set "
            "with three parts."
        )
    return ""


def _recipe(asked: Mapping[str, Any], longest: int, *, on_gpu: bool) -> Recipe:
    """A recipe in which sizes that weren't named give way to those that were, and to what the model reads."""
    usual = {} if on_gpu else _ON_PROCESSOR
    named = [asked[name] for name in ("tokens_at_once", "tokens_per_step") if name in asked]
    longest = asked.get("longest", max(16, min(_USUAL.longest, longest, *named)))
    at_once = min(usual.get("tokens_at_once", _USUAL.tokens_at_once), asked.get("tokens_per_step", _MOST))
    at_once = max(at_once, longest)
    together = asked.get("tokens_at_once", at_once)
    sizes = {
        "longest": longest,
        "tokens_at_once": at_once,
        "tokens_per_step": max(1, _USUAL.tokens_per_step // max(1, together)) * together,
    }
    return Recipe(**{**usual, **sizes, **asked})


def _said(recipe: Recipe) -> str:
    name = "LoRA" if recipe.method is Method.LORA else "QLoRA"
    return f"{name}, computing activations twice" if recipe.recompute else name


def _place(machine: Machine) -> str:
    return f"the GPU ({machine.name})" if machine.on_gpu else "this machine"


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.0f} MB"
