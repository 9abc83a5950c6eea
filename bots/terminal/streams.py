"""Whose input and output a command uses: this process's own, or those of a client that called it.

Several clients' commands run side by side in one process, each in a thread with a context of its own.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal, TextIO, cast


@dataclass(frozen=True, slots=True)
class Streams:
    """A client's input and output, and the variables by which its terminal wants colour and width."""

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    environ: Mapping[str, str]
    ask: Callable[[str], str]
    """Has the person at the client's terminal type a line after this prompt; EOFError at the end."""
    checkpoint: Callable[[], None]
    """Raises KeyboardInterrupt once where the client has been interrupted or is gone."""


_current: ContextVar[Streams | None] = ContextVar("streams", default=None)


def current() -> Streams | None:
    """The client's streams in a command that a client called, None in a process of its own."""
    return _current.get()


@contextmanager
def using(streams: Streams) -> Iterator[None]:
    """Run what is in the block for a client."""
    token = _current.set(streams)
    try:
        yield
    finally:
        _current.reset(token)


class Routed:
    """Stands for sys.stdin, sys.stdout or sys.stderr: hands everything on to whose turn it is."""

    # Fixed, since click remembers a stream by what it first looked like.
    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name: Literal["stdin", "stdout", "stderr"], own: TextIO) -> None:
        self._name = name
        self._own = own

    @property
    def own(self) -> TextIO:
        """The process's own stream, whoever's command runs."""
        return self._own

    def __getattr__(self, attribute: str) -> Any:
        streams = current()
        return getattr(self._own if streams is None else getattr(streams, self._name), attribute)

    def __iter__(self) -> Iterator[str]:
        streams = current()
        return iter(self._own if streams is None else getattr(streams, self._name))


def own_stderr() -> TextIO:
    """The standard error of this process, also in the midst of a client's command."""
    return sys.stderr.own if isinstance(sys.stderr, Routed) else sys.stderr


@contextmanager
def routed() -> Iterator[None]:
    """Route this process's standard streams while the block runs."""
    own = sys.stdin, sys.stdout, sys.stderr
    sys.stdin = cast(TextIO, Routed("stdin", own[0]))
    sys.stdout = cast(TextIO, Routed("stdout", own[1]))
    sys.stderr = cast(TextIO, Routed("stderr", own[2]))
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = own
