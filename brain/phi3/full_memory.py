"""After work on a GPU that found no memory: what it had taken so far is let go of."""

import traceback

import torch


def let_go(error: torch.OutOfMemoryError) -> None:
    """Free what the work holds that ended with `error`, and what is cached besides.

    Its traceback keeps every frame's tensors, so that a second try would find even less.
    """
    traceback.clear_frames(error.__traceback__)
    torch.cuda.empty_cache()
