"""The process in which llama.cpp runs, from its start to its end, and again where it has died.

It is a child of this one and reached over loopback with a key that only the two know. Not in this process:
llama.cpp is C++ that ends its process where something is wrong (a failed assertion, an instruction that the
processor doesn't have, memory that isn't there), and the bot would end with it.
"""

import json
import secrets
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brain.errors import ModelUnavailable
from brain.llamacpp import child

LOADING_SECONDS = 300.0
_ENDING_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Load:
    """What is loaded: `window` tokens a text, prompt and answer; `slots` texts at once; `threads` at work."""

    model: Path
    window: int
    slots: int
    threads: int


class LlamaServer:
    """llama.cpp's server, loaded with one model; started when it is made, and again when it is found dead."""

    def __init__(self, load: Load) -> None:
        """Raises ModelUnavailable where it does not start."""
        self.load = load
        self._key = secrets.token_urlsafe(24)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._said: deque[str] = deque(maxlen=20)
        self._address = ""
        self._closed = False
        self.address()

    @property
    def headers(self) -> dict[str, str]:
        """What requests need."""
        return {"Authorization": f"Bearer {self._key}"}

    @property
    def pid(self) -> int | None:
        """The process's number, while it runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def address(self) -> str:
        """Where it listens; it is started first where it doesn't run. Raises ModelUnavailable."""
        with self._lock:
            if self._closed:
                raise ModelUnavailable("The model is being shut down.")
            if self._process is None or self._process.poll() is not None:
                self._address = self._started()
            return self._address

    def has_died(self, within: float) -> bool:
        """Whether it has ended by itself, or does so within that many seconds."""
        process = self._process
        if process is None:
            return False
        with suppress(subprocess.TimeoutExpired):
            process.wait(within)
        return process.poll() is not None

    def close(self) -> None:
        """End it."""
        with self._lock:
            self._closed = True
            process, self._process = self._process, None
        if process is not None:
            _end(process)

    def last_words(self) -> str:
        """What it last said on its standard error, for the log."""
        return " | ".join(self._said)

    def _started(self) -> str:
        """Start the child process, and the address at which it answers once the model is loaded."""
        if self._process is not None:
            _end(self._process)
        self._said.clear()
        command = [sys.executable, "-P", child.__file__]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, errors="replace")
        self._process = process
        threading.Thread(target=self._listen, args=(process,), name="llama.cpp says", daemon=True).start()
        told = {
            "model": str(self.load.model.resolve()), "window": self.load.window, "slots": self.load.slots,
            "threads": self.load.threads, "key": self._key,
        }  # fmt: skip
        late = threading.Timer(LOADING_SECONDS, process.kill)
        late.start()
        answer: dict[str, Any] = {}
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            print(json.dumps(told), file=process.stdin, flush=True)
            answer = json.loads(process.stdout.readline() or "{}")
        except (OSError, ValueError) as error:
            self._said.append(repr(error))
        finally:
            late.cancel()
        if not (address := str(answer.get("address", ""))):
            _end(process)
            raise ModelUnavailable(
                f"llama.cpp could not load {self.load.model}: the file may be of a newer kind, or memory too "
                "little. The log has what it said.",
                detail=f"{answer.get('error', '')} {self.last_words()}",
            )
        return address

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        assert process.stderr is not None
        for line in process.stderr:
            self._said.append(line.strip()[:300])


def _end(process: "subprocess.Popen[str]") -> None:
    """Close what it listens to, and wait; a process that hangs is killed."""
    if process.stdin is not None:
        with suppress(OSError):  # it is gone already
            process.stdin.close()
    try:
        process.wait(_ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
