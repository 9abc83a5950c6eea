"""What a GGUF file says of itself, read without llama.cpp: kind, window, chat template, whether it is whole.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (version 2 and 3, little-endian).
"""

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from brain.errors import UsageError, WeightsUnavailable

_NUMBERS = {
    0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"
}  # fmt: skip
_STRING, _ARRAY = 8, 9
_LONGEST_STRING, _LONGEST_ARRAY = 16_000_000, 4_000_000
# ggml's number types: how many numbers a block holds, in how many bytes, and what people call them.
_TYPES = {
    0: (1, 4, "F32"), 1: (1, 2, "F16"), 2: (32, 18, "Q4_0"), 3: (32, 20, "Q4_1"), 6: (32, 22, "Q5_0"),
    7: (32, 24, "Q5_1"), 8: (32, 34, "Q8_0"), 10: (256, 84, "Q2_K"), 11: (256, 110, "Q3_K"),
    12: (256, 144, "Q4_K"), 13: (256, 176, "Q5_K"), 14: (256, 210, "Q6_K"), 20: (32, 18, "IQ4_NL"),
    23: (256, 136, "IQ4_XS"), 30: (1, 2, "BF16"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Header:
    """A file's `values` (without long lists), and the number type that most of its weights have."""

    path: Path
    values: Mapping[str, Any]
    numbers: str

    @property
    def architecture(self) -> str:
        """Such as phi3."""
        return str(self.values.get("general.architecture", ""))

    @property
    def context(self) -> int:
        """Tokens of a text that the model was made for."""
        return int(self._own("context_length", 2048))

    @property
    def adapter(self) -> str:
        """Which adapter `citewise tune export` merged in; empty where none is known."""
        return str(self.values.get("citewise.adapter", ""))

    @property
    def memory(self) -> int:
        """Bytes of a token's keys and values, in 16 bits."""
        heads = int(self._own("attention.head_count", 1))
        key_heads = int(self._own("attention.head_count_kv", heads))
        size = int(self._own("embedding_length", 0)) // max(heads, 1)
        return 2 * 2 * int(self._own("block_count", 0)) * key_heads * size

    def _own(self, name: str, otherwise: int) -> int:
        found = self.values.get(f"{self.architecture}.{name}", otherwise)
        return max(found, default=otherwise) if isinstance(found, list) else int(found)


def read_header(path: Path) -> Header:
    """The header; UsageError for a file that can't answer, WeightsUnavailable for a damaged one."""
    try:
        with path.open("rb") as file:
            header, ends = _header(file, path)
        size = path.stat().st_size
    except FileNotFoundError:
        raise UsageError(f"CITEWISE_MODEL is {path}: there is no such file.") from None
    except (OSError, struct.error, ValueError, KeyError, UnicodeDecodeError) as error:
        raise WeightsUnavailable(
            f"{path} is not a whole GGUF file. Download or export it again.", detail=repr(error)
        ) from error
    if size < ends:
        raise WeightsUnavailable(
            f"{path} has {size:,} bytes of at least {ends:,}: it was downloaded by half. Download it again."
        )
    if "tokenizer.chat_template" not in header.values:
        raise UsageError(f"{path} has no chat template: set CITEWISE_MODEL to an instruct model.")
    return header


def _header(file: BinaryIO, path: Path) -> tuple[Header, int]:
    """What a GGUF file says of itself, and at which byte its last tensor ends."""
    if file.read(4) != b"GGUF":
        raise UsageError(f"{path} is no GGUF file. Set CITEWISE_MODEL to one, or to a model's folder.")
    version, tensors, count = struct.unpack("<IQQ", file.read(20))
    if version not in (2, 3) or tensors > 100_000 or count > 100_000:
        raise ValueError(f"version {version}, {tensors} tensors, {count} values")
    values = {}
    for _ in range(count):
        key = _string(file)
        value = _value(file, _number(file, "<I"))
        if not isinstance(value, list) or len(value) <= 256:
            values[key] = value
    weights: dict[str, int] = {}
    end = 0
    for _ in range(tensors):
        _string(file)
        shape = [_number(file, "<Q") for _ in range(_number(file, "<I"))]
        kind, offset = _number(file, "<I"), _number(file, "<Q")
        block, size, name = _TYPES.get(kind, (1, 0, f"type {kind}"))
        numbers = math.prod(shape)
        weights[name] = weights.get(name, 0) + numbers
        end = max(end, offset + numbers // block * size)
    alignment = int(values.get("general.alignment", 32))
    begins = -(-file.tell() // alignment) * alignment
    return Header(path, values, max(weights, key=weights.__getitem__, default="")), begins + end


def _number(file: BinaryIO, kind: str) -> Any:
    return struct.unpack(kind, file.read(struct.calcsize(kind)))[0]


def _string(file: BinaryIO) -> str:
    length = _number(file, "<Q")
    if length > _LONGEST_STRING:
        raise ValueError(f"a string of {length} bytes")
    found = file.read(length)
    if len(found) < length:
        raise ValueError("it ends inside a string")
    return found.decode("utf-8", errors="replace")


def _value(file: BinaryIO, kind: int) -> Any:
    if kind == _STRING:
        return _string(file)
    if kind != _ARRAY:
        return _number(file, _NUMBERS[kind])
    inner, length = _number(file, "<I"), _number(file, "<Q")
    if length > _LONGEST_ARRAY:
        raise ValueError(f"a list of {length}")
    if inner in _NUMBERS:
        width = struct.calcsize(_NUMBERS[inner])
        return list(struct.unpack(f"<{length}{_NUMBERS[inner][1]}", file.read(width * length)))
    return [_value(file, inner) for _ in range(length)]
