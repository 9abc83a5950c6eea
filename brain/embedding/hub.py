"""Pinned files from a model hub over HTTPS."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from brain.embedding.pinned_files import PinnedFile
from brain.errors import WeightsUnavailable

CONNECT_SECONDS = 3.0
"""A hub that can't be reached must not hold up the other route."""
READ_SECONDS = 30.0


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
                with (
                    client.stream("GET", f"{address}/{file.name}") as response,
                    (into / file.name).open("wb") as stream,
                ):
                    response.raise_for_status()
                    size = 0
                    for block in response.iter_bytes(1 << 18):
                        size += len(block)
                        if size > file.size:
                            break
                        stream.write(block)
                        digest.update(block)
                        report(file.name, done + size, total)
                if digest.hexdigest() != file.sha256:
                    raise WeightsUnavailable(
                        f"The model hub's {file.name} is not the file that is expected (wrong SHA-256)."
                    )
                done += file.size
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise WeightsUnavailable("The model hub could not be reached.", detail=repr(error)) from error
    return into
