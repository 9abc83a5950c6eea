"""One worker process and the pipes to it: asks, waits within the limits, and ends it."""

import json
import os
import selectors
import subprocess
import sys
import time
from typing import Any, Literal

from ingest.parsing.cut_json import encode

# While a worker is busy its memory is looked at this often, in seconds, for systems without RLIMIT_DATA.
_CHECK = 0.2
# The child looks for modules where its parent does, however that one was started.
_START = "import sys; sys.path[:] = sys.argv[4:]; from ingest.parsing.child import main; main()"


class WorkerDied(Exception):
    """A worker ended, or must end, without an answer."""

    def __init__(self, reason: Literal["time", "memory", "crash"], detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class WorkerProcess:
    """One process and the two pipes to it; used by one thread at a time."""

    def __init__(self, seconds: float, memory_bytes: int) -> None:
        self.used = False
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START, str(seconds), str(memory_bytes), str(os.getpid()), *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests = self._process.stdin
        self._replies = self._process.stdout.fileno()
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._replies, selectors.EVENT_READ)

    def ask(self, request: dict[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Send one request and wait for its reply within the limits: its pieces, and its end.

        The time holds for each piece, since a worker that sends some gets on; the memory for all of them.
        Raises WorkerDied.
        """
        try:
            self._requests.write(encode(request))
            self._requests.flush()
        except OSError as error:
            raise WorkerDied("crash", repr(error)) from error
        pieces: list[dict[str, Any]] = []
        received = 0
        while True:
            deadline = time.monotonic() + self._seconds
            size = int.from_bytes(self._receive(8, deadline), "big")
            received += size
            if received > self._memory_bytes:
                raise WorkerDied("memory", f"a reply of {received} bytes or more")
            piece: dict[str, Any] = json.loads(self._receive(size, deadline))
            if "last" in piece:
                self.used = True
                return pieces, piece
            pieces.append(piece)

    def kill(self) -> None:
        """End the process at once; whoever waits for its reply gets WorkerDied."""
        self._process.kill()

    def end(self) -> None:
        """Kill the process and free its pipes; no call may be waiting."""
        self._process.kill()
        self._process.wait()
        self._ready.close()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    # An unsent request is lost with the process that it was meant for.
                    continue

    def _receive(self, size: int, deadline: float) -> bytes:
        parts: list[bytes] = []
        while size:
            self._wait(deadline)
            part = os.read(self._replies, min(size, 1024**2))
            if not part:
                self._process.wait()
                raise WorkerDied("crash", f"exit status {self._process.returncode}")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _wait(self, deadline: float) -> None:
        while not self._ready.select(min(_CHECK, max(deadline - time.monotonic(), 0))):
            if time.monotonic() >= deadline:
                raise WorkerDied("time", f"no answer after {self._seconds:g} s")
            if (held := _resident(self._process.pid)) > self._memory_bytes:
                raise WorkerDied("memory", f"{held} bytes resident")


def _resident(pid: int) -> int:
    import psutil

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0
