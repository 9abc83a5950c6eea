"""How a check of the set-up came out."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a check came out; a NOTE is worth knowing and no fault."""

    GOOD = "good"
    NOTE = "note"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: what was found, and for a fault how to mend it."""

    name: str
    verdict: Verdict
    found: str
    mend: str = ""
