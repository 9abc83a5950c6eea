"""Those who are compared: each answers a row from its own passages, and from nothing else.

None falls back on another: in use, a model of whose words nothing is backed is helped out by the extractive
answerer, which would lend it merits that it doesn't have.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage

from brain.answering.citations import checked
from brain.answering.draft import Draft
from brain.answering.extracting.extractive import ExtractiveAnswerer
from brain.answering.writing.claims import claims
from brain.answering.writing.prompt import prompt
from brain.answering.writing.written import draft_of
from brain.catalog.documents.vectors import embedded_text
from brain.domain import Passage
from brain.embedding.token_states import ReadsTokens
from brain.evidence import EvidenceGate
from brain.retrieval.fusion import Candidate, FusionWeights
from brain.retrieval.hybrid import Retrieved, compared, rank
from brain.retrieval.late_interaction import LateInteraction
from brain.retrieval.query import Query, Rarity
from brain.text.analysis import analyse
from brain.text.terms import stem
from brain.tuning.judging.reply import Reply, reply_of
from brain.tuning.rows import Row

EXTRACTIVE, BASE, FEW_SHOT, ADAPTER = "extractive", "base", "few-shot", "adapter"


class Writer(Protocol):
    """Whoever answers rows."""

    @property
    def name(self) -> str:
        """What the report calls it."""
        ...

    @property
    def at_once(self) -> int:
        """How many rows it may be asked at the same time."""
        ...

    def reply(self, row: Row) -> Reply:
        """What it answers."""
        ...


class ExtractiveWriter:
    """The documents' own sentences, behind the evidence gate as in use.

    The row's passages are ranked as the retriever would, by cosine and words. How rare a word is, which in
    use is counted over the whole index, is counted over `collection`: the passages of the whole citing set.
    """

    name, at_once = EXTRACTIVE, 1

    def __init__(self, embeddings: Embeddings, gate: EvidenceGate, collection: Iterable[Passage]) -> None:
        """`gate` is the one for these embeddings."""
        self._embeddings = embeddings
        self._reading = LateInteraction(embeddings) if isinstance(embeddings, ReadsTokens) else None
        self._gate = gate
        self._answerer = ExtractiveAnswerer()
        distinct = {(p.context, p.table_header, p.text): p for p in collection}
        self._passages = len(distinct)
        self._holding = Counter(name for p in distinct.values() for name in analyse(p).stems)

    def reply(self, row: Row) -> Reply:
        """What its sentences answer, where the gate lets them."""
        passages = _numbered(row)
        evidence = self._gate.weigh(self._retrieved(row.question, passages))
        suffices = bool(evidence.retrieved.query.terms) and evidence.suffices
        draft = self._answerer.write(evidence) if suffices else Draft(())
        result = checked(draft, passages)
        return reply_of(row, result.text, result, refused=True)

    def _retrieved(self, question: str, passages: Sequence[Passage]) -> Retrieved:
        query = Query.of(question)
        held = {term: self._holding[stem(term)] for term in query.weighed}
        rarity = Rarity.counted(query, self._passages, held)
        if not passages:
            return Retrieved(query, rarity, (), {})
        asked = np.asarray(self._embeddings.embed_query(query.text))
        texts = [embedded_text(p.context, p.table_header, p.text) for p in passages]
        vectors = np.asarray(self._embeddings.embed_documents(texts))
        lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(asked)
        cosines = vectors @ asked / np.where(lengths > 0, lengths, 1.0)
        candidates = [Candidate(p, 0.0, float(c)) for p, c in zip(passages, cosines, strict=True)]
        found = Retrieved(query, rarity, tuple(rank(query, rarity, candidates, FusionWeights())), {})
        return found if self._reading is None else compared(found, self._reading)


class ModelWriter:
    """A chat model, asked with the prompt that is in use, about the passages in the order of the row."""

    def __init__(
        self,
        name: str,
        model: BaseChatModel,
        *,
        few_shot: bool,
        room: int,
        count: Callable[[Sequence[BaseMessage]], int],
        at_once: int = 1,
    ) -> None:
        """Prompts have up to `room` tokens by `count`."""
        self.name = name
        self.at_once = at_once
        self._model = model
        self._few_shot = few_shot
        self._room = room
        self._count = count

    def reply(self, row: Row) -> Reply:
        """What it writes, and what of that is backed; raises ModelUnavailable."""
        messages, given = prompt(
            row.question, _numbered(row), few_shot=self._few_shot, tokens=self._room, count=self._count
        )
        written = self._model.invoke(messages).text if given else ""
        draft = draft_of(written, given)
        result = checked(draft, given)
        named = [number for claim in claims(written, complete=True) for number in claim.cited]
        return reply_of(row, written, result, refused=draft.declined, named=named)


def _numbered(row: Row) -> tuple[Passage, ...]:
    """The row's passages, each with its number as its id."""
    return tuple(replace(passage, id=number) for number, passage in enumerate(row.passages, 1))
