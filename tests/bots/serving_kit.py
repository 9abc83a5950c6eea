"""A real `citewise serve` in a process of its own, and a control server in this one."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from command_kit import bare_environment
from websockets.sync.client import ClientConnection, connect

from bots.serving.control import ControlServer
from bots.serving.request import Request
from bots.serving.wire import PATH, Exit, Hello, order

HELLO = Hello(("ask", "Why?"), "/", {}, (False, False, False), ("utf-8", "utf-8", "utf-8"), {}, "0")


@dataclass
class Serving:
    """A running `citewise serve` and the folder that it runs in."""

    process: "subprocess.Popen[str]"
    folder: Path
    ready: dict[str, object]

    @property
    def control(self) -> dict[str, object]:
        return json.loads((self.folder / ".citewise" / "run" / "control.json").read_text("utf-8"))

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Its exit code and what it still said."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


@contextmanager
def serving(folder: Path, *options: str, **environment: str) -> Iterator[Serving]:
    """`citewise serve` on the home `.citewise` of a folder, from when it's ready; killed at the end."""
    with subprocess.Popen(
        [sys.executable, "-m", "bots.cli", "serve", "--json", "--log-format", "json", *options],
        cwd=folder,
        env=bare_environment(CITEWISE_CONTROL_PORT="0", **environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said, process.communicate()[1]
            yield Serving(process, folder, json.loads(said))
        finally:
            process.kill()


def start(folder: Path, *arguments: str, **options: object) -> "subprocess.Popen[str]":
    """Start `citewise ARGUMENTS…` in a folder and don't wait for it."""
    return subprocess.Popen(
        [sys.executable, "-m", "bots.cli", *arguments],
        cwd=folder,
        env=bare_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]
    )


@contextmanager
def controlled(run: Callable[[Request], int], **options: float) -> Iterator[ControlServer]:
    """A control server in this process that runs a function for commands."""
    server = ControlServer(0, run, "0", "now", **options)  # type: ignore[arg-type]
    server.ready = True
    try:
        yield server
    finally:
        assert server.stop(20), "a command is left"


@contextmanager
def call(
    server: ControlServer, hello: Hello | str | bytes = HELLO, token: str | None = None, **headers: str
) -> Iterator[ClientConnection]:
    """A client of it that has said hello."""
    bearer = f"Bearer {server.address.token if token is None else token}"
    with connect(
        f"ws://127.0.0.1:{server.address.port}{PATH}",
        additional_headers={"Authorization": bearer, **headers},
        proxy=None,
    ) as connection:
        connection.send(hello.encode() if isinstance(hello, Hello) else hello)
        yield connection


def end_of(connection: ClientConnection) -> tuple[bytes, Exit]:
    """All output of a command, and how it ended."""
    output = b""
    while True:
        message = connection.recv(timeout=30)
        if isinstance(message, str):
            end = order(message)
            assert isinstance(end, Exit)
            return output, end
        output += message[1:]


class Gate:
    """A command that says when it has begun, and ends when it is let."""

    def __init__(self) -> None:
        self.begun: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.ended: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.open = threading.Event()

    def __call__(self, request: Request) -> int:
        self.begun.put(request.hello.arguments[0])
        try:
            while not self.open.wait(0.01):
                request.checkpoint()
        except KeyboardInterrupt:
            self.ended.put("interrupted")
            raise
        self.ended.put("done")
        return 0


def hello(*arguments: str) -> Hello:
    return replace(HELLO, arguments=arguments)


def is_free(home: Path) -> bool:
    """Whether no process holds the home."""
    import fcntl

    descriptor = os.open(home / "lock", os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
