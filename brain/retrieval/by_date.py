"""The passages that hold a date which a question asks about, however it is written in either."""

from collections.abc import Iterable, Sequence

from brain.index.search_index import SearchIndex
from brain.text.asked import Asked

_BY_WORDS = 500  # of the best by the question's other words, which come first where a date stands all over


def on_days(
    asked: Iterable[Asked], words: Sequence[str], spaces: Iterable[str], index: SearchIndex, enough: int
) -> dict[str, list[int]]:
    """The ids of the passages of these spaces that hold each date, by its name among the stems.

    Where more than `enough` hold one, those that the other words find come first.
    """
    found: dict[str, list[int]] = {}
    for one in asked:
        held: list[int] = []
        for space in spaces:
            numbers = index.dated(space, one.spans)
            if len(numbers) > enough:
                there = frozenset(numbers)
                best = [n for n, _ in index.keyword(space, words, _BY_WORDS) if n in there]
                numbers = [*best, *(there - frozenset(best))]
            held += numbers
        found[one.name] = held
    return found
