"""Which passages hold which dates, however they are written there: a table beside the words.

Beside them, and not among them: written out into the text they would lengthen passages, and so move the
scores of questions that ask about no date.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, timedelta
from sqlite3 import Connection

from brain.catalog.rows import IndexedPassage
from brain.text.above import Above
from brain.text.dates import Day, Mention, mentions, of_file
from brain.text.spans import Lies, lies
from brain.text.weeks import weeks

_LONGEST = 62  # days of a stretch that are held one by one


def prepare(connection: Connection) -> None:
    """Make the table where it is not there."""
    connection.execute(
        """CREATE TABLE IF NOT EXISTS dated (
               space INTEGER, month INTEGER, day INTEGER, year INTEGER, passage INTEGER,
               PRIMARY KEY (space, month, day, year, passage)) WITHOUT ROWID"""
    )
    connection.execute("CREATE INDEX IF NOT EXISTS dated_passage ON dated (passage)")


def put(connection: Connection, passages: Iterable[IndexedPassage]) -> None:
    """Note the dates of passages of which nothing is noted."""
    connection.executemany(
        "INSERT OR IGNORE INTO dated (space, month, day, year, passage) VALUES (?, ?, ?, ?, ?)",
        (
            (row.space_id, found.month, found.day, found.year, row.id)
            for row in passages
            for found in days_in(row)
        ),
    )


def drop(connection: Connection, passages: Iterable[tuple[int, int]]) -> None:
    """Forget the dates of passages, given as pairs of space id and row id."""
    connection.executemany(
        "DELETE FROM dated WHERE passage = ? AND space = ?", ((number, space) for space, number in passages)
    )


def holding(connection: Connection, space: int, spans: Sequence[tuple[Day, Day]]) -> list[int]:
    """The passages of a space with a date that may be in one of these stretches, or months, or on a day."""
    found: set[int] = set()
    for asked, last in spans:
        if asked != last:
            found.update(_within(connection, space, asked, last))
            continue
        found.update(
            number
            for (number,) in connection.execute(
                """SELECT passage FROM dated WHERE space = ? AND month = ? AND (day = ? OR ? = 0)
                   AND (year IN (?, 0) OR ? = 0)""",
                (space, asked.month, asked.day, asked.day, asked.year, asked.year),
            )
        )
    return sorted(found)


def _within(connection: Connection, space: int, first: Day, last: Day) -> Iterator[int]:
    # A space holds few days, each of them in many passages.
    days = connection.execute("SELECT DISTINCT month, day, year FROM dated WHERE space = ?", (space,))
    for month, day, year in days.fetchall():
        one = Day(year, month, day)
        if lies(one, one, first, last) is Lies.APART:
            continue
        for (passage,) in connection.execute(
            "SELECT passage FROM dated WHERE space = ? AND month = ? AND day = ? AND year = ?",
            (space, month, day, year),
        ):
            yield passage


def held(connection: Connection, space: int, passage: int) -> set[Day]:
    """The days that are noted of a passage."""
    rows = connection.execute(
        "SELECT year, month, day FROM dated WHERE passage = ? AND space = ?", (passage, space)
    )
    return {Day(year, month, day) for year, month, day in rows}


def passages(connection: Connection, space: int) -> set[int]:
    """The passages of a space of which days are noted."""
    rows = connection.execute("SELECT DISTINCT passage FROM dated WHERE space = ?", (space,))
    return {number for (number,) in rows}


def days_in(row: IndexedPassage) -> set[Day]:
    """The days that a passage holds, and so those that are to be noted of it."""
    texts = (row.title, row.heading, row.body)
    found = [mention for text in texts for mention in mentions(text)]
    above = Above.of((row.heading,), row.title, row.document, row.modified)
    found += weeks(row.body, above.lent.year)
    if above.sent:
        found.append(Mention(0, 0, above.sent, above.sent))
    return {day for mention in (*found, *of_file(row.document)) for day in _each(mention)}


def _each(mention: Mention) -> Iterator[Day]:
    """The days of a mention; of one that may be either of two, both: `Asked.fit` makes it neither."""
    first, last = mention.first, mention.last
    yield from mention.readings
    if first == last:
        return
    yield last
    with suppress(ValueError):  # 29 February of another year
        if not (first.day and last.day):
            return
        start = date(first.year or 2000, first.month, first.day)
        turns = (last.month, last.day) < (first.month, first.day)
        end = date(last.year or 2000 + turns, last.month, last.day)
        for passed in range(1, min((end - start).days, _LONGEST)):
            one = start + timedelta(passed)
            yield Day(one.year if first.year else 0, one.month, one.day)
