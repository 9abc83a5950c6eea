"""Where the extra's wheel lies."""

import importlib.util
from pathlib import Path

from brain.errors import UsageError

EXTRA = "A GGUF model needs the extra llamacpp: pip install 'citewise[llamacpp]'."


def extension() -> Path:
    """llama.cpp as a library; raises UsageError where the extra is not installed."""
    spec = importlib.util.find_spec("xllamacpp")
    if spec is None or spec.origin is None:
        raise UsageError(EXTRA)
    found = sorted(Path(spec.origin).parent.glob("xllamacpp*.so")) + sorted(
        Path(spec.origin).parent.glob("xllamacpp*.pyd")
    )
    if not found:
        raise UsageError(EXTRA)
    return found[0]
