"""The last layer of a model that learns: after its attention, only what the assistant says goes on.

The loss looks at no other token, and no later layer does either: what the last feed-forward part would make
of a pack's questions and passages, nine tokens in ten, is thrown away. Left out, the loss and its gradient
are the same. (Keys and values of all tokens are still needed, so attention runs over the whole pack.)
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad

from brain.tuning.learning.fused import subclass

_SHARES = 4  # packs say different numbers of tokens; few different shapes keep compiled code in use


def said_only(adapted: Any) -> Any:
    """Let the last layer of a PEFT model go on with the tokens in its attribute `said` only; that layer."""
    last = adapted.get_base_model().model.layers[-1]
    last.__class__ = subclass(_SaidOnly, type(last))
    last.said = torch.zeros(1, dtype=torch.long)
    return last


def rounded(said: Tensor, tokens: int) -> Tensor:
    """`said`, and the first token again up to a multiple of a quarter of the pack's `tokens`; never none."""
    step = max(1, tokens // _SHARES)
    return pad(said, (0, max(step, -(-len(said) // step) * step) - len(said)))


class _SaidOnly:
    """Phi-3's decoder layer; (1, tokens, size) in, (1, said tokens, size) out."""

    def forward(self: Any, hidden_states: Tensor, **kwargs: Any) -> Tensor:
        mixed, _ = self.self_attn(hidden_states=self.input_layernorm(hidden_states), **kwargs)
        said = (hidden_states + self.resid_attn_dropout(mixed))[:, self.said]
        return said + self.resid_mlp_dropout(self.mlp(self.post_attention_layernorm(said)))
