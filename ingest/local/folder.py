"""Folders and files of this machine, or of a share that is mounted on it."""

import errno
import os
import stat
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from brain.catalog.rows import LedgerEntry
from brain.errors import UnreadableDocument
from ingest.drives import (
    NOT_FOR_AUDIENCE,
    DriveUnavailable,
    Entry,
    FetchedFile,
    Skipped,
    Unlisted,
    known_time,
)
from ingest.local.folder_scan import pieces_of
from ingest.local.posix_access import ENTER, READ, PosixReader, all_may
from ingest.reconciling.skipping import UNKNOWN_FORMAT, reason_to_skip

OUTSIDE = "a link out of the folder"
BROKEN_LINK = "a link that leads nowhere"
LINKED_FOLDER = "a link to a folder"
NO_FILE = "not a regular file"
OWN_HOME = "this bot's own data"


class LocalFolder:
    """All documents under `root`, folder by folder in name order, as far as a folder's names fit into memory.

    `suffixes` are the formats to list, such as `.md`; `left_out` are folders never entered (the home);
    a file is listed only if each of `readers` may read it and enter the folders above it, up to the root.
    `own_clock`: the file system keeps its times by this machine's clock, as no network share does.
    """

    def __init__(
        self,
        root: Path,
        suffixes: Collection[str],
        left_out: Collection[Path] = (),
        *,
        readers: Collection[PosixReader] = (),
        own_clock: bool = False,
    ) -> None:
        self.root = root.resolve()
        self._base = f"{os.fspath(self.root).rstrip(os.sep)}{os.sep}"
        self._suffixes = frozenset(suffixes)
        self._left_out = frozenset(os.path.realpath(path) for path in left_out)
        self._readers = tuple(readers)
        self._own_clock = own_clock

    @property
    def url(self) -> str:
        """The folder's `file://` address."""
        return self.root.as_uri()

    def list(self, ledger: Mapping[str, LedgerEntry]) -> Iterator[Entry | Skipped | Unlisted]:
        """Walk the tree; a folder that can't be opened is reported as unlisted, the rest goes on."""
        yield from self._walk(_Folder(os.fspath(self.root), "", self._open_to_readers(self.root)))

    def list_only(
        self, paths: Collection[str], ledger: Mapping[str, LedgerEntry]
    ) -> Iterator[Entry | Skipped | Unlisted]:
        """What is at these paths and below; each is looked up in its folder, for a name's case matters."""
        before = self._identity()
        wanted: dict[str, set[str]] = {}
        for path in _outermost(paths):
            parent, _, name = path.rpartition("/")
            wanted.setdefault(parent, set()).add(name)
        for parent, names in wanted.items():
            yield from self._list_in(parent, names)
        if self._identity() != before:
            raise DriveUnavailable(_cannot_list(self.root, FileNotFoundError()))

    def check_there(self) -> None:
        """Look into the folder. Raises DriveUnavailable where it can't be listed, or is empty all at once."""
        try:
            with os.scandir(self.root) as children:
                holds_something = next(children, None) is not None
        except OSError as error:
            raise DriveUnavailable(_cannot_list(self.root, error), detail=repr(error)) from error
        if not holds_something:
            raise DriveUnavailable(_cannot_list(self.root, FileNotFoundError()))

    def quiet_seconds(self, entry: Entry) -> float | None:
        """Since when the kernel has seen no write to the file, nor anybody set its times or name."""
        if not self._own_clock:
            return None
        try:
            return time.time() - self.place(entry).stat().st_ctime
        except OSError:
            return None

    def _list_in(self, parent: str, names: Collection[str]) -> Iterator[Entry | Skipped | Unlisted]:
        try:
            folder = self._entered(parent)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            yield Unlisted(parent, _words(error))
            return
        if folder is not None:
            yield from self._walk(folder, names)

    def _entered(self, path: str) -> "_Folder | None":
        """The folder at that path, or None where a walk from the root would not enter it."""
        place, is_open = self._base, self._open_to_readers(self.root)
        for name in path.split("/") if path else ():
            place = _child(place.rstrip(os.sep), name)
            status = os.lstat(place)
            if not stat.S_ISDIR(status.st_mode) or reason_to_skip(name) or place in self._left_out:
                return None
            is_open = is_open and all_may(self._readers, ENTER, place, status)
        return _Folder(place, f"{path}/" if path else "", is_open)

    def _walk(
        self, start: "_Folder", only: Collection[str] | None = None
    ) -> Iterator[Entry | Skipped | Unlisted]:
        """All that is in a folder and below, or of the folder itself `only` these names."""
        left = [(start, pieces_of(start.place), only)]
        while left:
            folder, pieces, only = left.pop()
            try:
                children = next(pieces, None)
            except OSError as error:
                if not folder.prefix:
                    raise DriveUnavailable(_cannot_list(self.root, error), detail=repr(error)) from error
                yield Unlisted(folder.prefix.rstrip("/"), _words(error))
                continue
            if children is None:
                continue
            left.append((folder, pieces, only))  # for what is left of it, after all that is below this piece
            below = []
            for child in children:
                name = readable(child.name)
                if only is not None and name not in only:
                    continue
                path = folder.prefix + name
                try:
                    if not child.is_dir(follow_symlinks=False):
                        yield self._file(child, path, folder.is_open)
                    elif child.path in self._left_out:
                        yield Skipped(path, OWN_HOME)
                    elif reason := reason_to_skip(child.name):
                        yield Skipped(path, reason)
                    else:
                        is_open = folder.is_open and all_may(self._readers, ENTER, child.path)
                        below.append(_Folder(child.path, path + "/", is_open))
                except OSError as error:
                    yield Unlisted(path, _words(error))
            left.extend((inner, pieces_of(inner.place), None) for inner in reversed(below))

    def _file(self, child: "os.DirEntry[str]", path: str, is_open: bool) -> Entry | Skipped:
        if reason := reason_to_skip(child.name):
            return Skipped(path, reason)
        if child.is_symlink():
            if not self._holds(child.path):
                return Skipped(path, OUTSIDE)
            if self._is_own(child.path):
                return Skipped(path, OWN_HOME)
            if not Path(child.path).exists():
                return Skipped(path, BROKEN_LINK)
            if child.is_dir():
                return Skipped(path, LINKED_FOLDER)  # its files are listed at their own place
            is_open = is_open and self._open_above(os.path.realpath(child.path))
        if not child.is_file():
            return Skipped(path, NO_FILE)
        if "." + child.name.rpartition(".")[2].lower() not in self._suffixes:
            return Skipped(path, UNKNOWN_FORMAT)
        status = child.stat()
        if not (is_open and all_may(self._readers, READ, child.path, status)):
            return Skipped(path, NOT_FOR_AUDIENCE)
        address = child.path[len(self._base) :]
        address = "" if address == path else address
        return Entry(path, status.st_size, known_time(status.st_mtime_ns), _mark(status), address)

    def _open_to_readers(self, folder: Path) -> bool:
        try:
            return all_may(self._readers, ENTER, os.fspath(folder))
        except OSError as error:
            raise DriveUnavailable(_cannot_list(self.root, error), detail=repr(error)) from error

    def _open_above(self, target: str) -> bool:
        """Whether the readers may enter every folder above what a link leads to."""
        folders = [folder for folder in Path(target).parents if folder.is_relative_to(self.root)]
        return all(all_may(self._readers, ENTER, os.fspath(folder)) for folder in folders)

    def _identity(self) -> tuple[int, int]:
        """Which folder lies at the root: another one where a share was mounted or unmounted."""
        try:
            status = self.root.stat()
        except OSError as error:
            raise DriveUnavailable(_cannot_list(self.root, error), detail=repr(error)) from error
        return status.st_dev, status.st_ino

    def _holds(self, path: str | Path) -> bool:
        # realpath, since Path.resolve raises on a loop of links where this just stops
        return os.path.realpath(path).startswith(self._base)

    def _is_own(self, path: str | Path) -> bool:
        """Whether a link leads into what is left out: the home holds passwords and what others asked."""
        real = os.path.realpath(path)
        return any(real.startswith(f"{place}{os.sep}") for place in self._left_out)

    def place(self, entry: Entry) -> Path:
        """Where the file lies on disk."""
        return self.root / (entry.address or entry.path)

    @contextmanager
    def fetch(self, entry: Entry) -> Iterator[FetchedFile]:
        """The file itself, unless it has meanwhile become something else."""
        path = self.place(entry)
        if not self._holds(path) or self._is_own(path):
            raise UnreadableDocument(f"{entry.path} is now a link out of the folder, so it was left alone.")
        with lent(path, entry) as file:
            yield file

    def uri(self, entry: Entry) -> str:
        """The `file://` link."""
        return self.place(entry).as_uri()


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder to be walked; `is_open` where all readers may enter it."""

    place: str
    prefix: str
    is_open: bool


def _outermost(paths: Collection[str]) -> Iterator[str]:
    """The paths without those that lie below another one."""
    last = None
    for path in sorted(paths, key=lambda path: path.split("/")):
        if last is None or not path.startswith(last):
            yield path
            last = path + "/"


class LocalFile:
    """A single file, named on its own, as a drive of one document."""

    def __init__(self, file: Path, *, readers: Collection[PosixReader] = ()) -> None:
        self.file = file.resolve()
        self._readers = tuple(readers)

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
        if not all_may(self._readers, READ, os.fspath(self.file), status):
            yield Skipped(readable(self.file.name), NOT_FOR_AUDIENCE)
            return
        name, time_ns = readable(self.file.name), known_time(status.st_mtime_ns)
        yield Entry(name, status.st_size, time_ns, _mark(status))

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
    time_ns = known_time(status.st_mtime_ns)
    now = Entry(entry.path, status.st_size, time_ns, _mark(status), entry.address, entry.identity)
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


def _child(place: str, name: str) -> str:
    """Where the child of that readable name is. Raises OSError, also where two have it: it may be either."""
    if "\\" not in name:
        return f"{place}{os.sep}{name}"
    with os.scandir(place or os.sep) as children:
        found = [child.path for child in children if readable(child.name) == name]
    if len(found) > 1:
        raise OSError(errno.ENOTUNIQ, "two folders of one name")
    if not found:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
    return found[0]


def readable(name: str) -> str:
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
