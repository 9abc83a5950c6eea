"""Triages a ticket: a LangChain Runnable from a Request to a Triage."""

import threading
from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from langchain_core.runnables import Runnable, RunnableConfig

from brain.catalog.catalog import Catalog
from brain.catalog.rows import Vector
from brain.catalog.tickets.cases import CategoryRow
from brain.catalog.tickets.comparing import Comparable
from brain.domain import Answer, Question
from brain.triage.asking import question_for_documents
from brain.triage.categorising import Categoriser, Labelled, described
from brain.triage.domain import Category, Request, Triage, text_of
from brain.triage.owners import owner_of
from brain.triage.prose import compared
from brain.triage.similar import similar_cases
from brain.triage.summarising import summary
from brain.triage.urgency import urgency_of

_AT_ONCE = 128
_NOTHING = np.empty(0, np.float32)


class Triager(Runnable[Request, Triage]):
    """Finds category, urgency, summary, similar cases, a suggested reply and an owner for a ticket."""

    def __init__(
        self,
        catalog: Catalog,
        embeddings: Embeddings,
        embedder: str,
        brain: Callable[[Question], Answer],
    ) -> None:
        """`embedder` is the identity of what `embeddings` computes: vectors of another are made anew."""
        self._catalog = catalog
        self._embeddings = embeddings
        self._embedder = embedder
        self._brain = brain
        self._filling = threading.Lock()
        self._described: dict[str, Vector] = {}

    def invoke(self, input: Request, config: RunnableConfig | None = None, **kwargs: Any) -> Triage:
        """Triage; changes nothing in the catalog but missing vectors."""
        return self._call_with_config(self._triage, input, config, run_type="chain", **kwargs)

    def categories_of(self, texts: Sequence[str], places: Collection[str] = frozenset()) -> list[Category]:
        """The category of each text alone, by examples and the cases of these places."""
        self.prepare()
        vectors = self._vectors([compared(text) for text in texts])
        categoriser = self._categoriser(
            self._catalog.cases.comparable(self._embedder, places), self._catalog.cases.categories()
        )
        return [categoriser.category(vector) for vector in vectors]

    def prepare(self, progress: Callable[[int], object] = lambda done: None) -> int:
        """Give cases and examples the vectors that they lack; how many that were.

        `progress` is told how many are done; what is done stays where it raises.
        """
        done, cases = 0, self._catalog.cases
        with self._filling:
            while batch := cases.without_vector(self._embedder, _AT_ONCE):
                vectors = self._vectors([compared(text) for _, text in batch])
                found = [(number, text, v) for (number, text), v in zip(batch, vectors, strict=True)]
                cases.add_vectors(self._embedder, found)
                done += len(found)
                progress(done)
        return done

    def _triage(self, request: Request) -> Triage:
        messages, cases = request.ticket.messages, self._catalog.cases
        self.prepare()
        [vector] = self._vectors([compared(text_of(messages))])
        own = cases.in_thread(request.ticket.thread)
        # What may be shown is decided here, before anything is compared.
        held = [
            one for one in cases.comparable(self._embedder, request.places) if own is None or one.id != own.id
        ]
        categories = cases.categories()
        category = self._categoriser(held, categories).category(vector)
        decided = own.category if own and own.category_by else category.name
        similar = similar_cases(vector, held)
        question = question_for_documents(messages)
        answer = self._brain(Question(question, request.asker, request.audience))
        earlier = [case for one in similar if (case := cases.find(one.case_id))]
        return Triage(
            ticket=request.ticket,
            question=question,
            category=category,
            urgency=urgency_of(messages),
            summary=summary(messages),
            similar=similar,
            answer=answer,
            owner=owner_of(decided, categories, earlier, answer, self._catalog.places.support()),
        )

    def _categoriser(self, held: Sequence[Comparable], categories: Sequence[CategoryRow]) -> Categoriser:
        """By labelled tickets; a category that has none stands for itself by its name and description."""
        labelled = [one for one in held if one.category]
        known = {one.category for one in labelled}
        bare = [row for row in categories if row.name not in known]
        vectors = [one.vector for one in labelled] + self._vectors_of_descriptions(bare)
        return Categoriser(
            Labelled(
                (*(one.id for one in labelled), *(0 for _ in bare)),
                (*(one.category for one in labelled), *(row.name for row in bare)),
                np.stack(vectors) if vectors else np.empty((0, 0), np.float32),
            )
        )

    def _vectors_of_descriptions(self, rows: Sequence[CategoryRow]) -> list[Vector]:
        """Those of the last call are remembered, and no older ones: descriptions change."""
        texts, before = [described(row) for row in rows], self._described
        missing = [text for text in dict.fromkeys(texts) if text not in before]
        known = {text: before[text] for text in texts if text in before}
        known |= dict(zip(missing, self._vectors(missing), strict=True))
        self._described = known
        return [known[text] for text in texts]

    def _vectors(self, texts: Sequence[str]) -> list[Vector]:
        """Unit vectors; of no dimensions for texts without words."""
        wanted = [text for text in texts if text]
        found = iter(self._embeddings.embed_documents(wanted) if wanted else [])
        return [_unit(next(found)) if text else _NOTHING for text in texts]


def _unit(numbers: Sequence[float]) -> Vector:
    vector = np.asarray(numbers, dtype=np.float32)
    length = float(np.linalg.norm(vector))
    return vector / length if length else vector
