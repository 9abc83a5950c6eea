"""Forgets what is older than the settings say, daily."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bots.desk.wording import count
from bots.serving.log import fields
from bots.serving.repeating import Repeating
from brain.catalog.questions.forgetting import Forgetting
from brain.errors import CitewiseError

DAY = 86_400.0
AGAIN = 600.0  # seconds until the next try, where one failed

log = logging.getLogger("citewise.forgetting")


class Retention(Repeating):
    """A service that forgets questions and removed documents that are older than so many days, if any."""

    name = "retention"

    def __init__(
        self,
        forgetting: Callable[[], Forgetting],
        questions: int | None,
        removed: int | None,
        *,
        every: float = DAY,
    ) -> None:
        self._forgetting = forgetting
        self._questions = questions
        self._removed = removed
        self._every = every
        super().__init__("nothing was looked at yet")

    def forget(self) -> None:
        """Forget once. Raises StorageFailed where the disk fails; what was forgotten by then stays so."""
        now = datetime.now(UTC)
        said = []
        if self._questions is not None:
            gone = self._forgetting().before(now - timedelta(days=self._questions)).questions
            said.append(f"{count(gone, 'question')} older than {count(self._questions, 'day')}")
        if self._removed is not None:
            gone = self._forgetting().removed_before(now - timedelta(days=self._removed))
            said.append(f"{count(gone, 'document')} removed more than {count(self._removed, 'day')} ago")
        self._found = f"forgot {' and '.join(said)} at {now.isoformat(timespec='minutes')}"
        log.info("forgot", extra=fields("forgot", what="; ".join(said)))

    def _go_on(self, ending: threading.Event) -> None:
        pause = 0.0
        while not ending.wait(pause):
            pause = self._every
            try:
                self.forget()
            except CitewiseError as error:
                self._found = f"could not forget: {error.sentence}"
                log.warning("not forgotten", extra=fields("not forgotten", reason=error.sentence))
                pause = AGAIN
