"""`python -m benchmarks.rescan [--tree 100000] [--files 1000000]`: looking at files that have not changed.

A drive of many small files is looked at again and again by new processes: nothing may be embedded. Its
catalog is filled from a listing, as taking the files in would have left it, since that takes long. Beside it
a drive of a million files that are made up as they are listed is looked at, for what that holds in memory:
all of it new, unchanged, renamed, and nearly all of it gone. Each look has a process of its own; what it
holds is that whole process, with all that it has imported.
"""

import argparse
import contextlib
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.cheap_embedder import embedder
from benchmarks.ingest import _make_files
from benchmarks.recording import alone, peak_mib, record, show
from brain.catalog.rows import LedgerEntry
from ingest.drives import Entry
from ingest.local.folder import LocalFolder
from ingest.locate import readable_suffixes

REPEATS = 3
MADE_NS = 1_600_000_000_000_000_000
FIRST, AGAIN, GONE = "made up: first look, up to reading", "made up: look again", "made up: nine of ten gone"


def fill(place: Path) -> None:
    """Have the catalog know all files of the drive as they are now."""
    from brain.catalog.catalog import Catalog
    from ingest.options import DriveOptions
    from ingest.reconciling.hashing import sha256_of

    with Catalog(place / "catalog.db") as catalog:
        folder = _folder(place)
        options = DriveOptions(settle=0).as_json()
        drive_id = catalog.followed.follow(folder.url, "general", options).id
        known = (
            (drive_id, item.path, item.size, item.mtime_ns, sha256_of(folder.place(item)), item.etag)
            for item in folder.list({})
            if isinstance(item, Entry)
        )
        _store(catalog, known)


def measure(place: Path, count: int) -> dict[str, Any]:
    """Look at the drive, as a process that was just started does."""
    from brain.catalog.catalog import Catalog
    from brain.index.search_index import SearchIndex
    from ingest.following.drive_sync import DriveSync

    with Catalog(place / "catalog.db") as catalog:

        def index() -> SearchIndex:
            return SearchIndex.open(place / "index", catalog)

        drive_sync = DriveSync(catalog, index, embedder, lambda *_: _folder(place))
        began, worked = time.perf_counter(), time.process_time()
        report = drive_sync.sync(catalog.drives()[0].id)
        assert report is not None
        return {
            "what": "a folder: look again",
            "files": count,
            "seconds": time.perf_counter() - began,
            "of the processor": time.process_time() - worked,
            "embedded": report.embedded,
            "unchanged": report.unchanged,
            "held": report.held,
            "memory MiB": peak_mib(),
        }


def _folder(place: Path) -> LocalFolder:
    return LocalFolder(place / "drive", readable_suffixes(), own_clock=True)


def _store(catalog: Any, known: Iterable[tuple[Any, ...]]) -> None:
    from ingest.readers.versions import mark

    with catalog.database.writing() as connection:
        connection.executemany(
            """INSERT INTO documents (space_id, drive_id, path, size, mtime_ns, content_hash, etag, reading,
               uri, title, media_type, indexed, version)
               VALUES (1, ?, ?, ?, ?, ?, ?, ?, '', '', '', '', 1)""",
            ((*row, mark("markdown")) for row in known),
        )


def _mark(number: int) -> str:
    return f"{number:x}-17d{number:013x}-{number:016x}"  # as long as a local file's


class MadeDrive:
    """Files in folders of a hundred, made up while they are listed; those from `first` on are there."""

    whole = True
    url = "made://drive"

    def __init__(self, count: int, *, prefix: str = "folder", first: int = 0) -> None:
        self._numbers = range(first, count)
        self._prefix = prefix

    def list(self, ledger: Mapping[str, LedgerEntry]) -> Iterator[Entry]:
        """The files in the order of their numbers."""
        for n in self._numbers:
            path = f"{self._prefix}-{n // 100}/a note with a name {n}.md"
            yield Entry(path, 100, MADE_NS, _mark(n), identity=f"{n:032x}")

    def fetch(self, entry: Entry) -> Any:
        """None of the files is there."""
        raise FileNotFoundError(entry.path)

    def uri(self, entry: Entry) -> str:
        """No link leads to a made-up file."""
        return f"{self.url}/{entry.path}"


class Planned(Exception):
    """The look has come to where files are read."""


def fill_made(place: Path, count: int) -> None:
    """Have the catalog know all made-up files."""
    from brain.catalog.catalog import Catalog
    from ingest.options import DriveOptions

    with Catalog(place / "catalog.db") as catalog:
        drive = MadeDrive(count)
        drive_id = catalog.followed.follow(drive.url, "general", DriveOptions(settle=0).as_json()).id
        entries = enumerate(drive.list({}))
        _store(
            catalog,
            ((drive_id, item.path, item.size, item.mtime_ns, f"{n:064x}", item.etag) for n, item in entries),
        )
        with catalog.database.writing() as connection:
            connection.execute("UPDATE documents SET identity = printf('%032x', id - 1)")


def measure_made(place: Path, count: int, what: str) -> dict[str, Any]:
    """Look at the made-up drive up to where files would be read."""
    from brain.catalog.catalog import Catalog
    from brain.index.search_index import SearchIndex
    from ingest.following.drive_sync import DriveSync
    from ingest.options import DriveOptions

    first = count * 9 // 10 if what == GONE else 0
    drive = MadeDrive(count, first=first)

    def stop() -> Any:
        raise Planned

    with Catalog(place / "catalog.db") as catalog:
        if what == FIRST:
            catalog.followed.follow(drive.url, "general", DriveOptions(settle=0).as_json())

        def index() -> SearchIndex:
            return SearchIndex.open(place / "index", catalog)

        drive_sync = DriveSync(catalog, index, stop, lambda *_: drive)
        began, worked, report = time.perf_counter(), time.process_time(), None
        with contextlib.suppress(Planned):
            report = drive_sync.sync(catalog.drives()[0].id)
        return {
            "what": what,
            "files": count,
            "seconds": time.perf_counter() - began,
            "of the processor": time.process_time() - worked,
            "embedded": report.embedded if report else None,
            "unchanged": report.unchanged if report else None,
            "held": report.held if report else None,
            "memory MiB": peak_mib(),
        }


def measure_renamed(place: Path, count: int) -> dict[str, Any]:
    """Plan what follows where the folders of all files have other names."""
    from brain.catalog.catalog import Catalog
    from ingest.reconciling.reconcile import compare, plan
    from ingest.reconciling.spool import Spool

    with Catalog(place / "catalog.db") as catalog, Spool(place) as spool:
        ledger = catalog.ledger(catalog.drives()[0].id)
        began, worked = time.perf_counter(), time.process_time()
        comparison = compare(MadeDrive(count, prefix="renamed").list(ledger), ledger, spool)
        plan(comparison, ledger, lambda entry: None)
        assert spool.count_moved() == count
        return {
            "what": "all folders renamed: the plan",
            "files": count,
            "seconds": time.perf_counter() - began,
            "of the processor": time.process_time() - worked,
            "embedded": spool.amount_to_read().files,
            "unchanged": comparison.unchanged,
            "held": None,
            "memory MiB": peak_mib(),
        }


def main() -> None:
    """Measure, show, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tree", type=int, default=100_000, help="files in a real folder")
    parser.add_argument("--files", type=int, default=1_000_000, help="files of a made-up drive")
    given = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory(prefix="citewise-rescan-") as folder:
        place = Path(folder)
        (place / "made").mkdir()
        (place / "new").mkdir()
        rows.append(alone(measure_made, place / "new", given.files, FIRST))
        alone(fill_made, place / "made", given.files)
        rows += [alone(measure_made, place / "made", given.files, what) for what in (AGAIN, GONE)]
        _make_files(place / "drive", given.tree)
        alone(fill, place)
        rows += [alone(measure, place, given.tree) for _ in range(REPEATS)]
        rows.append(alone(measure_renamed, place / "made", given.files))
    show("Looking at what has not changed", rows, "A look again must embed nothing.")
    print(f"Written to {record('rescan', rows)}")


if __name__ == "__main__":
    main()
