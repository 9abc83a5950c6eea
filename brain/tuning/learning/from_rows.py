"""From rows of a citing set to an adapter: the base model loaded, its prompts rendered, the run trained."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from brain.phi3.chat import Prompts
from brain.phi3.opening import prompts_of
from brain.phi3.quantising import Quantization, quantise_in_place
from brain.phi3.weights import checked_config, load
from brain.tuning.learning.attention import register
from brain.tuning.learning.packing import Example
from brain.tuning.learning.recipe import Method, Recipe
from brain.tuning.learning.rendering import render
from brain.tuning.learning.training import Outcome, Progress, train
from brain.tuning.rows import Row


@dataclass(frozen=True, slots=True)
class Rendered:
    """Rows as the model sees them, and how many were left out because they would not fit."""

    examples: tuple[Example, ...]
    left_out: int

    @property
    def tokens(self) -> int:
        """Of all examples together."""
        return sum(len(example.tokens) for example in self.examples)


def train_rows(
    model: Path,
    learnt: Sequence[Row],
    validation: Sequence[Row],
    folder: Path,
    recipe: Recipe,
    report: Callable[[Progress], None],
) -> Outcome:
    """Train an adapter for the model in folder `model`; `folder`/adapter and `folder`/checkpoints hold it.

    On the GPU if there is one. Called again with the same, it goes on where it was. Raises what
    `weights.load` and `training.train` do.
    """
    prompts = prompts_of(model, checked_config(model))
    shown, kept_back = (rendered(rows, prompts, recipe.longest).examples for rows in (learnt, validation))
    return train(opened(model, recipe.method), shown, kept_back, folder, recipe, report)


def rendered(rows: Sequence[Row], prompts: Prompts, longest: int) -> Rendered:
    """The rows that fit into `longest` tokens."""
    made = [render(row, prompts, longest) for row in rows]
    kept = tuple(example for example in made if example is not None)
    return Rendered(kept, len(made) - len(kept))


def opened(folder: Path, method: Method) -> Any:
    """The base model in `folder`, ready to be given an adapter."""
    on_gpu = torch.cuda.is_available()
    quantised = method is Method.QLORA
    loading = Quantization.FOUR_BIT if quantised and on_gpu else Quantization.NONE
    model = load(folder, loading, texts=0, capacity=0, processor_allowed=True)
    model.set_attn_implementation(register())
    if not on_gpu and counts_in_bfloat16():
        model = model.to(torch.bfloat16)
    return quantise_in_place(model) if quantised and not on_gpu else model


def counts_in_bfloat16() -> bool:
    """Whether this machine multiplies 16-bit numbers at least as fast as 32-bit ones."""
    if torch.cuda.is_available():
        return True
    known: dict[str, Any] = getattr(
        torch.cpu, "get_capabilities", dict
    )()  # older versions of torch can't tell
    return bool(known.get("avx512_bf16") or known.get("amx_bf16"))
