"""What failures below the protocol mean: names, sockets, certificates, time-outs."""

import errno
import socket
import ssl
from collections.abc import Iterator

from ingest.remote.source import Kind, Trouble

_DROPPED = {
    errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE, errno.ESHUTDOWN, errno.ENOTCONN, errno.EBADF,
}  # fmt: skip
UNKNOWN_NAME = "its name can't be resolved: check the spelling and the network"
NO_ONE_THERE = "nothing answers at its address: check host, port and firewall, and whether it runs"
TIMED_OUT = "it does not answer in time"
CERTIFICATE = (
    "its TLS certificate is not trusted: name its authority's file as ca_file in the credentials, or renew it"
)


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that led to it, nearest first."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        one = waiting.pop(0)
        if any(one is other for other in seen):
            continue
        seen.append(one)
        yield one
        waiting += [cause for cause in (one.__cause__, one.__context__) if cause is not None]
        waiting += [arg for arg in one.args if isinstance(arg, BaseException)]


def of_sockets(error: BaseException) -> Trouble | None:
    """What went wrong on the way to the server, or None where that was not it."""
    for one in causes(error):
        if isinstance(one, ssl.SSLCertVerificationError):
            return Trouble(Kind.REFUSED, CERTIFICATE)
        if isinstance(one, socket.gaierror):
            return Trouble(Kind.REFUSED, UNKNOWN_NAME)
        if isinstance(one, ConnectionRefusedError) or (
            isinstance(one, OSError) and one.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH)
        ):
            return Trouble(Kind.REFUSED, NO_ONE_THERE)
        if isinstance(one, TimeoutError):
            return Trouble(Kind.DROPPED, TIMED_OUT)
        if isinstance(one, ConnectionError) or (isinstance(one, OSError) and one.errno in _DROPPED):
            return Trouble(Kind.DROPPED)
    return None


def of_files(error: BaseException) -> Trouble:
    """What an error means that a library has put into the words of Python's file system errors."""
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.ENOENT, errno.ENOTDIR) or isinstance(error, FileNotFoundError | NotADirectoryError):
        return Trouble(Kind.MISSING)
    if number == errno.EACCES or isinstance(error, PermissionError):
        return Trouble(Kind.FORBIDDEN)
    return Trouble(Kind.FAILED)
