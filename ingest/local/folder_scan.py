"""The children of a folder on disk, in pieces that fit into memory however many there are."""

import os
from collections.abc import Iterator
from itertools import islice

AT_ONCE = 10_000  # about 5 MB of names and what the file system told with them


def pieces_of(folder: str) -> Iterator[list["os.DirEntry[str]"]]:
    """The folder's children, in order of their names; of more than AT_ONCE each piece is in order.

    A folder of fewer is read and closed before its children are handed out. Raises OSError, also midway: what
    came before is then not all of it.
    """
    with os.scandir(folder) as scan:
        piece = list(islice(scan, AT_ONCE))
        while len(piece) == AT_ONCE:
            yield _in_order(piece)
            piece = list(islice(scan, AT_ONCE))
    if piece:
        yield _in_order(piece)


def _in_order(piece: list["os.DirEntry[str]"]) -> list["os.DirEntry[str]"]:
    return sorted(piece, key=lambda child: child.name)
