"""A drive is a place that documents come from: it lists what it holds and hands out one file at a time.

Three methods are the whole seam, so that a folder, a web page, a mounted share or a cloud store fit in
alike. A drive only reports; what follows from a listing is decided in `reconcile`.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

from brain.catalog.rows import LedgerEntry
from brain.errors import CitewiseError

NOT_FOR_AUDIENCE = "not open to this space's readers"


class DriveUnavailable(CitewiseError):
    """A drive can't be listed now. What is indexed of it stays: not seeing a file is not its deletion."""

    retryable: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as a listing shows it. `path` is POSIX-relative to the drive, or the page's address.

    `etag` is the source's own version mark, where it has one. `address` is what the drive needs to find
    the file again or to link to it, where `path` and `identity` don't tell (a name that is no valid Unicode,
    a cloud file's link).
    `identity` is the source's own name for the file, the same after a rename or move (a cloud file's id):
    with an equal etag it shows a move without fetching anything.
    """

    path: str
    size: int
    mtime_ns: int
    etag: str = ""
    address: str = ""
    identity: str = ""


def known_time(nanoseconds: int) -> int:
    """A file's time as an entry carries it: 0, which can't be relied on, for one beyond the year 2262.

    No database takes more than 64 bits, and one file with a broken clock's time must not end a look.
    """
    return nanoseconds if abs(nanoseconds) < 2**63 else 0


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something on the drive that is left alone on purpose: a lock file, a link, an unknown format.

    A file that the space's audience may not read is skipped with the reason `NOT_FOR_AUDIENCE`.
    """

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A part of the drive that could not be looked at: nothing is concluded about it or what is below."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """A file that lies still on this machine's disk, with its entry as of now."""

    path: Path
    entry: Entry
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What a source says about the time since a cursor: whether `any` file changed, and the next cursor."""

    any: bool
    cursor: str


class Drive(Protocol):
    """Where documents come from."""

    @property
    def url(self) -> str:
        """What names this drive in the catalog: `file:///srv/handbook`, `https://example.org/page`."""
        ...

    def list(self, ledger: Mapping[str, LedgerEntry]) -> Iterator[Entry | Skipped | Unlisted]:
        """Everything that is there; `ledger` is what the catalog knows, for conditional requests.

        Raises DriveUnavailable where the drive as a whole can't be seen.
        """
        ...

    def fetch(self, entry: Entry) -> AbstractContextManager[FetchedFile]:
        """Lend the file as a local one; its suffix tells the format.

        Raises UnreadableDocument, or OSError where the file system fails.
        """
        ...

    def uri(self, entry: Entry) -> str:
        """The link that a citation shows."""
        ...


@runtime_checkable
class ChangeFeed(Protocol):
    """A drive that can tell cheaply whether anything changed, so that it need not be listed to find out.

    A hint, no more: what changed is found by listing and comparing, as with any drive.
    """

    def changes(self, cursor: str) -> Changes:
        """Whether anything changed since `cursor`. Raises DriveUnavailable.

        An empty cursor, or one that the source no longer knows, is answered with a yes and one of now.
        """
        ...


@runtime_checkable
class PartlyListed(Protocol):
    """A drive of which single places can be listed, so that a hint costs no look at the rest."""

    def list_only(
        self, paths: Collection[str], ledger: Mapping[str, LedgerEntry]
    ) -> Iterator[Entry | Skipped | Unlisted]:
        """What is at these paths and below them now; a path that shows nothing is gone.

        Raises DriveUnavailable where the drive as a whole can't be seen.
        """
        ...

    def quiet_seconds(self, entry: Entry) -> float | None:
        """For how long nobody has changed the file, by a clock that can be relied on; None without one."""
        ...


@runtime_checkable
class Answering(Protocol):
    """A drive that can be asked whether it is there, by something cheaper than a listing."""

    def check_there(self) -> None:
        """Raise DriveUnavailable where the drive as a whole can't be seen now.

        Asked where it does not hand out a file: that is told of the file only while the drive answers.
        """
        ...


@runtime_checkable
class WholeFiles(Protocol):
    """A drive whose files appear all at once, as an object store's do: none of them has to settle."""

    whole: bool
