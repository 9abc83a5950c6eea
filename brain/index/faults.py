"""What goes wrong with an index, as opposed to the truth that it's made from."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from brain.errors import StorageFailed


class IndexDamaged(StorageFailed):
    """An index doesn't hold what the catalog says, or can't be read: it must be made again from there."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The search index is damaged ({reason}). No document is lost: run `citewise rebuild`.",
            detail=reason,
        )
        self.reason = reason


def disk_full(place: object, detail: str) -> StorageFailed:
    """The sentence for a full disk, whoever noticed it."""
    return StorageFailed(
        f"The disk that holds {place} is full: free some space, then run the command again.", detail=detail
    )


@contextmanager
def disk_faults(place: Path) -> Iterator[None]:
    """Turn what the system says of the disk into a StorageFailed."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise disk_full(place, str(error)) from error
        reason = (error.strerror or str(error)).lower()
        raise StorageFailed(
            f"{error.filename or place} can't be used ({reason}): "
            "check its owner, its permissions and the disk.",
            detail=str(error),
        ) from error
