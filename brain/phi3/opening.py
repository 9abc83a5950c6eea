"""From what is set to a Phi-3 that answers: where its files are, how it is loaded, its adapter."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from langchain_core.messages import BaseMessage

from brain.errors import ModelUnavailable, UsageError, WeightsUnavailable
from brain.phi3.adapters import Delta, Merged, check_belongs, read_deltas
from brain.phi3.chat import Phi3Chat, Prompts
from brain.phi3.decoding import Decoder
from brain.phi3.full_memory import let_go
from brain.phi3.generation import Generator
from brain.phi3.quantising import Quantization
from brain.phi3.swapping import Swapping, shared
from brain.phi3.unmerged import Unmerged, is_packed
from brain.phi3.weights import check_files, check_memory, checked_config, load

TEXTS = 8
CAPACITY = 2047
"""Phi-3-mini's sliding window: within it, what is computed is the same with and without."""
SMALL_BYTES = 1_000_000_000
"""Weights up to this answer in seconds on processor cores too."""


def open_phi3(
    model: str,
    adapter: Path | None = None,
    quantization: Quantization = Quantization.AUTO,
    *,
    begin: Sequence[BaseMessage] = (),
    longest: int = 320,
) -> Phi3Chat:
    """The model, a folder or a name in the hub's cache, ready to answer; `begin` is what prompts begin with.

    Raises UsageError, WeightsUnavailable or ModelUnavailable with what is wrong and how it is mended.
    """
    folder = model_folder(model)
    deltas = read_deltas(adapter) if adapter is not None else {}
    prompts = prompts_of(folder, checked_config(folder))
    loaded = load(folder, quantization, texts=TEXTS, capacity=CAPACITY, processor_allowed=is_small(folder))
    try:
        merged = _with_room(loaded, deltas) if deltas else None
        if merged:
            merged.swap(deltas)
        decoder = Decoder(loaded, slots=TEXTS, capacity=CAPACITY)
        decoder.remember_prefix(shared(prompts, begin) if begin else [])
    except torch.OutOfMemoryError as error:  # the memory was there before; another program has taken it
        let_go(error)
        raise ModelUnavailable(
            "The GPU's memory was full before the model was ready: free some, or choose a smaller "
            "CITEWISE_QUANTIZATION.",
            detail=repr(error),
        ) from error
    return Phi3Chat(
        generator=Generator(decoder),
        prompts=prompts,
        window=decoder.capacity,
        longest=longest,
        swapping=Swapping(loaded, merged, decoder, prompts),
    )


def check(model: str, adapter: Path | None, quantization: Quantization, *, loaded: bool = False) -> Path:
    """Look at all that can be seen without loading; the folder of the model. Raises as `open_phi3` does.

    `loaded`: it is in memory already, so that what is free need not hold it once more.
    """
    folder = model_folder(model)
    deltas = read_deltas(adapter) if adapter is not None else {}
    config = checked_config(folder)
    if deltas:
        check_belongs(deltas, config)
    check_files(folder)
    if not loaded:
        check_memory(config, quantization, TEXTS, CAPACITY, processor_allowed=is_small(folder))
    prompts_of(folder, config)
    return folder


def prompts_of(folder: Path, config: Any) -> Prompts:
    """The model's tokenizer, known to be its own: a token that has no weights would end the generator.

    Raises as Prompts.of does.
    """
    prompts = Prompts.of(folder)
    if prompts.highest >= config.vocab_size:
        raise WeightsUnavailable(
            f"The tokenizer in {folder} is another model's: it has tokens up to number {prompts.highest:,}, "
            f"and the weights are for {config.vocab_size:,}. Download the model again."
        )
    return prompts


def model_folder(model: str) -> Path:
    """Where the files of a model lie: it is a folder, or was downloaded into the hub's cache."""
    if (folder := Path(model).expanduser()).is_dir():
        return folder
    if folder.is_file():
        raise UsageError(
            f"The model {model} is a file, and the folder of its base model is wanted here: an adapter is "
            "trained for, compared with and merged into that one. Set CITEWISE_MODEL to the folder for this "
            "command."
        )
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(model, local_files_only=True))
    except HFValidationError as error:
        raise UsageError(
            f"CITEWISE_MODEL is {model}: there is no such folder.", detail=repr(error)
        ) from error
    except (LocalEntryNotFoundError, OSError) as error:
        raise WeightsUnavailable(
            f"The model {model} is not on this machine: fetch it with `hf download {model}`, or set "
            "CITEWISE_MODEL to the folder that it is in.",
            detail=repr(error),
        ) from error


def is_small(folder: Path) -> bool:
    """Whether a model can be used without a GPU."""
    return sum(path.stat().st_size for path in folder.glob("*.safetensors")) <= SMALL_BYTES


def _with_room(loaded: Any, deltas: Mapping[str, Delta]) -> Merged | Unmerged:
    """Where an adapter goes: into whole weights, where it costs nothing, or beside packed ones."""
    return Unmerged.of(loaded, deltas) if is_packed(loaded) else Merged.of(loaded)
