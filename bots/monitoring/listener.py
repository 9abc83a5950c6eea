"""The pages at an address of their own, for programs on other machines; commands are not taken there."""

import logging
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET, AF_INET6
from typing import Any

from bots.monitoring.pages import Page, Pages
from brain.errors import UsageError

_SECONDS = 10  # for a client to send a piece of its request
AT_ONCE = 16  # clients; each takes a thread, and who drips bytes keeps it
_NOT_FOUND = Page(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"There is nothing here.\n")

log = logging.getLogger("citewise.monitoring")


class Listener:
    """Listens from the moment it is made until `stop`."""

    def __init__(self, host: str, port: int, pages: Pages) -> None:
        """Raise UsageError where that address can't be listened at; port 0 takes any free one."""

        class Handler(BaseHTTPRequestHandler):
            server_version, sys_version, timeout = "citewise", "", _SECONDS

            def do_GET(self) -> None:
                look = pages.get(self.path.partition("?")[0])
                page = look() if look else _NOT_FOUND
                self.send_response(page.status)
                self.send_header("Content-Type", page.content_type)
                self.send_header("Content-Length", str(len(page.body)))
                self.end_headers()
                self.wfile.write(page.body)

            def log_message(self, format: str, *arguments: object) -> None:
                log.debug(format, *arguments)

        class Server(ThreadingHTTPServer):
            daemon_threads, address_family = True, AF_INET6 if ":" in host else AF_INET
            places = threading.BoundedSemaphore(AT_ONCE)

            def process_request(self, request: Any, client_address: Any) -> None:
                if not self.places.acquire(blocking=False):
                    self.shutdown_request(request)
                    return
                try:
                    super().process_request(request, client_address)
                except BaseException:  # no thread could be started: its place is free again
                    self.places.release()
                    raise

            def process_request_thread(self, request: Any, client_address: Any) -> None:
                try:
                    super().process_request_thread(request, client_address)
                finally:
                    self.places.release()

        try:
            self._server = Server((host, port), Handler)
        except OSError as error:
            raise UsageError(
                f"CITEWISE_MONITORING is set to {host}:{port}, which can't be listened at "
                f"({(error.strerror or str(error)).lower()}): choose another address or port."
            ) from error
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, name="monitoring", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
