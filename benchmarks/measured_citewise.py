"""`python -m benchmarks.measured_citewise FILE WORDS…`: `citewise WORDS…`; its most GPU memory into FILE."""

import json
import sys
from pathlib import Path


def main() -> None:
    """As citewise itself; the memory is written however it ends, unless it is killed."""
    file, *words = sys.argv[1:]
    sys.argv = ["citewise", *words]
    from bots.cli import main as citewise

    try:
        citewise()
    finally:
        Path(file).write_text(json.dumps(_peaks()), "utf-8")


def _peaks() -> dict[str, int]:
    """Bytes that tensors had, and that the process took for them, at most; none without a GPU."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available() or not torch.cuda.is_initialized():
        return {}
    return {"allocated": torch.cuda.max_memory_allocated(), "reserved": torch.cuda.max_memory_reserved()}


if __name__ == "__main__":
    main()
