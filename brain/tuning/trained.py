"""A training run as it lies in HOME/tuning/runs/NAME, and the citing set that it learnt from."""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from brain.errors import UsageError
from brain.tuning.citing_set import data_hash
from brain.tuning.rows import Row, read_rows


@dataclass(frozen=True, slots=True)
class TrainedRun:
    """A finished run.

    `base_model` is as it was set, `base` its fingerprint; `data` is the citing set's name, `data_hash` of it,
    and `data_folder` where it lay when the run was trained.
    """

    name: str
    folder: Path
    base_model: str
    base: str
    data: str
    data_hash: str
    data_folder: str = ""

    @property
    def adapter(self) -> Path:
        """The adapter's files."""
        return self.folder / "adapter"

    @property
    def evaluation(self) -> Path:
        """Where its evaluation lies."""
        return self.folder / "evaluation"

    def data_in(self, tuning: Path) -> Path:
        """Where its citing set lies: in the home's folder `tuning`, or wherever it was.

        Of two, it is the one that is still as it was learnt: the home may hold another of that name.
        """
        places = [tuning / "data" / self.data, *([Path(self.data_folder)] if self.data_folder else [])]
        there = [folder for folder in places if folder.is_dir()]
        for folder in there[:-1]:
            with suppress(OSError):
                if data_hash(folder) == self.data_hash:
                    return folder
        return there[-1] if there else places[0]

    def held_out(self, tuning: Path) -> tuple[Row, ...]:
        """The rows that were kept apart from it; UsageError where its set is gone, was changed or is empty.

        Of a set that was made again, held-out rows may have been learnt.
        """
        folder = self.data_in(tuning)
        try:
            found = data_hash(folder)
        except OSError as error:
            raise UsageError(
                f"The citing set {self.data} that {self.name} was trained on is not in {folder.parent}: put "
                "it back, or make one with `citewise tune data` and train again.",
                detail=repr(error),
            ) from error
        if found != self.data_hash:
            raise UsageError(
                f"The citing set {self.data} was changed after {self.name} was trained on it: what is held "
                "out now may have been learnt. Train again."
            )
        rows = read_rows(folder / "held_out.jsonl")
        if not rows:
            raise UsageError(
                f"The citing set {self.data} holds out no question: make a larger one with "
                "`citewise tune data`."
            )
        return rows


def trained_run(tuning: Path, name: str) -> TrainedRun:
    """A run under a home's folder `tuning`; UsageError where there is none of that name, or it isn't done."""
    folder = tuning / "runs" / name
    path = folder / "run.json"
    try:
        values = json.loads(path.read_text("utf-8"))
        status, base, data = str(values["status"]), values["base"], values["data"]
        run = TrainedRun(
            name,
            folder,
            base_model=str(base["model"]),
            base=str(base["fingerprint"]),
            data=str(data["name"]),
            data_hash=str(data["hash"]),
            data_folder=str(data.get("folder", "")),
        )
    except (FileNotFoundError, NotADirectoryError) as error:
        known = ", ".join(run_names(tuning))
        there = f"there are: {known}" if known else "`citewise tune train` makes one"
        raise UsageError(f"There is no training run {name}; {there}.", detail=repr(error)) from error
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{path} is damaged: train again with `citewise tune train`.", detail=repr(error)
        ) from error
    if status != "done" or not run.adapter.is_dir():
        raise UsageError(f"The run {name} is not done: let `citewise tune train` finish it.")
    return run


def run_names(tuning: Path) -> list[str]:
    """Of all runs, in order."""
    return sorted(path.parent.name for path in (tuning / "runs").glob("*/run.json"))
