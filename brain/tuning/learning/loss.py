"""Cross-entropy over the said tokens only, in pieces: the logits of a whole pack are never in memory.

8,192 tokens of Phi-3's 32,064-word vocabulary would be 1 GB of float logits and as much of gradients. The
output layer is frozen, so a piece's gradient is worked out with its loss and its logits are dropped.
"""

from typing import Any

import torch
from torch.nn import functional

_PIECE = 1024  # rows whose logits are held at a time


class _PiecewiseLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, hidden: torch.Tensor, weight: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        total = torch.zeros((), dtype=torch.float32, device=hidden.device)
        wanted = ctx.needs_input_grad[0]
        gradient = torch.empty_like(hidden) if wanted else None
        for start in range(0, hidden.shape[0], _PIECE):
            piece = slice(start, start + _PIECE)
            logits = functional.linear(hidden[piece], weight).float()
            top = logits.logsumexp(-1, keepdim=True)
            right = targets[piece, None]
            total += (top - logits.gather(-1, right)).sum()
            if gradient is not None:
                share = logits.sub_(top).exp_()
                share.scatter_add_(-1, right, torch.full_like(right, -1, dtype=share.dtype))
                gradient[piece] = share.to(weight.dtype) @ weight
        ctx.save_for_backward(gradient)
        return total

    @staticmethod
    def backward(ctx: Any, *above: torch.Tensor) -> tuple[torch.Tensor | None, None, None]:
        (gradient,) = ctx.saved_tensors
        return None if gradient is None else gradient * above[0].to(gradient.dtype), None, None


def summed_loss(hidden: torch.Tensor, weight: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Sum of -log p(target) over the rows of `hidden` (said tokens, size); `weight` (vocabulary, size)."""
    with torch.autocast(hidden.device.type, enabled=False):
        return _PiecewiseLoss.apply(hidden.to(weight.dtype), weight, targets)
