"""How much memory a run will take, before it starts; and which way of training fits.

The parts are counted from the model's shape. What a layer keeps for its gradient was fitted to four runs
of Phi-3-mini's shape on an H200 (benchmarks/results/gpu.json: 37.7, 10.8, 32.3 and 5.4 GB), which it meets
within 1 %. Since then less is kept: 33.7 GB of the first (gpu_lora.json), a tenth below. On other shapes it
has not been held against a measurement. On processor cores, where nothing is compiled and more is kept, it
lies between what SmolLM2-135M's shape took for one pack (1.89, 2.69 and 4.73 GB resident at 1,024, 2,048 and
4,096 tokens in 16 bits; 4.62 GB at 2,048 in 32 bits) and what a run of several packs grew to (3.28 GB at
2,048 in 16 bits), within 13 % of each.
"""

from collections.abc import Sequence
from typing import Any

from brain.tuning.learning.recipe import Method, Recipe

_ADAPTER_BYTES = 16  # a learning weight, its gradient and two running means, in 32 bits
_QLORA_BYTES = 0.516
_KEPT_HIDDEN = 6.66  # rows as wide as the hidden state that a layer keeps, besides its projections' results
_KEPT_HIDDEN_UNCOMPILED = 17
_MARGIN = 1.1
_LIBRARIES = 600_000_000  # torch, transformers and PEFT themselves, where they share memory with the model
_PIECE, _SAID = 1024, 8  # tokens whose logits are there at once: of the said ones, about an eighth of all


def forecast(config: Any, recipe: Recipe, *, on_gpu: bool = True, narrow: bool = True) -> int:
    """The most memory, in bytes, that training takes: of the GPU, or of the machine without one.

    `narrow`: weights and activations have 16 bits, as on every GPU, not 32.
    """
    width = 2 if narrow or on_gpu else 4
    hidden, inner, layers = config.hidden_size, config.intermediate_size, config.num_hidden_layers
    qkv, shapes = _projections(config)
    projections = layers * sum(wide * high for wide, high in shapes)
    adapter = adapter_weights(config, recipe.rank)
    embeddings = config.vocab_size * hidden * (1 if config.tie_word_embeddings else 2)
    weights = projections * (width if recipe.method is Method.LORA else _QLORA_BYTES) + embeddings * width
    wide_rows = _KEPT_HIDDEN if on_gpu else _KEPT_HIDDEN_UNCOMPILED
    kept = width * (hidden if recipe.recompute else qkv + 3 * inner + wide_rows * hidden)
    in_work = width * (6 * inner + 7 * hidden)  # of the layer whose gradient is being computed
    needed = weights + adapter * _ADAPTER_BYTES + recipe.tokens_at_once * (layers * kept + in_work)
    if not on_gpu:
        needed += _LIBRARIES + min(_PIECE, recipe.tokens_at_once // _SAID) * config.vocab_size * 8
    return int(needed)


def adapter_weights(config: Any, rank: int) -> int:
    """How many numbers an adapter of all projections has."""
    _, shapes = _projections(config)
    return config.num_hidden_layers * rank * sum(wide + high for wide, high in shapes)


def fitting(needs: Sequence[int], free: int) -> int | None:
    """The place of the first of `needs` that fits into `free` bytes, a tenth to spare; None: none does."""
    return next((place for place, needed in enumerate(needs) if needed * _MARGIN <= free), None)


def _projections(config: Any) -> tuple[int, tuple[tuple[int, int], ...]]:
    """The width of query, key and value together, and the four projections' sizes."""
    hidden, inner = config.hidden_size, config.intermediate_size
    size = getattr(config, "head_dim", None) or hidden // config.num_attention_heads
    attended = config.num_attention_heads * size
    qkv = attended + 2 * config.num_key_value_heads * size
    return qkv, ((hidden, qkv), (attended, hidden), (hidden, 2 * inner), (inner, hidden))
