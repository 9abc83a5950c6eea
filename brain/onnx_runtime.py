"""ONNX Runtime: its sessions on this machine's processor, and nobody told of them."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def tell_nobody() -> None:
    """To be called before `onnxruntime` is imported, also by what others import that brings it in.

    From 1.29 on it numbers this machine and tells its maker of each model that is opened, also on Linux. Only
    this variable keeps it from both, and only before the import: `disable_telemetry_events()` comes too late
    (seen with 1.32, which still asked a proxy for the maker's host).
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"


def open_session(graph: Path | bytes, *, without: Sequence[str] = (), quiet: bool = False) -> Any:
    """An InferenceSession of one thread, for callers that spread their runs over the cores themselves.

    `without` names optimisers that make this graph slower; `quiet` leaves it to the caller to tell what is
    wrong. Raises whatever ONNX Runtime does of a damaged graph: its errors have no base of their own.
    """
    tell_nobody()
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    if quiet:
        options.log_severity_level = 4
    return onnxruntime.InferenceSession(
        graph if isinstance(graph, bytes) else str(graph),
        options,
        providers=["CPUExecutionProvider"],
        disabled_optimizers=list(without),
    )
