"""Times as clouds write them."""

from datetime import datetime

from ingest.drives import known_time


def nanoseconds(moment: str) -> int:
    """An RFC 3339 time in nanoseconds since 1970, or 0 for none."""
    try:
        when = datetime.fromisoformat(moment)
    except ValueError:
        return 0
    return known_time(round(when.timestamp() * 1000) * 1_000_000) if when.tzinfo else 0
