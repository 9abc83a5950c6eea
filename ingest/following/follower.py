"""The thread that keeps one drive in step: it waits for a hint, the clock or a person, and looks."""

import json
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from brain.catalog.catalog import Catalog
from brain.catalog.rows import DriveState
from brain.errors import CitewiseError, StorageFailed, UsageError
from ingest.following.drive_sync import CHECK_SECONDS, DriveSync
from ingest.following.events import FolderEvents
from ingest.following.hints import LIMIT, Hinted, Hints
from ingest.following.journal import LOG, note
from ingest.following.rereading import ForAWhile, Rereading
from ingest.local.mounts import file_system_of, is_remote
from ingest.options import DriveOptions
from ingest.reconciling.retries import backoff
from ingest.report import Progress, Stage, SyncReport, silent
from ingest.sync import Effort

HOURLY = 3600.0
TICK_SECONDS = 5.0  # between two looks at whether another folder lies at the root
SUSPENDED_SECONDS = 30.0  # between two looks at whether the files are back
_FIRST_BACKOFF = 5.0  # seconds
_LONGEST_BACKOFF = 600.0  # seconds
_WATCHES_SECONDS = 120.0  # for setting the watches of a large tree
_SHARE_OF_TIME = 50  # a drive with events is listed as a whole in at most a fiftieth of the time


class StopAsked(Exception):
    """The follower is to end; raised inside a look where it can be left at any point."""


@dataclass(slots=True)
class Request:
    """What a person asked for, and where the report goes."""

    retry: bool = False
    check_contents: bool = False
    progress: Progress = silent
    report: "Future[SyncReport | None]" = field(default_factory=Future)


class Follower(threading.Thread):
    """One drive's thread. Nothing leaves it but states in the catalog and lines in the log."""

    def __init__(self, drive_id: int, catalog: Catalog, drive_sync: DriveSync) -> None:
        super().__init__(name=f"follower of drive {drive_id}", daemon=True)
        self.drive_id = drive_id
        self.mode = "starting"
        self.at_work: tuple[str, int, int | None] | None = None
        self._catalog = catalog
        self._drive_sync = drive_sync
        self._changed = threading.Condition()
        self._hints = Hints(self._changed)
        self._requests: list[Request] = []
        self._stopping = threading.Event()
        self._events: FolderEvents | None = None
        self._root: tuple[int, int] | None = None
        self._no_events_until = 0.0
        self._longest_wait = _LONGEST_BACKOFF
        self._in_vain = 0
        self._rereading = Rereading(drive_id, catalog, drive_sync)
        self._next_whole = time.monotonic()
        self._next_check = time.monotonic() + CHECK_SECONDS
        self._next_retry: float | None = None
        self._whole_seconds = 0.0
        self._listed_at = float("-inf")  # the clock may have begun an hour ago

    # For other threads

    def ask(self, request: Request) -> None:
        """Look now, as a person asked; the report tells when it is done."""
        with self._changed:
            if self._stopping.is_set():
                request.report.set_exception(UsageError("The drive is not followed any more."))
                return
            self._requests.append(request)
            self._changed.notify_all()

    def wake(self, reason: str) -> None:
        """Look at the whole soon: its options are others, or a person confirmed something."""
        self._next_whole = time.monotonic()
        self._hints.doubt(reason)

    def stop(self) -> None:
        """End as soon as the look at hand can be left."""
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()

    @property
    def pending(self) -> int:
        """How many files are known to wait for being looked at or read."""
        work = self.at_work
        left = max(0, work[2] - work[1]) if work and work[0] == Stage.STORED and work[2] else 0
        return left + len(self._hints) + len(self._drive_sync.memory(self.drive_id).settling)

    @property
    def next_look(self) -> float:
        """Seconds until the whole is looked at again by itself."""
        return max(0.0, self._next_whole - time.monotonic())

    # The thread

    def run(self) -> None:
        """Follow until stopped, or until the drive is taken out."""
        note("following", drive=self.drive_id)
        try:
            while not self._stopping.is_set():
                self._guarded(self._turn)
        finally:
            self._end_events()
            with self._changed:
                self._stopping.set()
                left, self._requests = self._requests, []
            for request in left:
                request.report.set_exception(UsageError("The drive is not followed any more."))
            note("followed", drive=self.drive_id)

    def _guarded(self, turn: Callable[[], None]) -> None:
        try:
            turn()
        except StopAsked:
            self._stopping.set()
        except CitewiseError as error:
            if self._was_taken_out():
                self._stopping.set()
            else:
                self._put_off(error.sentence)
        except Exception:  # a fault of ours must not end the following of a drive unseen
            LOG.error("fault drive=%d\n%s", self.drive_id, traceback.format_exc())
            self._put_off("This meets a fault in citewise: the log holds the details.")

    def _was_taken_out(self) -> bool:
        try:
            return self.drive_id not in self._catalog.followed.marks()
        except StorageFailed:
            return False  # nobody knows, and the next turn will tell

    def _turn(self) -> None:
        options = self._options()
        self._keep_events(options)
        request = self._wait()
        self._check_stop()
        if request is not None:
            self._serve(request)
            return
        now = time.monotonic()
        hinted = self._hints.take()
        if self._moved_root():
            hinted = Hinted(doubt="another folder lies there now")
            self._end_events()
            self._keep_events(options)
        if hinted.doubt or now >= self._next_whole or self._may_be_back(hinted):
            self._look_at_all(if_news=not hinted.doubt and self._listed_at > now - HOURLY)
        elif not self._in_vain:
            self._look_at_some(hinted)
        if not self._in_vain and time.monotonic() >= self._next_check:
            self._next_check = time.monotonic() + CHECK_SECONDS
            self._drive_sync.check_some(self.drive_id, self._check_stop)
        if self._rereading.goes_on and not self._in_vain:
            self._read_anew(silent, lambda: self._is_asked() or self._due_at() <= time.monotonic())

    def _wait(self) -> Request | None:
        """Until there is something to do: a person's request, or None for anything else."""
        with self._changed:
            tick = time.monotonic() + TICK_SECONDS
            while not (self._requests or self._stopping.is_set()):
                left = min(tick, self._due_at()) - time.monotonic()
                if left <= 0 or ((len(self._hints) or self._rereading.goes_on) and not self._in_vain):
                    return None
                self._changed.wait(left)
            return self._requests.pop(0) if self._requests and not self._stopping.is_set() else None

    def _due_at(self) -> float:
        now = time.monotonic()
        due = [self._next_whole]
        if not self._in_vain:
            settles = self._drive_sync.memory(self.drive_id).settling.due_in()
            due += [self._next_check] + ([] if settles is None else [now + settles])
            if self._next_retry is not None and self._lists_parts():
                due.append(now + self._next_retry - time.time())
        return min(due)

    def _serve(self, request: Request) -> None:
        try:
            report = self._look_at_all(
                retry=request.retry, check_contents=request.check_contents, progress=request.progress
            )
            while report is not None and self._rereading.goes_on:
                anew = self._read_anew(request.progress, lambda: len(self._hints) > 0)
                report = report.with_reread(anew) if anew else report
                hinted = self._hints.take()  # what changes meanwhile does not wait
                if hinted.doubt:
                    self._look_at_all()
                else:
                    self._look_at_some(hinted)
        except BaseException as error:
            request.report.set_exception(
                UsageError("Following was ended meanwhile.") if isinstance(error, StopAsked) else error
            )
            raise
        request.report.set_result(report)

    def _read_anew(self, progress: Progress, gives_way: Callable[[], bool]) -> SyncReport | None:
        """Read the next files anew that were read in another way than today, until it must give way."""
        report = self._rereading.read(self._watched(progress), gives_way, self._check_stop)
        self.at_work = None
        return report

    def _is_asked(self) -> bool:
        """Whether something else has come up to be done."""
        return bool(self._requests or len(self._hints) or self._stopping.is_set())

    def _look_at_all(
        self,
        *,
        if_news: bool = False,
        retry: bool = False,
        check_contents: bool = False,
        progress: Progress = silent,
    ) -> SyncReport | None:
        """Look at the whole drive, and plan when to do so next; None where it says that nothing changed."""
        began = time.monotonic()
        anew = ForAWhile(self._options().every, self._is_asked)
        report = self._drive_sync.sync(
            self.drive_id,
            self._watched(progress),
            effort=Effort(retry, check_contents, gives_way=anew),
            by_parts=True,
            if_news=if_news and not self._retry_is_due(),
            go_on=self._check_stop,
        )
        self.at_work = None
        self._in_vain = 0
        now = time.monotonic()
        if report is not None:
            self._listed_at, self._whole_seconds = began, now - began
        if anew.is_over:
            self._listed_at = float("-inf")  # it is to be listed for what is left, whatever changed
        every = self._options().every
        root = self._local_root()
        if root is not None and root.is_file():
            every = min(every, TICK_SECONDS)  # one file is looked at in no time
        elif self._works_by_events():
            every = min(max(every, self._whole_seconds * _SHARE_OF_TIME), max(every, HOURLY))
        if self._catalog.followed.of(self.drive_id).state is not DriveState.OK:
            every = min(every, SUSPENDED_SECONDS)
        self._next_whole = now if anew.is_over else max(now, began + every)
        self._plan_retry()
        self._rereading.begin()
        return report

    def _look_at_some(self, hinted: Hinted) -> None:
        """The places that were hinted at, that may have settled, or whose next try has come."""
        settling = self._drive_sync.memory(self.drive_id).settling
        paths: dict[str, float] = dict(hinted.paths)
        if settling.due_in() == 0:
            waiting = settling.waiting()
            if not self._lists_parts() or len(settling) > len(waiting):
                self._next_whole = time.monotonic()
                return
            # Files that wait keep no time of their hint: the file itself tells since when it is quiet.
            paths = {path: paths.get(path, 0.0) for path in waiting} | paths
        if self._retry_is_due() and self._lists_parts():
            for path in self._catalog.followed.due(self.drive_id, time.time(), LIMIT):
                paths.setdefault(path, 0.0)
        if not paths:
            return
        report = self._drive_sync.sync(
            self.drive_id,
            self._watched(silent),
            paths=paths,
            effort=Effort(reread=False),
            go_on=self._check_stop,
        )
        self.at_work = None
        self._plan_retry()
        if report is not None and report.held:
            self._next_whole = min(self._next_whole, time.monotonic() + 1.0)  # for how many are gone in all

    def _may_be_back(self, hinted: Hinted) -> bool:
        """Whether a suspended drive's files may be coming back."""
        if not hinted.paths or self._listed_at > time.monotonic() - TICK_SECONDS:
            return False
        return self._catalog.followed.of(self.drive_id).state is not DriveState.OK

    def _put_off(self, reason: str) -> None:
        self.at_work = None
        self._in_vain += 1
        wait = backoff(self._in_vain, _FIRST_BACKOFF, self._longest_wait)
        self._next_whole = time.monotonic() + wait
        note("put_off", drive=self.drive_id, seconds=round(wait, 1), reason=reason)

    # Its parts

    def _options(self) -> DriveOptions:
        marks = self._catalog.followed.marks()
        if self.drive_id not in marks:
            raise StopAsked
        return DriveOptions.from_json(json.loads(marks[self.drive_id][0]))

    def _keep_events(self, options: DriveOptions) -> None:
        """Have the file system tell of changes where it can; otherwise the clock must do."""
        if self._events is not None and (self._events.works and not options.poll):
            return
        self._end_events()
        root = self._local_root()
        self._longest_wait = SUSPENDED_SECONDS if root else _LONGEST_BACKOFF
        identity = _identity(root) if root else None
        events = root is not None and root.is_dir() and not (options.poll or is_remote(file_system_of(root)))
        if root is None or identity is None or not events:
            self.mode = "polling"
            return
        if self._in_vain or time.monotonic() < self._no_events_until:
            return
        self._events = FolderEvents(root, self._hints)  # at once, so that it ends with this thread
        if self._events.start(_WATCHES_SECONDS, self._check_stop):
            self._root, self.mode = identity, "events"
            self._next_whole = min(self._next_whole, time.monotonic())  # for what came before the watches
        else:
            note("polling", drive=self.drive_id, reason=self._events.problem)
            self.mode = "polling"
            self._no_events_until = time.monotonic() + HOURLY
            self._end_events()

    def _end_events(self) -> None:
        if self._events is not None:
            self._events.stop()
            self._events.join(2.0)
        self._events, self._root = None, None

    def _works_by_events(self) -> bool:
        return self._events is not None and self._events.works

    def _local_root(self) -> Path | None:
        parts = urlsplit(self._catalog.drive(self.drive_id).url)
        return Path(unquote(parts.path)) if parts.scheme == "file" else None

    def _moved_root(self) -> bool:
        root = self._local_root()
        return self._root is not None and root is not None and _identity(root) != self._root

    def _lists_parts(self) -> bool:
        return self._drive_sync.lists_parts(self.drive_id)

    def _retry_is_due(self) -> bool:
        return self._next_retry is not None and self._next_retry <= time.time()

    def _plan_retry(self) -> None:
        first = self._catalog.followed.next_retry(self.drive_id)
        # A file that is due and could not be looked at just now is due again in a while, not at once.
        self._next_retry = None if first is None else max(first, time.time() + TICK_SECONDS)

    def _check_stop(self) -> None:
        if self._stopping.is_set():
            raise StopAsked

    def _watched(self, progress: Progress) -> Progress:
        def tell(stage: Stage, done: int, total: int | None) -> None:
            self._check_stop()
            self.at_work = (stage, done, total)
            progress(stage, done, total)

        return tell


def _identity(root: Path) -> tuple[int, int] | None:
    try:
        status = root.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
