"""Ingest a drive of hostile files and check each: `python -m benchmarks.hostile_drive [--seed 1] [--light]`.

Every file is read by a worker of its own queue, with its seconds and the worker's peak memory; then the whole
drive is ingested through the real parts (only the embedder is a cheap one). Wanted: no hang, no crash of the
ingest, each file either text or a failure with a sentence, and every good file beside them indexed.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.cheap_embedder import embedder
from benchmarks.hostile_files import GOOD, write_all
from benchmarks.recording import record, show
from ingest.parsing.pool import ParsePool

SECONDS = 30.0
MEMORY = 1024**3
SLACK_SECONDS = 5.0
_LOOK = 0.05  # seconds between two looks at the workers' memory
SLACK_MIB = 160  # libraries mapped into view, which the limit on data does not count


@dataclass(frozen=True)
class Reading:
    """What became of one file: `outcome` is `text`, `failed` (with its sentence) or `left alone`."""

    path: str
    outcome: str
    sentence: str = ""
    seconds: float = 0.0
    peak_mib: float = 0.0


def read_each(root: Path, seconds: float = SECONDS) -> list[Reading]:
    """Read every regular file that a listing shows, one by one, and measure its worker."""
    from ingest.drives import Entry
    from ingest.indexing.cut_document import Cutting
    from ingest.indexing.reading import ReadFile, VanishedFile, read_file
    from ingest.local.folder import LocalFolder
    from ingest.locate import readable_suffixes

    readings = []
    drive = LocalFolder(root, readable_suffixes())
    cutting = Cutting(64, embedder().count_tokens)
    with ParsePool(1, seconds, MEMORY) as pool:
        for entry in drive.list({}):
            if not isinstance(entry, Entry):
                readings.append(Reading(entry.path, "left alone", entry.reason))
                continue
            _forget_peak()
            began = time.perf_counter()
            with _Peak() as peak:
                outcome = read_file(drive, entry, pool, cutting)
            spent = time.perf_counter() - began
            if isinstance(outcome, ReadFile):
                readings.append(Reading(entry.path, "text", "", spent, peak.mib))
            elif isinstance(outcome, VanishedFile):
                readings.append(Reading(entry.path, "vanished", "", spent))
            else:
                fault = f" [{outcome.detail[-200:]}]" if "fault in citewise" in outcome.sentence else ""
                readings.append(Reading(entry.path, "failed", outcome.sentence + fault, spent, peak.mib))
    return readings


def faults_of(readings: list[Reading], seconds: float = SECONDS) -> list[str]:
    """What is not as it should be, in words; empty where all is well."""
    faults = []
    for reading in readings:
        if reading.outcome == "vanished":
            faults.append(f"{reading.path}: taken for gone")
        if reading.outcome == "failed" and not _is_sentence(reading.sentence):
            faults.append(f"{reading.path}: no sentence for people: {reading.sentence!r}")
        if reading.seconds > seconds + SLACK_SECONDS:
            faults.append(f"{reading.path}: took {reading.seconds:.1f} s")
        if reading.peak_mib > MEMORY / 2**20 + SLACK_MIB:
            faults.append(f"{reading.path}: took {reading.peak_mib:.0f} MiB")
    return faults


def ingest_all(root: Path, home: Path, seconds: float = SECONDS) -> tuple[Any, list[str]]:
    """The report of an ingest of the whole drive, and what is wrong with the index after it."""
    from brain.catalog.catalog import Catalog
    from brain.index.search_index import SearchIndex
    from ingest.local.folder import LocalFolder
    from ingest.locate import readable_suffixes
    from ingest.sync import Parts, sync

    faults = []
    with Catalog(home / "catalog.db") as catalog, SearchIndex.open(home / "index", catalog) as index:
        drive = LocalFolder(root, readable_suffixes())
        parts = Parts(catalog, lambda: index, embedder, lambda: ParsePool(2, seconds, MEMORY))
        report = sync(drive, "general", parts)
        held = {row.path: row.id for row in catalog.documents()}
        for file in sorted([*root.glob("good *"), *(root / "hostile").glob("good *")]):
            path = file.relative_to(root).as_posix()
            if path not in held or GOOD not in catalog.document_text(held[path]):
                faults.append(f"{path}: a good file that is not indexed")
        faults += index.verify(deep=True).differences
        again = sync(drive, "general", parts)
        if again.added or again.changed or again.removed or again.embedded:
            faults.append(f"a second run changed something: {again}")
    return report, faults


def verdict(faults: list[str]) -> str:
    """The last line: whether all is as it should be."""
    if faults:
        return f"FAILED: {len(faults)} things are not as they should be."
    return "PASSED: no hang, no crash; every file is text or a sentence, and every good one is indexed."


def _is_sentence(text: str) -> bool:
    return text[:1].isprintable() and text.endswith(".") and "fault in citewise" not in text


def _workers() -> list[Any]:
    import psutil

    found = []
    for child in psutil.Process().children():
        try:
            if "ingest.parsing.child" in " ".join(child.cmdline()):
                found.append(child)
        except psutil.Error:  # it has just ended
            continue
    return found


def _forget_peak() -> None:
    for worker in _workers():
        try:
            Path(f"/proc/{worker.pid}/clear_refs").write_text("5")
        except OSError:
            return  # without it peaks are those since the worker began


class _Peak:
    """The most memory of a worker within a block, looked at often, since one that grew large leaves."""

    def __init__(self) -> None:
        self.mib = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "_Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(_LOOK):
            self.mib = max(self.mib, _peak_mib())
        self.mib = max(self.mib, _peak_mib())


def _peak_mib() -> float:
    peaks = [0.0]
    for worker in _workers():
        try:
            status = Path(f"/proc/{worker.pid}/status").read_text()
        except OSError:
            continue
        peaks += [float(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")]
    return max(peaks)


def main() -> None:
    """Make the drive, read it, print what stands out, keep the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--light", action="store_true", help="the small set that the tests use")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="limit for one file")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="citewise-hostile-") as folder:
        root, home = Path(folder, "drive"), Path(folder, "home")
        home.mkdir()
        counts = write_all(root, chosen.seed, heavy=not chosen.light)
        began = time.perf_counter()
        readings = read_each(root, chosen.seconds)
        each = time.perf_counter() - began
        report, faults = ingest_all(root, home, chosen.seconds)
        whole = time.perf_counter() - began - each
    faults = faults_of(readings, chosen.seconds) + faults
    slowest = sorted(readings, key=lambda reading: -reading.seconds)[:12]
    largest = sorted(readings, key=lambda reading: -reading.peak_mib)[:8]
    rows = [_row(reading) for reading in dict.fromkeys([*slowest, *largest])]
    show("The slowest and largest of the hostile files", rows)
    outcomes = Counter(reading.outcome for reading in readings)
    summary = {
        **counts,
        **outcomes,
        "seconds_one_by_one": round(each, 1),
        "seconds_ingest": round(whole, 1),
        "indexed": report.documents,
        "failed_in_ingest": report.failed,
        "faults": faults,
    }
    for name, value in summary.items():
        if name != "faults":
            print(f"{name}: {value}")
    for fault in faults:
        print(f"FAULT {fault}")
    print(verdict(faults))
    if not chosen.light:
        record("hostile_drive", [asdict(reading) for reading in readings], **summary, seed=chosen.seed)
    sys.exit(1 if faults else 0)


def _row(reading: Reading) -> dict[str, object]:
    return {
        "file": reading.path.rpartition("/")[2][:30].encode("unicode_escape").decode(),
        "outcome": reading.outcome,
        "seconds": reading.seconds,
        "MiB": reading.peak_mib,
        "sentence": reading.sentence[:60].encode("unicode_escape").decode(),
    }


if __name__ == "__main__":
    main()
