"""How long it took from a change on the drive until it could be answered from."""

import math
import time
from collections.abc import Mapping, Sequence

from ingest.drives import Drive, PartlyListed
from ingest.report import Change, ChangeKind

_PATIENCE_SECONDS = 60.0  # how far another machine's clock may be off for its times to be believed


def lags(
    drive: Drive, changes: Sequence[Change], hinted: Mapping[str, float], watched_for: float, last_look: float
) -> list[float]:
    """Seconds for each change that came while the drive was followed; changes before that are no lag.

    `hinted`: when a path was first hinted at (monotonic; 0 where nobody knows). `watched_for`, `last_look`:
    seconds since following and since the last look began. Where nothing tells when a change came, it is taken
    to be right after the last look: the worst case.
    """
    samples = []
    for change in changes:
        seconds = _seconds(drive, change, hinted, last_look)
        if seconds is not None and seconds <= watched_for:
            samples.append(seconds)
    return samples


def percentile(values: Sequence[float], share: float) -> float | None:
    """By nearest rank; None where there is no value."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def _seconds(drive: Drive, change: Change, hinted: Mapping[str, float], last_look: float) -> float | None:
    since_hint = _since_hint(change.path, hinted)
    if change.entry is None:
        return last_look if since_hint is None else since_hint
    quiet = drive.quiet_seconds(change.entry) if isinstance(drive, PartlyListed) else None
    if quiet is not None and quiet >= 0:
        # A file that came with its folder has been quiet for longer than it has been here.
        known = [quiet, last_look] if since_hint is None else [quiet, since_hint]
        return min(known) if change.kind is ChangeKind.MOVED or since_hint is not None else quiet
    if since_hint is not None:
        return since_hint
    age = time.time() - change.entry.mtime_ns / 1e9
    return age if 0 <= age <= last_look + _PATIENCE_SECONDS else last_look


def _since_hint(path: str, hinted: Mapping[str, float]) -> float | None:
    """Seconds since the first hint at the file or at a folder above it."""
    places = [path, *(path[:end] for end, letter in enumerate(path) if letter == "/")]
    times = [hinted[place] for place in places if hinted.get(place)]
    return time.monotonic() - min(times) if times else None
