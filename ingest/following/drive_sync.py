"""One look at one drive brings it in step: what is there is taken in, what came of it is written down."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

from brain.catalog.catalog import Catalog
from brain.catalog.rows import DriveState, FollowedDrive, LedgerEntry
from brain.embedding.embedder import Embedder
from brain.errors import CitewiseError, StorageFailed, UsageError
from ingest.drives import NOT_FOR_AUDIENCE, ChangeFeed, Drive, DriveUnavailable, PartlyListed
from ingest.following.journal import note
from ingest.following.lag import lags
from ingest.following.scheduling import Scheduler, is_small
from ingest.indexing.reading import Parser
from ingest.options import DriveOptions
from ingest.parsing.pool import ParsePool
from ingest.reconciling.brake import Brake
from ingest.reconciling.settling import Settling
from ingest.reconciling.spool import Amount
from ingest.reconciling.watch import RootUnsound, Watch, held_sentence
from ingest.registration import place
from ingest.report import Change, FileNote, Progress, SyncReport, silent
from ingest.sync import USUAL, Effort, Index, Parts, sync

CHECK_PARTS = 288  # a day's pass over all contents, in pieces of five minutes
CHECK_SECONDS = 23 * 3600 / CHECK_PARTS
_MOST_PARTS = 24  # at a time, after a day when nobody looked

_FAILED = (DriveState.FAILING, DriveState.UNREACHABLE)
_CHANGES = ("added", "changed", "reread", "moved", "removed", "withdrawn")
OpenDrive = Callable[[str, DriveOptions], Drive]


@dataclass(slots=True)
class Memory:
    """What is kept of a drive between two looks; `busy` lets one look at it at a time.

    `unwritten` is why the last look failed, where even that could not be written down: the disk is full.
    """

    settling: Settling
    busy: threading.Lock = field(default_factory=threading.Lock)
    drive: Drive | None = None
    opened_with: DriveOptions | None = None
    brake: Brake = field(default_factory=Brake)
    first_look: float | None = None
    last_look: float | None = None
    unwritten: str = ""


@dataclass(slots=True)
class _Look:
    """One look at one drive: at the hinted `paths` alone, or at the whole where they are None.

    `go_on` is called while it waits for its turn, and raises to give up. `failed`: the look before failed,
    and nothing was taken in since. `is_small`: so little is to be read that one worker does it.
    """

    known: FollowedDrive
    drive: Drive
    memory: Memory
    paths: Mapping[str, float] | None
    go_on: Callable[[], None]
    failed: bool
    is_small: bool = False

    @property
    def drive_id(self) -> int:
        return self.known.drive.id


class DriveSync:
    """Brings drives in step for whoever asks: followers, commands. Safe in many threads."""

    def __init__(
        self,
        catalog: Catalog,
        index: Callable[[], Index],
        embedder: Callable[[], Embedder],
        open_drive: OpenDrive,
        parser: Callable[[int], AbstractContextManager[Parser]] = ParsePool,
    ) -> None:
        """`open_drive` gets a URL and options, `parser` how many workers to have."""
        self._catalog = catalog
        self._index = index
        self._embedder = embedder
        self._open_drive = open_drive
        self._parser = parser
        self._scheduler = Scheduler()
        self._memories: dict[int, Memory] = {}
        self._lock = threading.Lock()

    def memory(self, drive_id: int) -> Memory:
        """What is kept of that drive."""
        with self._lock:
            if drive_id not in self._memories:
                self._memories[drive_id] = Memory(Settling(0, self._catalog.path.parent))
            return self._memories[drive_id]

    def sync(
        self,
        drive_id: int,
        progress: Progress = silent,
        *,
        paths: Mapping[str, float] | None = None,
        effort: Effort = USUAL,
        by_parts: bool = False,
        if_news: bool = False,
        go_on: Callable[[], None] = lambda: None,
    ) -> SyncReport | None:
        """Look at a whole drive, or at the hinted `paths` alone; what came of it is in the catalog then.

        None where `if_news` and the drive itself says that nothing changed. `by_parts` leaves what is to be
        read anew to `Rereading` where that can be. `go_on` is called while it waits for its turn, and raises
        to give up. Raises CitewiseError, its sentence already written down.
        """
        memory = self.memory(drive_id)
        with memory.busy:
            known = self._catalog.followed.of(drive_id)
            began = time.monotonic()
            try:
                drive = self._opened(known, memory)
                cursor = known.cursor
                if isinstance(drive, ChangeFeed) and paths is None:
                    news = drive.changes(known.cursor)
                    cursor = news.cursor
                    if if_news and not news.any and known.state is DriveState.OK and not known.allowed:
                        self._catalog.followed.set_cursor(drive_id, cursor)
                        memory.last_look = began
                        return None
                if by_parts and isinstance(drive, PartlyListed):
                    effort = replace(effort, reread=False)
                failed = bool(memory.unwritten) or known.state in _FAILED
                look = _Look(known, drive, memory, paths, go_on, failed)
                report = self._bring_in_step(look, progress, effort)
            except CitewiseError as error:
                memory.drive = None
                memory.unwritten = "" if self._failed(known, error) else error.sentence
                raise
            memory.unwritten = ""
            if cursor != known.cursor:
                self._catalog.followed.set_cursor(drive_id, cursor)
            self._came_through(known, report, whole=paths is None, seconds=time.monotonic() - began)
            memory.first_look = memory.first_look or began
            if paths is None:
                memory.last_look = began
            return report

    def lists_parts(self, drive_id: int) -> bool:
        """Whether single places of that drive can be looked at."""
        return isinstance(self.memory(drive_id).drive, PartlyListed)

    def check_some(self, drive_id: int, go_on: Callable[[], None] = lambda: None) -> None:
        """Compare the contents of the next part of a drive's files with what was read of them."""
        known = self._catalog.followed.of(drive_id)
        if not self.lists_parts(drive_id):
            return  # its contents are compared when it is listed: see _parts_with_listing
        first, count = _due_parts(known.checked)
        if not known.checked:
            self._checked(drive_id, 0)  # all of it was read just now
        if not count:
            return
        after = ""
        while paths := self._catalog.followed.slice_paths(drive_id, first, count, CHECK_PARTS, after):
            go_on()
            hinted = dict.fromkeys(paths, 0.0)
            self.sync(drive_id, paths=hinted, effort=Effort(check_contents=True, reread=False), go_on=go_on)
            after = paths[-1]
        self._checked(drive_id, first + count)

    def _opened(self, known: FollowedDrive, memory: Memory) -> Drive:
        options = DriveOptions.from_json(known.options)
        if memory.drive is None or memory.opened_with != options:
            if memory.settling.seconds != options.settle:
                memory.settling.close()
                memory.settling = Settling(options.settle, self._catalog.path.parent)
            memory.drive = self._open_drive(known.drive.url, options)
            memory.opened_with = options
        if memory.drive.url != known.drive.url:
            raise DriveUnavailable(
                f"{place(known.drive.url)} leads to {place(memory.drive.url)} now, so it was left alone: "
                "put it back, or add the other place with `citewise drives add`."
            )
        return memory.drive

    def _bring_in_step(self, look: _Look, progress: Progress, effort: Effort) -> SyncReport:
        known = look.known
        parts = self._parts_with_listing(look)
        watch = Watch(
            options=DriveOptions.from_json(known.options),
            settling=look.memory.settling,
            brake=look.memory.brake,
            paths=None if look.paths is None else list(look.paths),
            # A failure in between (a full disk, a server that is away) must not loosen the brake.
            braked=known.state is DriveState.SUSPENDED or known.held > 0,
            allowed=known.allowed,
            check=partial(_in_parts, parts) if parts else False,
            turn=partial(self._turn, look),
            stored=partial(self._stored, look),
            answerable=partial(self._measure, look),
            unreadable=partial(_note_unreadable, look.drive_id),
        )
        working_with = Parts(
            self._catalog,
            self._index,
            lambda: self._scheduler.shared(self._embedder()),
            lambda: self._parser(1 if look.is_small else 2),
        )
        report = sync(look.drive, known.drive.space, working_with, progress, effort, watch=watch)
        if parts:
            self._checked(look.drive_id, parts[0] + parts[1])
        return report

    def _parts_with_listing(self, look: _Look) -> tuple[int, int] | None:
        """Which contents to compare while the whole is listed, where single files can't be looked at."""
        if look.paths is not None or isinstance(look.drive, PartlyListed):
            return None
        first, count = _due_parts(look.known.checked)
        return (first, count) if count or not look.known.checked else None

    def _turn(self, look: _Look, amount: Amount) -> AbstractContextManager[None]:
        look.is_small = is_small(amount)
        return self._scheduler.turn(amount, look.go_on)

    def _stored(self, look: _Look) -> None:
        """What failed before works again: a look at a large drive may have hours to go.

        Removals that wait are told of at its end.
        """
        if look.failed and not look.known.held:
            look.failed, look.memory.unwritten = False, ""
            self._resumed(look.known)

    def _measure(self, look: _Look, changes: Sequence[Change]) -> None:
        """Note how long these changes took from the drive to the index."""
        memory = look.memory
        if memory.first_look is None or look.known.allowed:
            return  # what lay there before anybody looked, or was removed when a person confirmed it
        now = time.monotonic()
        since = now - (memory.last_look or memory.first_look)
        samples = lags(look.drive, changes, look.paths or {}, now - memory.first_look, since)
        if samples:
            self._catalog.followed.add_lags(look.drive_id, samples)

    def _checked(self, drive_id: int, next_part: int) -> None:
        notes = {"part": next_part % CHECK_PARTS, "when": time.time()}
        self._catalog.followed.set_checked(drive_id, notes)

    def _came_through(self, known: FollowedDrive, report: SyncReport, *, whole: bool, seconds: float) -> None:
        followed, drive_id = self._catalog.followed, known.drive.id
        if report.held:
            sentence = held_sentence(known.drive.url, report.held, known.documents)
            held = max(report.held, known.held if not whole else 0)
            if followed.set_state(drive_id, DriveState.SUSPENDED, sentence, held=held):
                note("suspended", level=logging.WARNING, drive=drive_id, url=known.drive.url, held=held)
        elif whole and known.state is not DriveState.OK:
            self._resumed(known)
        if whole and known.allowed:
            followed.used_allowance(drive_id)
        if whole:
            followed.set_reconciled(drive_id, _notes(report, seconds))
        if report.any_change:
            counts = {
                name: count for name in (*_CHANGES, "failed", "embedded") if (count := getattr(report, name))
            }
            note("synced", drive=drive_id, **counts, whole=whole, seconds=round(seconds, 2))

    def _resumed(self, known: FollowedDrive) -> None:
        if self._catalog.followed.set_state(known.drive.id, DriveState.OK):
            note("resumed", drive=known.drive.id, url=known.drive.url, after=known.state.value)

    def _failed(self, known: FollowedDrive, error: CitewiseError) -> bool:
        """Note how a look ended; False where the catalog could not be written to."""
        held = known.held
        if isinstance(error, RootUnsound):
            state, held = DriveState.SUSPENDED, known.documents
        elif known.drive.url.startswith("file:") and isinstance(error, (DriveUnavailable, UsageError)):
            state, held = DriveState.SUSPENDED, 0
        elif isinstance(error, DriveUnavailable):
            state = DriveState.UNREACHABLE
        else:
            state = DriveState.FAILING
        sentence = error.sentence
        other, written = True, False
        with contextlib.suppress(StorageFailed):  # the disk is full: then memory and log must do
            other = self._catalog.followed.set_state(known.drive.id, state, sentence, held=held)
            written = True
        if other:
            note(
                state.value,
                level=logging.WARNING,
                drive=known.drive.id,
                url=known.drive.url,
                reason=sentence,
                detail=error.detail,
            )
        return written


def _note_unreadable(drive_id: int, failure: FileNote) -> None:
    note("unreadable", drive=drive_id, path=failure.path, reason=failure.sentence)


def _due_parts(checked: Mapping[str, float]) -> tuple[int, int]:
    """The first part whose turn it is, and how many parts."""
    passed = time.time() - checked.get("when", time.time())
    return int(checked.get("part", 0)), max(0, min(_MOST_PARTS, int(passed / CHECK_SECONDS)))


def _in_parts(parts: tuple[int, int], known: LedgerEntry) -> bool:
    # A source that marks its versions itself need not be fetched to know that nothing changed.
    if known.etag or known.document_id is None:
        return False
    first, count = parts
    return (known.document_id - first) % CHECK_PARTS < count


def _notes(report: SyncReport, seconds: float) -> dict[str, object]:
    names = (*_CHANGES, "unchanged", "failed", "skipped")
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
        **{name: getattr(report, name) for name in names},
        "not_for_audience": report.skipped_by_reason.get(NOT_FOR_AUDIENCE, 0),
        "unlisted": report.unlisted_count,
        "skipped_by_reason": dict(report.skipped_by_reason),
    }
