"""Kill an ingest at every durable write: `python -m benchmarks.crash_matrix [--every 1]`.

A real process looks at a followed drive after a small script of changes: created, edited, moved, swapped,
renamed and deleted files. Each commit of the catalog and of the keyword index and each write of Chroma is
numbered; the run is ended by SIGKILL just before, or just after, the one whose turn it is. Then a second run
is let through: index = catalog = drive, and nothing is embedded that had a vector already.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.cheap_embedder import embedder
from benchmarks.recording import record, show
from benchmarks.tree_edits import Tree

ROOT = Path(__file__).resolve().parent.parent
RUNS = ("before", "after")


@dataclass
class Outcome:
    """What the kills came to; `faults` should be empty."""

    writes: int = 0
    kills: int = 0
    rebuilt_indexes: int = 0
    embedded_after: int = 0
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Writes:
    """Counts durable writes of this process and ends it at one of them."""

    def __init__(self, kill_at: int, moment: str) -> None:
        self.done = 0
        self._kill_at = kill_at
        self._moment = moment

    def count(self) -> Iterator[None]:
        """Around one write."""
        self.done += 1
        self._kill("before")
        yield
        self._kill("after")

    def _kill(self, moment: str) -> None:
        if self.done == self._kill_at and moment == self._moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def install(self) -> None:
        """Count the commits of SQLite and the writes of Chroma."""
        from brain.catalog.storage import Database
        from brain.index.chroma_index import ChromaIndex

        writing, counted = Database.writing, contextmanager(self.count)

        @contextmanager
        def counting(database: Any, **how: Any) -> Iterator[Any]:
            with counted(), writing(database, **how) as connection:
                yield connection

        def around(write: Callable[..., None]) -> Callable[..., None]:
            def numbered(*given: Any) -> None:
                with counted():
                    write(*given)

            return numbered

        Database.writing = counting  # type: ignore[assignment]
        ChromaIndex.put = around(ChromaIndex.put)  # type: ignore[method-assign]
        ChromaIndex.drop = around(ChromaIndex.drop)  # type: ignore[method-assign]


def look(home: Path, drive: Path, kill_at: int, moment: str) -> None:
    """One look at the drive in this process; prints what it wrote and embedded."""
    from brain.catalog.catalog import Catalog
    from brain.index.search_index import SearchIndex
    from ingest.following.drive_sync import DriveSync
    from ingest.local.folder import LocalFolder
    from ingest.locate import readable_suffixes
    from ingest.options import DriveOptions

    with Catalog(home / "catalog.db") as catalog:
        options = DriveOptions(settle=0).as_json()
        drive_id = catalog.followed.follow(drive.as_uri(), "general", options).id
        before = _vectors(catalog)
        writes = Writes(kill_at, moment)
        writes.install()
        opened: list[SearchIndex] = []

        def index() -> SearchIndex:
            if not opened:
                opened.append(SearchIndex.open(home / "index", catalog))
            return opened[0]

        drive_sync = DriveSync(catalog, index, embedder, lambda *_: LocalFolder(drive, readable_suffixes()))
        report = drive_sync.sync(drive_id)
        assert report is not None
        index().apply_pending()
        index().close()
        told = {
            "writes": writes.done,
            "embedded": report.embedded,
            "new_vectors": _vectors(catalog) - before,
            "held": report.held,
            "rebuilt": index().rebuilt,
        }
    print(json.dumps(told), flush=True)


def _vectors(catalog: Any) -> int:
    with catalog.database.reading() as connection:
        return int(connection.execute("SELECT count(*) FROM vectors").fetchone()[0])


class Matrix:
    """One home and drive before the changes, copied for each kill."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home, self.drive = folder / "home", folder / "drive"
        self.home.mkdir()
        self.outcome = Outcome()
        for number in range(14):
            self._write(f"{'hr/' * (number % 2)}{number}.md", f"quokka{number}", number + 1)
        self._child(0, "before")
        shutil.copytree(self.home, folder / "home before")
        self._change()
        self.outcome.writes = self._child(0, "before")["writes"]

    def kill(self, at: int, moment: str) -> None:
        """Kill a look at that write, let another one through, and check."""
        shutil.rmtree(self.home)
        shutil.copytree(self.folder / "home before", self.home)
        killed = self._start(at, moment)
        if killed.returncode != -signal.SIGKILL:
            self.outcome.faults.append(f"write {at} was not killed: {killed.stderr[-300:]}")
            return
        self.outcome.kills += 1
        told = self._child(0, "before")
        self.outcome.rebuilt_indexes += bool(told["rebuilt"])
        self.outcome.embedded_after += told["embedded"]
        where = f"killed {moment} write {at}"
        if told["embedded"] != told["new_vectors"]:
            self.outcome.faults.append(f"{where}: something was embedded again")
        if told["held"]:
            self.outcome.faults.append(f"{where}: {told['held']} removals wait")
        self._check(where)

    def _change(self) -> None:
        root = self.drive
        self._write("new.md", "wombat", 3)
        self._write("new too.md", "numbat", 3)
        self._write("0.md", "changed", 2)
        (root / "2.md").rename(root / "moved.md")
        (root / "hr" / "3.md").rename(root / "3.md")
        (root / "4.md").rename(root / "spare")
        (root / "6.md").rename(root / "4.md")
        (root / "spare").rename(root / "6.md")
        (root / "8.md").unlink()
        (root / "hr" / "5.md").rename(root / "hr" / "Five.md")
        shutil.copy2(root / "10.md", root / "copy.md")
        (root / "hr" / "7.md").touch()

    def _write(self, path: str, word: str, rules: int) -> None:
        file = self.drive / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n\n".join(f"Rule {n} of {word} says {n}." for n in range(rules)))
        os.utime(file, (1_600_000_000, 1_600_000_000))

    def _check(self, where: str) -> None:
        from brain.catalog.catalog import Catalog
        from brain.index.search_index import SearchIndex

        with (
            Catalog(self.home / "catalog.db") as catalog,
            SearchIndex.open(self.home / "index", catalog) as index,
        ):
            stored = [(row.path, row.content_hash) for row in catalog.documents()]
            wanted = Tree(self.drive, None).hashes()  # type: ignore[arg-type]
            if dict(stored) != wanted or len(stored) != len(wanted):
                differing = sorted(dict(dict(stored).items() ^ wanted.items()))
                self.outcome.faults.append(f"{where}: the catalog differs in {differing}")
            self.outcome.faults += [f"{where}: {fault}" for fault in index.verify(deep=True).differences]

    def _child(self, kill_at: int, moment: str) -> dict[str, Any]:
        done = self._start(kill_at, moment)
        if done.returncode:
            raise RuntimeError(done.stderr)
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return told

    def _start(self, kill_at: int, moment: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "benchmarks.crash_matrix", "--child", self.home, self.drive]
        return subprocess.run(
            [*map(str, command), str(kill_at), moment], capture_output=True, text=True, cwd=ROOT
        )


def main() -> None:
    """Kill at each write, print the table, keep the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--every", type=int, default=1, help="kill at every so many writes")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        home, drive, kill_at, moment = given.child
        look(Path(home), Path(drive), int(kill_at), moment)
        return
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="citewise-crash-") as folder:
        matrix = Matrix(Path(folder))
        outcome = matrix.outcome
        for at in range(1, outcome.writes + 1, given.every):
            for moment in RUNS:
                matrix.kill(at, moment)
    outcome.seconds = round(time.perf_counter() - began, 1)
    rows = [{"what": name.replace("_", " "), "figure": str(value)} for name, value in asdict(outcome).items()]
    show("Killed at each durable write", rows, "faults must be empty")
    print(f"Written to {record('crash_matrix', [asdict(outcome)], every=given.every)}")
    sys.exit(1 if outcome.faults else 0)


if __name__ == "__main__":
    main()
