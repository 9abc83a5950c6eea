"""The client's side: a command line is run by the `citewise serve` that holds the home, as if it ran here."""

import contextlib
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType
from typing import TYPE_CHECKING, BinaryIO

from bots.serving.address import LOOPBACK, PROTOCOL, Address, published
from bots.terminal.account import account_name
from brain.catalog.home import Home
from brain.errors import HomeLocked, ServiceStopped, UsageError

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

    from bots.settings import Settings

CONNECT_SECONDS = 2.0
GRACE_SECONDS = 5.0  # after Ctrl-C, for the command to clear up
OPENING_SECONDS = 20.0  # for a `citewise serve` that has just been started, as by `docker compose up -d`
_LOOK_SECONDS = 0.5
_OPENING_LOOK_SECONDS = 0.1
_LONGEST_LINE = 1024**2
_INTERRUPTED = 130  # as shells tell of Ctrl-C
_SHOW_CURSOR = b"\x1b[?25h"


class HomeServed(Exception):
    """The home of this command is open in another process, which will run the command."""

    def __init__(self, connection: "ClientConnection", settings: "Settings") -> None:
        super().__init__()
        self.connection = connection
        self.settings = settings


def reach(settings: "Settings") -> "ClientConnection | None":
    """A connection to the `citewise serve` that holds this home; None where none does.

    One that was started a moment ago is waited for. HomeLocked where one does hold it and can't be talked to:
    it is another user's, or of another version.
    """
    home = Home(settings.home)
    while (reached := _published_and_lives(home)) is None:
        if not home.is_being_opened("citewise serve", OPENING_SECONDS):
            return None
        time.sleep(_OPENING_LOOK_SECONDS)
    address, owner, connection = reached
    if owner != os.geteuid():
        connection.close()
        user = account_name(owner)
        raise HomeLocked(
            f"The home {settings.home} is served by the user {user}: run the command as that user, "
            f"such as with `sudo -u {user} citewise …`."
        )
    if address.protocol != PROTOCOL:
        connection.close()
        raise HomeLocked(
            f"`citewise serve` is of version {address.version} here, which this command does not understand: "
            "start `citewise serve` again, with the newer of both."
        )
    return connection


def _published_and_lives(home: Home) -> "tuple[Address, int, ClientConnection] | None":
    found = published(home)
    if found is None:
        return None
    address, owner = found
    connection = _connect(address) if address.lives else None
    return None if connection is None else (address, owner, connection)


def relay(served: HomeServed, arguments: Sequence[str]) -> int:
    """Have the command run there, with this process's input and output; its exit code."""
    return _Relay(served.connection).run(_hello(served.settings, arguments))


def _connect(address: Address) -> "ClientConnection | None":
    """A connection to `citewise serve` at its address; None where nothing of its kind answers there."""
    import socket

    try:
        wire = socket.create_connection((LOOPBACK, address.port), CONNECT_SECONDS)
    except OSError:
        return None  # it stops at this moment
    from websockets.exceptions import InvalidHandshake, InvalidMessage
    from websockets.sync.client import connect

    from bots.serving.wire import LARGEST_MESSAGE, PATH

    try:
        opening = connect(
            f"ws://{LOOPBACK}:{address.port}{PATH}",
            sock=wire,
            additional_headers={"Authorization": f"Bearer {address.token}"},
            compression=None,
            proxy=None,
            open_timeout=CONNECT_SECONDS,
            ping_interval=None,
            close_timeout=1.0,
            max_size=LARGEST_MESSAGE,
        )
        return contextlib.ExitStack().enter_context(opening)  # open until _drop()
    except (InvalidHandshake, InvalidMessage, EOFError, OSError):
        wire.close()
        return None  # another program listens there by now


def _hello(settings: "Settings", arguments: Sequence[str]) -> str:
    """What the server must know to run the command as if it ran here: words, folder, terminal, settings."""
    from importlib.metadata import version

    from bots.serving.wire import Hello
    from bots.settings import about_answers, terminal_variables

    try:
        directory = os.getcwd()  # noqa: PTH109  (Path.cwd() would do the same)
    except OSError as error:
        raise UsageError("The folder that this was called in is gone: change to another one.") from error
    streams = sys.stdin, sys.stdout, sys.stderr
    environ = terminal_variables()
    for stream in streams:
        if stream is not None and stream.isatty():
            with contextlib.suppress(OSError):
                environ = {**_size(stream.fileno()), **environ}
    terminals = [stream is not None and stream.isatty() for stream in streams]
    encodings = [getattr(stream, "encoding", None) or "utf-8" for stream in streams]
    return Hello(
        arguments=tuple(arguments),
        directory=directory,
        environ=environ,
        terminals=(terminals[0], terminals[1], terminals[2]),
        encodings=(encodings[0], encodings[1], encodings[2]),
        settings=about_answers(settings),
        version=version("citewise"),
    ).encode()


def _size(terminal: int) -> dict[str, str]:
    """A terminal's size as variables. One that nobody told its size says 0 by 0, where no word would fit."""
    columns, lines = os.get_terminal_size(terminal)
    return {"COLUMNS": str(columns or 80), "LINES": str(lines or 24)}


class _Relay:
    """One command's input and output; the signal handler only takes note, lest it cut a message in two."""

    def __init__(self, connection: "ClientConnection") -> None:
        from bots.serving.wire import STDERR, STDOUT

        self._connection = connection
        self._outputs: dict[bytes, BinaryIO] = {STDOUT: sys.stdout.buffer, STDERR: sys.stderr.buffer}
        self._terminals = {STDOUT: sys.stdout.isatty(), STDERR: sys.stderr.isatty()}
        self._reading = False
        self._interrupted = False
        self._left_prompt = False
        # Not an Event: a second Ctrl-C while the first is being noted would lock it up.
        self._interrupts: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._deadline: float | None = None

    def run(self, hello: str) -> int:
        """Relay until the command has ended."""
        from websockets.exceptions import ConnectionClosed

        before = signal.signal(signal.SIGINT, self._interrupt)
        threading.Thread(target=self._tell_interrupt, name="tell of Ctrl-C", daemon=True).start()
        try:
            self._connection.send(hello)
            return self._until_the_end()
        except ConnectionClosed as closed:
            if self._interrupted:
                return self._leave()
            raise ServiceStopped(
                "`citewise serve` ended before this command did: run the command again."
            ) from closed
        finally:
            signal.signal(signal.SIGINT, before)
            self._drop()

    def _until_the_end(self) -> int:
        """Show what the command prints and send what it asks for, until it ends; its exit code."""
        from websockets.exceptions import ConnectionClosed

        from bots.serving.wire import Read, order

        while True:
            try:
                message = self._connection.recv(timeout=_LOOK_SECONDS)
            except TimeoutError:
                if self._deadline is not None and time.monotonic() > self._deadline:
                    return self._leave()
                continue
            if isinstance(message, bytes):
                self._show(message[:1], message[1:])
                continue
            wanted = order(message)
            if isinstance(wanted, Read):
                line = self._read(wanted.prompt)
                with contextlib.suppress(ConnectionClosed):  # why, it may have said before it hung up
                    self._connection.send(line)
                continue
            if wanted.sentence:
                print(f"citewise: {wanted.sentence}", file=sys.stderr)
            # The end of the input may reach the command before the interrupt does.
            return _INTERRUPTED if self._left_prompt else wanted.code

    def _show(self, stream: bytes, data: bytes) -> None:
        output = self._outputs[stream]
        output.write(data)
        output.flush()

    def _read(self, prompt: str | None) -> bytes:
        """The next line of input; Ctrl-C meanwhile ends the command."""
        try:
            self._reading = True
            if self._interrupted:
                raise KeyboardInterrupt
            if prompt is None:
                return sys.stdin.buffer.readline(_LONGEST_LINE)
            import readline  # noqa: F401  (imported, it gives input() editing and a history)

            return f"{input(prompt)}\n".encode(sys.stdin.encoding, "replace")
        except EOFError:
            return b""
        except KeyboardInterrupt:
            self._note_interrupt()
            self._left_prompt = True
            return b""
        finally:
            self._reading = False

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self._reading or self._interrupted:
            raise KeyboardInterrupt  # at a prompt, or for the second time
        self._note_interrupt()

    def _note_interrupt(self) -> None:
        self._deadline = time.monotonic() + GRACE_SECONDS
        self._interrupted = True
        self._interrupts.put(None)

    def _tell_interrupt(self) -> None:
        from websockets.exceptions import ConnectionClosed

        from bots.serving.wire import INTERRUPT

        self._interrupts.get()
        with contextlib.suppress(ConnectionClosed):
            self._connection.send(INTERRUPT)

    def _leave(self) -> int:
        """Go without waiting for the end; a progress bar may have hidden the cursor."""
        for stream, output in self._outputs.items():
            if self._terminals[stream]:
                output.write(_SHOW_CURSOR)
                output.flush()
                break
        return _INTERRUPTED

    def _drop(self) -> None:
        """Hang up at once: a server that is busy with this command would let a polite goodbye wait."""
        import socket

        with contextlib.suppress(OSError):
            self._connection.socket.shutdown(socket.SHUT_RDWR)
