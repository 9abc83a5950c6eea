"""A cloud's file, lent as a local one for as long as it is read."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

_LONGEST_STEM = 60  # characters; with four bytes each they fit into any file system's 255


@contextmanager
def place_for(path: str) -> Iterator[Path]:
    """Where to write a file of this name; it is gone afterwards, half-written or whole.

    The name is kept, since readers take a title from it where the text has none, and the ending.
    """
    name = PurePosixPath(path)
    with tempfile.TemporaryDirectory(prefix="citewise-") as folder:
        yield Path(folder, name.stem[:_LONGEST_STEM] + name.suffix[:20].lower())
