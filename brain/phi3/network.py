"""A forward pass over a loaded `Phi3ForCausalLM`, with keys and values in slots.

The weights, the embedding and the rotary angles are the loaded model's own modules; only the order of
operations is written anew, so that a decoding step is a handful of GPU kernels a layer and can be recorded.
Tests hold its logits against transformers' own.
"""

from collections.abc import Iterator
from typing import Any

import torch
from transformers import Phi3Config

from brain.phi3.cache import SlotCache
from brain.phi3.stages import Place, Stages


class Network:
    """Runs tokens through the model's layers; `stages` says how."""

    def __init__(self, model: Any, stages: Stages, cache: SlotCache) -> None:
        self.config: Phi3Config = model.config
        self.cache = cache
        self._decoder = _decoder_of(model)
        self._lm_head = model.get_output_embeddings()
        self._stages = stages
        self._angles = _angles(self._decoder, cache.capacity)

    def weights(self) -> Iterator[torch.Tensor]:
        """All weights, those of the embedding first."""
        yield from self._decoder.parameters()
        yield from self._lm_head.parameters()

    def projection(self) -> torch.nn.Module:
        """One of the projections, which are all kept in the same numbers."""
        found: torch.nn.Module = self._decoder.layers[0].self_attn.qkv_proj
        return found

    @property
    def recordable(self) -> bool:
        """Whether a GPU can record a step: in 8 bits the processor looks at each input for outliers."""
        projection = self.projection()
        packed = getattr(projection, "projection", projection)
        return not getattr(getattr(packed, "state", None), "threshold", 0.0)

    @torch.inference_mode()
    def logits(self, tokens: torch.Tensor, place: Place, *, last_only: bool) -> torch.Tensor:
        """`tokens` (sequences, tokens each) read at `place`; logits (rows, vocabulary), or the last ones."""
        stages, layers = self._stages, self._decoder.layers
        norms = [*(layer.input_layernorm for layer in layers), self._decoder.norm]
        x = self._decoder.embed_tokens(tokens.reshape(-1))
        normed = stages.norm(x, norms[0])
        for number, layer in enumerate(layers):
            attention, mlp = layer.self_attn, layer.mlp
            qkv = stages.project(normed, attention.qkv_proj)
            keys, values = self.cache.keys[number], self.cache.values[number]
            mixed = stages.attention(qkv, self._angles, keys, values, place)
            x, normed = stages.added(mixed, attention.o_proj, x, layer.post_attention_layernorm)
            gated = stages.gated(normed, mlp.gate_up_proj)
            x, normed = stages.added(gated, mlp.down_proj, x, norms[number + 1])
        if last_only:
            normed = normed.view(tokens.shape[0], tokens.shape[1], -1)[:, -1].contiguous()
        return stages.project(normed, self._lm_head)


def longest_text(config: Phi3Config) -> int:
    """Tokens that prompt and answer may have together.

    The 4k model was trained with a sliding window: beyond it, it would forget its instructions. The 128k
    models turn to other rotary factors beyond their original length, for which a text must be read anew.
    """
    limits = [config.max_position_embeddings]
    original = getattr(config, "original_max_position_embeddings", None)
    limits += [limit for limit in (config.sliding_window, original) if limit]
    return min(limits)


def _decoder_of(model: Any) -> Any:
    """The stack of layers, under whatever PEFT wrapped around it."""
    return getattr(model, "get_base_model", lambda: model)().model


def _angles(decoder: Any, capacity: int) -> tuple[torch.Tensor, torch.Tensor]:
    device = decoder.embed_tokens.weight.device
    positions = torch.arange(capacity, device=device)[None]
    with torch.inference_mode():
        cos, sin = decoder.rotary_emb(torch.zeros((), dtype=torch.float32, device=device), positions)
    return cos[0].contiguous(), sin[0].contiguous()
