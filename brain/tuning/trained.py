"""A training run that is done, and the citing set that it learnt from."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from brain.errors import UsageError
from brain.tuning.citing_set import CitingSet, data_hash
from brain.tuning.rows import Row
from brain.tuning.runs import Run, RunFolder, Status


@dataclass(frozen=True, slots=True)
class TrainedRun:
    """A run, finished where trained_run() gave it: where it lies, and what its record says."""

    folder: RunFolder
    record: Run

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.path.name

    def data_in(self, tuning: Path) -> Path:
        """Where its citing set lies: in the home's folder `tuning`, or wherever it was.

        Of two, it is the one that is still as it was learnt: the home may hold another of that name.
        """
        data = self.record.data
        places = [tuning / "data" / data.name, *([Path(data.folder)] if data.folder else [])]
        there = [folder for folder in places if folder.is_dir()]
        for folder in there[:-1]:
            with suppress(OSError):
                if data_hash(folder) == data.hash:
                    return folder
        return there[-1] if there else places[0]

    def data(self, tuning: Path) -> CitingSet:
        """Its citing set as it was learnt; UsageError where it is gone or was changed.

        Of a set that was made again, held-out rows may have been learnt.
        """
        folder, learnt = self.data_in(tuning), self.record.data
        try:
            found = data_hash(folder)
        except OSError as error:
            raise UsageError(
                f"The citing set {learnt.name} that {self.name} was trained on is not in {folder.parent}: "
                "put it back, or make one with `citewise tune data` and train again.",
                detail=repr(error),
            ) from error
        if found != learnt.hash:
            raise UsageError(
                f"The citing set {learnt.name} was changed after {self.name} was trained on it: what is held "
                "out now may have been learnt. Train again."
            )
        return CitingSet(folder.absolute())

    def held_out(self, tuning: Path) -> tuple[Row, ...]:
        """The rows that were kept apart from it to test with; raises as data(), and where there are none."""
        rows = self.data(tuning).held_out()
        if not rows:
            raise UsageError(
                f"The citing set {self.record.data.name} holds out no question: make a larger one with "
                f"`citewise tune data`, or test {self.name} with questions of your own: `citewise tune eval "
                f"{self.name} --questions FILE`."
            )
        return rows


def trained_run(tuning: Path, name: str) -> TrainedRun:
    """A run under a home's folder `tuning`; UsageError where there is none of that name, or it isn't done."""
    folder = RunFolder(tuning / "runs" / name)
    record = folder.read()
    if record.status is not Status.DONE or not folder.adapter.is_dir():
        if record.status is Status.FAILED and record.reason:
            raise UsageError(f"The run {name} is not done, since it failed: {record.reason}")
        raise UsageError(
            f"The run {name} is not done: `citewise tune train --resume --name {name}` finishes it."
        )
    return TrainedRun(folder, record)
