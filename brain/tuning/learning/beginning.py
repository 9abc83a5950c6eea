"""Which run a command means: a new one, one that it goes on with, or one that is done already."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from brain.errors import UsageError
from brain.tuning.citing_set import CitingSet
from brain.tuning.learning.data import find_data
from brain.tuning.runs import Base, Run, RunFolder, Status, new_name, run_folder, runs_in
from brain.tuning.trained import TrainedRun


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command says: nothing that is None was named.

    `place` is what `data` would be as a folder; `method` is auto, lora or qlora; `fields` are Recipe's.
    """

    data: str | None = None
    place: Path | None = None
    name: str | None = None
    method: str | None = None
    resume: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Meant:
    """The run that is meant: `before` is its record if it was begun before."""

    folder: RunFolder
    data: CitingSet
    method: str
    before: Run | None

    @property
    def done(self) -> bool:
        """There is nothing left to do: its adapter is there."""
        done = self.before is not None and self.before.status is Status.DONE
        return done and (self.folder.adapter / "adapter_model.safetensors").is_file()


def meant(tuning: Path, base: Base, asked: Asked) -> Meant:
    """The same command again goes on with what it began; other data, model or recipe is another run.

    `tuning` is Home.tuning. Raises UsageError where a run of that name is of something else, or there is none
    to resume.
    """
    if asked.resume:
        return _resumed(tuning, base, asked)
    data = find_data(tuning, asked.data, asked.place)
    method = asked.method or "auto"
    content = data.data_hash
    if asked.name is None:
        for run in runs_in(tuning):
            if not _differences(run, base, content, method, asked):
                return Meant(run_folder(tuning, run.name), data, method, run)
        return Meant(run_folder(tuning, new_name(tuning)), data, method, None)
    folder = run_folder(tuning, asked.name)
    if _unbegun(folder):
        return Meant(folder, data, method, None)
    run = folder.read()
    if others := _differences(run, base, content, method, asked):
        raise UsageError(
            f"{asked.name} is a run with {', '.join(others)}: choose another --name, or go on with it as it "
            f"was begun by `citewise tune train --resume --name {asked.name}`."
        )
    return Meant(folder, data, method, run)


def _unbegun(folder: RunFolder) -> bool:
    """Whether there is no such run, or no more of it than a kill or a full disk left of its first write."""
    path = folder.path
    return not path.exists() or (path.is_dir() and all(p.name.startswith(".") for p in path.iterdir()))


def _resumed(tuning: Path, base: Base, asked: Asked) -> Meant:
    run = _named(tuning, asked.name)
    if run.base.fingerprint != base.fingerprint:
        raise UsageError(
            f"{run.name} was begun with {run.base.model}, and CITEWISE_MODEL is {base.model} with other "
            "weights: set it back, or begin a new run."
        )
    folder = run_folder(tuning, run.name)
    data = find_data(tuning, str(TrainedRun(folder, run).data_in(tuning)))
    if data.data_hash != run.data.hash:
        raise UsageError(
            f"The citing set {run.data.name} has changed since {run.name} was begun with it: begin a new run "
            "with `citewise tune train`."
        )
    return Meant(folder, data, run.method, run)


def _named(tuning: Path, name: str | None) -> Run:
    """The run that is to be gone on with: the newest that isn't done where none is named."""
    if name is not None:
        return run_folder(tuning, name).read()
    for run in runs_in(tuning):
        if run.status is not Status.DONE:
            return run
    raise UsageError("No run is waiting to be resumed: begin one with `citewise tune train`.")


def _differences(run: Run, base: Base, content: str, method: str, asked: Asked) -> list[str]:
    """How a run differs from what is asked for, in words."""
    found = []
    if run.base.fingerprint != base.fingerprint:
        found.append(f"another model ({run.base.model})")
    if run.data.hash != content:
        found.append(f"other data ({run.data.name} as it was then)")
    if run.method != method:
        found.append(f"--method {run.method}")
    for name in sorted({*run.asked, *asked.fields}):
        if run.asked.get(name) != asked.fields.get(name):
            was = run.asked.get(name)
            found.append(f"{name} {'left as it is' if was is None else was}")
    return found
