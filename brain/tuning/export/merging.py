"""An adapter added into its base model's weights, tensor by tensor, as it is when it is served.

Base + scale · B·A is computed in float32 and rounded to the base's own type, as `brain.phi3.adapters.Merged`
does in memory: the exported model computes what the bot computed. A weight file is in memory at a time.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from brain.errors import UsageError, WeightsUnavailable
from brain.phi3.adapters import Delta

INDEX = "model.safetensors.index.json"
_BESIDES = (".json", ".model", ".txt", ".jinja")  # settings, tokenizer, chat template; no code
Progress = Callable[[str, int, int], None]


class Weights:
    """A folder's weights with an adapter's changes in them, read when they are asked for."""

    def __init__(self, base: Path, deltas: Mapping[str, Delta]) -> None:
        """Raises UsageError where the adapter changes what the model doesn't have."""
        self.base = base
        self._deltas = deltas
        self.files = _files(base)
        self.shapes: dict[str, tuple[int, ...]] = {}
        self._holder: dict[str, Path] = {}
        for path in self.files:
            with safe_open(str(path), framework="pt") as file:
                for name in file.keys():  # noqa: SIM118 it is no dict
                    self.shapes[name] = tuple(file.get_slice(name).get_shape())
                    self._holder[name] = path
        for name, delta in deltas.items():
            given = (delta.second.shape[0], delta.first.shape[1])
            if self.shapes.get(f"{name}.weight") != given:
                raise UsageError(
                    f"The adapter was made for another base model than {base}: {name} would be "
                    f"{given[0]} × {given[1]}."
                )

    def tensor(self, name: str) -> torch.Tensor:
        """One weight, in the base's own type."""
        return next(iter(self._read(self._holder[name], [name])))[1]

    def of(self, path: Path) -> dict[str, torch.Tensor]:
        """All weights of one of `files`."""
        return dict(self._read(path, [name for name, holder in self._holder.items() if holder == path]))

    @torch.inference_mode()
    def _read(self, path: Path, names: list[str]) -> Iterator[tuple[str, torch.Tensor]]:
        try:
            with safe_open(str(path), framework="pt") as file:
                for name in names:
                    weight = file.get_tensor(name)
                    if delta := self._deltas.get(name.removesuffix(".weight")):
                        first, second = delta.first.float(), delta.second.float()
                        changed = torch.addmm(weight.float(), second, first, alpha=delta.scale)
                        weight = changed.to(weight.dtype)
                    yield name, weight
        except (OSError, SafetensorError) as error:
            raise WeightsUnavailable(
                f"{path} can't be read. Download the model again.", detail=repr(error)
            ) from error


def write_safetensors(weights: Weights, folder: Path, progress: Progress) -> None:
    """The merged model as transformers loads it: weights in files as the base's, and all that goes with them.

    Raises OSError where it can't be written.
    """
    for path in weights.base.iterdir():
        if path.is_file() and path.suffix in _BESIDES:
            shutil.copyfile(path, folder / path.name)
    _without_code(folder / "config.json")
    for done, path in enumerate(weights.files):
        progress("Merging", done, len(weights.files))
        merged = {name: tensor.contiguous() for name, tensor in weights.of(path).items()}
        try:
            save_file(merged, str(folder / path.name), metadata={"format": "pt"})
        except SafetensorError as error:
            raise OSError(f"{path.name} was not written: {error}") from error
    progress("Merging", len(weights.files), len(weights.files))


def _without_code(path: Path) -> None:
    """No name of Python files that would come from elsewhere and be run."""
    config = json.loads(path.read_text("utf-8"))
    if config.pop("auto_map", None) is not None:
        path.write_text(json.dumps(config, indent=2), "utf-8")


def _files(base: Path) -> list[Path]:
    index = base / INDEX
    if not index.is_file():
        return [base / "model.safetensors"]
    return [base / name for name in sorted(set(json.loads(index.read_text("utf-8"))["weight_map"].values()))]
