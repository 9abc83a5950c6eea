"""Kill an ingest again and again and check what is left: `python -m benchmarks.kill_ingest [--kills 100]`.

A real process ingests a folder of generated files through the real parts (parse workers, catalog, Chroma,
keyword index; only the embedder is a cheap deterministic one). Between runs files are created, edited,
moved, swapped and deleted. Each run is ended by SIGKILL at a random moment. After every kill the catalog
must hold only whole documents that the drive has had; after one to three kills a run is let through, and
then catalog = drive, index = catalog, and searching finds what is there and nothing else.
"""

import argparse
import hashlib
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.recording import record, show

ROOT = Path(__file__).resolve().parent.parent
STARTED = "started"
DIMENSIONS = 32


@dataclass
class Outcome:
    """What a series of kills came to; `faults` should be empty."""

    seed: int
    kills: int = 0
    complete_runs: int = 0
    killed_in: dict[str, int] = field(default_factory=dict)
    documents_checked: int = 0
    searches: int = 0
    rebuilt_indexes: int = 0
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0


def ingest(home: Path, drive: Path) -> None:
    """One ingest in this process, as the command line does it; tells its stages on standard output."""
    from brain.catalog.catalog import Catalog
    from brain.index.search_index import SearchIndex
    from ingest.local_folder import LocalFolder
    from ingest.locate import readable_suffixes
    from ingest.parse_worker import ParsePool
    from ingest.sync import sync

    told: set[str] = set()

    def progress(stage: str, done: int, total: int | None) -> None:
        if stage not in told:
            told.add(stage)
            print(stage, flush=True)

    print(STARTED, flush=True)
    with Catalog(home / "catalog.db") as catalog:
        index: list[SearchIndex] = []

        def open_index() -> SearchIndex:
            print("indexing", flush=True)
            if not index:
                index.append(SearchIndex.open(home / "index", catalog))
            return index[0]

        folder = LocalFolder(drive, readable_suffixes())
        report = sync(folder, "general", catalog, open_index, embedder, ParsePool, progress)
        rebuilt = [part.rebuilt for part in index]
        for part in index:
            part.close()
    print(json.dumps({"embedded": report.embedded, "failed": report.failed, "rebuilt": rebuilt}), flush=True)


def embedder():
    """A deterministic stand-in of 32 dimensions: what is tested here is what becomes of vectors."""
    from langchain_core.embeddings import DeterministicFakeEmbedding

    from brain.embedding.embedder import Embedder

    fake = DeterministicFakeEmbedding(size=DIMENSIONS)
    return Embedder("fake/32", DIMENSIONS, 64, fake, lambda text: len(text.split()))


class Drive:
    """A folder of generated files that changes at random; remembers every content that it has had."""

    def __init__(self, root: Path, chance: random.Random) -> None:
        self.root = root
        self.chance = chance
        self.contents: dict[str, tuple[str, bytes]] = {}
        self.counter = 0
        self.words: dict[str, str] = {}

    def create(self) -> None:
        """A new file with a word that no other has."""
        self.counter += 1
        folder = self.chance.choice(["", "it", "hr", "hr/leave", "sales"])
        suffix = self.chance.choice([".md", ".txt", ".html", ".csv"])
        self._write(self.root / folder / f"file {self.counter}{suffix}")

    def change(self) -> None:
        """One random change."""
        files = self.files()
        kind = self.chance.choice(["create", "edit", "edit", "move", "swap", "delete", "copy", "touch"])
        if kind == "create" or len(files) < 8:
            self.create()
        elif kind == "edit":
            self._write(self.chance.choice(files))
        elif kind == "touch":
            self.chance.choice(files).touch()
        elif kind == "delete":
            self.chance.choice(files).unlink()
        elif kind == "swap":
            one = self.chance.choice(files)
            other = self.chance.choice([file for file in files if file.suffix == one.suffix])
            spare = self.root / "swapping.tmp"
            one.rename(spare)
            if other != one:
                other.rename(one)
            spare.rename(other)
            self._remember(one)
            self._remember(other)
        else:
            file = self.chance.choice(files)
            self.counter += 1
            target = self.root / self.chance.choice(["", "old", "hr"]) / f"{kind} {self.counter}{file.suffix}"
            target.parent.mkdir(exist_ok=True)
            if kind == "move":
                file.rename(target)
            else:
                shutil.copy(file, target)
            self._remember(target)

    def files(self) -> list[Path]:
        """All files there are now."""
        return sorted(path for path in self.root.rglob("*") if path.is_file())

    def hashes(self) -> dict[str, str]:
        """Content hash by path, as the catalog should have it."""
        return {path.relative_to(self.root).as_posix(): _sha(path.read_bytes()) for path in self.files()}

    def _write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.counter += 1
        word = f"zeb{self.counter:05d}ra"
        sentences = [
            f"Rule {n} of {word} says {self.chance.random():.12f}." for n in range(self.chance.randint(3, 60))
        ]
        if path.suffix == ".csv":
            text = "name,value\n" + "\n".join(f"{word},{sentence}" for sentence in sentences)
        elif path.suffix == ".html":
            text = (
                f"<html><body><h1>{word}</h1>" + "".join(f"<p>{s}</p>" for s in sentences) + "</body></html>"
            )
        else:
            text = f"# {word}\n\n" + "\n\n".join(sentences)
        path.write_text(text)
        self.words[_sha(text.encode())] = word
        self._remember(path)

    def _remember(self, path: Path) -> None:
        data = path.read_bytes()
        self.contents[_sha(data)] = (path.name, data)


class Series:
    """Kills a series of ingests of one drive and gathers what is found wrong."""

    def __init__(self, folder: Path, seed: int, files: int, changes: int) -> None:
        self.chance = random.Random(seed)
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        root = folder / "drive"
        root.mkdir()
        self.drive = Drive(root, self.chance)
        self.changes = changes
        self.outcome = Outcome(seed)
        self.killed_in: Counter[str] = Counter()
        self.usual = 2.0
        for _ in range(files):
            self.drive.create()

    def run(self, kills: int) -> Outcome:
        """Kill so many times, then let a last run through."""
        began = time.perf_counter()
        while self.outcome.kills < kills:
            for _ in range(self.chance.randint(1, 3)):
                self.change()
                self.kill()
                self.check_whole()
            self.complete()
            self.check_in_step()
        self.outcome.killed_in = dict(self.killed_in)
        self.outcome.seconds = round(time.perf_counter() - began, 1)
        return self.outcome

    def change(self) -> None:
        """Change the drive a little."""
        for _ in range(self.changes):
            self.drive.change()

    def kill(self) -> None:
        """Start an ingest and kill it at a random moment after its imports."""
        process = self._start()
        assert process.stdout is not None
        process.stdout.readline()
        try:
            process.wait(self.chance.uniform(0.0, self.usual))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        rest = process.communicate()[0].split("\n")
        if process.returncode == -signal.SIGKILL:
            self.outcome.kills += 1
            stage = next((line for line in reversed(rest) if line), STARTED)
            self.killed_in["closing" if stage.startswith("{") else stage] += 1
        elif process.returncode:
            self.outcome.faults.append(f"an ingest failed: {rest[-2:]}")

    def complete(self) -> None:
        """Let an ingest through, then another one that must find nothing to do."""
        began = time.perf_counter()
        output, _ = self._start().communicate()
        self.usual = min(4.0, max(0.5, time.perf_counter() - began))
        self.outcome.complete_runs += 1
        report = json.loads(output.splitlines()[-1])
        self.outcome.rebuilt_indexes += any(report["rebuilt"])
        if report["failed"]:
            self.outcome.faults.append(f"{report['failed']} files failed")

    def check_whole(self) -> None:
        """Every document in the catalog is one that the drive has had, from its first word to its last."""
        from brain.catalog.catalog import Catalog
        from ingest.readers import read_bytes
        from ingest.splitting import split

        if not (self.home / "catalog.db").exists():
            return
        count = embedder().count_tokens
        with Catalog(self.home / "catalog.db") as catalog:
            for row in catalog.documents():
                name, data = self.drive.contents[row.content_hash]
                parsed = read_bytes(data, name)
                wanted = [chunk.text for chunk in split(parsed, 64, count)]
                stored = catalog.document_passages(row.id)
                if [passage.text for passage in stored] != wanted or catalog.document_text(
                    row.id
                ) != parsed.text:
                    self.outcome.faults.append(f"half a document: {row.path}")
                self.outcome.documents_checked += 1

    def check_in_step(self) -> None:
        """Catalog = drive, index = catalog, and a search finds what is there and nothing that is gone."""
        from brain.catalog.catalog import Catalog
        from brain.index.search_index import SearchIndex

        self.check_whole()
        now = self.drive.hashes()
        with (
            Catalog(self.home / "catalog.db") as catalog,
            SearchIndex.open(self.home / "index", catalog) as index,
        ):
            stored = {row.path: row.content_hash for row in catalog.documents()}
            if wrong := sorted(dict(stored.items() ^ now.items())):
                self.outcome.faults.append(f"the catalog differs from the drive: {wrong}")
            self.outcome.faults += index.verify(deep=True).differences
            for digest, word in self.chance.sample(sorted(self.drive.words.items()), 12):
                found = index.keyword("general", [word], 50)
                paths = {p.source.document for p in catalog.passages(number for number, _ in found).values()}
                if paths != {path for path, held in now.items() if held == digest}:
                    self.outcome.faults.append(f"searching {word} found {sorted(paths)}")
                self.outcome.searches += 1
            row = self.chance.choice(catalog.documents())
            passage = catalog.document_passages(row.id)[0]
            text = "\n".join(part for part in (passage.context, passage.table_header, passage.text) if part)
            nearest = index.dense("general", embedder().embeddings.embed_query(text), 5)
            if max((score for _, score in nearest), default=0.0) < 0.999:
                self.outcome.faults.append(f"the vector of {row.path} is not found")
            self.outcome.searches += 1

    def _start(self) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "benchmarks.kill_ingest"]
        command += ["--child", str(self.home), str(self.drive.root)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def main() -> None:
    """Run the series, print its table, keep its figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--changes", type=int, default=15, help="between two runs")
    parser.add_argument("--child", nargs=2, metavar=("HOME", "DRIVE"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        ingest(Path(chosen.child[0]), Path(chosen.child[1]))
        return
    with tempfile.TemporaryDirectory(prefix="citewise-kill-") as folder:
        outcome = Series(Path(folder), chosen.seed, chosen.files, chosen.changes).run(chosen.kills)
    rows = [{"what": name.replace("_", " "), "figure": str(value)} for name, value in asdict(outcome).items()]
    show("Killed ingests", rows, "faults must be empty")
    record("kill_ingest", [asdict(outcome)], files=chosen.files, changes=chosen.changes)
    sys.exit(1 if outcome.faults else 0)


if __name__ == "__main__":
    main()
