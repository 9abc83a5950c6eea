"""One command that a client called: its streams on the wire, and its end when the client wants it."""

import codecs
import io
import queue
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from websockets.exceptions import ConnectionClosed

from bots.serving.command_slots import CommandSlots
from bots.serving.wire import INTERRUPT, INTERRUPTED, PIECE, STDERR, STDOUT, Exit, Hello, Read
from bots.terminal.streams import Streams

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer
    from websockets.sync.server import ServerConnection


class Request:
    """Runs in a thread of its own while another one takes the client's messages.

    A command is never torn out of what it does: it learns of an interruption where it reports progress,
    prints or reads, as KeyboardInterrupt and just once, so that it can clear up in peace.
    """

    def __init__(self, socket: "ServerConnection", hello: Hello, slots: CommandSlots) -> None:
        self.hello = hello
        self._socket = socket
        self._slots = slots
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._cancelled = threading.Event()
        self._told = False
        self._thread: int | None = None
        self._reason = ""
        stdin, stdout, stderr = hello.terminals
        self.streams = Streams(
            stdin=io.TextIOWrapper(
                io.BufferedReader(_Inlet(self._read_line, stdin)),
                _known(hello.encodings[0]),
                errors="replace",
            ),
            stdout=_text(_Outlet(self._printer(STDOUT), stdout), hello.encodings[1], by_line=stdout),
            stderr=_text(_Outlet(self._printer(STDERR), stderr), hello.encodings[2], by_line=True),
            environ=hello.environ,
            ask=self._ask,
            checkpoint=self.checkpoint,
        )

    @property
    def cancelled(self) -> bool:
        """True where nobody wants the result any more."""
        return self._cancelled.is_set()

    def begin(self) -> None:
        """Note that the command runs in this thread."""
        self._thread = threading.get_ident()

    def take(self, message: str | bytes) -> None:
        """Take one message of the client."""
        if isinstance(message, bytes):
            self._lines.put(message)
        elif message == INTERRUPT:
            self.cancel()

    def cancel(self, reason: str = "") -> None:
        """Have the command end at its next checkpoint; `reason` is told to a client that is still there."""
        self._reason = self._reason or reason
        self._cancelled.set()
        self._lines.put(None)

    def checkpoint(self) -> None:
        """Raise KeyboardInterrupt, once, where the command is to end; other threads of it are let through."""
        if self._cancelled.is_set() and not self._told and threading.get_ident() == self._thread:
            self._told = True
            raise KeyboardInterrupt

    def finish(self, end: Exit) -> None:
        """Send what is still to be printed and how the command ended, and hang up."""
        self._told = True
        if self._reason and end.code == INTERRUPTED:
            end = Exit(1, self._reason)
        try:
            self.streams.stdout.flush()
            self.streams.stderr.flush()
            self._socket.send(end.encode())
            self._socket.close()
        except ConnectionClosed:
            return  # the client has gone

    def _printer(self, stream: bytes) -> Callable[[bytes], None]:
        def send(data: bytes) -> None:
            self.checkpoint()
            try:
                for start in range(0, len(data), PIECE):
                    self._socket.send(stream + data[start : start + PIECE])
            except ConnectionClosed:
                self.cancel()
                self.checkpoint()

        return send

    def _ask(self, prompt: str) -> str:
        line = self._read_line(prompt)
        if not line:
            raise EOFError
        return line.decode(_known(self.hello.encodings[0]), "replace").rstrip("\r\n")

    def _read_line(self, prompt: str | None = None) -> bytes:
        """The client's next line, empty at the end; whoever waits for a person takes no slot meanwhile."""
        self.streams.stdout.flush()
        self.streams.stderr.flush()
        with self._slots.lent_out():
            try:
                if not self._cancelled.is_set():
                    self._socket.send(Read(prompt).encode())
                line = self._lines.get()
            except ConnectionClosed:
                self.cancel()
                line = None
        if line is None:
            self._told = True
            raise KeyboardInterrupt
        return line


class _Outlet(io.RawIOBase):
    def __init__(self, send: Callable[[bytes], None], terminal: bool) -> None:
        self._send = send
        self._terminal = terminal

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._terminal

    def write(self, data: "ReadableBuffer", /) -> int:
        content = bytes(data)
        self._send(content)
        return len(content)


class _Inlet(io.RawIOBase):
    def __init__(self, read_line: Callable[[], bytes], terminal: bool) -> None:
        self._read_line = read_line
        self._terminal = terminal
        self._left = b""

    def readable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._terminal

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        line = self._left or self._read_line()
        taken, self._left = line[: len(view)], line[len(view) :]
        view[: len(taken)] = taken
        return len(taken)


def _text(outlet: _Outlet, encoding: str, *, by_line: bool) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        io.BufferedWriter(outlet), _known(encoding), errors="replace", line_buffering=by_line
    )


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return "utf-8"
