"""The model server, looked at as long as `citewise serve` runs: one line in the log when it goes or comes."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from bots.serving.log import fields
from bots.serving.services import ServiceStatus
from brain.errors import CitewiseError

EVERY_SECONDS = 30.0

log = logging.getLogger("citewise.model")


class ModelHealth:
    """A service that asks the model server how it is; while it is down, documents' own sentences answer."""

    name = "model server"

    def __init__(self, look: Callable[[], str], *, every: float = EVERY_SECONDS) -> None:
        """`look` says what the server answers with, or raises a CitewiseError."""
        self._look = look
        self._every = every
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self._found = "is asked for the first time"
        self._up: bool | None = None

    def start(self) -> None:
        """Look at once, and then again and again; a server that is down is no reason not to start."""
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._go_on, args=(self._ending,), name=self.name, daemon=True)
        self._thread.start()

    def stop(self, timeout: float) -> None:
        """End; a look that is under way is waited for."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def status(self) -> ServiceStatus:
        """What the last look found; the service itself runs on while the server is down."""
        return ServiceStatus(self._thread is not None and self._thread.is_alive(), self._found)

    def check(self) -> None:
        """Look once, and tell the log where that is news."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        try:
            found = self._look()
        except CitewiseError as error:
            if self._up is not False:
                self._up, self._found = False, f"down since {now}: {error.sentence}"
                log.warning("down", extra=fields("model server down", reason=error.sentence))
            return
        if self._up is not True:
            log.info("up", extra=fields("model server up", model=found))
            self._up, self._found = True, f"answers since {now}: {found}"

    def _go_on(self, ending: threading.Event) -> None:
        while not ending.is_set():
            self.check()
            ending.wait(self._every)
