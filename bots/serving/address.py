"""Where a running `citewise serve` can be reached: a file in its home that only its user can read."""

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from brain.catalog.home import Home

# Raised whenever client and server could misunderstand each other.
PROTOCOL = 1
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Address:
    """A control API on this machine. Whoever knows the token may run commands."""

    port: int
    token: str
    pid: int
    version: str
    protocol: int
    started: str

    @classmethod
    def new(cls, port: int, version: str, started: str) -> Self:
        """An address with a token that nobody has seen before."""
        import secrets

        return cls(port, secrets.token_urlsafe(32), os.getpid(), version, PROTOCOL, started)

    @property
    def lives(self) -> bool:
        """Whether its process is there still; another account's process of that number does not count.

        Of one that was killed, another program may have the port by now: it must not be told the command.
        """
        try:
            os.kill(self.pid, 0)  # asks only
        except OSError:
            return False
        return True

    def publish(self, home: Home) -> None:
        """Write the file, whole or not at all."""
        path = _file(home)
        draft = path.with_suffix(".part")
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(self), file)
        draft.replace(path)


def published(home: Home) -> tuple[Address, int] | None:
    """What the file says and which user wrote it; None where there is none that can be read.

    A process that was killed leaves its file behind.
    """
    try:
        with _file(home).open(encoding="utf-8") as file:
            owner = os.fstat(file.fileno()).st_uid
            return Address(**json.load(file)), owner
    except (OSError, ValueError, TypeError):
        return None


def withdraw(home: Home) -> None:
    """Take the file away."""
    with contextlib.suppress(OSError):
        _file(home).unlink(missing_ok=True)


def _file(home: Home) -> Path:
    return home.run / "control.json"
