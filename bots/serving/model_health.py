"""The model server, looked at as long as `citewise serve` runs: one line in the log when it goes or comes."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from bots.serving.log import fields
from bots.serving.repeating import Repeating
from brain.errors import CitewiseError

EVERY_SECONDS = 30.0

log = logging.getLogger("citewise.model")


class ModelHealth(Repeating):
    """A service that asks the model server how it is; while it is down, documents' own sentences answer."""

    name = "model server"

    def __init__(self, look: Callable[[], str], *, every: float = EVERY_SECONDS) -> None:
        """`look` says what the server answers with, or raises a CitewiseError."""
        self._look = look
        self._every = every
        super().__init__("is asked for the first time")
        self._up: bool | None = None

    def check(self) -> None:
        """Look once, and tell the log where that is news."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        try:
            found = self._look()
        except CitewiseError as error:
            if self._up is not False:
                self._up = self._well = False
                self._found = f"down since {now}: {error.sentence}"
                log.warning("down", extra=fields("model server down", reason=error.sentence))
            return
        if self._up is not True:
            log.info("up", extra=fields("model server up", model=found))
            self._up = self._well = True
            self._found = f"answers since {now}: {found}"

    def _go_on(self, ending: threading.Event) -> None:
        while not ending.is_set():
            self.check()
            ending.wait(self._every)
