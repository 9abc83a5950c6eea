"""The inbox: every event of a chat is kept before it is acknowledged, and leads to one visible answer.

A door takes events in with `receive`, acknowledges them when that returns, and is called back to work on
each. Whatever is interrupted, by a crash or a kill, is worked on again after the next start; the door is
then told what was visible of the answer already.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Protocol, TypeVar

from bots.desk.wording import in_chat
from bots.serving.log import fields
from brain.catalog.catalog import Catalog
from brain.catalog.chats.inbox import InboxItem, Limits, NewEvent
from brain.errors import CitewiseError, NotReadyYet, StorageFailed

log = logging.getLogger("citewise.inbox")
log.addHandler(logging.NullHandler())

_T = TypeVar("_T")

WORKERS = 4
MOST_ATTEMPTS = 4  # an event that ended the process so often is answered with an apology
KEPT_SECONDS = 30 * 86_400.0  # so long, an edited or deleted question is matched with its answer
_LONGEST_PAUSE = 60.0
_SURPRISE = "Something went wrong that I did not expect. Please ask again; if it stays, tell an admin."


class Unreachable(CitewiseError):
    """The platform can't be reached now, or has had enough for now: `seconds` say when to try again."""

    retryable: ClassVar[bool] = True

    def __init__(self, sentence: str, *, detail: str = "", seconds: float = 0.0) -> None:
        super().__init__(sentence, detail=detail)
        self.seconds = seconds


class Door(Protocol):
    """A chat platform, as the inbox sees it. All methods raise Unreachable while the platform is away."""

    platform: str

    async def work(self, item: InboxItem) -> None:
        """Answer an event. `item.attempts` above 0 or `item.posted` say that it was begun before."""
        ...

    async def apologise(self, item: InboxItem, sentence: str) -> None:
        """Let the one visible answer be this sentence."""
        ...

    async def tell_later(self, item: InboxItem, sentence: str) -> None:
        """Say that the answer comes later: where it will stand, if what stands there can be changed."""
        ...

    async def turn_away(self, item: InboxItem) -> None:
        """Let the one visible answer be that there is too much to do, or that this person asks too much."""
        ...

    async def tell_waiting(self, new: NewEvent, ahead: int) -> None:
        """Tell someone that others are before them; it is no answer and may be left out."""
        ...


class Inbox:
    """The events of one platform, taken in at once and worked off by a few workers, in order by thread."""

    def __init__(
        self,
        catalog: Catalog,
        door: Door,
        limits: Limits | None = None,
        workers: int = WORKERS,
        write_down: Callable[[BaseException], Path | None] = lambda error: None,
    ) -> None:
        """`write_down` is given what nobody expected, for the admin's log."""
        self._table = catalog.inbox
        self.full_disk_pause = 5.0  # seconds
        self._door = door
        self._limits = limits or Limits()
        self._workers = workers
        self._write_down = write_down
        self._away = ""
        self._arrived = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._notices: set[asyncio.Task[None]] = set()
        # A thread of its own: an event must be kept at once, however many answers are being worked on.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="inbox")

    async def start(self) -> None:
        """Take up what was left behind, and begin to work."""
        platform = self._door.platform
        await self._in_thread(lambda: self._table.recover(platform))
        await self._in_thread(lambda: self._table.forget(time.time() - KEPT_SECONDS))
        work = [asyncio.create_task(self._run(False)) for _ in range(self._workers)]
        self._tasks = [*work, asyncio.create_task(self._run(True))]

    async def stop(self) -> None:
        """Stop working; what is unfinished is taken up by the next start."""
        for task in (*self._tasks, *self._notices):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._notices, return_exceptions=True)
        self._tasks.clear()
        self._thread.shutdown(wait=True)

    async def receive(self, new: NewEvent) -> bool:
        """Keep an event; when this returns it may be acknowledged. False where it is known already."""

        def keep() -> tuple[bool, int]:
            taken = self._table.receive(new, self._limits)
            return taken, self._table.waiting(new.platform) if taken else 0

        taken, waiting = await self._in_thread(keep)
        if taken:
            self._arrived.set()
        if waiting > self._workers:
            notice = asyncio.create_task(self._tell_waiting(new, waiting - 1))
            self._notices.add(notice)
            notice.add_done_callback(self._notices.discard)
        return taken

    async def note_posted(self, item: InboxItem, posted: str) -> None:
        """Note that the answer, or its beginning, is visible under the platform's id."""
        await self._in_thread(lambda: self._table.note_posted(item.id, posted))

    async def _run(self, turned_away: bool) -> None:
        while True:
            self._arrived.clear()
            item = await self._surely(lambda: self._table.claim(self._door.platform, turned_away=turned_away))
            if item is None:
                await self._wait()
                continue
            self._arrived.set()  # there may be more, for the other workers
            await self._handle(item)
            self._arrived.set()  # the next of its thread may go on

    async def _wait(self) -> None:
        due = await self._surely(lambda: self._table.next_due(self._door.platform))
        # An event that waits only for an earlier one of its thread is due at once: that one's end wakes us.
        pause = _LONGEST_PAUSE if due is None else max(due, 0.2)
        with suppress(TimeoutError):
            # Not wait_for(), which in Python 3.11 can swallow the cancellation that stop() sends.
            async with asyncio.timeout(min(pause, _LONGEST_PAUSE)):
                await self._arrived.wait()

    async def _handle(self, item: InboxItem) -> None:
        try:
            sentence = await self._worked(item)
            if sentence:
                await self._door.apologise(item, sentence)
        except NotReadyYet as error:
            if not item.attempts:  # told once: it says how long it takes
                await self._tell_later(item, error.sentence)
            pause = error.seconds
            await self._surely(lambda: self._table.postpone(item.id, pause))
            return
        except Unreachable as error:
            pause = error.seconds or min(2.0**item.attempts, _LONGEST_PAUSE)
            self._note_away(error.detail or error.sentence)
            await self._surely(lambda: self._table.postpone(item.id, pause))
            return
        except CitewiseError as error:
            self._write_down(error)  # not even an apology can be said there: nothing is left to do
        self._away = ""
        await self._surely(lambda: self._table.finish(item.id))

    def _note_away(self, reason: str) -> None:
        """Tell the log why events wait, once and not for each of them."""
        if reason != self._away:
            self._away = reason
            platform = self._door.platform
            log.warning("postponed", extra=fields("events wait", platform=platform, reason=reason))

    async def _worked(self, item: InboxItem) -> str:
        """Work on an event; what has to be said instead of an answer, where there is none."""
        try:
            if item.turned_away:
                await self._door.turn_away(item)
            elif item.attempts < MOST_ATTEMPTS:
                await self._door.work(item)
            else:
                return _SURPRISE
        except (Unreachable, NotReadyYet):
            raise
        except CitewiseError as error:
            if error.detail:
                self._write_down(error)
            return in_chat(error)
        except Exception as error:  # one message must never stop the others: here it becomes a sentence
            self._write_down(error)
            return _SURPRISE
        return ""

    async def _tell_later(self, item: InboxItem, sentence: str) -> None:
        with suppress(CitewiseError):  # the answer itself matters more
            await self._door.tell_later(item, sentence)

    async def _tell_waiting(self, new: NewEvent, ahead: int) -> None:
        with suppress(CitewiseError):
            await self._door.tell_waiting(new, ahead)

    async def _surely(self, work: Callable[[], _T]) -> _T:
        """Do what must be noted down, however long the disk is full: a worker never ends of that."""
        while True:
            try:
                return await self._in_thread(work)
            except StorageFailed as error:
                self._write_down(error)
                await asyncio.sleep(self.full_disk_pause)

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
