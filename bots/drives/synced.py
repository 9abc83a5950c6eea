"""Looking at several drives, one after the other, whatever goes wrong with one of them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from brain.catalog.rows import DriveRow
from brain.errors import CitewiseError, StorageFailed
from ingest.report import SyncReport


@dataclass(frozen=True, slots=True)
class Synced:
    """What came of one drive: reports of one look or more, and the sentence that ended it otherwise."""

    drive: DriveRow
    reports: tuple[SyncReport, ...] = ()
    problem: str = ""


def sync_all(
    drives: Sequence[DriveRow], look: Callable[[int], SyncReport], patience_seconds: float
) -> list[Synced]:
    """Look at each; where files are still being written to, again until they settle or time is up.

    Raises StorageFailed: a full disk or a damaged catalog fails every drive alike.
    """
    return [_synced(drive, look, patience_seconds) for drive in drives]


def _synced(drive: DriveRow, look: Callable[[int], SyncReport], patience_seconds: float) -> Synced:
    deadline = time.monotonic() + patience_seconds
    reports: list[SyncReport] = []
    try:
        reports.append(look(drive.id))
        while reports[-1].unsettled and time.monotonic() < deadline:
            time.sleep(1.0)
            reports.append(look(drive.id))
    except StorageFailed:
        raise
    except CitewiseError as error:
        return Synced(drive, tuple(reports), error.sentence)
    return Synced(drive, tuple(reports))
