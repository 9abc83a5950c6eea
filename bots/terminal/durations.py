"""Spans of time as people type them: `30s`, `5m`, `1h`, `1d`."""

import re
from datetime import datetime, timedelta

import click

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d)?")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, None: 1}


def seconds(value: str) -> float:
    """Seconds from `30s`, `5m`, `1h`, `1d`, or a plain number of seconds, as an option's type."""
    found = _SPAN.fullmatch(value.strip().lower())
    if found is None:
        raise click.BadParameter(f"{value} is no time: write 30s, 5m, 1h or 1d.")
    return float(found[1]) * _SECONDS[found[2]]


def since(value: str) -> datetime:
    """A moment, from `30d` (so long ago) or `2026-10-01` (the day's beginning), as an option's type."""
    try:
        return datetime.fromisoformat(value.strip()).astimezone()
    except ValueError:
        pass
    found = _SPAN.fullmatch(value.strip().lower())
    if found is None or found[2] is None:  # a bare 365 would be seconds, where days are meant
        raise click.BadParameter(f"{value} is neither a day nor a span of time: write 2026-10-01 or 30d.")
    try:
        return datetime.now().astimezone() - timedelta(seconds=seconds(value))
    except OverflowError:
        raise click.BadParameter(f"{value} is longer than there are days: write a shorter span.") from None


def in_words(span: float | None) -> str:
    """A span as short as a table wants it."""
    if span is None:
        return "–"
    if span < 10:
        return f"{span:.1f} s"
    for length, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if span >= 2 * length:
            return f"{span / length:.0f} {unit}"
    return f"{span:.0f} s"


def clock_time(span: float) -> str:
    """A span as a clock shows it: 4:05, or 1:04:05."""
    whole = round(span)
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02}"
    return f"{whole // 3600}:{whole % 3600 // 60:02}:{whole % 60:02}"
