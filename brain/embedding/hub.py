"""Files from a model hub over HTTPS, each held against the hash that it must have."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from brain.embedding.pinned_files import PinnedFile
from brain.errors import WeightsUnavailable

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS = 3.0
"""A hub that can't be reached must not hold up the other route."""
READ_SECONDS = 30.0
_BLOCK = 1 << 18


class Digest(Protocol):
    """A hash that is being computed, such as hashlib's."""

    def update(self, data: bytes, /) -> object:
        """Take more of the content in."""

    def hexdigest(self) -> str:
        """What it is so far, in hex."""
        ...


def fetch_from_hub(
    address: str, files: Sequence[PinnedFile], into: Path, report: Callable[[str, int, int], None]
) -> Path:
    """Download `files` from the folder at `address` into `into`, checking each; returns `into`."""
    import httpx

    total = sum(file.size for file in files)
    done = 0
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    try:
        with httpx.Client(follow_redirects=True, timeout=timeout) as client:
            for file in files:
                digest = hashlib.sha256()
                for got in blocks(client, f"{address}/{file.name}", into / file.name, file.size, digest):
                    report(file.name, done + got, total)
                if digest.hexdigest() != file.sha256:
                    raise WeightsUnavailable(
                        f"The model hub's {file.name} is not the file that is expected (wrong SHA-256)."
                    )
                done += file.size
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise WeightsUnavailable("The model hub could not be reached.", detail=repr(error)) from error
    return into


def blocks(client: "httpx.Client", address: str, into: Path, size: int, digest: Digest) -> Iterator[int]:
    """Write the file at `address` to `into` and into `digest`; yields after each block how much is there.

    No more is read than its `size` in bytes: what is longer is another file, as its hash shows.
    """
    got = 0
    with client.stream("GET", address) as response, into.open("wb") as stream:
        response.raise_for_status()
        for block in response.iter_bytes(_BLOCK):
            got += len(block)
            stream.write(block)
            digest.update(block)
            if got > size:
                return
            yield got
