"""`python -m benchmarks.removal [--documents 200000]`: taking out a large drive, and being killed at it.

The documents are made up and put straight into the catalog: two passages each, one of them of its own
words, with vectors that a few thousand passages share, so that Chroma is filled in a minute. The removal has
a process of its own; what it holds is that whole process, with all that it has imported. Then a small drive
is taken out and killed by SIGKILL before and after each durable write: from the first one on nothing of it
may be shown, and another process must finish it, so that index = catalog.
"""

import argparse
import hashlib
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.crash_matrix import ROOT, RUNS, Writes
from benchmarks.recording import alone, peak_mib, record, show

DIMENSIONS = 32
STRINGS = 5000  # different strings that are embedded
SMALL, AT_ONCE = 30, 4  # documents of the drive that is killed at, and of one of its batches


def fill(place: Path, count: int) -> None:
    """A home with a drive of so many documents and another of three, indexed."""
    from brain.catalog.catalog import Catalog
    from brain.index.search_index import SearchIndex

    with Catalog(place / "catalog.db") as catalog:
        catalog.set_embedder("made/32", DIMENSIONS)
        leaving, staying = (
            catalog.add_drive(url, "general").id for url in ("made://leaving", "made://stays")
        )
        draw = np.random.default_rng(0)
        strings = min(STRINGS, 2 * count)
        with catalog.database.writing() as connection:
            connection.executemany(
                "INSERT INTO vector_keys (id, key) VALUES (?, ?)",
                ((n, hashlib.sha256(str(n).encode()).hexdigest()) for n in range(1, strings + 1)),
            )
            connection.executemany(
                "INSERT INTO vectors VALUES (1, ?, ?)",
                ((n, _vector(draw)) for n in range(1, strings + 1)),
            )
            for drive_id, first, documents in ((leaving, 1, count), (staying, count + 1, 3)):
                _put(connection, drive_id, range(first, first + documents), strings)
        with SearchIndex.open(place / "index", catalog):
            pass


def _vector(draw: np.random.Generator) -> bytes:
    vector = draw.normal(size=DIMENSIONS)
    return np.asarray(vector / np.linalg.norm(vector), np.dtype("<f4")).tobytes()


def _put(connection: Any, drive_id: int, numbers: range, strings: int) -> None:
    connection.executemany(
        """INSERT INTO documents (id, space_id, drive_id, path, size, mtime_ns, content_hash, etag, uri,
           title, media_type, indexed, version)
           VALUES (?, 1, ?, ?, 100, 1, ?, '', '', ?, 'text/plain', '2026-11-26', 1)""",
        ((n, drive_id, f"folder-{n // 100}/note {n}.md", f"{n:064x}", f"Note {n}") for n in numbers),
    )
    connection.executemany(
        "INSERT INTO versions (document_id, number, created, content_hash, characters, deflated) "
        "VALUES (?, 1, '', ?, ?, ?)",
        ((n, f"{n:064x}", len(_text(n)), zlib.compress(_text(n).encode())) for n in numbers),
    )
    connection.executemany(
        """INSERT INTO passages (document_id, ordinal, start, "end", text, context, table_header, locator,
           key_id) VALUES (?, ?, ?, ?, ?, '', '', '', ?)""",
        (row for n in numbers for row in _passages(n, strings)),
    )


def _text(number: int) -> str:
    return f"{_common()} Rule {number} of them says that {number} is its number."


def _common() -> str:
    return "All rules are kept by everybody, as is said at the beginning of each of these notes. " * 3


def _passages(number: int, strings: int) -> Iterator[tuple[Any, ...]]:
    text, middle = _text(number), len(_common())
    for ordinal, (start, end) in enumerate(((0, middle), (middle, len(text)))):
        yield number, ordinal, start, end, text[start:end], 1 + (2 * number + ordinal) % strings


def measure(place: Path) -> dict[str, Any]:
    """Take the first drive out, as the command line does."""
    from brain.catalog.catalog import Catalog
    from brain.index.search_index import SearchIndex

    with Catalog(place / "catalog.db") as catalog, SearchIndex.open(place / "index", catalog) as index:
        count = catalog.followed.document_count(1)
        before = peak_mib()
        began, worked = time.perf_counter(), time.process_time()
        catalog.removals.begin(1)
        hidden = time.perf_counter() - began
        assert catalog.counts().documents == 3
        removed = catalog.removals.carry_out(1, index.apply_pending)
        assert removed == count
        return {
            "what": "a drive is taken out",
            "documents": count,
            "hidden after s": round(hidden, 3),
            "seconds": round(time.perf_counter() - began, 1),
            "of the processor": round(time.process_time() - worked, 1),
            "memory MiB": peak_mib(),
            "of it at the start": before,
            "in the catalog MiB": (place / "catalog.db").stat().st_size / 2**20,
        }


def take_out(place: Path, kill_at: int, moment: str) -> None:
    """Take the first drive out of a small home in this process, or go on; prints how many writes."""
    from brain.catalog.catalog import Catalog
    from brain.catalog.drives import removals
    from brain.index.search_index import SearchIndex

    removals.DOCUMENTS_AT_ONCE = AT_ONCE
    removals._INDEXED_AT_ONCE = 2 * AT_ONCE
    with Catalog(place / "catalog.db") as catalog, SearchIndex.open(place / "index", catalog) as index:
        writes = Writes(kill_at, moment)
        writes.install()
        if any(drive.id == 1 for drive in catalog.drives()):
            catalog.removals.begin(1)
        catalog.removals.carry_out(1, index.apply_pending)
        told = {"writes": writes.done, "rebuilt": bool(index.rebuilt)}
    print(json.dumps(told), flush=True)


def kills(folder: Path, every: int) -> dict[str, Any]:
    """Kill at each write, look at what is shown, let another process finish, and check."""
    filled, place = folder / "small", folder / "killed"
    filled.mkdir()
    fill(filled, SMALL)
    shutil.copytree(filled, place)
    writes = _told(_child(place, 0, "before"))["writes"]
    done, rebuilt, faults = 0, 0, list[str]()
    for at in range(1, writes + 1, every):
        for moment in RUNS:
            shutil.rmtree(place)
            shutil.copytree(filled, place)
            killed = _child(place, at, moment)
            where = f"killed {moment} write {at}"
            if killed.returncode != -signal.SIGKILL:
                faults.append(f"{where}: it was not: {killed.stderr[-300:]}")
                continue
            done += 1
            began = at > 1 or moment == "after"
            faults += [f"{where}: {fault}" for fault in _shown(place, 3 if began else 3 + SMALL)]
            rebuilt += bool(_told(_child(place, 0, "before"))["rebuilt"])
            faults += [f"{where}: {fault}" for fault in [*_shown(place, 3), *_left(place)]]
    return {"writes": writes, "kills": done, "rebuilt indexes": rebuilt, "faults": faults}


def _shown(place: Path, documents: int) -> list[str]:
    from brain.catalog.catalog import Catalog

    with Catalog(place / "catalog.db") as catalog:
        shown = [len(catalog.documents()), catalog.counts().documents]
        with catalog.database.reading() as connection:
            ids = [number for (number,) in connection.execute("SELECT id FROM passages")]
        shown.append(len({passage.source.document for passage in catalog.passages(ids).values()}))
    return [] if shown == [documents] * 3 else [f"{shown} documents are shown in place of {documents}"]


def _left(place: Path) -> list[str]:
    from brain.catalog.catalog import Catalog
    from brain.index.search_index import SearchIndex

    with Catalog(place / "catalog.db") as catalog, SearchIndex.open(place / "index", catalog) as index:
        left = [f"{row.documents} documents are left" for row in catalog.removals.under_way()]
        return [*left, *index.verify(deep=True).differences]


def _child(place: Path, kill_at: int, moment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "benchmarks.removal", "--child", str(place), str(kill_at), moment]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)


def _told(done: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    if done.returncode:
        raise RuntimeError(done.stderr)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def main() -> None:
    """Measure, kill, show, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=int, default=200_000)
    parser.add_argument("--every", type=int, default=1, help="kill at every so many writes")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        place, kill_at, moment = given.child
        take_out(Path(place), int(kill_at), moment)
        return
    with tempfile.TemporaryDirectory(prefix="citewise-removal-") as folder:
        (Path(folder) / "large").mkdir()
        alone(fill, Path(folder) / "large", given.documents)
        row = alone(measure, Path(folder) / "large")
        killed = kills(Path(folder), given.every)
    show("A drive is taken out", [row])
    show("… and killed at each durable write", [{k: str(v) for k, v in killed.items()}], "No faults, please.")
    print(f"Written to {record('removal', [row, killed], every=given.every)}")
    sys.exit(1 if killed["faults"] else 0)


if __name__ == "__main__":
    main()
