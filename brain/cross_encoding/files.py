"""The files of a model that reads pairs, as model hubs lay them out in a folder."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from brain.errors import UsageError, WeightsUnavailable
from brain.extras import need_extra

GRAPHS = ("onnx/model.onnx", "model.onnx")
SAFETENSORS, TOKENIZER, CONFIG = "model.safetensors", "tokenizer.json", "config.json"
PICKLES = ("pytorch_model.bin", "model.bin", "pytorch_model.pt")
GRAPH_ENDS = ".onnx"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Weights (an ONNX graph or safetensors), the tokenizer, and the configuration where there is one."""

    weights: Path
    tokenizer: Path
    config: Path | None

    @property
    def is_graph(self) -> bool:
        """Whether ONNX Runtime runs it."""
        return self.weights.suffix == GRAPH_ENDS


def files_in(place: Path) -> ModelFiles:
    """The files of the model in a folder, where a graph goes before safetensors.

    `place` may also be the graph itself; its folder, or the one above, has the rest then. UsageError or
    WeightsUnavailable says what is missing.
    """
    if place.suffix == GRAPH_ENDS and place.is_file():
        folder = place.parent if (place.parent / TOKENIZER).is_file() else place.parent.parent
        weights = place
    else:
        folder = place
        found = [folder / name for name in (*GRAPHS, SAFETENSORS) if (folder / name).is_file()]
        if not found:
            raise UsageError(_nothing_in(folder))
        weights = found[0]
    tokenizer, config = folder / TOKENIZER, folder / CONFIG
    if not tokenizer.is_file():
        raise WeightsUnavailable(
            f"There is no {TOKENIZER} in {folder}, without which {weights.name} can't be used: "
            "download it to there, too."
        )
    if weights.suffix != GRAPH_ENDS:
        need_torch(str(place))
    return ModelFiles(weights, tokenizer, config if config.is_file() else None)


def has_torch() -> bool:
    """Whether what runs safetensors is installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("torch", "transformers"))


def need_torch(model: str) -> None:
    """Raise UsageError where a model without an ONNX graph can't be run."""
    if not has_torch():
        raise UsageError(
            f"{model} has no {GRAPHS[0]}, and its {SAFETENSORS} needs {need_extra('phi3')}. "
            "Or choose a model that comes with an ONNX graph."
        )


def _nothing_in(folder: Path) -> str:
    if any((folder / name).is_file() for name in PICKLES):
        return only_pickles(str(folder))
    return (
        f"There is no cross-encoder in {folder}: neither {GRAPHS[0]} nor {SAFETENSORS} is there. "
        "Name a folder that was downloaded whole."
    )


def only_pickles(model: str) -> str:
    """What to say of a model whose weights would run code when they are opened."""
    return (
        f"{model} has its weights as a pickle only, and those are never opened: they can run any code. "
        f"Choose a model with {GRAPHS[0]} or {SAFETENSORS}."
    )
