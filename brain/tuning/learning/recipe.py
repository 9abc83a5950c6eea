"""What a training run is told: every hyperparameter, with its meaning, its default and its limits."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from brain.errors import UsageError


class Method(StrEnum):
    """How the base model's weights lie in memory while the adapter learns."""

    LORA = "lora"  # as they are, in bfloat16: faster, 7.6 GB for Phi-3-mini
    QLORA = "qlora"  # NF4, double-quantised: 2.3 GB, somewhat slower


@dataclass(frozen=True, slots=True)
class Recipe:
    """Hyperparameters; the defaults are LoRA practice, not tuned to any one set.

    Sources: arXiv 2106.09685 (LoRA), 2305.14314 (QLoRA: all linear layers, NF4, double quantisation),
    "LoRA Without Regret" (2025: about ten times full fine-tuning's rate, small batches), 2402.12354.
    """

    method: Method = Method.LORA
    rank: int = 16  # 16 to 64; 25 million weights for Phi-3-mini at 16
    alpha: float = 32.0  # the adapter's output is multiplied by alpha / rank
    dropout: float = 0.0  # of the adapter's input; 0 unless the data is read many times
    learning_rate: float = 2e-4  # 1e-4 to 2e-4; about ten times what full fine-tuning takes
    warmup: float = 0.03  # share of the steps in which the rate rises from 0
    final_rate: float = 0.1  # the rate at the end, as a share of learning_rate (cosine between)
    weight_decay: float = 0.0
    clip: float = 1.0  # longest gradient; longer ones are shortened to it
    longest: int = 2048  # tokens of an example; longer ones are left out
    tokens_per_step: int = 8192  # of packed examples, for one change of the weights
    tokens_at_once: int = 8192  # of these, how many pass through the model together; memory grows with it
    epochs: int = 3  # times that the data is read; early stopping may end sooner
    evaluate_every: int = 50  # steps between looks at the validation rows
    patience: int = 3  # looks without a better loss there, after which training stops
    save_every: int = 50  # steps between checkpoints that a killed run goes on from
    recompute: bool = False  # activations are computed twice: a third slower, a fifth of the memory
    seed: int = 0

    def __post_init__(self) -> None:
        for name, low, high in _LIMITS:
            value = getattr(self, name)
            if not low <= value <= high:
                raise UsageError(f"{name} must be from {low:g} to {high:g}, not {value:g}.")
        if self.tokens_at_once < self.longest or self.tokens_per_step % self.tokens_at_once:
            raise UsageError(
                "tokens_at_once must hold the longest example, and tokens_per_step a whole number of it."
            )

    @property
    def passes(self) -> int:
        """Times that the model runs for one change of the weights."""
        return self.tokens_per_step // self.tokens_at_once

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Recipe":
        """What as_dict() wrote; UsageError where it is none."""
        try:
            return cls(**{**values, "method": Method(values["method"])})
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(
                "The run's recipe can't be read: it was written by another version of citewise. Begin a new "
                "run with another --name.",
                detail=repr(error),
            ) from error

    def as_dict(self) -> dict[str, object]:
        """For the record of a run."""
        return {
            field.name: getattr(getattr(self, field.name), "value", getattr(self, field.name))
            for field in fields(self)
        }


_LIMITS = (
    ("rank", 1, 512),
    ("alpha", 0.1, 4096),
    ("dropout", 0, 0.9),
    ("learning_rate", 1e-7, 1e-1),
    ("warmup", 0, 1),
    ("final_rate", 0, 1),
    ("weight_decay", 0, 1),
    ("clip", 1e-3, 1e6),
    ("longest", 16, 131_072),
    ("tokens_per_step", 16, 4_194_304),
    ("tokens_at_once", 16, 1_048_576),
    ("epochs", 1, 1000),
    ("evaluate_every", 1, 1_000_000),
    ("patience", 1, 1000),
    ("save_every", 1, 1_000_000),
)
