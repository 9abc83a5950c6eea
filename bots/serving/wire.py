"""What a command's client and `citewise serve` say to each other over one WebSocket.

The client opens with a Hello. Then the server sends what the command prints as binary messages (one byte that
names the stream, then the bytes), asks for a line of input with a Read, and ends with an Exit; the client
answers a Read with a binary message (empty at the end of input), and sends INTERRUPT for Ctrl-C.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from bots.serving.address import PROTOCOL

PATH = "/command"
LARGEST_MESSAGE = 8 * 1024**2  # bytes: a command line that names thousands of files
PIECE = 64 * 1024  # bytes of output in a message
STDOUT, STDERR = b"\x01", b"\x02"
INTERRUPT = "interrupt"
INTERRUPTED = 130  # the exit code of a command that was ended early


@dataclass(frozen=True, slots=True)
class Hello:
    """A command line, and what the command may want to know about the place that it was called in."""

    arguments: tuple[str, ...]
    directory: str
    environ: Mapping[str, str]
    """What decides about colour and width."""
    terminals: tuple[bool, bool, bool]
    """Whether stdin, stdout and stderr are terminals."""
    encodings: tuple[str, str, str]
    settings: Mapping[str, str]
    """What the caller has set about answers, which may differ from what the server was started with."""
    version: str
    protocol: int = PROTOCOL

    def encode(self) -> str:
        """As a message; names that are no text survive as JSON escapes."""
        return json.dumps(asdict(self))

    @classmethod
    def decode(cls, message: str | bytes) -> Self:
        """From a message; OtherProtocol or ValueError where this is no Hello of this protocol."""
        said: dict[str, Any] = json.loads(message)
        if not isinstance(said, dict) or "protocol" not in said:
            raise ValueError("no hello")
        if said["protocol"] != PROTOCOL:
            raise OtherProtocol(str(said.get("version", "?")))
        try:
            return cls(
                arguments=tuple(map(str, said["arguments"])),
                directory=str(said["directory"]),
                environ={str(name): str(value) for name, value in said["environ"].items()},
                terminals=_three(bool, said["terminals"]),
                encodings=_three(str, said["encodings"]),
                settings={str(name): str(value) for name, value in said["settings"].items()},
                version=str(said["version"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("no hello") from error


class OtherProtocol(Exception):
    """The other side is of a version that speaks another protocol."""

    def __init__(self, version: str) -> None:
        super().__init__(version)
        self.version = version


@dataclass(frozen=True, slots=True)
class Read:
    """A line of input is wanted; with a prompt, from the person, who may edit it."""

    prompt: str | None = None

    def encode(self) -> str:
        """As a message."""
        return json.dumps({"read": self.prompt})


@dataclass(frozen=True, slots=True)
class Exit:
    """How a command ended; `sentence` is what is left to say on stderr."""

    code: int
    sentence: str = ""

    def encode(self) -> str:
        """As a message."""
        return json.dumps({"exit": self.code, "sentence": self.sentence})


def order(message: str) -> Read | Exit:
    """What the server wants of the client, from a message."""
    said = json.loads(message)
    if "read" in said:
        return Read(said["read"])
    return Exit(int(said["exit"]), str(said["sentence"]))


def _three(kind: Any, values: Any) -> Any:
    first, second, third = values
    return kind(first), kind(second), kind(third)
