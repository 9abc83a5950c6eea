"""What the fakes of object stores have in common: their objects, and an HTTP server in the test's process."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest
from line_proxy import Proxy
from server_process import Server


class FakeStore(Server):
    """An object store in the test's own process, which speaks HTTP as `handler` has it.

    A fake knows only what was read in the documentation.
    """

    bucket = "handbook"
    enforces_rights = False
    refuses_password = False
    many = 2100
    package = ""
    handler = BaseHTTPRequestHandler

    def __init__(self):
        pytest.importorskip(self.package, reason=f"{self.package} is not installed")
        self.objects = {}
        self.process = None
        self.http = _Http(("127.0.0.1", 0), self.handler)
        self.http.store = self.objects
        self.http.handed = self
        self.port = self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.proxy = Proxy(self.port)
        self._generation = 0

    def kill(self):
        self.proxy.refusing = True
        self.proxy.cut()

    def close(self):
        self.proxy.close()
        self.http.shutdown()
        self.http.server_close()

    def fresh(self, name):
        return name

    def write(self, path, content, mtime=0):
        self._generation += 1
        body = content.encode() if isinstance(content, str) else content
        self.objects[path] = (body, self._generation)

    def delete(self, path):
        del self.objects[path]

    def rename(self, old, new):
        self.write(new, self.objects.pop(old)[0])

    def content(self, folder):
        return {
            path.removeprefix(folder + "/"): hashlib.sha256(body).hexdigest()
            for path, (body, _) in self.objects.items()
            if path.startswith(folder + "/")
        }

    def place(self, folder=""):
        return f"{self.scheme}://{self.bucket}/{quote(folder)}".rstrip("/")


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Clients that hang up are what some tests are about."""


class StoreHandler(BaseHTTPRequestHandler):
    """What the fakes answer with."""

    protocol_version = "HTTP/1.1"

    def send(self, status, body, headers):
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def level(self, prefix, delimiter, after, most):
        """Names up to the delimiter with whether each is an object, and whether there are more of them."""
        found = {}
        for key in sorted(self.server.store):
            if key.startswith(prefix):
                head, slash, _ = key[len(prefix) :].partition(delimiter) if delimiter else (key, "", "")
                name = prefix + head + slash if delimiter else key
                if name > after:
                    found[name] = not slash
                if len(found) > most:
                    break
        return dict(list(found.items())[:most]), len(found) > most

    def log_message(self, *args):
        """Quiet."""
