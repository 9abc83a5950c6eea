"""What `folder` has to know about a back end: one small description a protocol."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from ingest.readers import DEFAULT_MAX_BYTES

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

    def list(self, files: Any, folder: str) -> Collection[Info]:
        """What lies directly in a folder."""
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
