"""`citewise serve` itself: one open home, its services, and the control API, from start to stop."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bots.serving.address import LOOPBACK, withdraw
from bots.serving.control import ControlServer
from bots.serving.lent import LentCitewise
from bots.serving.log import fields
from bots.serving.opening import Opening
from bots.serving.request import Request
from bots.serving.services import Service, ServiceReport, Supervisor
from bots.settings import Settings, setting_name
from bots.terminal.invocation import Invocation
from bots.wiring import Citewise

if TYPE_CHECKING:
    from bots.monitoring.figures import Figures
    from bots.monitoring.listener import Listener
    from bots.monitoring.pages import Page, Pages

STOP_SECONDS = 8.0  # for running commands, again for the services, and again for closing the home

log = logging.getLogger("citewise.serve")
Run = Callable[[Sequence[str], Invocation], int]


@dataclass(frozen=True, slots=True)
class Running:
    """How a running `citewise serve` is."""

    pid: int
    started: str
    address: str
    log: Path
    services: tuple[ServiceReport, ...]


class Host:
    """Everything that goes on while a home is served; whoever made the Citewise closes it.

    It listens from the start, so that no command finds the home locked and nobody to talk to.
    """

    def __init__(
        self,
        citewise: Citewise,
        chats: Sequence[Service],
        services: Sequence[Service],
        run: Run,
        log_file: Path,
    ) -> None:
        """`chats` answer people while the home is still being opened. `run` runs one command line."""
        self._citewise = citewise
        self._run_command = run
        self._log_file = log_file
        self._started = datetime.now(UTC).isoformat(timespec="seconds")
        self._chats = Supervisor(chats)
        self._supervisor = Supervisor(services)
        self._opening: Opening | None = None
        self._control = ControlServer(
            citewise.settings.control_port, self._run, version("citewise"), self._started, pages=self._pages()
        )
        self._listener: Listener | None = None

    def take_commands(self) -> None:
        """Tell where commands are taken; they wait for what is not built yet. The home is locked by now.

        Raises UsageError where the address of the monitoring can't be listened at.
        """
        if self._citewise.settings.monitoring:
            from bots.monitoring.listener import Listener

            host, _, port = self._citewise.settings.monitoring.rpartition(":")
            self._listener = Listener(host.strip("[]"), int(port), self._control.pages)
        self._control.address.publish(self._citewise.home)

    def answer(self, opening: Opening) -> None:
        """Let the chats begin: whoever asks while the home is being opened is told how far that is."""
        self._opening = opening
        self._citewise.before_use = opening.check
        _ = self._citewise.desk  # made before there are chats that could make it twice
        self._control.answers = True
        self._chats.begin()

    def start(self) -> None:
        """Start the services: all that commands need is there."""
        if self._opening is not None:
            self._opening.finish()
        self._control.ready = True
        self._supervisor.start()
        self._chats.start()
        log.info("ready", extra=fields("ready", home=self._citewise.home.path, control=self._address))

    def stop(self) -> bool:
        """Stop in reverse, in bounded time; False where a command did not end, so that threads are left."""
        withdraw(self._citewise.home)
        if self._listener is not None:
            self._listener.stop()
        done = self._control.stop(STOP_SECONDS)
        self._chats.stop(STOP_SECONDS / 2)
        self._supervisor.stop(STOP_SECONDS / 2)
        log.info("stopped", extra=fields("stopped", clean=done))
        return done

    def running(self) -> Running:
        """How it is now."""
        return Running(
            pid=self._control.address.pid,
            started=self._started,
            address=self._address,
            log=self._log_file,
            services=tuple(self._reports()),
        )

    def _pages(self) -> "Pages":
        """What may be looked at without a token; figures are looked up when somebody wants them."""
        from bots.monitoring.pages import METRICS, READY, readiness

        _ = self._citewise.tally  # made before there are threads that could make it twice

        @cache
        def figures() -> "Figures":
            from bots.monitoring.figures import Figures

            return Figures(self._citewise, version("citewise"), lambda: self._control.well, self._reports)

        def ready() -> "Page":
            opening = self._opening.state if self._opening else ""
            return readiness(well=self._control.well, services=self._reports(), opening=opening)

        return {
            READY: ready,
            METRICS: lambda: figures().page(),
        }

    def _reports(self) -> list[ServiceReport]:
        return [*self._supervisor.report(), *self._chats.report()]

    @property
    def _address(self) -> str:
        return f"{LOOPBACK}:{self._control.address.port}"

    def _run(self, request: Request) -> int:
        hello = request.hello
        told = threading.Event()

        def tell_differences() -> None:
            differences = _differences(self._citewise.settings, hello.settings)
            if differences and not told.is_set():
                told.set()
                click.echo(f"citewise: {differences}", err=True)

        invocation = Invocation(
            home=self._citewise.home.path,
            directory=Path(hello.directory),
            shared=LentCitewise(self._citewise, tell_differences),
            running=self.running,
        )
        return self._run_command(hello.arguments, invocation)


def close_within(citewise: Citewise, seconds: float) -> bool:
    """Close the home; False where that takes longer, so that the process must end without it."""
    closing = threading.Thread(target=citewise.close, name="close", daemon=True)
    closing.start()
    closing.join(seconds)
    return not closing.is_alive()


def _differences(settings: Settings, callers: Mapping[str, str]) -> str:
    """What a caller has set otherwise than `citewise serve` was started with."""
    parts = [
        f"{setting_name(name)} is {wanted} here and {'not set' if used is None else used} there"
        for name, wanted in callers.items()
        if name in type(settings).model_fields and str(used := getattr(settings, name)) != wanted
    ]
    if not parts:
        return ""
    return (
        f"`citewise serve` answers by its own settings ({'; '.join(parts)}): start it again to change them."
    )
