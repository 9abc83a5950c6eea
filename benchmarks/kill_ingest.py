"""Kill an ingest again and again and check what is left: `python -m benchmarks.kill_ingest [--kills 100]`.

A real process ingests a folder of generated files through the real parts (parse workers, catalog, Chroma,
keyword index; only the embedder is a cheap deterministic one). Between runs files are created, edited,
moved, swapped and deleted. Each run is ended by SIGKILL at a random moment. After every kill the catalog
must hold only whole documents that the drive has had; after one to three kills a run is let through, and
then catalog = drive, index = catalog, and searching finds what is there and nothing else. Nothing may be
embedded whose vector the catalog held already.

With `--followed` the process follows the drive as `citewise serve` does, and the drive goes on changing
while it works, up to the kill and beyond.

The figures in results/ are brought up to date after each round, so a series that is stopped leaves them.
"""

import argparse
import hashlib
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import cheap_embedder
from benchmarks.changing_drive import ChangingDrive
from benchmarks.killed_process import LOG, STARTED, KilledProcess, Work, follow, ingest
from benchmarks.live_line import LiveLine
from benchmarks.recording import record, show
from brain.catalog.documents.vectors import vector_of

if TYPE_CHECKING:
    from brain.catalog.catalog import Catalog
    from brain.index.search_index import SearchIndex

LONGEST_LIFE, SHORTEST_LIFE = 4.0, 0.5  # seconds that a process may live before it is killed
PAUSE_SECONDS = 0.06  # at most, between two changes of a drive that is being followed


_VECTORS = """
    SELECT path, json_array(context, table_header, passages.text), key, vector
    FROM passages JOIN documents ON documents.id = document_id
    JOIN vector_keys ON vector_keys.id = passages.key_id
    JOIN vectors ON vectors.key_id = passages.key_id WHERE removed IS NULL ORDER BY path, ordinal
"""


@dataclass
class Outcome:
    """What a series of kills came to; `faults` should be empty.

    `embedded` counts the texts that were embedded, `lost_with_kills` those of them that a kill took before
    they were stored, so that they were embedded a second time; `embedded_though_stored` should be 0.
    """

    seed: int
    finished: bool = False
    kills: int = 0
    complete_runs: int = 0
    changes: int = 0
    changes_while_it_worked: int = 0
    killed_in: dict[str, int] = field(default_factory=dict)
    documents_checked: int = 0
    searches: int = 0
    rebuilt_indexes: int = 0
    confirmed_removals: int = 0
    embedded: int = 0
    lost_with_kills: int = 0
    embedded_though_stored: int = 0
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Series:
    """Kills a series of ingests of one drive and gathers what is found wrong."""

    work: Work = staticmethod(ingest)

    def __init__(self, folder: Path, seed: int, files: int, changes: int) -> None:
        self.chance = random.Random(seed)
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        root = folder / "drive"
        root.mkdir()
        self.drive = ChangingDrive(root, self.chance, 2 * files)
        self.changes = changes
        self.outcome = Outcome(seed)
        self.killed_in: Counter[str] = Counter()
        self.usual = 2.0
        self.began = time.perf_counter()
        self._process: KilledProcess | None = None
        self._texts: dict[tuple[str, str], tuple[list[str], str]] = {}
        for _ in range(files):
            self.drive.create()

    def run(self, kills: int) -> Outcome:
        """Kill so many times, then let a last run through."""
        while self.outcome.kills < kills:
            self.round()
        self.outcome.finished = True
        return self.outcome

    def round(self) -> None:
        """One to three kills, each checked; then a run is let through, and everything is."""
        for _ in range(self.chance.randint(1, 3)):
            self.kill()
            self.check_whole()
        self.complete()
        self.check_in_step()
        texts = cheap_embedder.embedded(self.home / LOG)
        outcome = self.outcome
        outcome.embedded, outcome.lost_with_kills = len(texts), len(texts) - len(set(texts))
        outcome.killed_in = dict(self.killed_in.most_common())
        outcome.changes = self.drive.changes
        outcome.seconds = round(time.perf_counter() - self.began, 1)

    def change(self) -> None:
        """Change the drive a little."""
        for _ in range(self.changes):
            self.drive.change()

    def kill(self) -> None:
        """Change the drive, start the process and kill it at a random moment after its imports."""
        self.change()
        process = self._start()
        self.live(process, self.chance.uniform(0.0, self.usual))
        self.killed(process)

    def live(self, process: KilledProcess, seconds: float) -> None:
        """Let it work for so long, or to its end."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and process.heard(left):
            pass

    def killed(self, process: KilledProcess) -> None:
        """Kill it and note in what it was killed."""
        killed = process.kill()
        self._note_embedded_again(process)
        if killed:
            self.outcome.kills += 1
            self.killed_in[process.stage or STARTED] += 1
        elif not process.said:
            self.fault(f"a process failed by itself while {process.stage}")

    def complete(self) -> None:
        """Let a run through to its end."""
        began = time.perf_counter()
        process = self._start()
        self._heard_through(process)
        self.usual = min(LONGEST_LIFE, max(SHORTEST_LIFE, time.perf_counter() - began))

    def check_whole(self) -> None:
        """Every document in the catalog is one that the drive has had, from its first word to its last."""
        from brain.catalog.catalog import Catalog

        if not (self.home / "catalog.db").exists():
            return
        with Catalog(self.home / "catalog.db") as catalog:
            for row in catalog.documents():
                if row.content_hash not in self.drive.contents:
                    self.fault(f"a content that the drive never had: {row.path}")
                    continue
                passages, text = self._wanted(row.content_hash)
                stored = [passage.text for passage in catalog.document_passages(row.id)]
                if stored != passages or catalog.document_text(row.id) != text:
                    self.fault(f"half a document: {row.path}")
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
            rows = [(row.path, row.content_hash) for row in catalog.documents()]
            stored = dict(rows)
            if wrong := sorted(dict(stored.items() ^ now.items())):
                self.fault(f"the catalog differs from the drive: {wrong}")
            if len(rows) != len(stored):
                self.fault("a path is in the catalog twice")
            for difference in index.verify(deep=True).differences:
                self.fault(difference)
            for digest, word in self.chance.sample(sorted(self.drive.words.items()), 12):
                found = index.keyword("general", [word], 50)
                paths = {p.source.document for p in catalog.passages(number for number, _ in found).values()}
                if paths != {path for path, held in now.items() if held == digest}:
                    self.fault(f"searching {word} found {sorted(paths)}")
                self.outcome.searches += 1
            self._check_vectors(catalog, index)

    def fault(self, words: str) -> None:
        """Note what is wrong, and after which kill."""
        self.outcome.faults.append(f"after kill {self.outcome.kills}: {words}")

    def _check_vectors(self, catalog: "Catalog", index: "SearchIndex") -> None:
        """Every passage has the vector of its own string, and by one of them its passage is found."""
        with catalog.database.reading() as connection:
            rows = connection.execute(_VECTORS).fetchall()
        for path, strings, key, _ in rows:
            text = "\n".join(part for part in json.loads(strings) if part)
            # A table is titled by its file's name, and equal files share the vectors of the first name.
            if not path.endswith(".csv") and hashlib.sha256(text.encode()).hexdigest() != key:
                self.fault(f"{path} has a vector of something else")
        path, strings, key, vector = self.chance.choice(rows)
        nearest = index.dense("general", vector_of(vector).tolist(), 5)
        found = catalog.passages(number for number, score in nearest if score > 0.999)
        if json.loads(strings)[-1] not in {passage.text for passage in found.values()}:
            self.fault(f"the vector of {path} is not found")
        self.outcome.searches += 1

    def _heard_through(self, process: KilledProcess) -> None:
        status = process.end()
        self._note_embedded_again(process)
        self.outcome.complete_runs += 1
        told: dict[str, Any] = process.said
        if status or not told:
            self.fault(f"a run that was let through ended with {status} in {process.stage}")
            return
        self.outcome.rebuilt_indexes += told["rebuilt"]
        self.outcome.confirmed_removals += told["confirmed"]
        if told["failed"]:
            self.fault(f"{told['failed']} files failed")

    def _note_embedded_again(self, process: KilledProcess) -> None:
        self.outcome.embedded_though_stored += process.again
        if process.again:
            self.fault(f"{process.again} texts were embedded though their vectors were stored")

    def _wanted(self, digest: str) -> tuple[list[str], str]:
        """Passages and text of a content; each is read once."""
        from ingest.indexing.splitting import split
        from ingest.readers import read_bytes

        name, data = self.drive.contents[digest]
        key = (digest, name)
        if key not in self._texts:
            parsed = read_bytes(data, name)
            chunks = split(parsed, 64, cheap_embedder.embedder().count_tokens)
            self._texts[key] = ([chunk.text for chunk in chunks], parsed.text)
        return self._texts[key]

    def _start(self) -> KilledProcess:
        self._process = KilledProcess(self.work, self.home, self.drive.root)
        return self._process

    def abandon(self) -> None:
        """End what still works, where the series was stopped in the midst of a round."""
        if self._process is not None:
            self._process.stop()


class FollowedSeries(Series):
    """Kills the process that keeps a followed drive in step, while the drive is being changed."""

    work: Work = staticmethod(follow)

    def live(self, process: KilledProcess, seconds: float) -> None:
        """Go on changing the drive for so long."""
        while not process.stage and process.heard(1.0):
            pass  # what it still loads is not ours to kill it in
        until = time.monotonic() + seconds
        while time.monotonic() < until and process.heard(self.chance.uniform(0.0, PAUSE_SECONDS)):
            self.drive.change()
            self.outcome.changes_while_it_worked += 1

    def complete(self) -> None:
        """Let it follow a drive in heavy change for a while, then come to rest."""
        began = time.perf_counter()
        process = self._start()
        self.live(process, self.chance.uniform(0.0, self.usual))
        process.ask()
        self._heard_through(process)
        self.usual = min(LONGEST_LIFE, max(SHORTEST_LIFE, time.perf_counter() - began))


def main() -> None:
    """Run the series, print its table, keep its figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", type=int, default=60, help="at first; twice as many at most")
    parser.add_argument("--changes", type=int, default=15, help="between two runs")
    parser.add_argument("--followed", action="store_true", help="kill what follows a drive in heavy change")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="citewise-kill-"))
    series = (FollowedSeries if given.followed else Series)(folder, given.seed, given.files, given.changes)
    outcome, name = series.outcome, "kill_following" if given.followed else "kill_ingest"
    with LiveLine("kills", given.kills) as line, suppress(KeyboardInterrupt):
        while outcome.kills < given.kills:
            series.round()
            outcome.finished = outcome.kills >= given.kills
            record(name, [asdict(outcome)], files=given.files, changes=given.changes)
            line.tell(outcome.kills, f"{len(outcome.faults)} faults")
    if not outcome.finished:
        series.abandon()
    rows = [{"what": name.replace("_", " "), "figure": str(value)} for name, value in asdict(outcome).items()]
    show("Killed followers" if given.followed else "Killed ingests", rows, "faults must be empty")
    if outcome.faults:
        print(f"What is left of it, to look into: {folder}")
        sys.exit(1)
    shutil.rmtree(folder, ignore_errors=not outcome.finished)
    if not outcome.finished:
        sys.exit(130)


if __name__ == "__main__":
    main()
