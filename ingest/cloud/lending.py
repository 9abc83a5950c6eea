"""A cloud's file, lent as a local one for as long as it is read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import ClassVar

from brain.errors import UnreadableDocument
from ingest.loans import loan
from ingest.readers import DEFAULT_MAX_BYTES

_LONGEST_STEM = 60  # characters; with four bytes each they fit into any file system's 255


class FileRefused(UnreadableDocument):
    """One file is not handed out now, while the rest of the drive is: it is tried again by later runs."""

    retryable: ClassVar[bool] = True


def check_size(size: int) -> None:
    """Raise UnreadableDocument for a file that is larger than readers take, before it is downloaded."""
    if size > DEFAULT_MAX_BYTES:
        raise UnreadableDocument(
            f"This file is larger than {DEFAULT_MAX_BYTES // 1024**2} MB, the most that is read: split it "
            "into smaller ones."
        )


@contextmanager
def place_for(path: str) -> Iterator[Path]:
    """Where to write a file of this name; it is gone afterwards, half-written or whole.

    The name is kept, since readers take a title from it where the text has none, and the ending.
    """
    name = PurePosixPath(path)
    with loan() as folder:
        yield folder / (name.stem[:_LONGEST_STEM] + name.suffix[:20].lower())
