"""Questions about one thing brought together, by what they mean."""

import numpy as np

from brain.catalog.rows import Vector

ALIKE = 0.40
"""The mean cosine from which two groups are about one thing. In `benchmarks/gaps.py` 77 to 94 % of the pairs
that it brings together belong together, and it finds 57 to 67 % of those that do (the default embedder)."""


def groups(vectors: Vector, alike: float = ALIKE) -> list[list[int]]:
    """Rows of `vectors` (n × dimensions, of length 1) in groups; a group's middle one comes first.

    Average linkage: the two groups whose members are most alike on average become one, as long as they are
    alike enough (Sokal and Michener 1958, "A statistical method for evaluating systematic relationships").
    Takes n² memory and about n³ time at worst: a second for a thousand.
    """
    cosines = vectors @ vectors.T
    linked = cosines.astype(np.float64)
    np.fill_diagonal(linked, -np.inf)
    members = [[row] for row in range(len(vectors))]
    while len(vectors) > 1:
        one, other = divmod(int(linked.argmax()), len(vectors))
        if linked[one, other] < alike:
            break
        sizes = len(members[one]), len(members[other])
        linked[one] = (sizes[0] * linked[one] + sizes[1] * linked[other]) / sum(sizes)
        linked[:, one] = linked[one]
        linked[one, one] = -np.inf
        linked[other] = linked[:, other] = -np.inf
        members[one] += members[other]
        members[other] = []
    return [_from_the_middle(group, cosines) for group in members if group]


def _from_the_middle(group: list[int], cosines: Vector) -> list[int]:
    nearness = cosines[np.ix_(group, group)].sum(axis=1)
    return [group[place] for place in np.argsort(-nearness, kind="stable")]
