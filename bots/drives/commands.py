"""What commands do with drives: read them once, follow them, bring them in step, take them out."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bots.drives.drift import Drift
    from bots.drives.synced import Synced
    from brain.catalog.catalog import Catalog
    from brain.catalog.rows import DriveRow
    from brain.embedding.embedder import Embedder
    from brain.index.search_index import SearchIndex
    from ingest.drives import Drive
    from ingest.following.drive_sync import DriveSync
    from ingest.following.keeper import Keeper
    from ingest.options import DriveOptions
    from ingest.report import Progress, SyncReport
    from ingest.sync import Effort


@dataclass(frozen=True, slots=True)
class Drives:
    """The drives of one citewise. Its parts are functions, so that each is built when first needed.

    A place that is wrong is told before the home is made and locked, for which the catalog is opened.
    """

    open_drive: "Callable[[str, DriveOptions | None], Drive]"
    catalog: "Callable[[], Catalog]"
    index: "Callable[[], SearchIndex]"
    embedder: "Callable[[], Embedder]"
    drive_sync: "Callable[[], DriveSync]"
    keeper: "Callable[[], Keeper | None]"
    """None where nobody has asked for it yet: it follows no drive then."""
    changing: Callable[[], AbstractContextManager[None]]
    """Held while drives are read that nobody follows."""
    tell: Callable[[str, int, int], None]
    """Told (what, done, total) while documents are removed."""

    def ingest(
        self,
        places: Sequence[str],
        space: str,
        progress: "Progress",
        *,
        retry: bool = False,
        check: bool = False,
        reread: bool = False,
        by: str = "",
    ) -> "list[SyncReport]":
        """Bring the index in step with folders, files and pages; all are found before the first is read.

        A place that is new to the space stands in the audit log, with whoever is named as `by`.

        `retry` takes up files that failed before; `check` compares contents of seemingly equal ones; `reread`
        reads them all anew.
        """
        from ingest.sync import Effort

        drives = [self.open_drive(place, None) for place in places]
        catalog = self.catalog()
        self._finish_removals()
        there = {(known.url, known.space): known for known in catalog.drives()}
        reports = []
        for drive in drives:
            known = there.get((drive.url, space))
            if known is not None and reread:
                catalog.readings.forget(known.id)
            if known is not None and known.watched:  # it keeps its settings and its brake
                reports.append(self._look(known.id, progress, retry=retry, check=check))
            else:
                new_by = by if known is None else ""
                reports.append(self._read_once(drive, space, progress, Effort(retry, check), new_by))
        return reports

    def _read_once(
        self, drive: "Drive", space: str, progress: "Progress", effort: "Effort", new_by: str
    ) -> "SyncReport":
        """One run over a drive that nobody follows; `new_by` names, for the log, who brought it."""
        from ingest.parsing.pool import ParsePool
        from ingest.sync import Parts, sync

        catalog = self.catalog()
        with self.changing():
            if new_by:
                catalog.space(space)  # what can't be read into isn't told of
                catalog.audit.append(new_by, "ingest", drive.url, {"space": space})
            return sync(drive, space, Parts(catalog, self.index, self.embedder, ParsePool), progress, effort)

    def add(self, place: str, space: str, options: "DriveOptions", by: str = "") -> "DriveRow":
        """Follow a place from now on; it is opened and listed once, so that what is wrong is told now.

        Whoever is named as `by` stands in the audit log. Raises UsageError where it is no drive, or overlaps
        with one that is there.
        """
        from brain.errors import UsageError
        from ingest.drives import PartlyListed
        from ingest.registration import find

        drive = self.open_drive(place, options)
        catalog = self.catalog()
        self._finish_removals()
        find(catalog, drive.url, space)
        if options.marker and isinstance(drive, PartlyListed):
            if not any(item.path == options.marker for item in drive.list_only([options.marker], {})):
                raise UsageError(
                    f"There is no marker file {options.marker} in {place}: make it there first, so that a "
                    "drive without it counts as not mounted."
                )
        else:
            next(iter(drive.list({})), None)
        return catalog.followed.follow(drive.url, space, options.as_json(), by=by)

    def sync(
        self,
        drive_ids: Sequence[int] | None = None,
        progress: "Progress | None" = None,
        *,
        check: bool = False,
        reread: bool = False,
        patience_seconds: float = 60.0,
    ) -> "list[Synced]":
        """Look at these drives now, or at all watched ones; a drive that fails holds up no other.

        Files that are still written to are waited for, as long as something new settles in time.
        """
        from bots.drives.synced import sync_all
        from ingest.report import silent

        self._finish_removals()
        known = self.catalog().drives()
        if drive_ids is None:
            chosen = [drive for drive in known if drive.watched]
        else:
            chosen = [drive for drive in known if drive.id in drive_ids]
        if reread:
            for drive in chosen:
                self.catalog().readings.forget(drive.id)
        return sync_all(
            chosen,
            lambda drive_id: self._look(drive_id, progress or silent, retry=False, check=check),
            patience_seconds,
        )

    def remove(self, drive_id: int, by: str = "") -> int:
        """Take a drive out in the name of `by`, or go on where that was cut short; how many documents went.

        Nothing is answered from it from the first moment on, whatever becomes of this process.
        """
        catalog = self.catalog()
        if any(drive.id == drive_id for drive in catalog.drives()):
            with self.changing():
                catalog.removals.begin(drive_id, by=by)
        return catalog.removals.carry_out(
            drive_id,
            lambda: self.index().apply_pending(),
            lambda done, of: self.tell("Removing documents", done, of),
        )

    def drifts(self) -> "list[Drift]":
        """What changed on the drives since they were ingested."""
        from bots.drives.drift import drifts

        return list(drifts(self.catalog(), self.open_drive))

    def _finish_removals(self) -> None:
        """Take the rest of those drives out whose removal was cut short: they can be added again then."""
        for leaving in self.catalog().removals.under_way():
            self.remove(leaving.drive.id)

    def _look(self, drive_id: int, progress: "Progress", *, retry: bool, check: bool) -> "SyncReport":
        from ingest.sync import Effort

        keeper = self.keeper()
        if keeper is not None and keeper.follows(drive_id):
            report = keeper.sync_now(drive_id, retry=retry, check_contents=check, progress=progress)
        else:
            report = self.drive_sync().sync(drive_id, progress, effort=Effort(retry, check))
        assert report is not None  # only a look that asks for news first may bring none
        return report
