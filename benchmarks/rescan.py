"""`python -m benchmarks.rescan [--files 100000] [--ledger 1000000]`: looking at files that have not changed.

A drive of many small files is looked at again and again by new processes: nothing may be embedded. Its
catalog is filled from a listing, as taking the files in would have left it, since that takes long. Beside it
a ledger of a million files is read and compared, for what a look at so large a drive holds in memory.
"""

import argparse
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.cheap_embedder import embedder
from benchmarks.ingest import _make_files
from benchmarks.recording import alone, peak_mib, record, show
from ingest.drives import Entry
from ingest.local_folder import LocalFolder
from ingest.locate import readable_suffixes

REPEATS = 3


def fill(place: Path) -> None:
    """Have the catalog know all files of the drive as they are now."""
    from brain.catalog.catalog import Catalog
    from ingest.hashing import sha256_of
    from ingest.options import DriveOptions

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
    from ingest.following.looks import Looks

    with Catalog(place / "catalog.db") as catalog:

        def index() -> SearchIndex:
            return SearchIndex.open(place / "index", catalog)

        looks = Looks(catalog, index, embedder, lambda *_: _folder(place))
        began = time.perf_counter()
        report = looks.look(catalog.drives()[0].id)
        assert report is not None
        return {
            "what": "look again",
            "files": count,
            "seconds": time.perf_counter() - began,
            "embedded": report.embedded,
            "unchanged": report.unchanged,
            "memory MiB": peak_mib(),
        }


def _folder(place: Path) -> LocalFolder:
    return LocalFolder(place / "drive", readable_suffixes(), own_clock=True)


def _store(catalog: Any, known: Iterable[tuple[Any, ...]]) -> None:
    with catalog.database.writing() as connection:
        connection.executemany(
            """INSERT INTO documents (space_id, drive_id, path, size, mtime_ns, content_hash, etag, uri,
               title, media_type, indexed, version) VALUES (1, ?, ?, ?, ?, ?, ?, '', '', '', '', 1)""",
            known,
        )


def _mark(number: int) -> str:
    return f"{number:x}-17d{number:013x}-{number:016x}"  # as long as a local file's


def measure_ledger(count: int) -> dict[str, Any]:
    """Read a made-up ledger of `count` files, and compare it with a listing that equals it."""
    from brain.catalog.catalog import Catalog
    from ingest.reconcile import compare, plan

    with tempfile.TemporaryDirectory() as place, Catalog(Path(place) / "catalog.db") as catalog:
        drive_id = catalog.add_drive("file:///made", "general").id
        time_ns = 1_600_000_000_000_000_000
        made = (
            (drive_id, f"folder-{n // 100}/a note with a name {n}.md", 100, time_ns, f"{n:064x}", _mark(n))
            for n in range(count)
        )
        _store(catalog, made)
        before = peak_mib()
        began = time.perf_counter()
        ledger = catalog.ledger(drive_id)
        listing = (Entry(path, 100, time_ns, known.etag) for path, known in ledger.items())
        comparison = compare(listing, ledger)
        plan(comparison, lambda entry: None)
        return {
            "what": "ledger alone",
            "files": count,
            "seconds": time.perf_counter() - began,
            "embedded": 0,
            "unchanged": comparison.unchanged,
            "memory MiB": peak_mib() - before,
        }


def main() -> None:
    """Measure, show, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--ledger", type=int, default=1_000_000)
    given = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory(prefix="citewise-rescan-") as folder:
        place = Path(folder)
        _make_files(place / "drive", given.files)
        alone(fill, place)
        rows += [alone(measure, place, given.files) for _ in range(REPEATS)]
    rows.append(alone(measure_ledger, given.ledger))
    show("Looking at what has not changed", rows, "A look again must embed nothing.")
    print(f"Written to {record('rescan', rows)}")


if __name__ == "__main__":
    main()
