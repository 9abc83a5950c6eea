"""Triages a ticket: a LangChain Runnable from a Request to a Triage."""

from collections.abc import Callable
from typing import Any

from langchain_core.embeddings import Embeddings
from langchain_core.runnables import Runnable, RunnableConfig

from brain.catalog.catalog import Catalog
from brain.domain import Answer, Question
from brain.triage.domain import Request, Triage


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

    def invoke(self, input: Request, config: RunnableConfig | None = None, **kwargs: Any) -> Triage:
        """Triage; changes nothing in the catalog but missing vectors."""
        raise NotImplementedError
