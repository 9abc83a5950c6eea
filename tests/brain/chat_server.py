"""A real HTTP server on the loopback interface that streams OpenAI's chat protocol as a test says."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class ChatServer:
    address: str
    served: list[str]
    pieces: list[Any]
    asked: list[Any] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


class Die(Exception):
    """The connection is cut where this is raised."""


@contextmanager
def chat_serving(
    *pieces: str | Callable[[], object], served: str = "phi-3", wanted: str = ""
) -> Iterator[ChatServer]:
    """Serve until the block ends. A piece of text is sent; anything else is called, and may raise Die.

    Models are told only to those who have the key that is `wanted`, if one is.
    """
    state = ChatServer("", [served], list(pieces))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            state.keys.append(self.headers.get("Authorization", ""))
            body = json.dumps(
                {"object": "list", "data": [{"id": n, "object": "model"} for n in state.served]}
            )
            known = not wanted or state.keys[-1] == f"Bearer {wanted}"
            self.send_response(401 if not known else 200 if self.path == "/v1/models" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def do_POST(self) -> None:
            state.keys.append(self.headers.get("Authorization", ""))
            state.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            try:
                self._event({"role": "assistant", "content": ""})
                for piece in state.pieces:
                    if isinstance(piece, str):
                        self._event({"content": piece})
                    else:
                        piece()
                self._event({}, "stop")
                self._chunk(b"data: [DONE]\n\n")
                self._chunk(b"")
            except (Die, ConnectionError):
                self.close_connection = True

        def _event(self, delta: dict[str, str], finish: str | None = None) -> None:
            choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
            event = {
                "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": state.served[0],
                "choices": [choice],
            }  # fmt: skip
            self._chunk(b"data: " + json.dumps(event).encode() + b"\n\n")

        def _chunk(self, data: bytes) -> None:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.flush()

        def handle(self) -> None:
            try:
                super().handle()
            except (ConnectionError, TimeoutError):
                self.close_connection = True  # the client hung up, as some tests mean it to

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    state.address = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
