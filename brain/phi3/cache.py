"""Keys and values of the texts that are being read and written, in slots of one fixed size."""

from dataclasses import dataclass

import torch
from transformers import Phi3Config


@dataclass(frozen=True, slots=True)
class SlotCache:
    """Keys and values of every layer, each (slots, key heads, capacity, numbers a head).

    The memory is taken once and never moves, so that a recorded GPU graph may go on writing to it.
    """

    keys: tuple[torch.Tensor, ...]
    values: tuple[torch.Tensor, ...]

    @classmethod
    def empty(
        cls, config: Phi3Config, slots: int, capacity: int, dtype: torch.dtype, device: torch.device
    ) -> "SlotCache":
        """Room for `slots` texts of up to `capacity` tokens; zeroed, for masked places are still multiplied."""
        size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        shape = (slots, config.num_key_value_heads, capacity, size)

        def layers() -> tuple[torch.Tensor, ...]:
            return tuple(
                torch.zeros(shape, dtype=dtype, device=device) for _ in range(config.num_hidden_layers)
            )

        return cls(layers(), layers())

    @property
    def capacity(self) -> int:
        """Tokens that a slot holds."""
        return int(self.keys[0].shape[2])

    def copy(self, source: int, target: int, tokens: int) -> None:
        """Give `target` the first `tokens` tokens of `source`: a shared beginning, read once."""
        for tensor in (*self.keys, *self.values):
            tensor[target, :, :tokens].copy_(tensor[source, :, :tokens])
