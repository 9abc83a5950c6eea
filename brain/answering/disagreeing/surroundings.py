"""What is known of the words of all that was retrieved: how rare, whose names, how like one another."""

import math
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from langchain_core.embeddings import Embeddings

from brain.answering.disagreeing.statements import about_of, names_of
from brain.domain import Passage
from brain.embedding.token_states import ReadsTokens
from brain.languages.english import ENGLISH
from brain.retrieval.query import Query
from brain.text.analysis import analyse
from brain.text.terms import stem

_MONTHS = frozenset(stem(name) for month in ENGLISH.months for name in month)


class Retrieval:
    """The Surroundings of one question, worked out as far as they are asked for."""

    def __init__(self, query: Query, passages: Sequence[Passage], embeddings: Embeddings) -> None:
        """A cosine says something of sentences with the default embedder alone."""
        self._query = query
        self._passages = passages
        self._embeddings = embeddings if isinstance(embeddings, ReadsTokens) else None
        self._vectors: dict[str, np.ndarray] = {}
        self._held: Counter[str] = Counter()
        for passage in passages:
            self._held.update(analyse(passage, query.reading).stems)

    @cached_property
    def asked(self) -> frozenset[str]:
        """The question's stems, without what says nothing."""
        return about_of(self._query.text, self._query.language)

    @cached_property
    def proper(self) -> frozenset[str]:
        """Stems that stand with a capital alone; months, days and words with figures are no names."""
        capital, small = set[str](), set[str]()
        for passage in self._passages:
            for sentence in analyse(passage, self._query.reading).sentences:
                names = names_of(passage.text[sentence.start : sentence.end], self._query.language)
                own = frozenset[str]().union(*names)
                capital |= own
                small |= sentence.stem_set - own
        return frozenset(
            one for one in capital - small if one not in _MONTHS and not any(c.isdigit() for c in one)
        )

    @cached_property
    def _documents(self) -> Counter[str]:
        of: dict[int, set[str]] = {}
        for passage in self._passages:
            of.setdefault(passage.source.document_id, set()).update(
                analyse(passage, self._query.reading).stems
            )
        return Counter(stem for stems in of.values() for stem in stems)

    def documents(self, stem: str) -> int:
        """In how many of the documents a stem stands."""
        return self._documents[stem]

    def rarity(self, stem: str) -> float:
        """How much a stem tells apart; never nothing."""
        return COMMON + math.log((len(self._passages) + 1) / (self._held[stem] + 0.5))

    def alike(self, one: str, other: str) -> float:
        """The cosine of two texts; 0 where the embedder is another one."""
        if self._embeddings is None:
            return 0.0
        return float(self._vector(one) @ self._vector(other))

    def _vector(self, text: str) -> np.ndarray:
        assert self._embeddings is not None
        if text not in self._vectors:
            found = np.asarray(self._embeddings.embed_query(text), dtype=np.float32)
            self._vectors[text] = found / max(float(np.linalg.norm(found)), 1e-9)
        return self._vectors[text]


COMMON = 0.2
