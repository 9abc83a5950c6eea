"""An evaluation as it is kept beside its run: what was compared, and what exactly it belongs to."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brain.errors import UsageError
from brain.tuning.judging.comparison import Comparison

FILE = "report.json"
OWN_FILE = "questions.json"  # on an admin's own questions


@dataclass(frozen=True, slots=True)
class Report:
    """What was compared: `adapter` and `data` are hashes of the adapter's files and the held-out split.

    `code` is the version of citewise, `when` in ISO form, `split` the number of rows that the held-out split
    has, of which `given.rows` were asked. `in_use` is there where the whole brain was asked too.

    On own questions, `questions` is the name of their file, and `given` is what the whole brain answered to
    those that `note` tells of. Otherwise `note` says what is to be minded of the held-out questions.
    """

    run: str
    adapter: str
    data: str
    base_model: str
    code: str
    when: str
    split: int
    given: Comparison
    in_use: Comparison | None = None
    questions: str = ""
    note: str = ""

    def as_json(self) -> dict[str, object]:
        """As plain JSON."""
        return {
            "run": self.run,
            "adapter": self.adapter,
            "data": self.data,
            "base_model": self.base_model,
            "code": self.code,
            "when": self.when,
            "split": self.split,
            "given": self.given.as_json(),
            "in_use": self.in_use.as_json() if self.in_use else None,
            "questions": self.questions,
            "note": self.note,
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Report":
        """As it was written; LookupError, ValueError, AttributeError or TypeError for anything else."""
        in_use = values["in_use"]
        return cls(
            run=str(values["run"]),
            adapter=str(values["adapter"]),
            data=str(values["data"]),
            base_model=str(values["base_model"]),
            code=str(values["code"]),
            when=str(values["when"]),
            split=int(values["split"]),
            given=Comparison.from_json(values["given"]),
            in_use=Comparison.from_json(in_use) if in_use else None,
            questions=str(values.get("questions", "")),
            note=str(values.get("note", "")),
        )


def read_report(folder: Path, run: str) -> Report:
    """The report in a run's folder `evaluation`; raises UsageError where there is none, or a damaged one."""
    found = _read(folder / FILE, f"citewise tune eval {run}")
    if found is None:
        raise UsageError(f"{run} was not evaluated: run `citewise tune eval {run}` first.")
    return found


def read_own_report(folder: Path, run: str) -> Report | None:
    """The report on own questions in that folder, if there is one; UsageError where it is damaged."""
    return _read(folder / OWN_FILE, f"citewise tune eval {run} --questions FILE")


def _read(path: Path, command: str) -> Report | None:
    try:
        return Report.from_json(json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, LookupError, ValueError, AttributeError, TypeError) as error:
        raise UsageError(f"{path} is damaged: run `{command}` again.", detail=repr(error)) from error
