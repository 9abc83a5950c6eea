"""Which drive a person means by a number, a path or an address; the place itself may be gone."""

import os
import shlex
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

from bots.desk import OPEN_SPACE
from brain.catalog.rows import DriveRow
from brain.errors import UsageError
from ingest.registration import place

_SHOWN = 5


def find_drive(drives: Sequence[DriveRow], named: str, directory: Path = Path()) -> DriveRow:
    """The one drive of that number, path or address; UsageError with the known ones unless it is just one.

    A relative path starts at `directory`.
    """
    if not named.strip():
        raise UsageError(f"A drive is wanted, and its name is empty (there are: {_named(drives)}).")
    by_number = [drive for drive in drives if str(drive.id) == named.strip()]
    found = by_number or [drive for drive in drives if listed(drive) == _place(named, directory)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{len(found)} drives are {named}: {_named(found)}. Give the number of one.")
    if not drives:
        raise UsageError(f"There is no drive {named}: nothing was ingested, or all of it was removed.")
    raise UsageError(f"There is no drive {named} (there are: {_named(drives)}).")


def listed(drive: DriveRow) -> str:
    """A drive's place as lists show it: a path, or an address."""
    return place(drive.url)


def ingest_command(url: str, space: str) -> str:
    """What to type to ingest a drive again, into its own space and no other."""
    into = "" if space == OPEN_SPACE else f" --space {space}"
    return f"citewise ingest {shlex.quote(place(url))}{into}"


def _place(named: str, directory: Path) -> str:
    """What `listed` would say of the place that a person names."""
    parts = urlsplit(named)
    if parts.scheme in ("http", "https"):
        return urldefrag(named).url
    if "://" in named and parts.scheme != "file":
        return named.rstrip("/")
    path = unquote(parts.path) if parts.scheme == "file" else named
    return os.path.realpath(directory / Path(path).expanduser())


def _named(drives: Sequence[DriveRow]) -> str:
    shown = "; ".join(f"{drive.id} {listed(drive)} in {drive.space}" for drive in drives[:_SHOWN])
    more = f" and {len(drives) - _SHOWN} more" if len(drives) > _SHOWN else ""
    return f"{shown}{more}"
