"""A question as the retrievers see it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from brain.text.terms import content_stems, content_words, stem, unique

# In a collection of a few passages nearly every word is in most of them, and counting tells nothing. Below
# this many, words are weighed as if passages without the question's words made up the number.
BACKGROUND = 1000
LENT = 0.3  # what a word of the question before counts: else "and when do they expire?" gets its answer again
MOST_TERMS = 48  # a pasted page is searched by its first words, not by all of them


@dataclass(frozen=True, slots=True)
class Query:
    """`text` stands alone; `terms` are its content words, once each; `stems` the same stemmed, in order.

    `lent` are the stems that a follow-up has only from the question before it.
    """

    text: str
    terms: tuple[str, ...]
    stems: tuple[str, ...]
    lent: frozenset[str] = frozenset()

    @classmethod
    def of(cls, text: str, asked: str = "") -> "Query":
        """The query for a stand-alone question; text of function words only keeps no terms.

        `asked` is the follow-up that it was made from, where it was.
        """
        found = content_words(text)[:MOST_TERMS]
        stems = tuple(stem(word) for word in found)
        own = frozenset(content_stems(asked))
        return cls(text, tuple(unique(found)), stems, frozenset(stems) - own if own else frozenset())

    @property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Neighbouring stems: words that belong together, such as `sick leav`."""
        return frozenset(pairwise(self.stems))


@dataclass(frozen=True, slots=True)
class Rarity:
    """How telling each stem of a query is: its idf over the passages that may be searched.

    `rows` passages in all. The form of the idf is Lucene's, which is never negative.
    """

    rows: int
    weights: Mapping[str, float]
    total: float = field(init=False)
    """The weight of all stems together; above 0 where there are any."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", sum(self.weights.values()))

    @classmethod
    def counted(cls, query: Query, rows: int, held: Mapping[str, int]) -> "Rarity":
        """From how many passages hold each of the query's terms (by the term as written)."""
        weights: dict[str, float] = {}
        for term in query.terms:
            holding = min(held.get(term, 0), rows)
            others = max(rows, BACKGROUND) - holding
            weight = math.log(1 + (others + 0.5) / (holding + 0.5))
            if stem(term) in query.lent:
                weight *= LENT
            weights[stem(term)] = min(weight, weights.get(stem(term), math.inf))
        return cls(rows, weights)

    def share(self, stems: frozenset[str] | set[str]) -> float:
        """How much of the query's weight these stems hold, from 0 to 1."""
        if not self.weights:
            return 0.0
        return sum(weight for term, weight in self.weights.items() if term in stems) / self.total
