"""A home with a tiny Phi-3 beside it, and training runs whose reports say what a test wants them to say."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from citing_rows import rows
from saved_adapter import saved_adapter
from talking_phi3 import talking_phi3

from brain.phi3.fingerprint import fingerprint
from brain.tuning.citing_set import data_hash
from brain.tuning.judging.comparison import Comparison, Figure
from brain.tuning.judging.report import Report
from brain.tuning.rows import write_rows
from brain.tuning.runs import Base, Data, Run, RunFolder, Status
from brain.tuning.versions import hash_of

RIVALS = ("extractive", "base", "few-shot")
GOOD, EVEN = Figure(0.2, 0.1, 0.3, 40), Figure(0.0, -0.01, 0.01, 40)


@dataclass(frozen=True)
class TunedHome:
    """`home` is a home's folder, `model` the folder of the model that it is tuned from."""

    home: Path
    model: Path

    @property
    def tuning(self) -> Path:
        return self.home / "tuning"

    @property
    def settings(self) -> Mapping[str, str]:
        return {"CITEWISE_ANSWERER": "phi3", "CITEWISE_MODEL": str(self.model)}

    def judged_by_own(self, folder: Path, *, better: bool, answerable: int = 40) -> None:
        """A report on own questions beside that on held-out ones; ten of them can't be answered."""
        path = folder / "evaluation" / "report.json"
        whole = Report.from_json(json.loads(path.read_text()))
        gap = GOOD if better else replace(GOOD, low=-0.1)
        differences = {rival: {**table, "f1": gap} for rival, table in whole.given.differences.items()}
        given = replace(whole.given, rows=answerable + 10, answerable=answerable, differences=differences)
        own = replace(whole, given=given, questions="mine.jsonl", note="50 of 60 questions can judge it.")
        path.with_name("questions.json").write_text(json.dumps(own.as_json()))

    def run(self, name: str, seed: int, *, better: bool = True, **changes: str) -> Path:
        """A finished run with an adapter and a report; `changes` are of the report."""
        folder = self.tuning / "runs" / name
        adapter = saved_adapter(folder / "adapter", self.model, seed)
        data = self.tuning / "data" / "small"
        if not data.is_dir():
            data.mkdir(parents=True)
            write_rows(data / "train.jsonl", rows(2, 1))
            write_rows(data / "validation.jsonl", rows(1, 0))
            write_rows(data / "held_out.jsonl", rows(3, 2))
            (data / "questions.jsonl").write_text(
                '{"id": "q", "question": "How long is parental leave?", "answers": ["16 weeks"]}\n'
            )
        of = Data("small", str(data), data_hash(data), 3, 1)
        RunFolder(folder).write(done_run(name, Base(str(self.model), fingerprint(self.model)), of))
        gap = GOOD if better else replace(GOOD, low=-0.1)
        gaps = {"f1": gap, "accuracy": EVEN, "cite_f1": EVEN, "refuse_f1": EVEN}
        figures = {name: dict.fromkeys(gaps, Figure(0.7, 0.6, 0.8, 40)) for name in (*RIVALS, "adapter")}
        given = Comparison("adapter", 50, 40, figures, dict.fromkeys(RIVALS, gaps))
        report = Report(name, hash_of(adapter), of.hash, str(self.model), "0", "now", 50, given)
        report = replace(report, **changes)  # type: ignore[arg-type]
        (folder / "evaluation").mkdir()
        (folder / "evaluation" / "report.json").write_text(json.dumps(report.as_json()))
        return folder


def done_run(name: str, base: Base, data: Data) -> Run:
    """What is on record of a run that is done."""
    return Run(name, Status.DONE, base, data, "auto", {}, "0.1.0", "c" * 64, {}, "processor", "2026-01-01")


def model_in(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return talking_phi3(folder)


def copied(model: Path, folder: Path) -> Path:
    """Another model of the same shape."""
    shutil.copytree(model, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"rope_theta": 20_000.0}))
    return folder


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
