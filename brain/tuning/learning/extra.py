"""Whether what training needs is installed, told before anything slow is imported."""

from importlib.util import find_spec

from brain.errors import UsageError
from brain.extras import need_extra

_NEEDED = ("torch", "transformers", "peft", "safetensors", "tensorboard", "psutil")


def need_libraries(*, qlora: bool) -> None:
    """Raise UsageError with what to install."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise UsageError(f"Training lacks {', '.join(missing)}, which come with {need_extra('phi3')}.")
    if qlora and not has_bitsandbytes():
        raise UsageError(
            f"QLoRA needs bitsandbytes, which comes with {need_extra('phi3')}. Or train with --method lora."
        )


def has_bitsandbytes() -> bool:
    """Whether weights can be kept in four bits."""
    return find_spec("bitsandbytes") is not None


def has_matplotlib() -> bool:
    """Whether losses can be drawn."""
    return find_spec("matplotlib") is not None
