"""`citewise serve`: keeps a home open, runs what is to run beside it, and takes in every other command."""

import contextlib
import json
import logging
import os
import queue
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, cast

import click

from bots.terminal.invocation import Invocation, home_option, invocation, json_option

if TYPE_CHECKING:
    from bots.serving.host import Host, Running
    from bots.serving.log import LogFormat
    from bots.serving.services import ServiceReport
    from bots.settings import Settings
    from bots.wiring import Citewise

_LOOK_SECONDS = 0.5
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@click.command()
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How the lines of the log look: key=value, or JSON.",
)
@home_option
@json_option
@invocation
def serve(call: Invocation, log_format: str) -> None:
    """Keep the home open and ready, until Ctrl-C or SIGTERM.

    Every other command on this home then goes through it, and is quicker. A second signal ends it at once.
    """
    from bots.serving.address import published
    from bots.serving.systemd import READY, STOPPING, tell
    from bots.settings import load_settings, notify_socket
    from bots.wiring import Citewise

    settings, systemd = load_settings(call.home), notify_socket()
    call.home = settings.home
    citewise, clean = Citewise(settings, "citewise serve", create=True), True
    if published(citewise.home):
        citewise.own_home()  # most likely refused: at once, then

    from bots.serving.chosen_services import chosen_services
    from bots.serving.host import STOP_SECONDS, Host, close_within
    from bots.serving.log import logging_to
    from bots.terminal.streams import routed

    log_file = citewise.home.run / "serve.log"
    stop = _Stop()
    with routed(), _signals(_interrupt):
        host = Host(citewise, *chosen_services(citewise), _run_command(), log_file)
        try:
            citewise.own_home()
            with logging_to(log_file, cast("LogFormat", log_format)):
                try:
                    host.take_commands()
                    _build(citewise, host, systemd)
                    with _signals(stop.hear):
                        host.start()
                        _say_ready(call, citewise, host.running())
                        tell(systemd, READY)
                        stop.wait()
                        tell(systemd, STOPPING)
                        _say_stopping(call)
                finally:
                    with _signals(stop.hear):
                        stop.heard = True
                        clean = host.stop()
        finally:
            clean = close_within(citewise, STOP_SECONDS) and clean
    if not clean:
        _exit_now()  # a thread is left that would hold the process up; the home survives that


def _build(citewise: "Citewise", host: "Host", systemd: str) -> None:
    """Open and check everything; whoever asks meanwhile is told how far it is."""
    from bots.serving.log import fields
    from bots.serving.opening import Opening
    from bots.serving.systemd import GOES_ON, tell
    from bots.terminal.console import progress
    from ingest.loans import sweep

    sweep()
    with citewise.building:
        _ = citewise.catalog  # by itself, since many commands need no more
    opening = Opening()
    with citewise.building, progress(in_logs=True) as shown:

        def report(what: str, done: int, total: int) -> None:
            shown(what, done, total)
            opening.report(what, done, total)
            tell(systemd, GOES_ON, f"STATUS={opening.state}")

        citewise.report = report
        host.answer(opening)
        citewise.warm_up()
    citewise.forget_report()
    index, log = citewise.index, logging.getLogger("citewise.index")
    if reason := index.rebuilt:
        log.warning("rebuilt", extra=fields("index rebuilt", reason=reason))
        index.rebuilt = None  # told, and no news to the commands to come
    if reason := index.completed:
        log.warning("completed", extra=fields("index completed", reason=reason))
        index.completed = None


def _run_command() -> "Callable[..., int]":
    from bots.cli import run

    return run


@contextmanager
def _signals(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    # With nohup a process is to outlive its terminal.
    heard = [
        number for number in _SIGNALS if signal.getsignal(number) != signal.SIG_IGN or number == signal.SIGINT
    ]
    before = [signal.signal(number, handler) for number in heard]
    try:
        yield
    finally:
        for number, earlier in zip(heard, before, strict=True):
            signal.signal(number, earlier)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


class _Stop:
    """The first signal is waited for, the second ends the process.

    A second one may come while the first is being handled, in the same thread: an Event would lock up then,
    and a SimpleQueue is made for it.
    """

    def __init__(self) -> None:
        self.heard = False
        self._signals: queue.SimpleQueue[int] = queue.SimpleQueue()

    def hear(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal."""
        if self.heard:
            os._exit(128 + number)
        self.heard = True
        self._signals.put(number)

    def wait(self) -> None:
        """Wait for the first signal.

        The system may hand one to another thread, which does not wake this one: so it looks now and then.
        """
        while not self.heard:
            with contextlib.suppress(queue.Empty):
                self._signals.get(timeout=_LOOK_SECONDS)


def _exit_now() -> None:
    """End without waiting for any thread: nothing that was stored is lost by that."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(0)


def _say_ready(call: Invocation, citewise: "Citewise", running: "Running") -> None:
    """Tell what is served, which services run, and what has no effect as it is set."""
    counts = citewise.catalog.counts()
    if call.as_json:
        _say_json(
            event="ready",
            home=str(citewise.home.path),
            pid=running.pid,
            control=running.address,
            log=str(running.log),
            documents=counts.documents,
            passages=counts.passages,
            services=[service_json(service) for service in running.services],
        )
        return
    from rich.text import Text

    from bots.desk.wording import held
    from bots.terminal.console import inert, out

    console = out()
    console.print(
        Text("citewise serves ") + Text(inert(str(citewise.home.path)), "bold") + f" (process {running.pid})."
    )
    if counts.documents:
        console.print(f"  {held(counts.documents, counts.passages)}")
    elif any(drive.watched for drive in citewise.catalog.drives()):
        console.print("  Nothing is indexed yet: the drives are taken in now, see `citewise drives`.")
    else:
        console.print("  Nothing is indexed yet: add documents with `citewise ingest FOLDER`.")
    good, waiting = Text("  ✓ ", "green"), Text("  ! ", "yellow")
    console.print(good + Text(f"commands: taken in at {running.address}, for this user alone", ""))
    for service in running.services:
        mark = good if service.running else waiting
        console.print(mark + Text(f"{service.name}: {inert(service.sentence)}", ""))
    for sentence in _without_effect(citewise.settings):
        console.print(waiting + Text(sentence, ""))
    console.print(f"  Log: {inert(str(running.log))}")
    console.print("Ctrl-C stops it.")
    sys.stdout.flush()


def _say_stopping(call: Invocation) -> None:
    if call.as_json:
        _say_json(event="stopping")
    else:
        click.echo("Stopping…")
    sys.stdout.flush()


def _say_json(**event: object) -> None:
    """One line, for a program that reads as they come."""
    click.echo(json.dumps(event, ensure_ascii=False))
    sys.stdout.flush()


def service_json(service: "ServiceReport") -> dict[str, object]:
    """One service, for programs."""
    return {
        "service": service.name,
        "running": service.running,
        "status": service.sentence,
        "since": service.since.isoformat() if service.since else None,
        "failures": service.failures,
    }


def _without_effect(settings: "Settings") -> Iterator[str]:
    """Platforms that someone set up and this version does not reach."""
    if settings.slack_app_token and not settings.slack_bot_token:
        yield "Slack: SLACK_APP_TOKEN alone does not connect it, SLACK_BOT_TOKEN is needed too"
