"""Keeps all watched drives of a catalog in step, a follower each, and says how that goes."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import wait
from dataclasses import dataclass, replace
from typing import Any

from brain.catalog.catalog import Catalog
from brain.catalog.rows import DriveBeingRemoved, DriveState, FollowedDrive
from brain.errors import StorageFailed, UsageError
from ingest.following.drive_sync import DriveSync
from ingest.following.follower import Follower, Request
from ingest.following.journal import note
from ingest.following.lag import percentile
from ingest.readers.versions import CURRENT
from ingest.report import Progress, Stage, SyncReport, silent

_LOOK_SECONDS = 1.0  # between two looks at which drives there are
_TELL_SECONDS = 0.2  # between two words of progress to who waits for a look


@dataclass(frozen=True, slots=True)
class DriveStatus:
    """How one drive stands: the catalog's `known`, and what only its follower knows.

    `mode` is how changes are noticed (`events`, `polling`, `starting`, or `` where nobody follows), `pending`
    counts files known to wait, `next_look` the seconds until the next look at the whole, `at_work` what is
    done now, and how far (stage, done, of how many), `outdated` documents wait to be read anew.
    """

    known: FollowedDrive
    mode: str = ""
    pending: int = 0
    next_look: float | None = None
    at_work: tuple[str, int, int | None] | None = None
    outdated: int = 0

    @property
    def lag_p50(self) -> float | None:
        """Seconds from change to answerable, half of the times at most."""
        return percentile(self.known.lags, 0.5)

    @property
    def lag_p95(self) -> float | None:
        """Seconds from change to answerable, 95 times of 100 at most."""
        return percentile(self.known.lags, 0.95)

    @property
    def not_for_audience(self) -> int:
        """Files kept out at the last full look, since the space's audience may not read them."""
        count: Any = self.known.reconciled.get("not_for_audience", 0)
        return int(count)


class _LastSeen:
    """How far a follower's look is, for somebody in another thread: a fault there must not end the look."""

    def __init__(self) -> None:
        self.last: tuple[Stage, int, int | None] = (Stage.FOUND, 0, None)

    def __call__(self, stage: Stage, done: int, total: int | None) -> None:
        self.last = (stage, done, total)


class Keeper:
    """Starts, ends and asks the followers. Drives that come, go or are confirmed meanwhile are noticed."""

    def __init__(self, catalog: Catalog, drive_sync: DriveSync) -> None:
        self._catalog = catalog
        self._drive_sync = drive_sync
        self._followers: dict[int, Follower] = {}
        self._marks: dict[int, tuple[str, int]] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether drives are followed."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Follow all watched drives from now on; returns at once."""
        if self.running:
            return
        self._stopping.clear()
        self._notice()
        self._thread = threading.Thread(target=self._run, name="keeper of drives", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 30.0) -> bool:
        """End following within so many seconds; False where a drive's thread still hangs after that.

        A look that is cut short loses nothing: the next one goes on from what is stored.
        """
        deadline = time.monotonic() + timeout
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout)
        with self._lock:
            followers, self._followers, self._marks = list(self._followers.values()), {}, {}
        for follower in followers:
            follower.stop()
        for follower in followers:
            follower.join(max(0.0, deadline - time.monotonic()))
        hanging = [follower.drive_id for follower in followers if follower.is_alive()]
        if hanging:
            note("hanging", drives=hanging)
        return not hanging

    def sync_now(
        self,
        drive_id: int,
        *,
        retry: bool = False,
        check_contents: bool = False,
        progress: Progress = silent,
        timeout: float | None = None,
    ) -> SyncReport | None:
        """Have a drive's follower look at all of it now, and wait for what comes of it.

        Raises what the look raises, TimeoutError after `timeout` seconds, and what `progress` raises: it is
        called here every so often, as long as this waits.
        """
        with self._lock:
            follower = self._followers.get(drive_id)
        if follower is None:
            raise UsageError(f"Drive {drive_id} is not followed now.")
        seen = _LastSeen()
        request = Request(retry, check_contents, seen)
        follower.ask(request)
        deadline = None if timeout is None else time.monotonic() + timeout
        while not wait([request.report], timeout=_TELL_SECONDS).done:
            progress(*seen.last)
            if deadline is not None and time.monotonic() > deadline:
                raise TimeoutError
        return request.report.result()

    def follows(self, drive_id: int) -> bool:
        """Whether that drive has a follower."""
        with self._lock:
            return drive_id in self._followers

    def status(self) -> Sequence[DriveStatus]:
        """How each drive stands, also those that nobody follows."""
        with self._lock:
            followers = dict(self._followers)
        outdated = self._catalog.readings.waiting(CURRENT)
        return [
            replace(
                _status(self._as_it_is(known), followers.get(known.drive.id)),
                outdated=outdated.get(known.drive.id, 0),
            )
            for known in self._catalog.followed.all()
        ] + [DriveStatus(_leaving(row)) for row in self._catalog.removals.under_way()]

    def _as_it_is(self, known: FollowedDrive) -> FollowedDrive:
        """As in the catalog, or as it would be there if the catalog could be written to."""
        unwritten = self._drive_sync.memory(known.drive.id).unwritten
        return replace(known, state=DriveState.FAILING, reason=unwritten) if unwritten else known

    def _run(self) -> None:
        while not self._stopping.wait(_LOOK_SECONDS):
            try:
                self._notice()
            except StorageFailed as error:
                note("catalog_unreadable", reason=error.sentence)

    def _notice(self) -> None:
        marks = self._catalog.followed.marks()
        with self._lock:
            for drive_id in self._followers.keys() - marks.keys():
                self._followers.pop(drive_id).stop()
            for drive_id, mark in marks.items():
                follower = self._followers.get(drive_id)
                if follower is None or not follower.is_alive():
                    self._followers[drive_id] = follower = Follower(drive_id, self._catalog, self._drive_sync)
                    follower.start()
                elif self._marks.get(drive_id) != mark and (mark[1] or self._marks[drive_id][0] != mark[0]):
                    follower.wake("its settings changed, or removals were confirmed")
            self._marks = marks


def _leaving(row: DriveBeingRemoved) -> FollowedDrive:
    reason = (
        "It is being taken out: nothing is answered from it any more. Where that was cut short, "
        f"`citewise drives remove {row.drive.id}` goes on, and `citewise serve` does by itself."
    )
    return FollowedDrive(row.drive, state=DriveState.REMOVING, reason=reason, documents=row.documents)


def _status(known: FollowedDrive, follower: Follower | None) -> DriveStatus:
    if follower is None:
        return DriveStatus(known)
    return DriveStatus(known, follower.mode, follower.pending, follower.next_look, follower.at_work)
