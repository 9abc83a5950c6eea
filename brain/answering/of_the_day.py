"""Where a question asks about a date: only what is of that date is told beside what is of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from brain.answering.draft import Draft, DraftSentence
from brain.answering.selection import ScoredSentence
from brain.evidence import REST, rest_held
from brain.retrieval.document_named import in_short
from brain.retrieval.hybrid import Retrieved
from brain.retrieval.query import Query
from brain.text.analysis import AnalysedSentence, analyse
from brain.text.dated import Asked
from brain.text.dates import Day, mentions
from brain.text.reading import Reading
from brain.text.terms import unique

_SENTENCES, _WORDS = 8, 120  # of a day, at most
_NEAR = 0.5  # so little behind the best sentence's score, another document's may be the one to tell of
_OTHERS = 3  # documents that are named
_MORE = "That is not all of that date: ask for a part of it, or look at the document."
_ALSO = "Of that date there is also: {titles}."
_TAKEN = "“{written}” may be {days}: this is of {day}."
_OF_EITHER = "the date that is asked about may be either of two, and both are told of"
_OF_ANOTHER = "it is of another date than the one that is asked about"


def of_the_day(ranked: Sequence[ScoredSentence], retrieved: Retrieved) -> list[ScoredSentence]:
    """The sentences that are of a date that is asked about, where some are; else all, as they are.

    Where none is, what may hold on it ("until 31 January"). A line that is nothing but the date says nothing
    of it, nor does a passage with nothing else of what is asked: a rota's row tells not whether one is open.
    """
    names = frozenset(date.name for date in retrieved.query.dates if date.wanted)
    if not names:
        return list(ranked)
    of_it = [one for one in ranked if names & one.stems and not _is_date(one)]
    found = [of_it, [one for one in ranked if one.named > 0 and not names & one.stems]]
    if not any(found):
        return list(ranked)
    held = {one.passage.id: rest_held(one.passage, retrieved) or 0.0 for part in found for one in part}
    told = [[one for one in part if held[one.passage.id] >= REST] for part in found]
    return told[0] or told[1]


def without_other_days(draft: Draft, query: Query) -> Draft:
    """The draft, whoever wrote it, without sentences whose place is of another date than the asked one.

    Of a date that may be either of two, the draft says which it was taken for; where it tells of both,
    nothing is left of it.
    """
    if not any(date.on for date in query.dates):
        return draft
    other = {
        sentence: _OF_ANOTHER
        for sentence in draft.sentences
        if all(one.elsewhen for one in _places(sentence, query.reading))
    }
    notes: list[str] = []
    for date in query.dates:
        if not (date.on and len(date.readings) > 1):
            continue
        told = [day for day in date.readings if any(_is_of(day, date, one) for one in draft.sentences)]
        if len(told) > 1:
            other = dict.fromkeys(draft.sentences, _OF_EITHER)
        elif told:
            notes.append(_TAKEN.format(written=date.written, days=in_words(date), day=told[0].in_words))
    if not other and not notes:
        return draft
    left = tuple(sentence for sentence in draft.sentences if sentence not in other)
    return replace(
        draft,
        sentences=left,
        declined=draft.declined or not left,
        discarded=(*draft.discarded, *((sentence.text, why) for sentence, why in other.items())),
        notes=(*draft.notes, *notes),
    )


def in_words(date: Asked) -> str:
    """`4 March 2026 or 3 April 2026`, of a date that may be either."""
    return " or ".join(day.in_words for day in date.readings)


def of_the_whole_day(ranked: Sequence[ScoredSentence]) -> tuple[list[ScoredSentence], tuple[str, ...]]:
    """What the best sentence's document tells of the day, in order, up to a length; and what is left out."""
    best = _likeliest(ranked)
    same = [one for one in ranked if one.passage.source.document_id == best.passage.source.document_id]
    same.sort(key=lambda one: (one.passage.ordinal, one.number))
    told = _first(same)
    if best not in told:  # a long day: what stands with the best
        told = _first([one for one in same if one.passage.id == best.passage.id])
    if best not in told:
        told = [best]
    others = unique(
        in_short(one.passage.source.title or one.passage.source.document) for one in ranked if one not in same
    )
    notes = (_MORE,) * (len(told) < len(same))
    if others:
        notes += (_ALSO.format(titles="; ".join(others[:_OTHERS])),)
    return told, notes


def _likeliest(ranked: Sequence[ScoredSentence]) -> ScoredSentence:
    """The best sentence of the document that tells most of the day, of those that come near the best one.

    "Next meeting: 8 September" is of that day, too; the minutes of that day tell more.
    """
    near = [one for one in ranked if one.score >= ranked[0].score - _NEAR]
    told = Counter(one.passage.source.document_id for one in ranked)
    return max(near, key=lambda one: (told[one.passage.source.document_id], one.score, -one.rank))


def _first(sentences: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    told: list[ScoredSentence] = []
    words = 0
    for sentence in sentences:
        words += len(sentence.text.split())
        if told and (words > _WORDS or len(told) == _SENTENCES):
            break
        told.append(sentence)
    return told


def _places(sentence: DraftSentence, reading: Reading) -> list[AnalysedSentence]:
    found = analyse(sentence.passage, reading).sentences
    return [one for one in found if one.start < sentence.end and sentence.start < one.end]


def _is_of(day: Day, asked: Asked, sentence: DraftSentence) -> bool:
    alone = replace(asked, readings=(day,), numbers="")
    return any(asked.name in one.stem_set for one in _places(sentence, Reading(dates=(alone,))))


def _is_date(sentence: ScoredSentence) -> bool:
    line = sentence.passage.text[sentence.start : sentence.end]
    if "\t" in line:
        return False
    end, besides = 0, ""
    for found in mentions(line):
        besides += line[end : found.start]
        end = found.end
    return end > 0 and not any(map(str.isalnum, besides + line[end:]))
