"""How far up the right documents and pages stand among what was retrieved."""

import math
from collections.abc import Collection, Iterable, Sequence
from typing import TypeVar

from brain.evaluation.questions import Reference

Place = tuple[str, int | None]
CUTOFFS = (1, 5, 10)
_NDCG_CUTOFF = 10
T = TypeVar("T")


def distinct(items: Iterable[T]) -> list[T]:
    """The items without repeats, each where it came first."""
    return list(dict.fromkeys(items))


def first_rank(ranked: Sequence[str], relevant: Collection[str]) -> int | None:
    """Rank from 1 of the first relevant one, None where there is none."""
    return next((rank for rank, item in enumerate(ranked, 1) if item in relevant), None)


def ndcg(ranked: Sequence[str], relevant: Collection[str]) -> float:
    """Normalised discounted cumulative gain with gains of 0 and 1, as BEIR and trec_eval count it."""
    gained = sum(_discount(rank) for rank, item in enumerate(ranked[:_NDCG_CUTOFF], 1) if item in relevant)
    return gained / sum(map(_discount, range(1, min(len(relevant), _NDCG_CUTOFF) + 1)))


def places(references: Iterable[Reference]) -> list[Place]:
    """The distinct (document, page) pairs, in order; the page is None where it isn't known."""
    return distinct((reference.doc, reference.page) for reference in references)


def paged(references: Iterable[Reference]) -> list[Place]:
    """The distinct (document, page) pairs of the references that have a page."""
    return [place for place in places(references) if place[1] is not None]


def near(one: Place, other: Place) -> bool:
    """The same document, and pages at most one apart: evidence often runs over a page's end."""
    return one[0] == other[0] and one[1] is not None and other[1] is not None and abs(one[1] - other[1]) <= 1


def any_near(place: Place, others: Iterable[Place]) -> bool:
    """Whether one of the others is near."""
    return any(near(place, other) for other in others)


def _discount(rank: int) -> float:
    return 1 / math.log2(rank + 1)
