"""The Desk: what every door offers, on plain objects. A door translates, calls once, translates back."""

from bots.desk.desk import Desk
from bots.desk.domain import (
    LONGEST_QUESTION,
    OPEN_SPACE,
    OWNER,
    Asked,
    Caller,
    Command,
    Draft,
    Final,
    Part,
    Press,
    Working,
)

__all__ = [
    "LONGEST_QUESTION",
    "OPEN_SPACE",
    "OWNER",
    "Asked",
    "Caller",
    "Command",
    "Desk",
    "Draft",
    "Final",
    "Part",
    "Press",
    "Working",
]
