"""The home folder: where everything of one bot lies, and which process owns it."""

import contextlib
import errno
import fcntl
import json
import os
import time
import weakref
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from brain.errors import HomeLocked, StorageFailed

_IN_USE = "The home {home} is in use by {holder}: wait until it has finished, or stop it first."
_PATIENCE_SECONDS = 0.5  # for a holder that has taken the lock and not yet written who it is


class Home:
    """The layout of a home folder. Only `catalog` must be kept; the rest is made again."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()

    @property
    def catalog(self) -> Path:
        """The truth; alone in a backup."""
        return self.path / "catalog.db"

    @property
    def index(self) -> Path:
        """The indexes, derived from the catalog."""
        return self.path / "index"

    @property
    def run(self) -> Path:
        """What lasts as long as a process: the address of its control interface, its logs."""
        return self.path / "run"

    @property
    def tuning(self) -> Path:
        """Citing sets, training runs and adapters: `data/`, `runs/` and `adapters/`, see docs/tuning.md."""
        return self.path / "tuning"

    @property
    def exists(self) -> bool:
        """True where a catalog has been made here; StorageFailed where this user may not look."""
        try:
            return self.catalog.is_file()
        except OSError as error:
            raise _not_usable(self.path, error, "read") from error

    def prepare(self) -> None:
        """Make the folder; StorageFailed says why it can't be made or written."""
        try:
            if not self.path.parent.is_dir():
                raise StorageFailed(
                    f"The home {self.path} can't be made, since {self.path.parent} isn't a folder: "
                    "make that folder first, or choose another with --home."
                )
            for folder in (self.path, self.run):
                folder.mkdir(mode=0o700, exist_ok=True)
        except FileExistsError as error:
            raise StorageFailed(
                f"{error.filename} is a file, and citewise needs a folder there: choose another with --home."
            ) from error
        except OSError as error:
            raise _not_usable(self.path, error) from error

    def is_being_opened(self, command: str, within: float) -> bool:
        """Whether another process took this home for `command` less than `within` seconds ago.

        It only reads who wrote their name there: to try the lock could take it from whoever is about to.
        """
        try:
            found = json.loads((self.path / "lock").read_bytes())
            age = datetime.now(UTC) - datetime.fromisoformat(found["started"])
            young = 0 <= age.total_seconds() < within  # a clock that was set back is not waited for
            if found["command"] != command or found["pid"] == os.getpid() or not young:
                return False
            os.kill(found["pid"], 0)  # asks only
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return True

    def lock(self, command: str) -> "HomeLock":
        """Own this home until release(); HomeLocked says which process does. `command` is shown to others."""
        self.prepare()
        return HomeLock(self.path, command)


class HomeLock:
    """The right to write in a home. The kernel takes it back when the process ends, however it ends.

    `refusal` is the sentence for who comes second, with {home} and {holder} in it.
    """

    def __init__(self, home: Path, command: str, refusal: str = _IN_USE) -> None:
        try:
            self._descriptor = os.open(home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _not_usable(home, error) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _holder(self._descriptor)
            os.close(self._descriptor)
            raise HomeLocked(refusal.format(home=home, holder=holder)) from None
        except OSError as error:
            os.close(self._descriptor)
            raise _not_usable(home, error) from error
        started = datetime.now(UTC).isoformat(timespec="seconds")
        content = json.dumps({"pid": os.getpid(), "command": command, "started": started})
        try:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, content.encode(), 0)
        except OSError as error:
            os.close(self._descriptor)
            raise _not_usable(home, error) from error
        self._held = True
        _locks.add(self)

    def release(self) -> None:
        """Let other processes in."""
        if self._held:
            self._held = False
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)

    def forsake(self) -> None:
        """In a forked child: let go of the inherited lock, so that it doesn't outlive its owner."""
        if self._held:
            self._held = False
            os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


_locks: "weakref.WeakSet[HomeLock]" = weakref.WeakSet()


def _forsake_all() -> None:
    for lock in list(_locks):
        lock.forsake()


os.register_at_fork(after_in_child=_forsake_all)


def _holder(descriptor: int) -> str:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            found = json.loads(os.pread(descriptor, 4096, 0))
            return f"`{found['command']}` (process {found['pid']}, since {found['started']})"
        except (ValueError, KeyError, TypeError):
            if time.monotonic() > deadline:
                return "another process"
            time.sleep(0.02)


def _not_usable(home: Path, error: OSError, what: str = "written") -> StorageFailed:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFailed(
            f"The disk that holds {home} is full: free some space, then run the command again."
        )
    reason = (error.strerror or str(error)).lower()
    mend = (
        "run citewise as the user that it belongs to"
        if isinstance(error, PermissionError)
        else "check its owner, its permissions and the disk"
    )
    return StorageFailed(
        f"The home {home} can't be {what} ({reason}): {mend}, or choose another with --home.",
        detail=str(error),
    )
