"""The file system's own events about a folder, through watchfiles, as hints."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from ingest.following.hints import Hints
from ingest.following.journal import note
from ingest.skipping import reason_to_skip

_DEBOUNCE_MS = 800  # at most so long events are gathered …
_STEP_MS = 150  # … and so long there must be none for them to be handed on
_TIMEOUT_MS = 500
_ODD_NAME = "Unable to decode path"  # watchfiles has these words for it, and no error of its own


class FolderEvents:
    """Watches a folder and all below it in a thread of its own. Hints only: any of them may be missing.

    watchfiles gives up at an event whose name is no UTF-8. It is begun anew then, at once or, where that
    comes again and again, `rest` seconds after it was begun last: each time the whole must be looked at.
    """

    def __init__(self, root: Path, hints: Hints, rest: Callable[[], float]) -> None:
        self._root = root
        self._hints = hints
        self._rest = rest
        self._ready = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"events of {root.name}", daemon=True)
        self.problem = ""

    def start(self, patience_seconds: float, go_on: Callable[[], None]) -> bool:
        """Begin, and wait until the watches are set; False where they can't be.

        `go_on` is called meanwhile, and raises to give up.
        """
        deadline = time.monotonic() + patience_seconds
        self._thread.start()
        while not self._ready.wait(0.5) and time.monotonic() < deadline:
            go_on()
        return self._ready.is_set() and self.works

    @property
    def works(self) -> bool:
        """Whether events still come."""
        return self._thread.is_alive() and not self.problem

    def stop(self) -> None:
        """End within a second or so."""
        self._stop.set()

    def join(self, seconds: float) -> None:
        """Wait for the thread to end."""
        self._thread.join(seconds)

    def _run(self) -> None:
        missed = ""
        try:
            while not self._stop.is_set():
                began = time.monotonic()
                missed = self._watch(missed)
                self._stop.wait(began + self._rest() - time.monotonic())
        except (OSError, RuntimeError) as error:
            # inotify's limits on watches, a root that is gone
            self.problem = f"the system's events about it ended ({error})"
            note("events_ended", root=str(self._root), reason=str(error))
            self._hints.doubt(self.problem)
        finally:
            self._ready.set()

    def _watch(self, missed: str) -> str:
        """Hand on what happens until stopped, or until an event can't be told, which is what is returned.

        With what was `missed` before, the whole must be looked at once the watches are set.
        """
        from watchfiles import watch

        try:
            # No filter: the library's own takes `~$` for a pattern, and ours is asked in _paths.
            for changes in watch(
                self._root,
                watch_filter=None,
                debounce=_DEBOUNCE_MS,
                step=_STEP_MS,
                rust_timeout=_TIMEOUT_MS,
                yield_on_timeout=True,
                stop_event=self._stop,
                raise_interrupt=False,
                force_polling=False,
                ignore_permission_denied=True,
            ):
                self._ready.set()
                if missed:
                    self._hints.doubt(missed)
                    missed = ""
                if changes:
                    self._hints.add(self._paths(path for _, path in changes))
        except RuntimeError as error:
            if not str(error).startswith(_ODD_NAME):
                raise
            self._ready.set()
            return f"a name that is no text ({error})"
        return ""

    def _paths(self, places: Iterable[str]) -> Iterator[str]:
        for place in places:
            path = Path(place)
            if path == self._root or not path.is_relative_to(self._root):
                self._hints.doubt("the folder itself was changed")
                continue
            parts = path.relative_to(self._root).parts
            if not any(reason_to_skip(part) for part in parts):
                yield "/".join(parts)
