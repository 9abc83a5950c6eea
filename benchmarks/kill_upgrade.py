"""Homes of older code, upgraded under kills: `python -m benchmarks.kill_upgrade COMMIT... [--rounds 3]`.

The code of each commit ingests the sample drive and is asked something. Then today's `citewise ingest` of the
same drive is ended by SIGKILL at random moments, once to `--kills` times a round, and let through: the index
is what the catalog says, questions are answered as in a home of today's making, and nothing is embedded whose
vector the catalog held.
"""

import argparse
import json
import multiprocessing
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.crash_matrix import ROOT
from benchmarks.killed_serve import command
from benchmarks.recording import record

QUESTIONS = ROOT / "samples" / "questions.jsonl"
_PRELOADED = (
    *("bots.cli", "bots.terminal.commands.ingest", "bots.terminal.commands.ask_batch", "bots.wiring"),
    *("ingest.sync", "brain.index.search_index", "chromadb", "onnxruntime", "brain.brain"),
)


@dataclass
class Upgraded:
    """What became of the homes of one commit; `faults` should be empty."""

    commit: str
    layout: int = 0
    rounds: int = 0
    kills: int = 0
    embedded: int = 0
    answers_compared: int = 0
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Upgrades:
    """A drive, a home of today's making, and homes of older code that become like it."""

    def __init__(self, folder: Path, seed: int, questions: int) -> None:
        self.folder, self.chance = folder, random.Random(seed)
        self.drive = folder / "drive"
        shutil.copytree(ROOT / "samples" / "drive", self.drive)
        rows = QUESTIONS.read_text("utf-8").splitlines()[:questions]
        (folder / "questions.jsonl").write_text("\n".join(rows) + "\n", "utf-8")
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(_PRELOADED))
        self.usual = 0.0  # seconds of an ingest that upgrades
        self.wanted, _ = self._through(folder / "fresh")

    def upgraded(self, commit: str, rounds: int, kills: int) -> Upgraded:
        """Make a home with the code of that commit, and upgrade copies of it."""
        found, began = Upgraded(commit), time.monotonic()
        code, made, home = (self.folder / name for name in ("code", "made", "home"))
        shutil.rmtree(code, ignore_errors=True)
        shutil.rmtree(made, ignore_errors=True)
        code.mkdir()
        archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True)
        subprocess.run(["tar", "-x", "-C", str(code)], input=archive.stdout, check=True)
        for words in (["ingest", str(self.drive)], ["ask", "How many days of annual leave do we get?"]):
            older = [sys.executable, "-m", "bots.cli", *words, "--home", str(made)]
            environment = {**os.environ, "PYTHONPATH": str(code)}
            subprocess.run(older, cwd=self.folder, env=environment, check=True, capture_output=True)
        (found.layout,) = _rows(made, "PRAGMA user_version")[0]
        for number in range(rounds + 1):
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(made, home)
            if number:  # the first is let through, to see how long it takes
                for _ in range(self.chance.randint(1, kills)):
                    found.kills += self._killed(home)
            self._check(home, found)
            found.rounds += 1
        found.seconds = round(time.monotonic() - began, 1)
        return found

    def _killed(self, home: Path) -> bool:
        process = self._started(home, ("ingest", str(self.drive)))
        process.join(self.chance.uniform(0.0, self.usual))
        if ended := process.exitcode is not None:
            return not ended
        process.kill()
        process.join()
        return True

    def _check(self, home: Path, found: Upgraded) -> None:
        answers, embedded = self._through(home)
        found.embedded += embedded
        for path, wanted in self.wanted.items():
            if answers.get(path) != wanted:
                found.faults.append(f"round {found.rounds}: {path}: {answers.get(path)} instead of {wanted}")
        found.answers_compared += len(self.wanted)
        for words in (("verify",), ("audit", "--verify")):
            if self._ran(home, words):
                found.faults.append(f"round {found.rounds}: {' '.join(words)} failed")

    def _through(self, home: Path) -> tuple[dict[str, Any], int]:
        """An ingest that is let through, and how all is answered then; how much it embedded.

        Raises RuntimeError where it embedded what had a vector.
        """
        vectors, began = _vectors(home), time.monotonic()
        if self._ran(home, ("ingest", str(self.drive), "--json")):
            raise RuntimeError(self._log(home)[-2_000:])
        self.usual = time.monotonic() - began
        told = self._log(home).split("> ingest")[-1]
        report, _ = json.JSONDecoder().raw_decode(told[told.index("{") :])
        embedded = int(report["embedded"])
        if embedded != _vectors(home) - vectors:
            raise RuntimeError(f"{embedded} texts were embedded for {_vectors(home) - vectors} vectors")
        out = self.folder / "answers.jsonl"
        self._ran(home, ("ask-batch", str(self.folder / "questions.jsonl"), "--out", str(out)))
        rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
        return {str(row.get("id", number)): _lasting(row) for number, row in enumerate(rows)}, embedded

    def _ran(self, home: Path, words: Sequence[str]) -> int:
        process = self._started(home, words)
        process.join()
        return int(process.exitcode or 0)

    def _started(self, home: Path, words: Sequence[str]) -> Any:
        settings = {"CITEWISE_HOME": str(home), "CHAOS_LOG": f"{home}.log"}
        process = self._context.Process(target=command, args=(settings, words))
        process.start()
        return process

    @staticmethod
    def _log(home: Path) -> str:
        return Path(f"{home}.log").read_text("utf-8")


def _lasting(row: dict[str, Any]) -> dict[str, Any]:
    """What of an answer is the same in two homes: no times, no numbers of their own."""
    return {name: row[name] for name in ("answer", "refused", "citations") if name in row}


def _rows(home: Path, query: str) -> list[Any]:
    connection = sqlite3.connect(home / "catalog.db")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def _vectors(home: Path) -> int:
    with suppress(sqlite3.Error):
        return int(_rows(home, "SELECT count(*) FROM vectors")[0][0])
    return 0


def main() -> None:
    """Upgrade homes of these commits, print and keep what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("commits", nargs="+", metavar="COMMIT")
    parser.add_argument("--rounds", type=int, default=3, help="for each commit")
    parser.add_argument("--kills", type=int, default=6, help="at most, in a round")
    parser.add_argument("--questions", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="citewise-upgrade-") as folder:
        upgrades = Upgrades(Path(folder), given.seed, given.questions)
        found = []
        for commit in given.commits:
            found.append(asdict(upgrades.upgraded(commit, given.rounds, given.kills)))
            print(json.dumps(found[-1], indent=2), flush=True)
    record("kill_upgrade", found, rounds=given.rounds, questions=given.questions)
    if any(row["faults"] for row in found):
        sys.exit(1)


if __name__ == "__main__":
    main()
