"""A small web server for tests: real sockets on loopback, pages set by the test, requests remembered."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class WebServer(ThreadingHTTPServer):
    """`pages` maps a path to (status, headers, body), or to a function that answers by itself.

    `seen` are the requests for anything but robots.txt, which is not there unless it is among the pages.
    """

    daemon_threads = True

    def __init__(self, host="127.0.0.1"):
        super().__init__((host, 0), _Handler)
        self.host = host
        self.pages: dict[
            str, tuple[int, dict[str, str], bytes] | Callable[[BaseHTTPRequestHandler], None]
        ] = {}
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.robots_seen = 0

    def url(self, path="/", host=None):
        return f"http://{host or self.host}:{self.server_address[1]}{path}"

    def handle_error(self, request, client_address):
        """Clients that hang up are what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/robots.txt":
            self.server.robots_seen += 1
        else:
            self.server.seen.append((self.path, dict(self.headers)))
        page = self.server.pages.get(self.path, (404, {}, b"nothing here"))
        if callable(page):
            page(self)
            return
        status, headers, body = page
        for mark, condition in (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")):
            if headers.get(mark, "") and self.headers.get(condition) == headers[mark]:
                status, body = 304, b""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Quiet."""


@contextmanager
def web_server(host="127.0.0.1") -> Iterator[WebServer]:
    """A running server that ends with the test."""
    with WebServer(host) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
