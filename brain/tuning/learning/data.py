"""The citing set that a run learns from, found by its name, its folder or its age."""

from pathlib import Path

from brain.errors import UsageError
from brain.tuning.citing_set import CitingSet


def find_data(tuning: Path, wanted: str | None, place: Path | None = None) -> CitingSet:
    """The set called `wanted` in a home's tuning folder, or at `place`; the newest where nothing is named.

    Raises UsageError where there is none.
    """
    if wanted is None:
        return CitingSet.newest(tuning)
    sets = tuning / "data"
    for folder in (sets / wanted, place):
        if folder is not None and (found := _opened(folder)):
            return found
    have = ", ".join(sorted(found.name for path in sets.glob("[!.]*") if (found := _opened(path))))
    raise UsageError(
        f"There is no citing set {wanted}"
        + (f": there are {have}." if have else ": make one with `citewise tune data`.")
    )


def _opened(folder: Path) -> CitingSet | None:
    try:
        return CitingSet.open(folder)
    except UsageError:
        return None
