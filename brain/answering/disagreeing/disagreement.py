"""Looks, in what was retrieved already, for what says otherwise than an answer, and has it told beside it."""

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from langchain_core.embeddings import Embeddings

from brain.answering.disagreeing.contradiction import AKIN, Difference, difference, said_of
from brain.answering.disagreeing.newer import newer
from brain.answering.disagreeing.statements import Statement, may_contradict, statements
from brain.answering.disagreeing.surroundings import Retrieval
from brain.answering.disagreeing.words import leads_in
from brain.answering.draft import Draft, DraftSentence, Form, Otherwise
from brain.answering.extracting.cleaning import ended, opening, without_marks
from brain.answering.extracting.question_kind import Wants, kind_of
from brain.answering.extracting.rows import row_in_words
from brain.domain import Passage
from brain.retrieval.editions import superseded
from brain.retrieval.hybrid import Retrieved
from brain.retrieval.outdated import is_outdated
from brain.retrieval.query import Query
from brain.text.analysis import AnalysedSentence, analyse

LOOKED_AT = 24  # of the best passages
ANSWERING = 0.6  # of what the sentence says of the question that says most of it
MOST = 2  # that are told of in one answer
COMPARED = 8  # whose dates are read, to tell the newest


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence of an answer, what of it is contradicted, by what, and in what they differ."""

    told: DraftSentence
    mine: Statement
    other: Statement
    difference: Difference


def with_other_side(
    draft: Draft, retrieved: Retrieved, embeddings: Embeddings, opens: Callable[[int], Sequence[Passage]]
) -> Draft:
    """The draft with what contradicts it, the newer of both first; without a yes or no that is contradicted.

    `opens` reads the first passages of a document by its id, where its date may stand.
    """
    query = retrieved.query
    later = superseded(candidate.passage.source for candidate in retrieved.candidates)
    passages = [
        candidate.passage
        for candidate in retrieved.candidates[:LOOKED_AT]
        if candidate.passage.source.document_id not in later and not is_outdated(candidate.passage.source)
    ]
    around = Retrieval(query, passages, embeddings)
    found = _newest_first(_distinct(disagreeing(draft, query, passages, later, around)), opens)
    if not found:
        return draft
    sentences = list(draft.sentences)
    for one in found[:MOST]:
        sentences = _beside(sentences, one, retrieved, opens)
    denied = any(one.difference is Difference.DENIAL for one in found)
    verdict = "" if denied else draft.verdict
    untold = _untold(found, sentences, query, around)
    return replace(draft, sentences=tuple(sentences), verdict=verdict, untold=tuple(untold))


def disagreeing(
    draft: Draft, query: Query, passages: Sequence[Passage], later: Collection[int], around: Retrieval
) -> list[Found]:
    """All in these passages that contradicts a sentence of the draft, in the order in which it was retrieved.

    What is superseded (documents of the ids in `later`) is no other opinion, and steps are told one after the
    other, not one against the other.
    """
    wants = kind_of(query.text).wants
    names = wants in (Wants.PERSON, Wants.PLACE)
    found: list[Found] = []
    for told, mine in _answering(draft, query, around):
        source = told.passage.source
        if source.document_id in later or is_outdated(source):
            continue
        for passage in passages:
            if passage.id != told.passage.id:
                for other in statements(
                    passage, _likely(mine, passage, around, query, names=names), query.language
                ):
                    if (what := difference(mine, other, wants, around)) is not None:
                        found.append(Found(told, mine, other, what))
    return found


def _answering(draft: Draft, query: Query, around: Retrieval) -> list[tuple[DraftSentence, Statement]]:
    """What the answer states of what is asked, and not beside it."""
    stated = [
        (told, mine)
        for told in draft.sentences
        if told.form is not Form.STEP
        for mine in _told_of(told, query)
    ]
    shares = [said_of(around.asked, mine, around) for _, mine in stated]
    least = ANSWERING * max(shares, default=0.0)
    return [one for one, share in zip(stated, shares, strict=True) if share >= least]


def _told_of(told: DraftSentence, query: Query) -> Iterator[Statement]:
    """What a sentence of the answer states: of a row, only the cells that are told."""
    shown = {told.passage.text[start:end].strip() for start, end in told.cells}
    spans = [
        (s.start, s.end)
        for s in analyse(told.passage, query.reading).sentences
        if s.start < told.end and told.start < s.end
    ]
    for one in statements(told.passage, spans, query.language):
        if not one.row or not shown or one.value.strip() in shown:
            yield one


def _likely(
    mine: Statement, passage: Passage, around: Retrieval, query: Query, *, names: bool
) -> Iterator[tuple[int, int]]:
    """Where in a passage something stands that has enough of a statement's words to be looked at closer."""
    weights = {stem: around.rarity(stem) for stem in mine.about}
    enough = AKIN * math.fsum(weights.values())
    analysed = analyse(passage, query.reading)
    before: AnalysedSentence | None = None
    for sentence in analysed.sentences:
        said = sentence.stem_set | analysed.context | (before.stem_set if before else frozenset())
        before = sentence
        if sentence.elsewhen:
            continue
        text = passage.text[sentence.start : sentence.end]
        # Whom a sentence names is most of what it says.
        near = names and around.asked <= said
        if near or (
            (names or may_contradict(mine, text))
            and math.fsum(w for stem, w in weights.items() if stem in said) >= enough
        ):
            yield sentence.start, sentence.end


def _distinct(found: list[Found]) -> list[Found]:
    """One for each other figure or word, and none that is the other way round of one before it."""
    kept: list[Found] = []
    for one in found:
        places = {(one.mine.passage.id, one.mine.start), (one.other.passage.id, one.other.start)}
        if any(
            places == {(k.mine.passage.id, k.mine.start), (k.other.passage.id, k.other.start)}
            or _says_the_same(k.other, one.other)
            for k in kept
        ):
            continue
        kept.append(one)
    return kept


def _newest_first(found: list[Found], opens: Callable[[int], Sequence[Passage]]) -> list[Found]:
    """Of several that contradict the same sentence, the newest before the others, if it is newer than that.

    The first is told: that it is the newer one must not be said of what a still newer one contradicts.
    """
    ordered = list(found)
    for at in range(min(len(ordered), MOST)):
        for behind in range(at + 1, min(len(ordered), COMPARED)):
            first, rival = ordered[at], ordered[behind]
            if rival.told is first.told and all(
                newer(rival.other.passage, passage, opens)
                for passage in (rival.told.passage, first.other.passage)
            ):
                ordered[at], ordered[behind] = rival, first
    return ordered


def _untold(
    found: list[Found], sentences: Sequence[DraftSentence], query: Query, around: Retrieval
) -> Iterator[DraftSentence]:
    """What contradicts a sentence and what was told against it, too: a third opinion, of another document."""
    documents = {sentence.passage.source.document_id for sentence in sentences}
    wants = kind_of(query.text).wants
    told = [
        one
        for one in found
        if any(s.passage.id == one.other.passage.id and s.start <= one.other.start < s.end for s in sentences)
    ]
    for one in found:
        rivals = [rival.other for rival in told if rival.told is one.told]
        if one.other.passage.source.document_id in documents or not rivals:
            continue
        if all(difference(rival, one.other, wants, around) is not None for rival in rivals):
            documents.add(one.other.passage.source.document_id)
            against = Otherwise("", one.told.passage.id, one.told.start, older=False)
            yield replace(_sentence(one.other, query), otherwise=against)


def _says_the_same(one: Statement, other: Statement) -> bool:
    if one.figures and other.figures:
        return all(any(a.comparable(b) and a.same_as(b) for b in other.figures) for a in one.figures)
    return one.denies == other.denies and one.value == other.value and one.about == other.about


def _beside(
    sentences: list[DraftSentence],
    found: Found,
    retrieved: Retrieved,
    opens: Callable[[int], Sequence[Passage]],
) -> list[DraftSentence]:
    """The sentences with what contradicts one of them right behind it, or before it where that is newer."""
    place = (found.other.passage.id, found.other.start)
    there = next((s for s in sentences if s.passage.id == place[0] and s.start <= place[1] < s.end), None)
    # What was told of before is another object by now, and may be the other side of something.
    told = next((s for s in sentences if _is_same(s, found.told)), None)
    other = there or _sentence(found.other, retrieved.query)
    if told is None or told is other or told.otherwise is not None or other.otherwise is not None:
        return sentences
    order = newer(other.passage, told.passage, opens)
    first, second = (other, told) if order else (told, other)
    inside = told.passage.source.document_id == other.passage.source.document_id
    words = leads_in(retrieved.query.language, inside=inside, older=order is not None)
    behind = replace(
        second, otherwise=Otherwise(words, first.passage.id, first.start, order is not None), form=Form.PROSE
    )
    if first.form is not Form.PROSE:
        first = replace(first, form=Form.PROSE)
    at = next(at for at, s in enumerate(sentences) if s is told)
    left = [s for s in sentences if s is not told and s is not other]
    at = min(at, len(left))
    return [*left[:at], first, behind, *left[at:]]


def _is_same(one: DraftSentence, other: DraftSentence) -> bool:
    return (one.text, one.passage.id, one.start) == (other.text, other.passage.id, other.start)


def _sentence(other: Statement, query: Query) -> DraftSentence:
    """What contradicts, as it is told."""
    passage, start = other.passage, other.start
    if other.row:
        asked = frozenset(query.stems) | other.row | other.column
        told = row_in_words(passage.text[start : other.end], passage.table_header, asked, query.reading)
        cells = tuple((start + a, start + b) for a, b in told.cells)
        return DraftSentence(ended(told.text), passage, start, other.end, Form.PROSE, cells)
    if other.leans_on:
        start = passage.text.rfind(other.leans_on, 0, start)
    text = ended(opening(without_marks(passage.text[start : other.end])))
    return DraftSentence(text, passage, start, other.end)
