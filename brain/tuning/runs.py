"""Training runs on disk: HOME/tuning/runs/NAME, and run.json in it, which says what each was made of.

Beside run.json: checkpoints/ (what a stopped run goes on from), adapter/ once it is done, losses.jsonl,
tensorboard/ and losses.svg. Nothing here needs torch, so that runs can be listed without it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from brain.errors import UsageError
from brain.tuning.durable import write_json


class Status(StrEnum):
    """How far a run is. One that was killed says RUNNING for good, and goes on when it is called again."""

    RUNNING = "running"
    STOPPED = "stopped"  # by whoever runs it; it goes on when it is called again
    FAILED = "failed"  # `reason` says why
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Base:
    """The model that was tuned: its name as it was set, and brain.phi3.fingerprint's hash of it."""

    model: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Data:
    """The citing set: name, folder, hash over its two files, rows read, and those that were too long."""

    name: str
    folder: str
    hash: str
    learnt: int
    held_out: int
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """What run.json says. Times are UTC, ISO 8601; `held_out` is the best look's loss a said token."""

    name: str
    status: Status
    base: Base
    data: Data
    method: str  # as it was asked for: auto, lora or qlora; `recipe` has what came of it
    recipe: Mapping[str, Any]
    citewise: str
    code: str  # a hash of the modules that train, prompt and load
    libraries: Mapping[str, str]
    device: str
    started: str
    ended: str = ""
    reason: str = ""
    steps: int = 0
    held_out: float | None = None
    early: bool = False
    adapter: str = ""  # SHA-256 of adapter_model.safetensors
    asked: Mapping[str, Any] = field(default_factory=dict)  # the hyperparameters that were named


class RunFolder:
    """One run's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def adapter(self) -> Path:
        """The trained adapter, where the run is done."""
        return self.path / "adapter"

    @property
    def checkpoints(self) -> Path:
        """Where the run goes on from."""
        return self.path / "checkpoints"

    @property
    def picture(self) -> Path:
        """The losses, drawn when the run is done."""
        return self.path / "losses.svg"

    def read(self) -> Run:
        """Its record; UsageError where the folder holds none."""
        path = self.path / "run.json"
        try:
            return _run(json.loads(path.read_text("utf-8")))
        except FileNotFoundError:
            raise UsageError(f"There is no run {self.path.name}: `citewise tune train` makes one.") from None
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise UsageError(
                f"{path} can't be read: give the run another --name, or remove the folder.",
                detail=repr(error),
            ) from error

    def write(self, run: Run) -> None:
        """Put the record in its place, whole; StorageFailed where that can't be done."""
        write_json(self.path / "run.json", asdict(run))


def runs_in(tuning: Path) -> tuple[Run, ...]:
    """The runs of a home's tuning folder (Home.tuning), the newest first."""
    found = []
    for path in (tuning / "runs").glob("[!.]*"):
        try:
            found.append(RunFolder(path).read())
        except UsageError:
            continue
    return tuple(sorted(found, key=lambda run: (run.started, run.name), reverse=True))


def run_folder(tuning: Path, name: str) -> RunFolder:
    """The folder of the run of that name, whether it is there or not; UsageError for what is no name."""
    if not re.fullmatch(r"\w[\w.-]{0,99}", name):
        raise UsageError(f"{name} can't be a run's name: use letters, digits, dots, dashes and underscores.")
    return RunFolder(tuning / "runs" / name)


def new_name(tuning: Path) -> str:
    """The next free one: run-1, run-2 and so on."""
    folder = tuning / "runs"
    taken = [int(path.name[4:]) for path in folder.glob("run-*") if path.name[4:].isdecimal()]
    return f"run-{max(taken, default=0) + 1}"


def _run(values: dict[str, Any]) -> Run:
    return Run(
        **{
            **values,
            "status": Status(values["status"]),
            "base": Base(**values["base"]),
            "data": Data(**values["data"]),
        }
    )
