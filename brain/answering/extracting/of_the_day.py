"""Where a question asks about a date: only what is of that date is told beside what is of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from brain.answering.draft import Draft, DraftSentence
from brain.answering.extracting.selection import ScoredSentence
from brain.domain import Passage
from brain.evidence import REST, rest_held
from brain.retrieval.document_named import in_short
from brain.retrieval.hybrid import Retrieved
from brain.retrieval.query import OF_A_DAY, Query
from brain.text.above import Above
from brain.text.analysis import AnalysedSentence, analyse
from brain.text.asked import Asked, Fit
from brain.text.dated import fits, is_of
from brain.text.dates import Day, mentions
from brain.text.deciding import decides, of_decisions
from brain.text.reading import Reading
from brain.text.sentences import sentence_spans
from brain.text.terms import unique

_SENTENCES, _WORDS = 8, 120  # of a day, at most
_NEAR = 0.5  # so little behind the best sentence's score, another document's may be the one to tell of
_OTHERS = 3  # documents that are named
_LOOKED_AT = 40  # of what was found, to say what there is of a date of which nothing answers
MOST = 0.6  # of what is asked besides must stand with a month that an answer need not name
_MORE = "That is not all of that {time}: ask for a part of it, or look at the document."
_ALSO = "Of that {time} there is also: {titles}."
_TAKEN = "“{written}” may be {days}: this is of {day}."
_COUNTED = "“{written}” is taken as {days}."
_OF_EITHER = "the date that is asked about may be either of two, and both are told of"
_OF_ANOTHER = "it is of another date than the one that is asked about"


def of_the_day(ranked: Sequence[ScoredSentence], retrieved: Retrieved) -> list[ScoredSentence]:
    """The sentences that are of a date that is asked about, where some are; else all, as they are.

    Where none is, what may hold on it ("until 31 January"). A line that is nothing but the date says nothing
    of it, nor does a passage with nothing else of what is asked: a rota's row tells not whether one is open.
    Of a month that answers need not name, what is of it comes first where most of what is asked stands there.
    """
    wanted = frozenset(date.name for date in retrieved.query.dates if date.wanted)
    names = wanted or frozenset(date.name for date in retrieved.query.dates if date.soft)
    if not names:
        return list(ranked)
    of_it = [one for one in ranked if names & one.stems and not _is_date(one)]
    may_hold = [one for one in ranked if one.named > 0 and not names & one.stems] if wanted else []
    found = [of_it, may_hold]
    if not any(found):
        return list(ranked)
    least = REST if wanted else MOST
    held = {one.passage.id: rest_held(one.passage, retrieved, names) or 0.0 for part in found for one in part}
    told = [[one for one in part if held[one.passage.id] >= least] for part in found]
    return told[0] or told[1] or ([] if wanted else list(ranked))


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
        if date.on and date.counted and draft.sentences:
            notes.append(_COUNTED.format(written=date.written, days=date.in_words))
        if not (date.on and len(date.readings) > 1):
            continue
        told = [day for day in date.readings if any(_is_of(day, date, one) for one in draft.sentences)]
        if len(told) > 1:
            other = dict.fromkeys(draft.sentences, _OF_EITHER)
        elif told:
            notes.append(_TAKEN.format(written=date.written, days=date.in_words, day=told[0].in_words))
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


def of_the_whole_day(
    ranked: Sequence[ScoredSentence], query: Query
) -> tuple[list[ScoredSentence], tuple[str, ...]]:
    """What the best sentence's document tells of the day, in order, up to a length; and what is left out."""
    best = _likeliest(ranked, query)
    same = [one for one in ranked if one.passage.source.document_id == best.passage.source.document_id]
    same.sort(key=lambda one: (one.passage.ordinal, one.number))
    told = _first(same)
    if len(told) < len(same) and any(date.decision for date in query.dates):
        told = _first([one for one in same if _was_decided(one)] or same)
    if best not in told and not _asks_nothing_else(query):  # a long day: what stands with the best
        told = _first([one for one in same if one.passage.id == best.passage.id])
        told = told if best in told else [best]
    time = _time_in(query)
    others = unique(_title(one.passage) for one in ranked if one not in same and _is_truly_of(one, query))
    notes = (_MORE.format(time=time),) * (len(told) < len(same))
    if others:
        notes += (_ALSO.format(time=time, titles="; ".join(others[:_OTHERS])),)
    return told, notes


def rows_of_the_time(
    ranked: Sequence[ScoredSentence], best: ScoredSentence, query: Query
) -> tuple[list[ScoredSentence], tuple[str, ...]]:
    """The rows of the best one's table that are of the asked month or stretch, too; and what is left out.

    None where the question asks about no such time, or the best sentence isn't of it.
    """
    names = frozenset(date.name for date in query.dates if date.on and not date.aside and date.is_stretch)
    if not names & best.stems or not _is_row(best):
        return [], ()
    rows = [
        one
        for one in ranked
        if names & one.stems
        and _is_row(one)
        and one.passage.source.document_id == best.passage.source.document_id
        and one.passage.table_header == best.passage.table_header
    ]
    rows.sort(key=lambda one: (one.passage.ordinal, one.number))
    told = _first(rows)
    if best not in told:
        told = [best]
    return told, (_MORE.format(time=_time_in(query)),) * (len(told) < len(rows))


def there_is_of(retrieved: Retrieved) -> tuple[Asked, tuple[str, ...]] | None:
    """A date that was asked about, and the titles of what was found that is of it, whatever it tells."""
    for date in retrieved.query.dates:
        if not date.wanted or len(date.readings) > 1:
            continue
        titles = unique(
            _title(found.passage) for found in retrieved.candidates[:_LOOKED_AT] if _has(found.passage, date)
        )
        if titles:
            return date, tuple(titles[:_OTHERS])
    return None


def _has(passage: Passage, date: Asked) -> bool:
    source = passage.source
    above = Above.of(source.locator.heading, source.title, source.document, source.modified)
    plain = replace(date, meeting=False, decision=False)
    spans = list(sentence_spans(passage.text))
    found = fits([plain], passage.text, spans, passage.table_header, above)
    return any(
        fit is Fit.SAME and is_of(plain, passage.text, start, end, above)
        for (start, end), (fit,) in zip(spans, found, strict=True)
    )


def _is_truly_of(sentence: ScoredSentence, query: Query) -> bool:
    """Whether a sentence is of an asked date by what opens it or stands above it, and not in passing."""
    source = sentence.passage.source
    above = Above.of(source.locator.heading, source.title, source.document, source.modified)
    return any(
        date.name in sentence.stems
        and is_of(date, sentence.passage.text, sentence.start, sentence.end, above)
        for date in query.dates
    )


def _asks_nothing_else(query: Query) -> bool:
    """Whether "what happened on 4 March?" is all that is asked: then no sentence of the day is the best."""
    names = {date.name for date in query.dates}
    return all(stem in names or query.lent.get(stem, 1.0) <= OF_A_DAY for stem in query.stems)


def _time_in(query: Query) -> str:
    return "time" if any(date.wanted and date.is_stretch for date in query.dates) else "date"


def _title(passage: Passage) -> str:
    return in_short(passage.source.title or passage.source.document)


def _was_decided(sentence: ScoredSentence) -> bool:
    """Whether a sentence says that something was decided, or stands under the heading of what was."""
    passage = sentence.passage
    above = (*passage.source.locator.heading, *passage.text[: sentence.start].split("\n"))
    of_decisions_or_talk = (of_decisions(line) for line in reversed(above))
    section = next((told for told in of_decisions_or_talk if told is not None), False)
    return section or decides(sentence.text)


def _is_row(sentence: ScoredSentence) -> bool:
    return "\t" in sentence.passage.text[sentence.start : sentence.end]


def _likeliest(ranked: Sequence[ScoredSentence], query: Query) -> ScoredSentence:
    """The best sentence of the document that tells most of the day, of those that come near the best one.

    "Next meeting: 8 September" is of that day, too; the minutes of that day tell more.
    """
    # What is of the day by what stands above or opens it comes before a stretch that merely covers it.
    ranked = [one for one in ranked if _is_truly_of(one, query)] or ranked
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
