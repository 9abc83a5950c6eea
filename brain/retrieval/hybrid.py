"""The retriever: vectors and words, each space by itself, fused and reranked by how words stand together."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, PrivateAttr

from brain.catalog.catalog import Catalog
from brain.domain import Passage
from brain.embedding.token_states import KnowsWords, ReadsTokens
from brain.index.keyword_query import Weights
from brain.index.search_index import SearchIndex
from brain.languages.english import ENGLISH
from brain.reranking.reranker import Reranked
from brain.retrieval.abbreviations import spelled_out
from brain.retrieval.by_amount import of_the_case
from brain.retrieval.by_date import on_days
from brain.retrieval.codes import having_codes, parted
from brain.retrieval.editions import superseded
from brain.retrieval.fusion import Candidate, FusionWeights, current, fused, neighbour_support
from brain.retrieval.late_interaction import LateInteraction, Likeness
from brain.retrieval.lexical import bm25, phrase_coverage, window_coverage
from brain.retrieval.query import Query, Rarity
from brain.retrieval.reordering import reordered
from brain.retrieval.same_words import with_same_words
from brain.retrieval.shorthand import long_forms
from brain.retrieval.spelling import respelled, unknown_words
from brain.retrieval.word_forms import forms as word_forms
from brain.retrieval.word_forms import taken_apart
from brain.text.analysis import analyse
from brain.text.dates import version_as_date
from brain.text.steps import runs_over
from brain.text.terms import unique

CANDIDATES = 80  # of each index and space
RERANKED = 40  # of the best by vector and index, whose words are looked at in the text
READ = 4  # of the best, whose sentences are compared with the question token by token …
# … if their score lies no further behind the best one's: of 1,903 answers to the development sets' questions
# and to everyday ones, leaving out the others changed one, and 11 % of the passages were not read.
BEHIND = 1.0
BESIDE_MONTHS = 10  # of those with a month that an answer need not name
JOINED = 3  # of the best, for which a list is followed over …
REACH = 3  # … so many passages to either side
COLUMNS = Weights(title=1.0, heading=1.0, body=1.0)


@dataclass(frozen=True)
class Retrieved:
    """What was found for a query, best first, and the milliseconds of each step."""

    query: Query
    rarity: Rarity
    candidates: tuple[Candidate, ...]
    timings_ms: dict[str, float]
    beside: tuple[Passage, ...] = ()
    """Neighbours of the best passages, where a numbered list runs over from one into the next."""
    likeness: Mapping[int, tuple[Likeness, ...]] = field(default_factory=dict)
    """How like the question the sentences of the best passages are, by the passage's id; empty where the
    embedder can't be read token by token."""
    reranked: Reranked | None = None
    """What a reranker made of the best candidates, where one was asked."""

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The candidates' passages, best first, with their scores."""
        return tuple(found.passage.scored(found.score) for found in self.candidates)


class HybridRetriever(BaseRetriever):
    """Finds passages in some spaces and in no others. As a LangChain retriever it reads `spaces`."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    catalog: Catalog
    index: SearchIndex
    embeddings: Embeddings
    spaces: frozenset[str] = frozenset({"general"})
    weights: FusionWeights = FusionWeights()
    limit: int = 10

    _reading: LateInteraction | None = PrivateAttr(None)

    def model_post_init(self, context: Any, /) -> None:
        """Read token by token with what can be read so."""
        if isinstance(self.embeddings, ReadsTokens):
            self._reading = LateInteraction(self.embeddings)

    def find(self, query: Query, spaces: Iterable[str]) -> Retrieved:
        """The candidates of these spaces, best first; nothing outside them is looked at."""
        found = _find(query, sorted(spaces), self.catalog, self.index, self.embeddings, self.weights)
        return self.compared(found)

    def compared(self, found: Retrieved) -> Retrieved:
        """The same with its best sentences compared with the question, where the embedder can do that."""
        return found if self._reading is None else compared(found, self._reading)

    def reordered(self, found: Retrieved, reranked: Reranked) -> Retrieved:
        """The same in a reranker's order, with what belongs to the passages that are the best ones then."""
        if not reranked.order:
            return replace(found, reranked=reranked)
        ranked = reordered(found.candidates, reranked.order, self.weights)
        beside = _beside([candidate.passage for candidate in ranked[:JOINED]], self.catalog)
        return self.compared(replace(found, candidates=tuple(ranked), beside=beside, reranked=reranked))

    def respelled(self, text: str, found: Retrieved, spaces: Iterable[str]) -> str:
        """The question with slips of the finger put right, where the embedder knows words; else as it is.

        "Release 4.5.2026" is a version, and where none is found the release of that day.
        """
        if (of_day := version_as_date(text)) != text:
            return of_day
        model = self.embeddings
        if not isinstance(model, KnowsWords) or found.query.language is not ENGLISH:
            return text
        readable = sorted(spaces)
        unknown = unknown_words(found.query, found.rarity)
        texts = [candidate.passage.text for candidate in found.candidates]
        return respelled(
            spelled_out(long_forms(parted(text, unknown, texts), unknown), unknown, texts),
            unknown,
            model.knows,
            lambda words: _held(words, readable, self.index)[1],
        )

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        found = self.find(Query.of(query), self.spaces)
        return [_document(passage) for passage in found.passages[: self.limit]]


def compared(found: Retrieved, reading: LateInteraction) -> Retrieved:
    """The same with the sentences of its best passages compared with the question."""
    watch = _Watch()
    least = found.candidates[0].score - BEHIND if found.candidates else 0.0
    best = [candidate.passage for candidate in found.candidates[:READ] if candidate.score >= least]
    likeness = reading.likeness(found.query.text, best)
    watch.lap("compare")
    spent = found.timings_ms.get("compare", 0.0) + watch.laps["compare"]
    return replace(
        found,
        likeness={**found.likeness, **likeness},
        timings_ms={**found.timings_ms, "compare": round(spent, 2)},
    )


def _find(
    query: Query,
    spaces: list[str],
    catalog: Catalog,
    index: SearchIndex,
    embeddings: Embeddings,
    weights: FusionWeights,
) -> Retrieved:
    """Candidates by vectors, by words and by dates, read from the catalog and put in order."""
    watch = _Watch()
    vector = embeddings.embed_query(query.text)
    watch.lap("embed")
    dense: dict[int, float] = {}  # the cosine, by the passage's id
    for space in spaces:
        dense.update(index.dense(space, vector, CANDIDATES))
    watch.lap("dense")
    query, forms = _in_words_held(query, spaces, index)
    wanted = [form for term in query.words for form in forms[term]]
    keyword: dict[int, float] = {}  # BM25
    for space in spaces:
        keyword.update(index.keyword(space, wanted, CANDIDATES, COLUMNS))
    dated = on_days(query.dates, wanted, spaces, index, CANDIDATES)
    rarity = _rarity(query, forms, spaces, index, {name: len(found) for name, found in dated.items()})
    of_dates, of_months = _must_and_may(query, dated)
    watch.lap("keyword")
    passages = _readable({*dense, *keyword, *of_dates, *of_months}, spaces, catalog)
    watch.lap("read")
    best = max(keyword.values(), default=0.0) or 1.0
    least = min(dense.values(), default=0.0)
    candidates = [
        Candidate(passage, keyword.get(number, 0.0) / best, dense.get(number, least))
        for number, passage in passages.items()
    ]
    nearest = [candidate.passage for candidate in _ranked(candidates, weights)[:RERANKED]]
    query, rarity = of_the_case(query, rarity, nearest)
    ranked = rank(query, rarity, candidates, weights, of_dates, of_months)
    watch.lap("rerank")
    beside = _beside([candidate.passage for candidate in ranked[:JOINED]], catalog)
    watch.lap("join")
    return Retrieved(query, rarity, tuple(ranked), watch.laps, beside)


def _in_words_held(
    query: Query, spaces: list[str], index: SearchIndex
) -> tuple[Query, Mapping[str, Sequence[str]]]:
    """The query with words that the documents have for what is asked, and the forms of each of its words."""
    # Other languages' compounds and endings are looked up among the words that the spaces hold.
    held = [index.vocabulary(space) for space in spaces] if query.language is not ENGLISH else []
    query = taken_apart(query, held)
    query = with_same_words(query, lambda words: _held(words, spaces, index)[1])
    return query, word_forms((*query.words, *query.hints), query, held)


def _must_and_may(query: Query, dated: Mapping[str, list[int]]) -> tuple[frozenset[int], frozenset[int]]:
    """The passages with a date that an answer must be of, and those with a month that it need not name."""
    soft = frozenset(date.name for date in query.dates if date.soft)
    must = [number for name, ids in dated.items() if name not in soft for number in ids[:CANDIDATES]]
    may = [number for name, ids in dated.items() if name in soft for number in ids[:CANDIDATES]]
    return frozenset(must), frozenset(may)


def _readable(ids: Iterable[int], spaces: Iterable[str], catalog: Catalog) -> dict[int, Passage]:
    """The passages by their ids: the catalog is the truth, and an index may still hold what was removed."""
    allowed = frozenset(spaces)
    return {
        passage_id: passage
        for passage_id, passage in catalog.passages(ids).items()
        if passage.source.space in allowed
    }


def rank(
    query: Query,
    rarity: Rarity,
    candidates: list[Candidate],
    weights: FusionWeights,
    dated: frozenset[int] = frozenset(),
    may_be_dated: frozenset[int] = frozenset(),
) -> list[Candidate]:
    """The candidates, best first: by what their retrievers said, and the best of them by their words too.

    The passages of `dated` hold a date that is asked about: their words are looked at before others', and
    so are those of the best few of `may_be_dated`, which hold a month that an answer need not name.
    """
    ranked = _ranked(candidates, weights)
    if may_be_dated:
        best = [found.passage.id for found in ranked if found.passage.id in may_be_dated]
        dated |= frozenset(best[:BESIDE_MONTHS])
    if dated:
        ranked.sort(key=lambda candidate: candidate.passage.id not in dated)
    reranked = _ranked(_with_words(query, rarity, ranked[:RERANKED]), weights)
    later = superseded(candidate.passage.source for candidate in candidates)
    # The minutes of a day are not out of date for who asks about that day.
    later -= {found.passage.source.document_id for found in candidates if found.passage.id in dated}
    reranked = [current(weights, candidate, query.text, later) for candidate in reranked]
    coded = having_codes(query.text, [candidate.passage for candidate in candidates])
    reranked = [
        found.scored(found.score + weights.codes) if found.passage.id in coded else found
        for found in reranked
    ]
    return [*_supported(reranked, weights), *ranked[RERANKED:]]


def _beside(best: list[Passage], catalog: Catalog) -> tuple[Passage, ...]:
    found = {
        neighbour.id: neighbour
        for passage in best
        if runs_over(passage)
        for neighbour in catalog.neighbours(
            passage.source.document_id, passage.ordinal - REACH, passage.ordinal + REACH
        )
    }
    return tuple(found.values())


def _ranked(candidates: list[Candidate], weights: FusionWeights) -> list[Candidate]:
    scored = [candidate.scored(fused(weights, candidate)) for candidate in candidates]
    return sorted(scored, key=_order)


def _supported(candidates: list[Candidate], weights: FusionWeights) -> list[Candidate]:
    floor = candidates[-1].score if candidates else 0.0
    support = neighbour_support(candidates, floor)
    lifted = [
        c.scored(c.score + weights.neighbours * more) for c, more in zip(candidates, support, strict=True)
    ]
    return sorted(lifted, key=_order)


def _order(candidate: Candidate) -> tuple[float, str, int, int]:
    """The best first; equals by where they stand: an id tells only which file was read first."""
    passage = candidate.passage
    return (-candidate.score, passage.source.document, passage.ordinal, passage.id)


def _with_words(query: Query, rarity: Rarity, candidates: list[Candidate]) -> list[Candidate]:
    reading = query.reading
    analysed = [analyse(candidate.passage, reading) for candidate in candidates]
    mean_length = sum(found.length for found in analysed) / max(1, len(analysed))
    keyword = [bm25(rarity, found, mean_length) for found in analysed]
    best = max(keyword, default=0.0) or 1.0
    return [
        Candidate(
            candidate.passage,
            score / best,
            candidate.dense,
            window_coverage(rarity, found),
            phrase_coverage(query, rarity, found),
        )
        for candidate, found, score in zip(candidates, analysed, keyword, strict=True)
    ]


def _rarity(
    query: Query,
    forms: Mapping[str, Sequence[str]],
    spaces: list[str],
    index: SearchIndex,
    dated: Mapping[str, int],
) -> Rarity:
    """Of several forms of a word, the passages that hold each are added up; `dated` holds those of dates."""
    asked = unique(form for found in forms.values() for form in found)
    rows, held = _held(asked, spaces, index)
    counts = {term: sum(held.get(form, 0) for form in forms[term]) for term in forms}
    return Rarity.counted(query, rows, {**counts, **dated})


def _held(terms: Sequence[str], spaces: list[str], index: SearchIndex) -> tuple[int, dict[str, int]]:
    """How many passages there are, and in how many each of the terms stands."""
    rows, held = 0, dict[str, int]()
    for space in spaces:
        found = index.holding(space, terms)
        rows += found.rows
        for term, count in found.holding.items():
            held[term] = held.get(term, 0) + count
    return rows, held


def _document(passage: Passage) -> Document:
    source = passage.source
    return Document(
        id=str(passage.id),
        page_content=passage.text,
        metadata={
            "document": source.document,
            "title": source.title,
            "space": source.space,
            "uri": source.uri,
            "page": source.locator.page,
            "heading": list(source.locator.heading),
            "score": passage.score,
        },
    )


class _Watch:
    """Milliseconds from lap to lap."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round((now - self._last) * 1000, 2)
        self._last = now
