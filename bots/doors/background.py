"""A chat service in a thread and event loop of its own, started and stopped from plain code."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol

from bots.doors.inbox import Unreachable
from bots.serving.services import ServiceStatus

CONNECTING = 60.0  # seconds until a start that hangs counts as failed


class ChatService(Protocol):
    """What a platform's service offers to whoever runs it."""

    name: str

    async def start(self) -> None:
        """Connect; raises CitewiseErrors where that is not possible."""
        ...

    async def stop(self) -> None:
        """Let go; harmless where it does not run."""
        ...

    async def status(self) -> ServiceStatus:
        """How it is."""
        ...


class Background:
    """Runs a chat service beside everything else; it may be started again after `stop`."""

    def __init__(self, make: Callable[[], ChatService], name: str) -> None:
        """`make` is called at each start, in the service's own loop."""
        self.name = name
        self._make = make
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._service: ChatService | None = None

    def start(self) -> None:
        """Connect, and return once that is done; an error of the service means that it does not run."""
        if self._thread is not None:
            return
        started: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(started,), name=self.name, daemon=True)
        self._thread.start()
        try:
            started.result(CONNECTING)
        except BaseException as error:
            self.stop(5.0)
            if isinstance(error, TimeoutError) and not started.done():
                raise Unreachable(f"It has not connected in {CONNECTING:.0f} seconds.") from error
            raise

    def stop(self, timeout: float) -> None:
        """End within that many seconds; what is unfinished is taken up by the next start."""
        thread, loop = self._thread, self._loop
        if thread is None:
            return
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._ending.set)
        thread.join(timeout)
        self._thread = self._loop = self._service = None

    def status(self) -> ServiceStatus:
        """How it is; quick, from any thread."""
        service, loop = self._service, self._loop
        if service is None or loop is None or loop.is_closed():
            return ServiceStatus(False, "not running")
        try:
            return asyncio.run_coroutine_threadsafe(service.status(), loop).result(5.0)
        except TimeoutError:
            return ServiceStatus(False, "does not answer")

    def _run(self, started: "Future[None]") -> None:
        asyncio.run(self._serve(started))

    async def _serve(self, started: "Future[None]") -> None:
        self._loop, ending = asyncio.get_running_loop(), asyncio.Event()
        self._ending = ending
        beginning, told_to_end = asyncio.create_task(self._begin()), asyncio.create_task(ending.wait())
        await asyncio.wait([beginning, told_to_end], return_when=asyncio.FIRST_COMPLETED)
        if not beginning.done():  # connected later, it would work beside the one that is started next
            beginning.cancel()
            await asyncio.wait([beginning])
            return
        told_to_end.cancel()
        if (error := beginning.exception()) is not None:
            started.set_exception(error)
            return
        service = self._service = beginning.result()
        started.set_result(None)
        await ending.wait()
        await service.stop()

    async def _begin(self) -> ChatService:
        service = self._make()
        await service.start()
        return service
