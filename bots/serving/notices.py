"""Hands what is to be said without being asked to the chats as events: once, whatever is killed."""

import json
import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from bots.desk.wording import count
from bots.serving.log import fields
from bots.serving.repeating import Repeating
from brain.catalog.chats.inbox import InboxTable, Limits, NewEvent
from brain.errors import CitewiseError

if TYPE_CHECKING:
    from bots.desk.notices import Notices

EVERY = 60.0  # seconds
KIND = "notice"
_HOWEVER_MUCH_WAITS = Limits(waiting=1 << 31)

log = logging.getLogger("citewise.notices")


class NoticeClock(Repeating):
    """A service that puts what is due into the inbox, from where it is worked off as what people write is."""

    name = "notices"

    def __init__(
        self,
        notices: "Callable[[], Notices]",
        inbox: Callable[[], InboxTable],
        platforms: frozenset[str],
        *,
        every: float = EVERY,
        clock: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        """`platforms` are those that are connected: what is for others is left alone."""
        self._notices = notices
        self._inbox = inbox
        self._platforms = platforms
        self._every = every
        self._clock = clock
        self._known: frozenset[str] = frozenset()
        self._put = 0
        super().__init__("nothing was looked at yet")

    def look(self) -> None:
        """Put what is due into the inbox, which knows what it had before. Raises StorageFailed."""
        due = [notice for notice in self._notices().due(self._clock()) if notice.platform in self._platforms]
        for notice in due:
            if notice.key in self._known:
                continue
            words = json.dumps({"notice": notice.key})
            event = NewEvent(notice.platform, notice.key, KIND, words)
            if self._inbox().receive(event, _HOWEVER_MUCH_WAITS):
                self._put += 1
                log.info("due", extra=fields("to be said", notice=notice.key))
        self._known = frozenset(notice.key for notice in due)
        self._found = f"{count(self._put, 'notice')} since the start"

    def _go_on(self, ending: threading.Event) -> None:
        while not ending.wait(0.0):
            try:
                self.look()
            except CitewiseError as error:
                self._found = f"could not look: {error.sentence}"
                log.warning("not looked", extra=fields("not looked", reason=error.sentence))
            if ending.wait(self._every):
                return
