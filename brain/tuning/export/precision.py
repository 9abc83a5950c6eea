"""Which numbers each weight of a GGUF file gets.

The mixes are llama.cpp's own (`llama-quantize`, Q4_K_M and Q5_K_M): the weights that errors hurt most get
more bits. Rows that don't divide into blocks of 256 get the next type with blocks of 32.
"""

from enum import StrEnum


class Precision(StrEnum):
    """What a GGUF file is packed as; bits a weight for Phi-3-mini in brackets."""

    Q4_K_M = "q4_k_m"  # 4.9
    Q5_K_M = "q5_k_m"  # 5.7
    Q6_K = "q6_k"  # 6.6
    Q8_0 = "q8_0"  # 8.5
    BF16 = "bf16"
    F16 = "f16"
    F32 = "f32"


_MOST = {
    Precision.Q4_K_M: "Q4_K", Precision.Q5_K_M: "Q5_K", Precision.Q6_K: "Q6_K", Precision.Q8_0: "Q8_0",
    Precision.BF16: "BF16", Precision.F16: "F16", Precision.F32: "F32",
}  # fmt: skip
_MIXED = {
    Precision.Q4_K_M: {"attn_qkv": "Q5_K", "ffn_down": "Q6_K"},
    Precision.Q5_K_M: {"attn_qkv": "Q6_K", "ffn_down": "Q6_K"},
}
_IN_BLOCKS_OF_32 = {"Q4_K": "Q5_0", "Q5_K": "Q5_1", "Q6_K": "Q8_0"}


def number_type(name: str, shape: tuple[int, ...], precision: Precision, layers: int, *, tied: bool) -> str:
    """The number type, in ggml's words, of `name`, of `shape` (rows, numbers a row) or (numbers,)."""
    if len(shape) == 1:
        return "F32"  # norms: few, and every number counts
    chosen = _MOST[precision]
    part = name.removesuffix(".weight").rpartition(".")[2]
    packed = precision in (Precision.Q4_K_M, Precision.Q5_K_M, Precision.Q6_K)
    if packed and (part == "output" or (part == "token_embd" and tied)):
        chosen = "Q6_K"
    elif part == "ffn_down" and not _needs_more(int(name.split(".")[1]), layers):
        pass
    else:
        chosen = _MIXED.get(precision, {}).get(part, chosen)
    if packed and shape[-1] % 256:
        chosen = _IN_BLOCKS_OF_32[chosen]
    if chosen.startswith("Q") and shape[-1] % 32:
        chosen = "F16"
    return chosen


def _needs_more(layer: int, layers: int) -> bool:
    """The first and last eighth of the layers, and every third between them."""
    eighth = layers // 8
    return layer < eighth or layer >= 7 * layers // 8 or (layer - eighth) % 3 == 2
