"""Work that found no memory: how it is known, and on a GPU, what it had taken so far is let go of."""

import errno
import traceback

import torch


def let_go(error: torch.OutOfMemoryError) -> None:
    """Free what the work holds that ended with `error`, and what is cached besides.

    Its traceback keeps every frame's tensors, so that a second try would find even less.
    """
    traceback.clear_frames(error.__traceback__)
    torch.cuda.empty_cache()


# A processor's allocator has no class of its own for it. oneDNN only says that it could not begin.
_SAYS_SO = (
    "allocate memory",
    "out of memory",
    "not enough memory",
    "bad_alloc",
    "could not create a primitive",
)


def is_full_memory(error: BaseException) -> bool:
    """Whether an error tells that memory was full, the GPU's or the processor's."""
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return True
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or (
        isinstance(error, (RuntimeError, OSError)) and any(words in str(error).lower() for words in _SAYS_SO)
    )
