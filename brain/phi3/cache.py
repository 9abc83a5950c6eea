"""Keys and values of the texts that are being read and written, in slots of one fixed size."""

from dataclasses import dataclass

import torch
from transformers import Phi3Config

SPARE = 2
"""Slots besides those of the texts: for the shared beginning of prompts, and for steps with fewer texts."""


@dataclass(frozen=True, slots=True)
class SlotCache:
    """Keys and values of every layer.

    The memory is taken once and never moves, so that a recorded GPU graph may go on writing to it.
    """

    both: torch.Tensor  # (2, layers, slots, key heads, capacity, numbers a head)

    @classmethod
    def empty(
        cls, config: Phi3Config, slots: int, capacity: int, dtype: torch.dtype, device: torch.device
    ) -> "SlotCache":
        """Room for `slots` texts of up to `capacity` tokens; zeroed: masked places are multiplied too."""
        size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        shape = (2, config.num_hidden_layers, slots, config.num_key_value_heads, capacity, size)
        return cls(torch.zeros(shape, dtype=dtype, device=device))

    @property
    def keys(self) -> torch.Tensor:
        """By layer."""
        return self.both[0]

    @property
    def values(self) -> torch.Tensor:
        """By layer."""
        return self.both[1]

    @property
    def capacity(self) -> int:
        """Tokens that a slot holds."""
        return int(self.both.shape[4])

    def copy(self, source: int, target: int, tokens: int) -> None:
        """Give `target` the first `tokens` tokens of `source`: a shared beginning, read once."""
        self.both[:, :, target, :, :tokens].copy_(self.both[:, :, source, :, :tokens])
