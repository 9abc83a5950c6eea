"""From a GGUF file to a model that answers: looked at first, then loaded in a process of its own."""

import os
from pathlib import Path

from brain.errors import ModelUnavailable, UsageError
from brain.free_memory import free_memory
from brain.llamacpp.chat import LlamaCppChat
from brain.llamacpp.header import Header, read_header
from brain.llamacpp.server import LlamaServer, Load
from brain.llamacpp.wheel import extension

WINDOW = 2047
"""Phi-3-mini's sliding window, which llama.cpp leaves out: within it, both compute the same."""
SLOTS = 2  # texts at once: more would share the same cores, and each would be slower
_WORKING_BYTES = 400_000_000


def open_gguf(header: Header, *, longest: int = 320) -> LlamaCppChat:
    """The model that `check` looked at, ready to answer with up to `longest` tokens.

    Raises ModelUnavailable where it does not load.
    """
    load = Load(header.path, window(header), SLOTS, _threads())
    return LlamaCppChat(server=LlamaServer(load), header=header, window=load.window, longest=longest)


def check(model: str, *, loaded: bool = False) -> Header:
    """Look at all of the file `model` that can be seen without loading it, its memory unless it is `loaded`.

    Raises UsageError, WeightsUnavailable or ModelUnavailable with what is wrong and how it is mended.
    """
    extension()
    path = Path(model).expanduser()
    if path.is_dir():
        raise UsageError(f"CITEWISE_MODEL is {path}: that is a folder, not a GGUF file.")
    header = read_header(path)
    needed = path.stat().st_size + header.memory * window(header) * SLOTS + _WORKING_BYTES
    if not loaded and needed > (free := free_memory()):
        raise ModelUnavailable(
            f"{free / 1e9:.1f} GB of memory are free; {path.name} needs {needed / 1e9:.1f} GB. Free some, or "
            "export the model with fewer bits."
        )
    return header


def window(header: Header) -> int:
    """Tokens of prompt and answer together."""
    return min(WINDOW, header.context)


def _threads() -> int:
    """All cores but one, which the bot itself needs: threads that wait for a busy core slow all down."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores - 1)
