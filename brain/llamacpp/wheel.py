"""Where the extra's wheel lies."""

import importlib.util
from pathlib import Path

from brain.errors import UsageError
from brain.extras import need_extra


def extension() -> Path:
    """llama.cpp as a library; raises UsageError where the extra is not installed."""
    spec = importlib.util.find_spec("xllamacpp")
    if spec is None or spec.origin is None:
        raise _missing()
    found = sorted(Path(spec.origin).parent.glob("xllamacpp*.so")) + sorted(
        Path(spec.origin).parent.glob("xllamacpp*.pyd")
    )
    if not found:
        raise _missing()
    return found[0]


def _missing() -> UsageError:
    return UsageError(f"A GGUF model needs {need_extra('llamacpp')}.")
