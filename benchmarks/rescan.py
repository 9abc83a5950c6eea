"""`python -m benchmarks.rescan [--files 100000] [--ledger 1000000]`: looking at files that have not changed.

A drive of many small files is taken in, then looked at again and again: nothing may be embedded. Beside it a
ledger of a million files is read from a catalog, for what a look at so large a drive holds in memory. Each in
a process of its own.
"""

import argparse
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from benchmarks.ingest import _make_files
from benchmarks.kill_ingest import embedder
from benchmarks.recording import alone, peak_mib, record, show

REPEATS = 3


def fill(place: Path, count: int) -> dict[str, Any]:
    """Take in a drive of `count` small files."""
    return _look(place, count, "first look")


def measure(place: Path, count: int) -> dict[str, Any]:
    """Look at the drive again, as a process that was just started does."""
    return _look(place, count, "look again")


def _look(place: Path, count: int, what: str) -> dict[str, Any]:
    from brain.catalog.catalog import Catalog
    from brain.index.search_index import SearchIndex
    from ingest.following.looks import Looks
    from ingest.local_folder import LocalFolder
    from ingest.locate import readable_suffixes
    from ingest.options import DriveOptions
    from ingest.parse_worker import ParsePool

    drive = place / "drive"
    with Catalog(place / "catalog.db") as catalog, ParsePool() as pool:
        options = DriveOptions(settle=0).as_json()
        drive_id = catalog.followed.follow(drive.as_uri(), "general", options).id

        def index() -> SearchIndex:
            return SearchIndex.open(place / "index", catalog)

        def folder(*_: object) -> LocalFolder:
            return LocalFolder(drive, readable_suffixes(), own_clock=True)

        looks = Looks(catalog, index, embedder, folder, lambda workers: nullcontext(pool))
        began = time.perf_counter()
        report = looks.look(drive_id)
        assert report is not None
        return {
            "what": what,
            "files": count,
            "seconds": time.perf_counter() - began,
            "embedded": report.embedded,
            "unchanged": report.unchanged,
            "memory MiB": peak_mib(),
        }


def _mark(number: int) -> str:
    return f"{number:x}-17d{number:013x}-{number:016x}"  # as long as a local file's


def measure_ledger(count: int) -> dict[str, Any]:
    """Read a made-up ledger of `count` files, and compare it with a listing that equals it."""
    from brain.catalog.catalog import Catalog
    from ingest.drives import Entry
    from ingest.reconcile import compare, plan

    with tempfile.TemporaryDirectory() as place, Catalog(Path(place) / "catalog.db") as catalog:
        drive_id = catalog.add_drive("file:///made", "general").id
        rows = (
            (
                drive_id,
                f"folder-{n // 100}/a note with a name {n}.md",
                f"{n:064x}",
                f"{n:x}-17d{n:013x}-18{n:x}",
            )
            for n in range(count)
        )
        with catalog.database.writing() as connection:
            connection.executemany(
                """INSERT INTO documents (space_id, drive_id, path, uri, title, media_type, size, mtime_ns,
                   content_hash, etag, indexed, version)
                   VALUES (1, ?, ?, '', '', '', 100, 1600000000000000000, ?, ?, '', 1)""",
                rows,
            )
        before = peak_mib()
        began = time.perf_counter()
        ledger = catalog.ledger(drive_id)
        listing = (Entry(path, 100, 1600000000000000000, known.etag) for path, known in ledger.items())
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
        rows.append(alone(fill, place, given.files))
        rows += [alone(measure, place, given.files) for _ in range(REPEATS)]
    rows.append(alone(measure_ledger, given.ledger))
    show("Looking at what has not changed", rows, "A look again must embed nothing.")
    print(f"Written to {record('rescan', rows)}")


if __name__ == "__main__":
    main()
