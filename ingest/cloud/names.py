"""Paths for items that a cloud knows by id: unique among siblings, stable, and valid as paths."""

import hashlib
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Protocol, TypeVar

from ingest.indexing.storable import clean

# Google Drive allows a slash in a name; a full-width one reads the same and parts no path.
_SLASH, _WIDE_SLASH = "/", "\N{FULLWIDTH SOLIDUS}"
_NO_NAME = "untitled"


class Named(Protocol):
    """An item in a folder: `name` as people see it, `made` orders twins by age."""

    @property
    def id(self) -> str:
        """The source's own name for it."""
        ...

    @property
    def name(self) -> str:
        """The name, with the ending of the format that it is read in."""
        ...

    @property
    def made(self) -> int:
        """When it was created, in nanoseconds, or 0."""
        ...


Item = TypeVar("Item", bound=Named)


def give_name(item: Named, take: Callable[[str], bool]) -> None:
    """Have an item take a name that no other item of its folder has: `take` says whether one was free.

    The items of a folder come oldest first, in the order of `made` and id. So of several with one name the
    oldest keeps it, the others get a mark made from their id; a name changes only when an older twin goes,
    and then the item is recognised by its identity.
    """
    name = part_of_path(item.name)
    if take(name):
        return
    name = _marked(name, hashlib.sha256(item.id.encode()).hexdigest()[:6])
    while not take(name):
        name = _marked(name, item.id)


def part_of_path(name: str) -> str:
    """A name as one part of a path."""
    part = clean(name).replace(_SLASH, _WIDE_SLASH).strip()
    if part in ("", ".", ".."):
        return part.replace(".", "\N{FULLWIDTH FULL STOP}") or _NO_NAME
    return part


def _marked(name: str, mark: str) -> str:
    path = PurePosixPath(name)
    return f"{path.stem} ({mark}){path.suffix}"
