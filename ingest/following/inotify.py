"""What happens in a folder and all below it, told by Linux (inotify(7)).

Links are not followed: a change would be told under the link's path, and one link to `/` would have the whole
machine watched. Names may be any bytes. Folders whose names say that they are left alone are not watched.
"""

import ctypes
import errno
import os
import select
import struct
import threading
import time
from collections.abc import Iterator

from ingest.reconciling.skipping import reason_to_skip

_ATTRIB, _MOVED_TO, _CREATE, _MOVED_ITSELF = 0x4, 0x80, 0x100, 0x800
_FOLDERS_ONLY, _FOLLOW_NO_LINK = 0x1000000, 0x2000000
# Written to or closed after that, moved away, deleted, and the folder itself deleted
_MASK = _ATTRIB | _MOVED_TO | _CREATE | _MOVED_ITSELF | 0x2 | 0x8 | 0x40 | 0x200 | 0x400
_MASK |= _FOLDERS_ONLY | _FOLLOW_NO_LINK
_OVERFLOW, _IGNORED, _IS_FOLDER = 0x4000, 0x8000, 0x40000000
_HEADER = struct.Struct("iIII")  # watch, what, cookie, length of the name that follows
_AT_ONCE = 256 * 1024

_LONGEST = 0.8  # seconds, for which events are gathered at most …
_STEP = 0.15  # … and for which there must be none for them to be handed on
_IDLE = 0.5
# A folder that went, became something else, or is closed to us can't be watched, and concerns nobody else.
_PASSED_OVER = (errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.ELOOP, errno.ENAMETOOLONG)


def happenings(root: str, stop: threading.Event) -> Iterator[set[str] | None]:
    """Places where something happened, or none for a while; None where some can't be told.

    They come until `stop` is set, from when all folders are watched. Raises OSError where they can't be.
    """
    watches = _Watches(root, stop)
    try:
        watches.add(root)
        while not stop.is_set():
            yield watches.gathered()
    finally:
        watches.close()


class _Watches:
    def __init__(self, root: str, stop: threading.Event) -> None:
        self._root = root
        self._stop = stop
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._folders: dict[int, str] = {}
        self._queue = self._libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
        if self._queue < 0:
            raise _failure("fs.inotify.max_user_instances or the limit on open files is reached")
        self._ready = select.poll()
        self._ready.register(self._queue, select.POLLIN)

    def close(self) -> None:
        """Let go of all watches."""
        os.close(self._queue)

    def add(self, folder: str, *, anew: bool = False) -> None:
        """Watch a folder and all below it; what moved gets the path that it has now.

        Below a folder that is watched at its place already nothing is looked for, unless `anew`.
        """
        left = [folder]
        while left and not self._stop.is_set():
            place = left.pop()
            watch = self._watched(place)
            if watch < 0 and (place == self._root or ctypes.get_errno() not in _PASSED_OVER):
                raise _failure("fs.inotify.max_user_watches is reached")
            if watch >= 0 and (anew or self._folders.get(watch) != place):
                self._folders[watch] = place
                left += _folders_in(place)

    def gathered(self) -> set[str] | None:
        """What happened lately, as one set: a save is several events, a copied folder thousands."""
        places: set[str] = set()
        missed, wait, until = False, _IDLE, float("inf")
        while self._ready.poll(wait * 1000) and not self._stop.is_set():
            for watch, what, name in _events(os.read(self._queue, _AT_ONCE)):
                if what & _OVERFLOW:
                    missed = True
                elif what & _IGNORED:
                    self._folders.pop(watch, None)
                elif watch in self._folders:
                    self._note(watch, what, name, places)
            now = time.monotonic()
            if now > until:
                break
            wait, until = _STEP, min(until, now + _LONGEST)
        if missed:
            self.add(self._root, anew=True)  # for folders that nobody was told of
        return None if missed else places

    def _watched(self, place: str) -> int:
        watch: int = self._libc.inotify_add_watch(self._queue, os.fsencode(place), _MASK)
        return watch

    def _note(self, watch: int, what: int, name: str, places: set[str]) -> None:
        folder = self._folders[watch]
        if not name:
            if folder == self._root:  # what happens to others is told by the folder that they lie in
                places.add(folder)
            elif what & _MOVED_ITSELF and self._watched(folder) != watch:
                self._let_go(watch, folder)
            return
        place = os.path.join(folder, name)  # noqa: PTH118  # there may be a million of them
        places.add(place)
        if what & _IS_FOLDER and what & (_CREATE | _MOVED_TO | _ATTRIB) and not reason_to_skip(name):
            self.add(place, anew=bool(what & _MOVED_TO))  # it may have changed while it was elsewhere

    def _let_go(self, watch: int, folder: str) -> None:
        """Watch what was moved out no more: what happens there would be told of what lies here now."""
        below = f"{folder}{os.sep}"
        for other, place in list(self._folders.items()):
            if other == watch or place.startswith(below):
                self._libc.inotify_rm_watch(self._queue, other)
                del self._folders[other]
        self.add(folder, anew=True)


def _folders_in(place: str) -> list[str]:
    try:
        with os.scandir(place) as children:
            return [
                child.path
                for child in children
                if not reason_to_skip(child.name) and child.is_dir(follow_symlinks=False)
            ]
    except OSError:
        return []  # it went meanwhile, or may be watched and not listed


def _events(data: bytes) -> Iterator[tuple[int, int, str]]:
    at = 0
    while at < len(data):
        watch, what, _, length = _HEADER.unpack_from(data, at)
        at += _HEADER.size + length
        yield watch, what, os.fsdecode(data[at - length : at].rstrip(b"\0"))


def _failure(limit: str) -> OSError:
    number = ctypes.get_errno()
    words = limit if number in (errno.ENOSPC, errno.EMFILE) else os.strerror(number)
    return OSError(number, words)
