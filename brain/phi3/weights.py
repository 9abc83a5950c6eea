"""Phi-3's weights from a folder or the hub's cache, looked at before they are trusted.

Only safetensors are read, and no code that comes with a model is run. A file that was downloaded by half is
found by its own header, before minutes are spent on loading.
"""

import json
from logging import ERROR, getLogger
from pathlib import Path
from typing import Any

import torch

from brain.errors import ModelUnavailable, UsageError, WeightsUnavailable
from brain.phi3.full_memory import is_full_memory
from brain.phi3.quantising import Quantization, bytes_needed, choose, loading_options

_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
_LONGEST_HEADER = 100_000_000


def load(
    folder: Path,
    quantization: Quantization = Quantization.AUTO,
    *,
    texts: int = 8,
    capacity: int = 2048,
    processor_allowed: bool = False,
) -> Any:
    """The `Phi3ForCausalLM` in `folder`, on the GPU if there is one.

    Raises UsageError for a folder that isn't Phi-3's, WeightsUnavailable for missing, pickled or half
    downloaded files, ModelUnavailable without a GPU or with too little memory.
    """
    config = checked_config(folder)
    check_files(folder)
    quantization = check_memory(config, quantization, texts, capacity, processor_allowed=processor_allowed)
    return _loaded(folder, quantization)


def check_memory(
    config: Any, quantization: Quantization, texts: int, capacity: int, *, processor_allowed: bool
) -> Quantization:
    """How the weights will be kept; raises ModelUnavailable without a GPU or with too little memory."""
    if torch.cuda.is_available():
        free, _ = torch.cuda.mem_get_info()
        return _fitting(config, quantization, free, texts, capacity)
    if not processor_allowed:
        raise ModelUnavailable(
            "No GPU was found, and Phi-3 without one takes minutes an answer. "
            "Set CITEWISE_ANSWERER=extractive, or run citewise where a CUDA GPU is."
        )
    return Quantization.NONE if quantization is Quantization.AUTO else quantization


def checked_config(folder: Path) -> Any:
    """The model's configuration; UsageError if it isn't a Phi-3, WeightsUnavailable if it is damaged."""
    from huggingface_hub.errors import StrictDataclassError
    from transformers import Phi3Config

    path = folder / "config.json"
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise UsageError(f"There is no model in {folder}: config.json is missing.") from None
    except (OSError, ValueError) as error:
        raise WeightsUnavailable(
            f"{path} can't be read. Download the model again.", detail=repr(error)
        ) from error
    kind = content.get("model_type") if isinstance(content, dict) else None
    if kind != "phi3":
        raise UsageError(f"The model in {folder} is of type {kind}, not phi3. Set CITEWISE_MODEL to a Phi-3.")
    content.pop("auto_map", None)
    try:
        return Phi3Config(**content)
    except (StrictDataclassError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise WeightsUnavailable(
            f"{path} describes no Phi-3. Download the model again.", detail=repr(error)
        ) from error


def check_files(folder: Path) -> None:
    """Every weight file that is needed is there, whole, and a safetensors file."""
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        try:
            weights = json.loads(index.read_text("utf-8"))["weight_map"]
            names = sorted({str(name) for name in weights.values()})
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            raise WeightsUnavailable(
                f"{index} is damaged. Download the model again.", detail=repr(error)
            ) from error
    else:
        names = ["model.safetensors"]
    for name in names:
        path = folder / name
        if path.is_file():
            check_whole(path)
        elif any(True for pattern in _PICKLES for _ in folder.glob(pattern)):
            raise WeightsUnavailable(
                f"{folder} holds pickled weights, which can run any code when they are read. "
                "Use a version of the model with safetensors."
            )
        else:
            raise WeightsUnavailable(f"{name} is missing from {folder}. Download the model again.")


def check_whole(path: Path) -> None:
    """A safetensors file is as long as its header says; raises WeightsUnavailable."""
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if not 2 <= length <= min(_LONGEST_HEADER, size - 8):
                raise ValueError(f"a header of {length} bytes")
            header = json.loads(file.read(length))
        ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
        expected = 8 + length + max(ends, default=0)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise WeightsUnavailable(
            f"{path} is not a whole safetensors file. Download it again.", detail=repr(error)
        ) from error
    if size != expected:
        raise WeightsUnavailable(
            f"{path} has {size:,} bytes of {expected:,}: it was downloaded by half. Download it again."
        )


def _fitting(config: Any, wanted: Quantization, free: int, texts: int, capacity: int) -> Quantization:
    chosen = choose(config, free, texts, capacity) if wanted is Quantization.AUTO else wanted
    needed = bytes_needed(config, chosen or Quantization.FOUR_BIT, texts, capacity)
    if chosen is None or needed > free:
        raise ModelUnavailable(
            f"The GPU has {free / 1e9:.1f} GB free; the model needs {needed / 1e9:.1f} GB"
            f"{'' if chosen else ' even in 4 bits'}. Free some, or choose a smaller CITEWISE_QUANTIZATION."
        )
    return chosen


def _loaded(folder: Path, quantization: Quantization) -> Any:
    from safetensors import SafetensorError
    from transformers import Phi3ForCausalLM
    from transformers.utils import logging

    logging.disable_progress_bar()  # standard error is for people
    # In 8 bits it warns of every product that its input isn't in 16-bit floats: hundreds of lines a token.
    getLogger("bitsandbytes").setLevel(ERROR)
    on_gpu = torch.cuda.is_available()
    try:
        model, found = Phi3ForCausalLM.from_pretrained(
            str(folder),
            dtype=torch.bfloat16 if on_gpu else torch.float32,
            device_map={"": 0} if on_gpu else None,
            quantization_config=loading_options(quantization),
            use_safetensors=True,
            trust_remote_code=False,
            local_files_only=True,
            output_loading_info=True,
        )
    except (OSError, ValueError, RuntimeError, MemoryError, SafetensorError) as error:
        if is_full_memory(error):
            whose = "The GPU's memory" if on_gpu else "Memory"
            raise ModelUnavailable(
                f"{whose} was full while loading the model.", detail=repr(error)
            ) from error
        raise WeightsUnavailable(
            f"The weights in {folder} don't make a Phi-3. Download the model again.", detail=repr(error)
        ) from error
    wrong = sorted([*found["missing_keys"], *(str(key) for key in found["mismatched_keys"])])
    if wrong:
        raise WeightsUnavailable(
            f"The weights in {folder} don't make a Phi-3: {len(wrong)} are missing or of another shape.",
            detail=", ".join(wrong[:5]),
        )
    return model.eval()
