"""Earlier cases that are like a ticket."""

from collections.abc import Sequence

import numpy as np

from brain.catalog.rows import Vector
from brain.catalog.tickets.comparing import Comparable
from brain.triage.domain import Similar

MOST = 5
LEAST = 0.45
"""A cosine of the default embedder below which two tickets have little more than their kind in common."""


def similar_cases(vector: Vector, cases: Sequence[Comparable]) -> tuple[Similar, ...]:
    """The cases that are most like a ticket of that vector, the nearest first; no examples.

    `cases` are all that may be shown: nothing else is looked at.
    """
    held = [case for case in cases if not case.example]
    if not held or not vector.size:
        return ()
    cosines = np.stack([case.vector for case in held]) @ vector
    nearest = np.argsort(-cosines, kind="stable")[:MOST]
    return tuple(Similar(held[i].id, float(cosines[i])) for i in nearest if cosines[i] >= LEAST)
