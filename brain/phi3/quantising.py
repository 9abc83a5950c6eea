"""Weights in 8 or 4 bits by bitsandbytes: what is chosen for the memory there is, and how it is asked for."""

from enum import StrEnum
from typing import Any

import torch
from torch import nn

from brain.phi3.cache import SPARE


class Quantization(StrEnum):
    """How the projections' weights are kept; `AUTO` takes the most exact that fits."""

    NONE = "none"
    EIGHT_BIT = "8bit"
    FOUR_BIT = "4bit"
    AUTO = "auto"


# Bytes a weight: NF4 with its double-quantised scales takes 4.13 bits.
_BYTES = {Quantization.NONE: 2.0, Quantization.EIGHT_BIT: 1.01, Quantization.FOUR_BIT: 0.516}


def bytes_needed(config: Any, quantization: Quantization, texts: int, capacity: int) -> int:
    """GPU memory for weights, keys and values of `texts` texts of `capacity` tokens, and working space."""
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    key_width = config.num_key_value_heads * size
    projections = (
        config.num_hidden_layers
        * config.hidden_size
        * (2 * config.num_attention_heads * size + 2 * key_width + 3 * config.intermediate_size)
    )
    embeddings = config.vocab_size * config.hidden_size * (1 if config.tie_word_embeddings else 2)
    cache = cache_bytes(config, texts, capacity)
    reading = capacity * (3 * config.intermediate_size + 8 * config.hidden_size) * 2
    return int(projections * _BYTES[quantization] + embeddings * 2 + cache + reading + 500e6)


def cache_bytes(config: Any, texts: int, capacity: int) -> int:
    """Memory that a Decoder takes for keys and values, in 16 bits."""
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    slots = texts + SPARE
    return int(slots * capacity * config.num_hidden_layers * 2 * config.num_key_value_heads * size * 2)


def choose(config: Any, free: int, texts: int, capacity: int) -> Quantization | None:
    """The most exact that fits into `free` bytes; None if nothing does."""
    for quantization in (Quantization.NONE, Quantization.EIGHT_BIT, Quantization.FOUR_BIT):
        if bytes_needed(config, quantization, texts, capacity) <= free:
            return quantization
    return None


def loading_options(quantization: Quantization) -> Any:
    """The `quantization_config` for transformers; None where nothing is quantised."""
    from transformers import BitsAndBytesConfig

    if quantization is Quantization.EIGHT_BIT:
        return BitsAndBytesConfig(load_in_8bit=True)
    if quantization is Quantization.FOUR_BIT:
        return BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
        )
    return None


def quantise_in_place(model: Any) -> Any:
    """Turn the layers' projections of a model in memory into NF4, as `loading_options` would when loading."""
    import bitsandbytes

    for layer in model.model.layers:
        for parent, name in (
            (layer.self_attn, "qkv_proj"),
            (layer.self_attn, "o_proj"),
            (layer.mlp, "gate_up_proj"),
            (layer.mlp, "down_proj"),
        ):
            setattr(parent, name, _in_nf4(getattr(parent, name), bitsandbytes))
    model.is_loaded_in_4bit = True
    return model


def _in_nf4(linear: nn.Linear, bitsandbytes: Any) -> nn.Module:
    narrow = bitsandbytes.nn.Linear4bit(
        linear.in_features,
        linear.out_features,
        bias=False,
        compute_dtype=linear.weight.dtype,
        quant_type="nf4",
        compress_statistics=True,
        device="meta",
    )
    weight = linear.weight
    narrow.weight = bitsandbytes.nn.Params4bit(
        weight.data, requires_grad=False, quant_type="nf4", compress_statistics=True, module=narrow
    ).to(weight.device)
    return narrow
