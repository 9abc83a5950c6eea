"""The brain: a LangChain Runnable from a Question to an Answer."""

import asyncio
import threading
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from langchain_core.runnables import Runnable, RunnableConfig

from brain.answering.citations import Checked, checked
from brain.answering.disagreeing.disagreement import with_other_side
from brain.answering.draft import Answerer, Draft, GradualAnswerer
from brain.answering.extracting.extractive import ExtractiveAnswerer
from brain.answering.extracting.of_the_day import without_other_days
from brain.answering.extracting.question_kind import wants_all
from brain.answering.nearest import nearest
from brain.answering.refusal import in_words, way_on
from brain.answering.together import together
from brain.broad import BroadQuestions
from brain.catalog.catalog import Catalog
from brain.domain import Answer, Nearest, Passage, Question, Refusal, RefusalReason, Sentence, Trace, Turn
from brain.evidence import Evidence, EvidenceGate
from brain.reranking.reranker import PASSAGES, Reranker
from brain.retrieval.chatter import chatter_in, wants_less, without_courtesies
from brain.retrieval.documents_wanted import subject_of_documents_wanted
from brain.retrieval.followup import in_thread
from brain.retrieval.hybrid import HybridRetriever, Retrieved
from brain.retrieval.query import Query, Rarity
from brain.retrieval.several import questions_in

_T = TypeVar("_T")
MOST_QUESTIONS = 3  # of a message, each looked up by itself; the person is told of more
IN_TRACE = 10  # passages that a trace tells of
RETRIEVED = 30  # passages that an answer carries as what was retrieved


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """A piece of a streamed answer: the text so far, or at the end the answer itself.

    `provisional`: a whole answer already, and another one that takes its place is being written. `at_once`:
    the answer is written already, and comes right behind.
    """

    text: str = ""
    answer: Answer | None = None
    provisional: bool = False
    at_once: bool = False


class Brain(Runnable[Question, Answer]):
    """Retrieves in the question's audience, weighs the evidence, answers from it, checks every sentence."""

    def __init__(
        self,
        catalog: Catalog,
        retriever: HybridRetriever,
        answerer: Answerer | None = None,
        gate: EvidenceGate | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        """`answerer` writes from what `gate` lets through (default: extractive, as calibrated).

        `reranker` puts that in order before. The gate has judged then: it is calibrated without one, and what
        is refused need not be read by a model.
        """
        self._catalog = catalog
        self._retriever = retriever
        self._answerer: Answerer = answerer or ExtractiveAnswerer()
        self._gate = gate or EvidenceGate()
        self._reranker = reranker
        self._broad = BroadQuestions(retriever, self._gate)

    @property
    def answerer(self) -> Answerer:
        """What writes the answers."""
        return self._answerer

    @property
    def reranker(self) -> Reranker | None:
        """What puts the best passages in order, where something does."""
        return self._reranker

    def invoke(self, input: Question, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        """Answer, or refuse; LangChain callbacks in `config` see the run."""
        return self._call_with_config(self._answer, input, config, run_type="chain", **kwargs)

    async def astream(
        self, input: Question, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[Any]:
        """Yield AnswerParts: growing text, sentence by sentence, all of it checked; then the answer."""
        loop, parts, told = asyncio.get_running_loop(), asyncio.Queue[AnswerPart | None](), set[str]()
        watcher = _Watcher(lambda part: loop.call_soon_threadsafe(parts.put_nowait, part))
        work = partial(self._answer, watcher=watcher)
        run = asyncio.ensure_future(
            asyncio.to_thread(self._call_with_config, work, input, config, run_type="chain", **kwargs)
        )
        run.add_done_callback(lambda _: parts.put_nowait(None))
        try:
            while (part := await parts.get()) is not None:
                if not part.provisional:
                    told.add(part.text)
                yield part
        finally:
            watcher.gone.set()
            run.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody else may ask
        answer = await run
        if not answer.refused:
            for text in _growing(answer.text, answer.sentences):
                if text not in told:
                    yield AnswerPart(text=text, at_once=True)
        yield AnswerPart(answer=answer)

    def search(self, question: Question, limit: int) -> list[Passage]:
        """The passages alone, best first."""
        query = in_thread(question.text, question.history)
        return list(self._reranked(self._retriever.find(query, question.audience)).passages[:limit])

    def evidence(self, question: Question) -> Evidence:
        """What there is to answer from, and how sure it is; nothing is written."""
        return self._weighed(_Understood(in_thread(question.text, question.history)), question.audience)

    def _answer(self, question: Question, *, watcher: "_Watcher | None" = None) -> Answer:
        """Answer the question, or each of several; a language model reads them all at once."""
        texts = questions_in(without_courtesies(question.text))
        if len(texts) > 1 and not isinstance(self._answerer, GradualAnswerer):
            parts: list[Answer] = []
            for text in texts[:MOST_QUESTIONS]:
                before = tuple(Turn(part.read_as or part.trace.question, part.text) for part in parts)
                parts.append(
                    self._answer_one(replace(question, text=text, history=(*question.history, *before)))
                )
            if any(not part.refused for part in parts):
                return together(question, parts, len(texts) - len(parts))
        return self._answer_one(question, watcher=watcher)

    def _answer_one(
        self, question: Question, *, watcher: "_Watcher | None" = None, again: bool = True
    ) -> Answer:
        """Answer from what was retrieved, or say what was looked for and not found.

        `again`: what is not found as it was written is looked for once more as it was probably meant.
        """
        started = time.perf_counter()
        asked = self._understood(question)
        if asked.chatter or not asked.query.terms:
            nothing = self._gate.weigh(Retrieved(asked.query, Rarity(0, {}), (), {}))
            return self._refused(question, nothing, asked.chatter or RefusalReason.NOT_A_QUESTION, started)
        evidence = self._weighed(asked, question.audience)
        if asked.wants_documents and evidence.suffices:
            named = self._refused(question, evidence, RefusalReason.DOCUMENTS_WANTED, started)
            return replace(named, retrieved=())  # as for a greeting: nothing is missing from the documents
        if evidence.suffices:
            return self._answer_from(question, asked.query, evidence, watcher, started)
        meant = self._answer_as_meant(question, evidence, watcher) if again else None
        if meant is not None:
            return meant
        return self._refused(question, evidence, RefusalReason.NO_EVIDENCE, started)

    def _understood(self, question: Question) -> "_Understood":
        """What is to be looked for, and whether anything is."""
        bare = without_courtesies(question.text)
        wanted = subject_of_documents_wanted(bare)
        chatter = chatter_in(question.text, question.history)
        if chatter is RefusalReason.ABOUT_ANSWER and wants_less(question.text):
            shorter = self._broad.in_short(question.history, question.audience)
            if shorter is not None:
                return _Understood(shorter.retrieved.query, wants_documents=bool(wanted), shorter=shorter)
        if chatter or wanted:
            return _Understood(Query.of(wanted or question.text), chatter, wants_documents=bool(wanted))
        return _Understood(in_thread(bare, question.history))

    def _weighed(self, asked: "_Understood", audience: frozenset[str]) -> Evidence:
        """What there is to answer from, and how sure it is."""
        if not asked.wants_documents:
            broad = asked.shorter or self._broad.evidence(asked.query, audience)
            if broad is not None:
                return broad
        retrieved = self._retriever.find(asked.query, audience)
        return _timed(retrieved, "weigh", lambda: self._gate.weigh(retrieved))

    def _answer_as_meant(
        self, question: Question, evidence: Evidence, watcher: "_Watcher | None"
    ) -> Answer | None:
        """The answer to the question without its slips of the finger; None where there is none either."""
        meant = self._retriever.respelled(question.text, evidence.retrieved, question.audience)
        if meant == question.text:
            return None
        answer = self._answer_one(replace(question, text=meant), watcher=watcher, again=False)
        if answer.refused:
            return None
        steps = {"respelled": meant, **answer.trace.steps}
        return replace(
            answer, read_as=meant, trace=replace(answer.trace, question=question.text, steps=steps)
        )

    def _answer_from(
        self,
        question: Question,
        query: Query,
        evidence: Evidence,
        watcher: "_Watcher | None",
        started: float,
    ) -> Answer:
        """What the evidence says, as far as it passes the check."""
        if evidence.quoted is None:  # else what is to be told is chosen, and in an order of its own
            evidence = replace(evidence, retrieved=self._reranked(evidence.retrieved))
        retrieved = evidence.retrieved
        draft = _timed(retrieved, "write", lambda: self._written(evidence, watcher))
        weighed = replace(evidence, likely=draft.likely)
        draft = without_other_days(draft, query)
        draft = _timed(retrieved, "disagree", lambda: self._with_other_side(draft, evidence))
        result = _timed(retrieved, "check", lambda: checked(draft, _citable(retrieved)))
        if not result.sentences:
            reason = RefusalReason.NO_EVIDENCE if draft.declined else RefusalReason.UNSUPPORTED
            return self._refused(question, evidence, reason, started, result, draft.note)
        return Answer(
            text=result.text,
            sentences=result.sentences,
            citations=result.citations,
            refusal=None,
            trace=_trace(question, weighed, result, started, draft.note),
            retrieved=retrieved.passages[:RETRIEVED],
            sure=weighed.sure,
            partial=wants_all(query.text) and not draft.notes,
            notes=draft.notes,
            disagreements=result.disagreements,
            untold=result.untold,
        )

    def _with_other_side(self, draft: Draft, evidence: Evidence) -> Draft:
        """The draft with what contradicts it; an overview or a comparison tells of different things."""
        if evidence.quoted is not None:
            return draft
        return with_other_side(
            draft,
            evidence.retrieved,
            self._retriever.embeddings,
            lambda document: self._catalog.neighbours(document, 0, 1),
        )

    def _reranked(self, retrieved: Retrieved) -> Retrieved:
        """The same in the reranker's order, where there is one and something to be put in order."""
        reranker = self._reranker
        best = [candidate.passage for candidate in retrieved.candidates[:PASSAGES]]
        if reranker is None or len(best) < 2:
            return retrieved
        reranked = _timed(retrieved, "reranker", lambda: reranker.rerank(retrieved.query.text, best))
        return self._retriever.reordered(retrieved, reranked)

    def _written(self, evidence: Evidence, watcher: "_Watcher | None") -> Draft:
        """The draft; while it grows, `watcher` is told of what passed the check so far."""
        if watcher is None or not isinstance(self._answerer, GradualAnswerer):
            return self._answerer.write(evidence)
        draft, shown = Draft(()), 0
        with closing(self._answerer.drafts(evidence)) as drafts:
            for draft in drafts:
                if watcher.gone.is_set():
                    raise _NobodyWaits
                if len(draft.sentences) > shown:
                    shown = len(draft.sentences)
                    told = without_other_days(draft, evidence.retrieved.query)
                    result = checked(told, _citable(evidence.retrieved))
                    for text in list(_growing(result.text, result.sentences))[-1:]:
                        watcher.tell(AnswerPart(text=text, provisional=draft.provisional))
        return draft

    def _refused(
        self,
        question: Question,
        evidence: Evidence,
        reason: RefusalReason,
        started: float,
        result: Checked | None = None,
        note: str = "",
    ) -> Answer:
        """The answer that says why there is none; `result` where a draft was written and did not pass."""
        spaces = tuple(sorted(question.audience))
        if not self._catalog.holds_passages(spaces):
            reason = RefusalReason.NOTHING_INDEXED
        near = nearest(evidence, reason)
        refused = Refusal(reason, spaces, self._catalog.document_count(spaces), near)
        return Answer(
            text=in_words(
                refused, way_on(question.text, evidence.retrieved), evidence.retrieved.query.language
            ),
            sentences=(),
            citations=(),
            refusal=refused,
            trace=_with_nearest(_trace(question, evidence, result, started, note), near),
            retrieved=evidence.passages[:RETRIEVED],
        )


@dataclass(frozen=True, slots=True)
class _Understood:
    """What a question comes to before anything is searched.

    `chatter` is nothing for the documents. `wants_documents`: it asks which of them are about something.
    `shorter` is the answer before, to be told in fewer words.
    """

    query: Query
    chatter: RefusalReason | None = None
    wants_documents: bool = False
    shorter: Evidence | None = None


@dataclass(frozen=True, slots=True)
class _Watcher:
    """Whoever reads along: told of the text so far, until it is gone."""

    tell: Callable[[AnswerPart], object]
    gone: threading.Event = field(default_factory=threading.Event)


class _NobodyWaits(Exception):
    """The writing was stopped because whoever asked has left."""


def _citable(retrieved: Retrieved) -> tuple[Passage, ...]:
    return (*retrieved.passages, *retrieved.beside)


def _timed(retrieved: Retrieved, name: str, step: Callable[[], _T]) -> _T:
    started = time.perf_counter()
    result = step()
    retrieved.timings_ms[name] = round((time.perf_counter() - started) * 1000, 2)
    return result


def _growing(text: str, sentences: Sequence[Sentence]) -> Iterator[str]:
    """An answer's text up to the end of each sentence."""
    end = 0
    for sentence in sentences:
        found = text.find(sentence.text, end)
        if found >= 0:
            end = found + len(sentence.text)
            yield text[:end]


def _with_nearest(trace: Trace, near: Sequence[Nearest]) -> Trace:
    """The trace with the words that came nearest, for when a refusal is looked at by others later."""
    told = [{"passage": n.passage, "words": n.words, "quotes": list(n.quotes)} for n in near if n.words]
    return replace(trace, steps={**trace.steps, "nearest": told[0]}) if told else trace


def _trace(
    question: Question, evidence: Evidence, result: Checked | None, started: float, note: str = ""
) -> Trace:
    retrieved = evidence.retrieved
    steps: dict[str, object] = {
        "terms": list(retrieved.query.terms),
        "spaces": sorted(question.audience),
        "candidates": [
            {
                "document": candidate.passage.source.document,
                "place": candidate.passage.source.locator.label,
                "score": round(candidate.score, 3),
                "keyword": round(candidate.keyword, 3),
                "dense": round(candidate.dense, 3),
                "window": round(candidate.window, 3),
                "phrase": round(candidate.phrase, 3),
                **(retrieved.reranked.of(candidate.passage.id) if retrieved.reranked else {}),
            }
            for candidate in retrieved.candidates[:IN_TRACE]
        ],
        "evidence": evidence.as_step(),
    }
    if retrieved.reranked is not None:
        steps["reranker"] = retrieved.reranked.as_step()
    if result is not None:
        steps["check"] = {"kept": len(result.sentences), "dropped": list(result.dropped)}
        if result.disagreements:
            steps["disagreements"] = [asdict(one) for one in result.disagreements]
        if result.untold:
            steps["untold"] = [asdict(one) for one in result.untold]
    if note:
        steps["written"] = note
    timings = {**retrieved.timings_ms, "total": round((time.perf_counter() - started) * 1000, 2)}
    return Trace(uuid.uuid4().hex[:12], question.text, retrieved.query.text, steps, timings)
