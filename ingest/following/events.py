"""The file system's own events about a folder, as hints: inotify, or what watchfiles has elsewhere."""

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from ingest.following import inotify
from ingest.following.hints import Hints
from ingest.following.journal import note
from ingest.local.folder import readable
from ingest.reconciling.skipping import reason_to_skip


class FolderEvents:
    """Watches a folder and all below it in a thread of its own. Hints only: any of them may be missing."""

    def __init__(self, root: Path, hints: Hints) -> None:
        self._root = root
        self._hints = hints
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
        happenings = inotify.happenings if sys.platform == "linux" else _happenings
        try:
            for places in happenings(str(self._root), self._stop):
                self._ready.set()
                if places is None:
                    self._hints.doubt("more happened at once than the system could tell")
                elif places:
                    self._hints.add(self._paths(places))
        except (OSError, RuntimeError) as error:  # the system's limits on watches, a root that is gone
            self.problem = f"the system's events about it ended ({error})"
            note("events_ended", root=str(self._root), reason=str(error))
            self._hints.doubt(self.problem)
        finally:
            self._ready.set()

    def _paths(self, places: Iterable[str]) -> Iterator[str]:
        for place in places:
            path = Path(place)
            if path == self._root or not path.is_relative_to(self._root):
                self._hints.doubt("the folder itself was changed")
                continue
            parts = path.relative_to(self._root).parts
            if not any(reason_to_skip(part) for part in parts):
                yield readable("/".join(parts))


def _happenings(root: str, stop: threading.Event) -> Iterator[set[str] | None]:
    from watchfiles import watch

    # No filter: the library's own takes `~$` for a pattern, and ours is asked in _paths.
    for changes in watch(
        root,
        watch_filter=None,
        debounce=800,
        step=150,
        rust_timeout=500,
        yield_on_timeout=True,
        stop_event=stop,
        raise_interrupt=False,
        force_polling=False,
        ignore_permission_denied=True,
    ):
        yield {place for _, place in changes}
