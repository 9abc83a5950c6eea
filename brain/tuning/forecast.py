"""How much GPU memory a run will take, before it starts; and which way of training fits.

The parts are counted from the model's shape. What a layer keeps for its gradient was fitted to four runs
of Phi-3-mini's shape on an H200 (benchmarks/results/gpu.json: 37.7, 10.8, 32.3 and 5.4 GB), which it meets
within 1 %; on other shapes it has not been held against a measurement.
"""

from dataclasses import replace
from typing import Any

from brain.tuning.recipe import Method, Recipe

_ADAPTER_BYTES = 16  # a learning weight, its gradient and two running means, in 32 bits
_BYTES = {Method.LORA: 2.0, Method.QLORA: 0.516}
_KEPT_HIDDEN = 6.66  # rows as wide as the hidden state that a layer keeps, besides its projections' results


def forecast(config: Any, recipe: Recipe) -> int:
    """The most GPU memory, in bytes, that training takes."""
    hidden, inner, layers = config.hidden_size, config.intermediate_size, config.num_hidden_layers
    size = getattr(config, "head_dim", None) or hidden // config.num_attention_heads
    attended = config.num_attention_heads * size
    qkv = attended + 2 * config.num_key_value_heads * size
    shapes = ((hidden, qkv), (attended, hidden), (hidden, 2 * inner), (inner, hidden))
    projections = layers * sum(wide * high for wide, high in shapes)
    adapter = layers * recipe.rank * sum(wide + high for wide, high in shapes)
    embeddings = config.vocab_size * hidden * (1 if config.tie_word_embeddings else 2)
    weights = projections * _BYTES[recipe.method] + embeddings * 2
    kept = 2 * hidden if recipe.recompute else 2 * (qkv + 3 * inner + _KEPT_HIDDEN * hidden)
    in_work = 2 * (6 * inner + 7 * hidden)  # of the layer whose gradient is being computed
    return int(weights + adapter * _ADAPTER_BYTES + recipe.tokens_at_once * (layers * kept + in_work))


def fitting(config: Any, recipe: Recipe, free: int) -> Recipe | None:
    """The fastest way that fits into `free` bytes: LoRA, then computing activations twice, then QLoRA."""
    ways = (
        (Method.LORA, False),
        (Method.LORA, True),
        (Method.QLORA, False),
        (Method.QLORA, True),
    )
    for method, recompute in ways:
        way = replace(recipe, method=method, recompute=recompute)
        if forecast(config, way) * 1.1 <= free:
            return way
    return None
