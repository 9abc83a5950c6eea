"""What `folder` has to know about a back end: one small description a protocol."""

from collections.abc import Collection, Generator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any, ClassVar, Protocol

from ingest.readers import DEFAULT_MAX_BYTES

AT_ONCE = 1000  # as many as object stores put on a page
Info = Mapping[str, Any]  # one file or folder, as fsspec's `ls` and `info` tell it


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much: `connect` and `reply` are seconds without a sign of life, `size` is bytes."""

    connect: float = 15.0
    reply: float = 60.0
    size: int = DEFAULT_MAX_BYTES
    chunk: int = 4 * 1024 * 1024  # what is asked for at a time, so that a reply stays small


class Kind(StrEnum):
    """What a failure means for the drive."""

    MISSING = "not there"
    FORBIDDEN = "permission denied"
    DROPPED = "the connection was lost"
    REFUSED = "refused"  # wrong password, unknown host key, bad certificate: trying again won't help
    FAILED = "the server reports an error"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A back end's error in words: `sentence` says what to do; empty where the kind says it all."""

    kind: Kind
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a listing says of one file; `mode` are POSIX permission bits where the protocol has them.

    `etag` is the source's own version mark, or one made of all that moves when a file is written to.
    """

    size: int
    mtime_ns: int
    etag: str = ""
    identity: str = ""
    mode: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of what lies in a folder; `rest` is what to ask for the others with, None where these are all."""

    infos: Collection[Info]
    rest: Any = None


class Rest:
    """The rest of a listing that its library hands out one by one; `AT_ONCE` of it at a time fit into memory.

    A listing that broke off stays broken: a generator that failed would seem to have come to its end.
    """

    def __init__(self, infos: Generator[Info, None, None]) -> None:
        self._infos = infos
        self._error: Exception | None = None

    def take(self) -> Piece:
        """The next piece. Raises what the library raises, again each time."""
        if self._error is not None:
            raise self._error
        try:
            some = list(islice(self._infos, AT_ONCE))
        except Exception as error:
            self._error = error
            raise
        return Piece(some, self if len(some) == AT_ONCE else None)

    def close(self) -> None:
        """Nothing more of it is wanted: what the server keeps open for it is closed."""
        self._infos.close()


class Source(Protocol):
    """One back end, for one place."""

    extra: ClassVar[str]
    one_at_a_time: ClassVar[bool]  # whether its library fails when several threads use one connection
    whole: ClassVar[bool]  # whether files appear all at once, so that none has to settle
    url: str
    root: str  # as fsspec names the drive's folder, without a slash at its end
    secrets: tuple[str, ...]  # never to be seen in any log

    def connect(self, limits: Limits) -> Any:
        """A fresh fsspec file system, connected or about to be; called again after a connection is lost."""
        ...

    def close(self, files: Any) -> None:
        """End its connections, also those that a call still waits for."""
        ...

    def list(self, files: Any, folder: str, rest: Any = None) -> Piece:
        """What lies directly in a folder: the first of it, or the next of the `rest` of an earlier piece."""
        ...

    def info(self, files: Any, path: str) -> Info:
        """One file as of now, in the same terms as `list`."""
        ...

    def open(self, files: Any, path: str, chunk: int) -> Any:
        """The file's bytes, to be read in pieces of `chunk`."""
        ...

    def facts(self, info: Info) -> Facts:
        """What `info` says that citewise needs."""
        ...

    def trouble(self, error: BaseException) -> Trouble:
        """What an error of this back end means."""
        ...

    def link(self, path: str) -> str:
        """What a person can open for a file; `path` is relative to the drive."""
        ...
