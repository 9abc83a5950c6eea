"""A safe copy of the catalog in one file, and the way back."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from brain.catalog.catalog import Catalog
from brain.catalog.home import Home
from brain.catalog.schema import APPLICATION_ID, check_owner
from brain.durable import sync
from brain.errors import StorageFailed, UsageError

Progress = Callable[[str, int, int], None]  # what is being done, how many pages are done, of how many
_PAGES = 2000  # of the database in one step; between two, others may write
_DRAFT, _ASIDE = ".restoring", ".before-restore"
_SQLITE, _HEADER = b"SQLite format 3\0", 100  # whose bytes 68 to 71 are the application's id
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_DISK = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)


def backup(catalog: Catalog, target: Path, progress: Progress | None = None) -> None:
    """Copy the catalog as it is now into `target`, which appears only when it's complete and checked.

    Others may write meanwhile: the copy is of one moment.
    """
    target = target.expanduser().absolute()
    if not target.parent.is_dir():
        raise UsageError(f"{target.parent} isn't a folder: make it first, or back up to another place.")
    if target.is_dir():
        raise UsageError(f"{target} is a folder: name the file to back up to, such as {target}/citewise.db.")
    _spare(target, catalog)
    draft = target.with_name(target.name + ".part")
    try:
        with catalog.database.reading() as source:
            source.execute("SELECT count(*) FROM meta").fetchone()  # from here on it's one snapshot
            _copy(source, draft, "Backing up", progress)
        _check(draft, progress)
        _put_in_place(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def restore(home: Home, source: Path, progress: Progress | None = None) -> None:
    """Put a backup in the place of a home's catalog; whoever calls holds the home's lock, catalog closed.

    The backup is checked before anything is touched, and the old catalog is kept until the new one stands.
    The index goes first: it belongs to the old catalog, and is made again when it's next opened.
    """
    source = source.expanduser().absolute()
    if not source.is_file():
        raise UsageError(f"There is no file {source} to restore from.")
    _check(source, progress)
    home.prepare()
    draft, aside = _beside(home.catalog, _DRAFT), _beside(home.catalog, _ASIDE)
    try:
        try:
            with closing(_open(source)) as connection:
                _copy(connection, draft, "Restoring", progress)
        except sqlite3.DatabaseError as error:
            raise _broken(source, error) from error
        _check(draft, None)
        if home.catalog.exists():
            _fold_log_in(home.catalog)
        shutil.rmtree(home.index, ignore_errors=True)
        if home.index.exists():
            raise StorageFailed(f"The old index {home.index} can't be removed: check its owner.")
        if home.catalog.exists():
            _set_aside(home.catalog, aside)
        _put_in_place(draft, home.catalog)
    finally:
        draft.unlink(missing_ok=True)
    tidy(home)


def tidy(home: Home) -> None:
    """Take away what a restore leaves that was killed: whole catalogs, which are not for keeping.

    Whoever calls holds the home's lock.
    """
    for path in (*_files(_beside(home.catalog, _DRAFT)), *_files(_beside(home.catalog, _ASIDE))):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _spare(target: Path, catalog: Catalog) -> None:
    """Raise UsageError for a file that a backup must not take the place of: a slip of the hand loses it."""
    own = {file.resolve() for file in _files(catalog.path)}
    if target.resolve() in own or _beside(target, "-wal").exists():
        raise UsageError(f"{target} belongs to a catalog in use: a backup needs a file of its own.")
    if not target.exists():
        return
    with target.open("rb") as file:
        begins = file.read(_HEADER)
    if begins and not (begins.startswith(_SQLITE) and begins[68:72] == APPLICATION_ID.to_bytes(4, "big")):
        raise UsageError(
            f"{target} is there already, and no backup of citewise: choose another name, or delete it first."
        )


def _copy(source: sqlite3.Connection, draft: Path, stage: str, progress: Progress | None) -> None:
    def step(_: int, remaining: int, total: int) -> None:
        if progress:
            progress(stage, total - remaining, total)

    try:
        _begin(draft)
        with closing(sqlite3.connect(draft, isolation_level=None)) as copy:
            source.backup(copy, pages=_PAGES, progress=step)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, with no log beside it
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DISK:
            raise  # the source is to blame, and the caller knows what that is
        raise StorageFailed(
            f"{draft.parent} can't take the copy, since the disk is full or the folder can't be written: "
            "free some space or choose another place.",
            detail=str(error),
        ) from error


def _begin(draft: Path) -> None:
    """Make the file that is written into, anew and for its owner alone.

    In a folder that others may write to, such as /tmp, somebody could have put a file of theirs, or a link,
    in its place, and would be handed all documents with it.
    """
    try:
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    except OSError as error:
        raise StorageFailed(
            f"{draft} can't be made ({(error.strerror or str(error)).lower()}): check its folder, or choose "
            "one that only you can write to.",
            detail=str(error),
        ) from error


def _check(path: Path, progress: Progress | None) -> None:
    """Raise StorageFailed unless the file is a whole catalog that this version can read."""
    if progress:
        progress("Checking", 0, 1)
    try:
        with closing(_open(path)) as connection:
            check_owner(connection, path)
            if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
                raise StorageFailed(f"{path} is empty: it isn't a backup of a citewise catalog.")
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                raise _broken(path, found)
    except sqlite3.DatabaseError as error:
        raise _broken(path, error) from error
    if progress:
        progress("Checking", 1, 1)


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)


def _broken(path: Path, reason: object) -> StorageFailed:
    return StorageFailed(
        f"{path} is damaged or isn't a backup of a citewise catalog, so nothing was changed: "
        "choose another file.",
        detail=str(reason),
    )


def _set_aside(catalog: Path, aside: Path) -> None:
    # What is left of a log, where the old catalog is damaged, would be played into the new one.
    for suffix in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            _beside(catalog, suffix).replace(_beside(aside, suffix))
    aside.unlink(missing_ok=True)
    try:
        os.link(catalog, aside)  # the catalog's own name never points to nothing
    except OSError:
        try:
            shutil.copyfile(catalog, aside)
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise _not_set_aside(catalog, error) from error


def _fold_log_in(catalog: Path) -> None:
    """Write the last changes into the catalog itself, unless it is damaged; StorageFailed where that fails.

    Beside it they would be lost with a kill, or a failure, before the new catalog stands.
    """
    try:
        with closing(sqlite3.connect(catalog, timeout=1)) as connection:
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
            raise _not_set_aside(catalog, error) from error
    else:
        if busy:
            raise StorageFailed(f"Another program is reading {catalog}: close it, then restore again.")


def _not_set_aside(catalog: Path, error: Exception) -> StorageFailed:
    return StorageFailed(
        f"The old catalog {catalog} can't be kept until the new one stands, so nothing was restored: free "
        "some space, and check who may write there.",
        detail=str(error),
    )


def _put_in_place(draft: Path, target: Path) -> None:
    try:
        sync(draft)
        draft.replace(target)
        sync(target.parent)
    except OSError as error:
        raise StorageFailed(
            f"{target} can't be written: check the disk and the folder's permissions.", detail=str(error)
        ) from error


def _files(path: Path) -> list[Path]:
    return [path, _beside(path, "-wal"), _beside(path, "-shm")]


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)
