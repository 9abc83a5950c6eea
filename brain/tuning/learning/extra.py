"""Whether what training needs is installed, told before anything slow is imported."""

from importlib.util import find_spec

from brain.errors import UsageError

_NEEDED = ("torch", "transformers", "peft", "safetensors", "tensorboard", "psutil")


def need_libraries(*, qlora: bool) -> None:
    """Raise UsageError with what to install."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"Training needs the extra phi3 ({', '.join(missing)} missing): pip install 'citewise[phi3]'."
        )
    if qlora and not has_bitsandbytes():
        raise UsageError(
            "QLoRA needs bitsandbytes, which the extra phi3 brings: pip install 'citewise[phi3]', or train "
            "with --method lora."
        )


def has_bitsandbytes() -> bool:
    """Whether weights can be kept in four bits."""
    return find_spec("bitsandbytes") is not None


def has_matplotlib() -> bool:
    """Whether losses can be drawn."""
    return find_spec("matplotlib") is not None
