"""What the fake cloud services share: real HTTP on loopback, with faults that a test can order."""

import datetime as dt
import ipaddress
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID


@dataclass
class Ask:
    """A request as it came in; `path` is decoded."""

    method: str
    path: str
    params: dict[str, str]
    headers: Any
    body: bytes

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))

    def bearer(self) -> str:
        return self.headers.get("Authorization", "").removeprefix("Bearer ")


@dataclass
class Answer:
    """What goes back; `cut` closes the connection after so many bytes of the body."""

    status: int = 200
    body: dict | bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None


class FakeCloud(ThreadingHTTPServer):
    """`orders` are asked first, for each request: whoever answers other than None is obeyed."""

    daemon_threads = True
    request_queue_size = 50

    def __init__(self, tls: tuple[str, str] | None = None):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[Ask] = []
        self.orders: list[Callable[[Ask], Answer | None]] = []
        self.lock = threading.RLock()
        scheme = "http"
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.socket = context.wrap_socket(self.socket, server_side=True)
            scheme = "https"
        self.origin = f"{scheme}://127.0.0.1:{self.server_address[1]}"

    def answer(self, ask: Ask) -> Answer:
        raise NotImplementedError

    def fail(self, times: int, answer: Answer, path: str = "") -> None:
        """Answer the next requests whose path holds `path` so, a number of times."""
        left = [times]

        def order(ask: Ask) -> Answer | None:
            if path in ask.path and left[0] > 0:
                left[0] -= 1
                return answer
            return None

        self.orders.append(order)

    def count(self, path: str) -> int:
        """How many requests there were whose path ends so."""
        return sum(ask.path.endswith(path) for ask in self.asked)

    def handle_error(self, request, client_address):
        """Clients that hang up are what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def _serve(self):
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        params = dict(parse_qsl(parts.query, keep_blank_values=True))
        ask = Ask(self.command, unquote(parts.path), params, self.headers, body)
        with self.server.lock:
            self.server.asked.append(ask)
            ordered = (order(ask) for order in self.server.orders)
            answer = next((one for one in ordered if one is not None), None) or self.server.answer(ask)
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if isinstance(answer.body, dict):
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if answer.cut is None else body[: answer.cut])
        self.wfile.flush()
        if answer.cut is not None:
            self.close_connection = True

    do_GET = do_POST = _serve

    def log_message(self, *args):
        """Quiet."""


@contextmanager
def running(server: FakeCloud) -> Iterator[FakeCloud]:
    """A server that ends with the test."""
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@cache
def key_pair() -> rsa.RSAPrivateKey:
    """One key for all tests of a run: making it is slow."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem(key: rsa.RSAPrivateKey | None = None) -> str:
    return (
        (key or key_pair())
        .private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        .decode()
    )


@cache
def certificate() -> x509.Certificate:
    """Self-signed, for the loopback address and as an app's credential."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "citewise test")])
    now = dt.datetime.now(dt.UTC)
    loopback = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key_pair().public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([loopback]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key_pair(), hashes.SHA256())
    )


def certificate_pem() -> str:
    return certificate().public_bytes(serialization.Encoding.PEM).decode()
