"""Where a run stands, on disk: written beside, synced, then renamed, so that a kill leaves a whole one.

A checkpoint is a folder `step-000050` with the adapter as PEFT saves it, the optimizer's running means
(safetensors: nothing in it can run code), and state.json.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from brain.durable import rename, sync_folder
from brain.errors import StorageFailed, UsageError
from brain.tuning.learning.adapter import save_adapter
from brain.tuning.learning.passes import Trainee

_KEPT = 2  # newest ones, besides the best


@dataclass(frozen=True, slots=True)
class State:
    """What a run needs to go on: steps done, the data and recipe it belongs to, and the best look so far."""

    step: int
    belongs: str
    best: str = ""
    best_loss: float = float("inf")
    bad_looks: int = 0


def save(folder: Path, trainee: Trainee, state: State) -> Path:
    """Write a checkpoint; raises StorageFailed, and the ones before stay."""
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    target = folder / f"step-{state.step:06d}"
    beside = folder / f".{target.name}.partial"
    try:
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        save_adapter(trainee.adapted, beside)
        save_file(dict(_tensors(trainee)), str(beside / "trainee.safetensors"))
        (beside / "state.json").write_text(json.dumps(asdict(state)), "utf-8")
        sync_folder(beside)
        shutil.rmtree(target, ignore_errors=True)
        rename(beside, target)
    except (OSError, SafetensorError) as error:
        shutil.rmtree(beside, ignore_errors=True)
        raise StorageFailed(
            f"The checkpoint could not be written to {folder}. Free some disk space; "
            "training then goes on from the one before.",
            detail=repr(error),
        ) from error
    _tidy(folder, {target.name, state.best})
    return target


def newest(folder: Path) -> tuple[Path, State] | None:
    """The newest whole checkpoint."""
    for path in sorted(folder.glob("step-*"), reverse=True):
        try:
            state = State(**json.loads((path / "state.json").read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            continue
        if (path / "trainee.safetensors").is_file():
            return path, state
    return None


def restore(path: Path, trainee: Trainee, state: State, belongs: str) -> None:
    """Put the adapter and the optimizer back to where they were; raises UsageError for another run's."""
    from safetensors.torch import load_file

    if state.belongs != belongs:
        raise UsageError(
            f"{path.parent} holds a run with other data or another recipe. Give this one a folder of its own."
        )
    stored = load_file(str(path / "trainee.safetensors"))
    with torch.no_grad():
        for number, weight in enumerate(trainee.weights):
            weight.copy_(stored[f"{number}.weight"])
            trainee.optimizer.state[weight] = {
                name: stored[f"{number}.{name}"].to(weight.device)
                for name in ("step", "exp_avg", "exp_avg_sq")
            }


def _tensors(trainee: Trainee) -> Iterator[tuple[str, torch.Tensor]]:
    for number, weight in enumerate(trainee.weights):
        yield f"{number}.weight", weight.detach().cpu()
        for name, tensor in trainee.optimizer.state[weight].items():
            yield f"{number}.{name}", tensor.detach().cpu()


def _tidy(folder: Path, keep: set[str]) -> None:
    found = sorted(path for path in folder.glob("step-*"))
    for path in found[:-_KEPT]:
        if path.name not in keep:
            shutil.rmtree(path, ignore_errors=True)


def content_of(anything: Any) -> str:
    """A stable text of a recipe and data, to tell runs apart by."""
    return json.dumps(anything, sort_keys=True, separators=(",", ":"))
