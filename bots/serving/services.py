"""What runs as long as `citewise serve` does, and who looks after it: one service's fault stops no other."""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from bots.serving.log import fields
from brain.errors import CitewiseError

# The next service starts after that, even where this one has not finished starting.
FIRST_START_SECONDS = 15.0
LOOK_SECONDS = 2.0
FIRST_RETRY, LONGEST_RETRY = 1.0, 300.0
# A service that ran that long before it failed is tried again at once, as if it never had.
PROVEN_SECONDS = 600.0

log = logging.getLogger("citewise.services")


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """Whether a service runs, and a sentence about it for people.

    One that runs and is not `well` needs no new start: it connects again, or tries again, by itself.
    """

    running: bool
    sentence: str
    well: bool = True


class Service(Protocol):
    """Something that goes on beside the others; it may be started again after stop()."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    def start(self) -> None:
        """Begin, in threads of its own; an error means that it could not, and is tried again later."""
        ...

    def stop(self, timeout: float) -> None:
        """End within that many seconds; harmless where it does not run."""
        ...

    def status(self) -> ServiceStatus:
        """How it is; quick, from any thread."""
        ...


@dataclass(frozen=True, slots=True)
class ServiceReport:
    """How one service is, for a list."""

    name: str
    running: bool
    sentence: str
    since: datetime | None
    failures: int
    well: bool = True


class Supervisor:
    """Starts services in order, and each again with growing pauses when it fails; stops them in reverse."""

    def __init__(self, services: Sequence[Service], *, first_retry: float = FIRST_RETRY) -> None:
        self._watched = [_Watched(service, first_retry) for service in services]

    def start(self) -> None:
        """Start all; returns when each has started or failed once, or takes its time."""
        for watched in self._watched:
            watched.begin()
            watched.wait()

    def begin(self) -> None:
        """Have all start, and wait for none; start() waits for them then."""
        for watched in self._watched:
            watched.begin()

    def stop(self, seconds: float) -> None:
        """Stop all, the last first; each gets an equal part of the time."""
        for watched in reversed(self._watched):
            watched.end(seconds / len(self._watched))

    def report(self) -> list[ServiceReport]:
        """How all are, in their order."""
        return [watched.report() for watched in self._watched]


class _Watched:
    """A service and the thread that looks after it."""

    def __init__(self, service: Service, first_retry: float) -> None:
        self._service = service
        self._first_retry = first_retry
        self._ending = threading.Event()
        self._tried = threading.Event()
        self._thread = threading.Thread(target=self._watch, name=f"watch {service.name}", daemon=True)
        self._fault = ""
        self._failures = 0
        self._since: datetime | None = None

    def begin(self) -> None:
        if self._thread.ident is None:
            self._thread.start()

    def wait(self) -> None:
        self._tried.wait(FIRST_START_SECONDS)

    def end(self, seconds: float) -> None:
        self._ending.set()
        self._stop(seconds)
        if self._thread.ident is not None:  # not where it ends before it could start
            self._thread.join(seconds)
        log.info("stopped", extra=fields("service stopped", service=self._service.name))

    def report(self) -> ServiceReport:
        if self._since is None:
            sentence = self._fault or "is starting"
            return ServiceReport(self._service.name, False, sentence, None, self._failures, well=False)
        status = self._service.status()
        return ServiceReport(
            name=self._service.name,
            running=status.running,
            sentence=status.sentence,
            since=self._since,
            failures=self._failures,
            well=status.running and status.well,
        )

    def _watch(self) -> None:
        pause = self._first_retry
        while not self._ending.is_set():
            began = time.monotonic()
            fault = self._run()
            self._since = None
            self._tried.set()
            if self._ending.is_set():
                return
            if time.monotonic() - began > PROVEN_SECONDS:
                pause = self._first_retry
            self._failures += 1
            self._fault = f"{fault} It is tried again {_in(pause)}."
            self._stop(LOOK_SECONDS)
            self._ending.wait(pause)
            pause = min(pause * 2, LONGEST_RETRY)

    def _run(self) -> str:
        """Start and look on; why it does not run any more, as a sentence."""
        name = self._service.name
        try:
            self._service.start()
            self._since = datetime.now(UTC)
            self._tried.set()
            log.info("started", extra=fields("service started", service=name))
            while not self._ending.wait(LOOK_SECONDS):
                status = self._service.status()
                if not status.running:
                    log.warning("ended", extra=fields("service ended", service=name, reason=status.sentence))
                    return status.sentence
            return ""
        except CitewiseError as error:
            told = {"reason": error.sentence, **({"detail": error.detail} if error.detail else {})}
            log.warning("failed", extra=fields("service failed", service=name, **told))
            return error.sentence
        except Exception:  # whatever it is, the other services go on
            log.exception("failed", extra=fields("service failed", service=name))
            return "It failed in a way that citewise did not expect: the log has the details."

    def _stop(self, seconds: float) -> None:
        """Stop in a thread of its own, so that a service that hangs holds nobody up."""
        name = f"stop {self._service.name}"
        stopping = threading.Thread(target=self._service.stop, args=(seconds,), name=name, daemon=True)
        stopping.start()
        stopping.join(seconds)


def _in(seconds: float) -> str:
    return f"in {seconds:.0f} s" if seconds < 60 else f"in {seconds / 60:.0f} min"
