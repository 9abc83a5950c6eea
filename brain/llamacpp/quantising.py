"""Numbers packed by ggml, llama.cpp's own library, which the extra's wheel carries.

The wheel has no Python door to it; the C function is exported, so it is called as it is.
"""

import ctypes
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from brain.errors import UsageError
from brain.llamacpp.wheel import extension

_CALL = "ggml_quantize_chunk"
_ROWS = 512  # at once, each on a core


def quantised(rows: "np.ndarray[Any, Any]", kind: int, row_bytes: int, cores: int) -> "np.ndarray[Any, Any]":
    """`rows` (rows, numbers each; float32) as ggml's type `kind`, `row_bytes` bytes a row.

    Raises UsageError where the library can't be called.
    """
    try:
        function = getattr(ctypes.CDLL(str(extension())), _CALL)
    except (OSError, AttributeError) as error:
        raise UsageError(
            "The installed llama.cpp has no door to its quantisation: choose --quantize q8_0 or f16.",
            detail=repr(error),
        ) from error
    function.restype = ctypes.c_size_t
    function.argtypes = [
        ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64,
        ctypes.c_void_p,
    ]  # fmt: skip
    source = np.ascontiguousarray(rows, dtype=np.float32)
    count, width = source.shape
    packed = np.empty((count, row_bytes), dtype=np.uint8)

    def pack(start: int) -> int:
        some = min(_ROWS, count - start)
        at = (source[start:].ctypes.data, packed[start:].ctypes.data)
        written: int = function(kind, *at, 0, some, width, None)  # without Python's lock
        return written

    with ThreadPoolExecutor(cores) as pool:
        total = sum(pool.map(pack, range(0, count, _ROWS)))
    if total != packed.nbytes:
        raise UsageError("The installed llama.cpp packs numbers otherwise: choose --quantize q8_0 or f16.")
    return packed
