"""Training runs on disk: HOME/tuning/runs/NAME, and run.json in it, which says what each was made of.

Beside run.json: checkpoints/ (what a stopped run goes on from), adapter/ once it is done, losses.jsonl,
tensorboard/ and losses.svg. Nothing here needs torch, so that runs can be listed without it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from brain.durable import write_json
from brain.errors import UsageError


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
    """The citing set: name, folder, hash over its rows, rows read, and those that were too long.

    `validation` are the rows that training stops by.
    """

    name: str
    folder: str
    hash: str
    learnt: int
    validation: int
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """What run.json says. Times are UTC, ISO 8601; `validation_loss` is the best look's, a said token."""

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
    validation_loss: float | None = None
    early: bool = False
    adapter: str = ""  # SHA-256 of adapter_model.safetensors
    asked: Mapping[str, Any] = field(default_factory=dict)  # the hyperparameters that were named


class RunFolder:
    """One run's folder. Its record is read by read(), and by nothing else."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def adapter(self) -> Path:
        """The trained adapter, where the run is done."""
        return self.path / "adapter"

    @property
    def evaluation(self) -> Path:
        """What it was held against, and how it did."""
        return self.path / "evaluation"

    @property
    def checkpoints(self) -> Path:
        """Where the run goes on from."""
        return self.path / "checkpoints"

    @property
    def picture(self) -> Path:
        """The losses, drawn when the run is done."""
        return self.path / "losses.svg"

    def read(self) -> Run:
        """Its record, under the folder's name now; UsageError where there is none, or a damaged one."""
        path = self.path / "run.json"
        try:
            return replace(_run(json.loads(path.read_text("utf-8"))), name=self.path.name)
        except (FileNotFoundError, NotADirectoryError) as error:
            known = ", ".join(_names(self.path.parent))
            there = f"there are: {known}" if known else "`citewise tune train` makes one"
            raise UsageError(
                f"There is no training run {self.path.name}; {there}.", detail=repr(error)
            ) from error
        except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
            raise UsageError(
                f"{path} is damaged: train again with `citewise tune train` and another --name, or remove "
                "the folder.",
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


def run_names(tuning: Path) -> list[str]:
    """Of all runs, in order."""
    return _names(tuning / "runs")


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


def _names(runs: Path) -> list[str]:
    return sorted(path.parent.name for path in runs.glob("*/run.json"))


def _run(values: dict[str, Any]) -> Run:
    """A record as it was written; before a set had three parts, training looked at the held-out rows."""
    values, data = _renamed(values, "validation_loss"), _renamed(values["data"], "validation")
    status, base = Status(values["status"]), Base(**values["base"])
    return Run(**{**values, "status": status, "base": base, "data": Data(**data)})


def _renamed(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {name if key == "held_out" else key: value for key, value in values.items()}
