"""What a look at a followed drive minds beyond a single ingest, where nobody is looking on."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from brain.catalog.rows import LedgerEntry
from ingest.drives import Drive, DriveUnavailable, Entry, PartlyListed, Skipped, Unlisted
from ingest.options import DriveOptions
from ingest.reconciling.brake import Brake
from ingest.reconciling.reconcile import Check, Comparison
from ingest.reconciling.settling import Settling
from ingest.reconciling.sifting import Sifted
from ingest.reconciling.spool import Amount
from ingest.registration import place, typed
from ingest.report import Change, FileNote


class RootUnsound(DriveUnavailable):
    """What lies at the drive's place is not the drive: it is empty, or lacks its marker."""


def _no_turn(amount: Amount) -> AbstractContextManager[None]:
    return nullcontext()


def _nobody_waits(changes: Sequence[Change]) -> None:
    """Nobody measures."""


def _nobody_told(note: FileNote) -> None:
    """Nobody keeps a log."""


@dataclass(frozen=True, slots=True)
class Watch:
    """`settling` and `brake` remember earlier looks at the drive.

    `paths` are hints: only these places are looked at, None for all. `braked` and `allowed` are the
    catalog's: whether removals wait, and how many of them a person has confirmed. `check` says whose contents
    to compare. `turn` is entered before files are read, `answerable` told of what has reached the index,
    `unreadable` of each file that can't be read.
    """

    options: DriveOptions
    settling: Settling
    brake: Brake = field(default_factory=Brake)
    paths: Collection[str] | None = None
    braked: bool = False
    allowed: int = 0
    check: Check = False
    turn: Callable[[Amount], AbstractContextManager[None]] = _no_turn
    answerable: Callable[[Sequence[Change]], None] = _nobody_waits
    unreadable: Callable[[FileNote], None] = _nobody_told

    def listing(self, drive: Drive, ledger: Mapping[str, LedgerEntry]) -> Sifted:
        """What is there, of the whole drive or at the hinted places, and the marker with it."""
        listing: Iterable[Entry | Skipped | Unlisted]
        if self.paths is None or not isinstance(drive, PartlyListed):
            listing = drive.list(ledger)
        else:
            marker = [self.options.marker] if self.options.marker else []
            listing = drive.list_only([*self.paths, *marker], ledger)
        return Sifted(listing, self.options)

    def check_root(self, url: str, listing: Sifted, comparison: Comparison, documents: int) -> None:
        """Raise RootUnsound where what was listed can't be the drive, unless its removal was confirmed."""
        if documents and self.allowed >= documents:
            return
        if not listing.marker_seen:
            raise RootUnsound(
                f"{place(url)} lacks its marker file {self.options.marker}, so it counts as not mounted and "
                "nothing was removed: mount it or put the marker back, and it goes on by itself."
            )
        if self.paths is None and documents and _shows_nothing(comparison):
            raise RootUnsound(
                f"{place(url)} is empty now, though {documents:,} documents of it are indexed. Nothing was "
                "removed: mount it or put the files back, and it goes on by itself; if it is meant, "
                f"`citewise drives confirm {typed(url)}`."
            )

    def holds(self, gone: int, documents: int) -> bool:
        """Whether so many removals must wait."""
        return self.brake.holds(gone, documents, braked=self.braked, allowed=self.allowed)


def held_sentence(url: str, held: int, documents: int) -> str:
    """Why removals wait, and the two ways on."""
    return (
        f"{held:,} of {documents:,} documents are gone from {place(url)} at once, which may be a share "
        "that is not mounted, so they were not removed. If it is meant, "
        f"`citewise drives confirm {typed(url)}`; if not, put the files back, and it goes on by itself."
    )


def _shows_nothing(comparison: Comparison) -> bool:
    return not (comparison.found or comparison.unlisted or comparison.skipped)
