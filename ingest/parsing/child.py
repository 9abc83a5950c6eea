"""The worker process of `ParsePool`, started with the arguments SECONDS, MEMORY_BYTES and PARENT (a pid).

It reads one request after another from standard input and answers on standard output, until its parent goes.
"""

import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from brain.embedding.token_counting import opened
from brain.errors import CitewiseError
from ingest.indexing.splitting import split
from ingest.indexing.storable import storable
from ingest.parsing.cut_json import encode, head, passage_pieces, text_pieces
from ingest.readers import read

# A worker that outlived its parent while busy notices within this time, in seconds.
_PARENT_CHECK = 0.5
# Libraries leak; a new process now and then costs less than finding out where.
_DOCUMENTS_A_LIFE = 500
# Parts of the memory limit: a worker that took more than the first leaves, since what it took seldom comes
# back; a file that took more than the second and couldn't be read failed for want of memory.
_GROWN = 0.5
_FULL = 0.9  # of the memory that it may take: what failed then, failed for want of it


_counting = lru_cache(maxsize=2)(opened)


def main() -> None:
    """Serve requests until the input ends, memory runs out or the life is used up."""
    seconds, memory_bytes, parent = float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    requests, replies = _private_pipes()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit(memory_bytes)
    threading.Thread(target=_die_with_parent, args=(parent,), name="watch parent", daemon=True).start()
    for served in range(1, _DOCUMENTS_A_LIFE + 1):
        header = requests.read(8)
        if len(header) < 8:
            return
        request = json.loads(requests.read(int.from_bytes(header, "big")))

        def send(message: dict[str, Any]) -> None:
            replies.write(encode(message))
            replies.flush()
            _alarm(seconds)

        _alarm(seconds)
        reply = _answer(request, memory_bytes, send)
        grown = _peak_bytes() > _GROWN * memory_bytes
        reply["last"] = served == _DOCUMENTS_A_LIFE or reply.get("fault") == "memory" or grown
        send(reply)
        _alarm(None)


def _answer(
    request: dict[str, Any], memory_bytes: int, send: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    """The end of the reply; text and passages are sent before it, as they come."""
    try:
        parsed = storable(
            read(Path(request["path"]), media_type=request["media_type"], max_bytes=request["max_bytes"])
        )
        for piece in text_pieces(parsed.text):
            send(piece)
        for piece in passage_pieces(split(parsed, request["max_tokens"], _counting(*request["counting"]))):
            send(piece)
        return {"document": head(parsed)}
    except CitewiseError as error:
        # PDFium goes on where it gets no more memory, and finds no text then.
        if _peak_bytes() > _FULL * memory_bytes:
            return {"fault": "memory"}
        return {"unreadable": error.sentence, "detail": error.detail}
    except MemoryError:
        return {"fault": "memory"}


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes under new numbers, so that a library that prints can't garble the replies."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    return requests, replies


def _limit(memory_bytes: int) -> None:
    """RLIMIT_DATA counts writable private memory: what is allocated, not the libraries mapped into view.

    RLIMIT_AS would count those too, and thread arenas that are only reserved.
    """
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _peak_bytes() -> int:
    """The most memory that this process has had resident; 0 where the system doesn't tell.

    Linux's ru_maxrss begins with what the parent held, so it's asked for only where there is no /proc.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        pass
    try:
        import resource
    except ImportError:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _alarm(seconds: float | None) -> None:
    """The kernel ends a busy worker that nobody waits for, even one that never lets another thread run."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0 if seconds is None else seconds + 5)


def _die_with_parent(parent: int) -> None:
    never = threading.Event()
    while os.getppid() == parent:
        never.wait(_PARENT_CHECK)
    os._exit(1)
