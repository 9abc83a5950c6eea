"""The control API: runs commands for local clients that know the token, and says that it is well."""

import contextlib
import hmac
import logging
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextvars import Context
from http import HTTPStatus
from typing import TYPE_CHECKING

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

from bots.monitoring.pages import HEALTH, Page, Pages, health
from bots.serving import wire
from bots.serving.address import LOOPBACK, Address
from bots.serving.command_slots import CommandSlots
from bots.serving.log import fields
from bots.serving.request import Request
from bots.serving.wire import INTERRUPTED, Exit, Hello, OtherProtocol
from bots.terminal.streams import using

if TYPE_CHECKING:
    from websockets.http11 import Request as HttpRequest
    from websockets.http11 import Response

AT_ONCE = 8  # commands at work; whoever waits for a person's answer does not count
CONNECTIONS = 64  # commands in all
BUSY_AFTER = 10.0  # seconds that a command waits for a slot
_GREETING_SECONDS = 10.0  # in which a client must say what it wants
_CLOSE_SECONDS = 1.0
_HELD = 3  # the exit code where the home is somebody else's for now

log = logging.getLogger("citewise.control")
RunCommand = Callable[[Request], int]


class ControlServer:
    """Listens on loopback from the moment it is made until stop()."""

    def __init__(
        self,
        port: int,
        run: RunCommand,
        version: str,
        started: str,
        *,
        at_once: int = AT_ONCE,
        busy_after: float = BUSY_AFTER,
        pages: Pages | None = None,
    ) -> None:
        """`port` is a wish: where it is taken, another free one is used. `run` returns an exit code.

        `pages` can be looked at without the token.
        """
        self._run = run
        self._version = version
        self._slots = CommandSlots(at_once)
        self._busy_after = busy_after
        self._requests: set[Request] = set()
        self._sockets: set[ServerConnection] = set()
        self._lock = threading.Lock()
        self._all_done = threading.Condition(self._lock)
        self._stopping = False
        self.pages: Pages = {HEALTH: self._health, **(pages or {})}
        """What can be looked at without the token."""
        self.ready = False
        """Whether all that commands need has been built; they are taken in before, and wait for it."""
        self.answers = False
        """Whether people are answered, if only that something is being made still."""
        self._server = self._listen(port)
        self.address = Address.new(self._server.socket.getsockname()[1], version, started)
        self._listening = threading.Thread(target=self._server.serve_forever, name="control API", daemon=True)
        self._listening.start()

    @property
    def well(self) -> bool:
        """Whether commands are taken and need not wait for anything to be built."""
        return self.ready and not self._stopping

    def stop(self, seconds: float) -> bool:
        """End all commands and close; True where all had ended in time, and no thread is left."""
        with self._lock:
            self._stopping = True
            requests = list(self._requests)
        for request in requests:
            request.cancel(_STOPPING)
        with self._all_done:
            self._all_done.wait_for(lambda: not self._requests, seconds)
            sockets = list(self._sockets)
        for left in sockets:  # such as a client that has been paused, or one that never said hello
            with contextlib.suppress(OSError):
                left.socket.shutdown(socket.SHUT_RDWR)
        # It waits for every thread, however long that takes.
        closing = threading.Thread(
            target=self._server.shutdown,
            kwargs={"close_connections": False},
            name="close control API",
            daemon=True,
        )
        closing.start()
        closing.join(_CLOSE_SECONDS)
        return not closing.is_alive()

    def _listen(self, port: int) -> Server:
        def open_at(wanted: int) -> Server:
            return serve(
                self._handle,
                LOOPBACK,
                wanted,
                process_request=self._admit,
                compression=None,
                max_size=wire.LARGEST_MESSAGE,
                ping_interval=None,
                server_header=None,
                logger=logging.getLogger("citewise.websocket"),
            )

        try:
            return open_at(port)
        except OSError:
            return open_at(0)

    def _admit(self, connection: ServerConnection, request: "HttpRequest") -> "Response | None":
        """Let only programs of this machine in, and those that know the token; None lets through.

        A browser could be led here by a page that it shows: it would name another host, or an origin.
        """
        hosts = request.headers.get_all("Host")
        port = self.address.port
        if hosts not in ([f"{LOOPBACK}:{port}"], [f"localhost:{port}"]) or "Origin" in request.headers:
            return connection.respond(HTTPStatus.FORBIDDEN, "Only for programs on this machine.\n")
        if look := self.pages.get(request.path):
            return _answered(connection, look())
        if request.path != wire.PATH:
            return connection.respond(HTTPStatus.NOT_FOUND, "There is nothing here.\n")
        shown = request.headers.get_all("Authorization")
        if len(shown) != 1 or not hmac.compare_digest(
            shown[0].encode(), f"Bearer {self.address.token}".encode()
        ):
            log.warning("refused", extra=fields("refused", reason="wrong token"))
            return connection.respond(HTTPStatus.UNAUTHORIZED, "This needs the token.\n")
        return None

    def _health(self) -> Page:
        up = (self.ready or self.answers) and not self._stopping
        return health(well=up, version=self._version)

    def _handle(self, connection: ServerConnection) -> None:
        with self._lock:
            self._sockets.add(connection)
        try:
            self._take(connection)
        finally:
            with self._lock:
                self._sockets.discard(connection)

    def _take(self, connection: ServerConnection) -> None:
        """Take a client in, or turn it away with a sentence, and hand on what it types until it is done."""
        try:
            hello = Hello.decode(connection.recv(timeout=_GREETING_SECONDS))
        except OtherProtocol as other:
            _refuse(
                connection,
                f"`citewise serve` is of version {self._version} here and the command of {other.version}, "
                "which don't understand each other: start `citewise serve` again, with the newer of both.",
            )
            return
        except (ValueError, TimeoutError, ConnectionClosed):
            connection.close()
            return
        request = Request(connection, hello, self._slots)
        with self._lock:
            refused = self._stopping or len(self._requests) >= CONNECTIONS
            if not refused:
                self._requests.add(request)
        if refused:
            _refuse(connection, _STOPPING if self._stopping else _BUSY)
            return
        # An empty context: the command must take over nothing of whoever started this thread.
        worker = threading.Thread(
            target=Context().run, args=(self._work, request), name="command of a client", daemon=True
        )
        worker.start()
        with contextlib.suppress(ConnectionClosed):
            for message in connection:
                request.take(message)
        request.cancel()
        worker.join()

    def _work(self, request: Request) -> None:
        """Run a client's command, when there is a place for it, and tell the client how it ended."""
        began, end = time.monotonic(), Exit(1, "The command ended in a way that citewise did not expect.")
        try:
            if not self._slots.enter(self._busy_after):
                end = Exit(_HELD, _BUSY)
                return
            try:
                request.begin()
                with using(request.streams):
                    end = Exit(self._run(request))
                    request.streams.stdout.flush()
            except KeyboardInterrupt:
                end = Exit(INTERRUPTED)
            finally:
                self._slots.leave()
        finally:
            request.finish(end)
            with self._all_done:
                self._requests.discard(request)
                self._all_done.notify_all()
            # What was asked is nobody's business but the asker's: the log names the command alone.
            log.info(
                "command",
                extra=fields(
                    "command",
                    command=command_name(request.hello.arguments),
                    code=end.code,
                    seconds=round(time.monotonic() - began, 3),
                    cancelled=request.cancelled and end.code == INTERRUPTED,
                ),
            )


_STOPPING = "`citewise serve` was stopped, and this command with it: run it again."
_BUSY = "`citewise serve` is busy with as many commands as it takes at once: try again in a moment."


def command_name(arguments: Sequence[str]) -> str:
    """The command without what it was given: the first word that is no option or an option's value."""
    words = iter(arguments)
    for word in words:
        if word == "--home":
            next(words, None)
        elif not word.startswith("-"):
            return word if word.replace("-", "").isalpha() and len(word) < 20 else "?"
    return "?"


def _refuse(connection: ServerConnection, sentence: str) -> None:
    with contextlib.suppress(ConnectionClosed):
        connection.send(Exit(_HELD, sentence).encode())
    connection.close()


def _answered(connection: ServerConnection, page: Page) -> "Response":
    response = connection.respond(page.status, page.body.decode())
    del response.headers["Content-Type"]
    response.headers["Content-Type"] = page.content_type
    return response
