"""Where a question asks about a date: only what is of that date is told beside what is of it."""

from collections.abc import Sequence

from brain.answering.selection import ScoredSentence
from brain.retrieval.query import Query
from brain.text.dates import mentions


def of_the_day(ranked: Sequence[ScoredSentence], query: Query) -> list[ScoredSentence]:
    """The sentences that are of a date that is asked about, where some are; else all, as they are.

    A line that is nothing but the date says nothing of it.
    """
    names = frozenset(date.name for date in query.dates if date.on)
    if not names:
        return list(ranked)
    of_it = [sentence for sentence in ranked if names & sentence.stems]
    return [sentence for sentence in of_it if not _is_date(sentence)] if of_it else list(ranked)


def _is_date(sentence: ScoredSentence) -> bool:
    line = sentence.passage.text[sentence.start : sentence.end]
    return any(not any(map(str.isalnum, line[: found.start] + line[found.end :])) for found in mentions(line))
