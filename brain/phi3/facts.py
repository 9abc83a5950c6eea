"""What there is to know of a Phi-3 that was loaded."""

from itertools import chain
from pathlib import Path

import torch

from brain.answering.writing.facts import ModelFacts
from brain.phi3.decoding import Decoder
from brain.phi3.merged_before import merged_before

_PACKED = {"Linear8bitLt": "8bit", "Linear4bit": "4bit"}  # bitsandbytes' names


def facts_of(decoder: Decoder) -> ModelFacts:
    """Facts of the model that a decoder runs; its memory is that of weights, keys and values."""
    network = decoder.network
    own = {
        weight.data_ptr(): weight.numel() * weight.element_size()
        for weight in chain(network.weights(), network.cache.keys, network.cache.values)
    }
    on_gpu = decoder.device.type == "cuda"
    weight = next(network.weights())
    projection = network.projection()
    packed = _PACKED.get(type(getattr(projection, "projection", projection)).__name__)
    return ModelFacts(
        model=str(network.config.name_or_path or "phi3"),
        where="in this process",
        device=torch.cuda.get_device_name(decoder.device) if on_gpu else "processor",
        quantization=packed or f"none ({str(weight.dtype).removeprefix('torch.')})",
        memory=sum(own.values()),
        window=decoder.capacity,
        adapter=merged_before(Path(network.config.name_or_path or "")),
        slow=not on_gpu,
    )
