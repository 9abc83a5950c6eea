"""Folders and files of this machine, or of a share that is mounted on it."""

import os
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from brain.catalog.rows import LedgerEntry
from brain.errors import UnreadableDocument
from ingest.drives import DriveUnavailable, Entry, FetchedFile, Skipped, Unlisted
from ingest.skipping import UNKNOWN_FORMAT, reason_to_skip

OUTSIDE = "a link out of the folder"
BROKEN_LINK = "a link that leads nowhere"
LINKED_FOLDER = "a link to a folder"
NO_FILE = "not a regular file"
OWN_HOME = "this bot's own data"


class LocalFolder:
    """All documents under `root`, folder by folder in name order.

    `suffixes` are the formats to list, such as `.md`; `left_out` are folders never entered (the home).
    """

    def __init__(self, root: Path, suffixes: Collection[str], left_out: Collection[Path] = ()) -> None:
        self.root = root.resolve()
        self._base = f"{os.fspath(self.root).rstrip(os.sep)}{os.sep}"
        self._suffixes = frozenset(suffixes)
        self._left_out = frozenset(os.path.realpath(path) for path in left_out)

    @property
    def url(self) -> str:
        """The folder's `file://` address."""
        return self.root.as_uri()

    def list(self, ledger: Mapping[str, LedgerEntry]) -> Iterator[Entry | Skipped | Unlisted]:
        """Walk the tree; a folder that can't be opened is reported as unlisted, the rest goes on."""
        folders = [(os.fspath(self.root), "")]
        while folders:
            folder, prefix = folders.pop()
            try:
                with os.scandir(folder) as scan:
                    children = sorted(scan, key=lambda child: child.name)
            except OSError as error:
                if not prefix:
                    raise DriveUnavailable(_cannot_list(self.root, error), detail=repr(error)) from error
                yield Unlisted(prefix.rstrip("/"), _words(error))
                continue
            below = []
            for child in children:
                path = prefix + _readable(child.name)
                try:
                    if not child.is_dir(follow_symlinks=False):
                        yield self._file(child, path)
                    elif child.path in self._left_out:
                        yield Skipped(path, OWN_HOME)
                    elif reason := reason_to_skip(child.name):
                        yield Skipped(path, reason)
                    else:
                        below.append((child.path, path + "/"))
                except OSError as error:
                    yield Unlisted(path, _words(error))
            folders.extend(reversed(below))

    def _file(self, child: "os.DirEntry[str]", path: str) -> Entry | Skipped:
        if reason := reason_to_skip(child.name):
            return Skipped(path, reason)
        if child.is_symlink():
            if not self._holds(child.path):
                return Skipped(path, OUTSIDE)
            if not Path(child.path).exists():
                return Skipped(path, BROKEN_LINK)
            if child.is_dir():
                return Skipped(path, LINKED_FOLDER)  # its files are listed at their own place
        if not child.is_file():
            return Skipped(path, NO_FILE)
        if "." + child.name.rpartition(".")[2].lower() not in self._suffixes:
            return Skipped(path, UNKNOWN_FORMAT)
        status = child.stat()
        address = child.path[len(self._base) :]
        address = "" if address == path else address
        return Entry(path, status.st_size, status.st_mtime_ns, _mark(status), address)

    def _holds(self, path: str | Path) -> bool:
        # realpath, since Path.resolve raises on a loop of links where this just stops
        return os.path.realpath(path).startswith(self._base)

    def place(self, entry: Entry) -> Path:
        """Where the file lies on disk."""
        return self.root / (entry.address or entry.path)

    @contextmanager
    def fetch(self, entry: Entry) -> Iterator[FetchedFile]:
        """The file itself, unless it has meanwhile become something else."""
        path = self.place(entry)
        if not self._holds(path):
            raise UnreadableDocument(f"{entry.path} is now a link out of the folder, so it was left alone.")
        with lent(path, entry) as file:
            yield file

    def uri(self, entry: Entry) -> str:
        """The `file://` link."""
        return self.place(entry).as_uri()


class LocalFile:
    """A single file, named on its own, as a drive of one document."""

    def __init__(self, file: Path) -> None:
        self.file = file.resolve()

    @property
    def url(self) -> str:
        """The file's `file://` address."""
        return self.file.as_uri()

    def list(self, ledger: Mapping[str, LedgerEntry]) -> Iterator[Entry | Skipped | Unlisted]:
        """The one entry."""
        try:
            status = self.file.stat()
        except OSError as error:
            raise DriveUnavailable(_cannot_list(self.file, error), detail=repr(error)) from error
        yield Entry(_readable(self.file.name), status.st_size, status.st_mtime_ns, _mark(status))

    @contextmanager
    def fetch(self, entry: Entry) -> Iterator[FetchedFile]:
        """The file itself."""
        with lent(self.file, entry) as file:
            yield file

    def uri(self, entry: Entry) -> str:
        """The `file://` link."""
        return self.file.as_uri()


@contextmanager
def lent(path: Path, entry: Entry) -> Iterator[FetchedFile]:
    """A regular file with its size and time of this moment, which may be later than the listing's."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableDocument(f"{entry.path} is no regular file any more, so it was left alone.")
    now = Entry(entry.path, status.st_size, status.st_mtime_ns, _mark(status), entry.address)
    yield FetchedFile(path, now, moment(status.st_mtime_ns))


def _mark(status: os.stat_result) -> str:
    # The change time moves when a file is replaced by one of the same size and time (`cp -p`, a swap of
    # two names), which nothing else shows; Git relies on it for the same reason (core.trustCtime).
    return f"{status.st_size:x}-{status.st_mtime_ns:x}-{status.st_ctime_ns:x}"


def moment(mtime_ns: int) -> datetime | None:
    """A file system's time as a date, or None where no calendar holds it (archives, broken clocks)."""
    try:
        return datetime.fromtimestamp(mtime_ns / 1e9, tz=UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _readable(name: str) -> str:
    """The name as text; bytes that are no UTF-8 are shown as escapes, since no database takes them."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("utf-8", "backslashreplace")
    return name


def _words(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def _cannot_list(root: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return (
            f"{root} is not there now. Nothing was removed from the index: mount or restore it and try "
            "again, or take its documents out with `citewise documents remove`."
        )
    if isinstance(error, PermissionError):
        return f"{root} can't be read: permission denied. Give the user that runs citewise read access to it."
    return f"{root} can't be listed ({_words(error)}). Nothing was changed; try again."
