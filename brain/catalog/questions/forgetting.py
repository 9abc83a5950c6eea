"""Words taken out of the catalog for good: old questions, those of one person, removed documents."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from brain.catalog.chats import changes
from brain.catalog.documents import added_files, documents
from brain.catalog.storage import Database

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much was taken out: questions with their answers and traces, marks, hand-offs."""

    questions: int = 0
    marks: int = 0
    handoffs: int = 0

    def __add__(self, other: "Forgotten") -> "Forgotten":
        return Forgotten(
            self.questions + other.questions, self.marks + other.marks, self.handoffs + other.handoffs
        )


class Forgetting:
    """Takes words out of one catalog, some at a time: cut short, it can be done again.

    What is taken out is overwritten in the file. Documents that were made of people's answers, cases and the
    audit log stay. So do old questions that a person is still to answer, and those of open cases.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def count_before(self, moment: datetime) -> int:
        """How many questions are older and may go."""
        return self._count(_OLD, _stored(moment))

    def before(self, moment: datetime, told: Callable[[int], object] = lambda done: None) -> Forgotten:
        """Forget questions that are older, and what threads remember from before; `told` hears how many."""
        found = self._drop(_OLD, _stored(moment), told)
        with self._database.writing(overwrite=True) as connection:
            connection.execute("DELETE FROM turns WHERE asked < ?", (_stored(moment),))
        self._database.fold_log()
        return found

    def count_of(self, person: str) -> int:
        """How many questions of that person (a principal) are kept, and wanted by nobody else."""
        return self._count(f"asker = ?1 AND NOT {_OTHERS_WAIT}", person)

    def of_person(self, person: str, told: Callable[[int], object] = lambda done: None) -> Forgotten:
        """Forget all that a person asked and thought of answers; `told` hears how many questions.

        What is still waiting to be answered is answered first, and stays. What others wait for too, from a
        person who was asked for it, is the first of theirs from then on.
        """
        with self._database.writing(overwrite=True) as connection:  # first, while it is known what was theirs
            connection.execute(
                """DELETE FROM turns WHERE (trim(question), answer) IN
                   (SELECT trim(coalesce(json_extract(steps, '$.respelled'), question)), answer
                    FROM traces WHERE asker = ?)""",
                (person,),
            )
            connection.execute(
                f"UPDATE traces SET asker = {_FIRST_OF_OTHERS} WHERE asker = ?1 AND {_OTHERS_WAIT}", (person,)
            )
        found = self._drop(_OWN, person, told)
        with self._database.writing(overwrite=True) as connection:
            marks = connection.execute("DELETE FROM feedback WHERE person = ?", (person,)).rowcount
            handoffs = _forget_asker(connection, person)
        self._database.fold_log()
        return found + Forgotten(marks=marks, handoffs=handoffs)

    def count_removed(self, moment: datetime) -> int:
        """How many documents were removed before then, and are kept."""
        with self._database.reading() as connection:
            return documents.count_removed(connection, _stored(moment))

    def removed_before(self, moment: datetime, told: Callable[[int], object] = lambda done: None) -> int:
        """Forget documents that were removed before then, with all their versions; `told` hears how many.

        Changes that are older can no longer be taken back, and files that only they wanted go, too.
        """
        count = 0
        while some := self._drop_documents(moment):
            count += some
            told(count)
        with self._database.writing(overwrite=True) as connection:
            changes.close(connection, _stored(moment))
            added_files.throw_away_unwanted(connection, _stored(moment))
        self._database.fold_log()
        return count

    def _drop_documents(self, moment: datetime) -> int:
        with self._database.writing(overwrite=True) as connection:
            return documents.forget(connection, _stored(moment), _AT_ONCE)

    def _count(self, which: str, value: str) -> int:
        with self._database.reading() as connection:
            row = connection.execute(f"SELECT count(*) FROM traces WHERE {which}", (value,)).fetchone()
        return int(row[0])

    def _drop(self, which: str, value: str, told: Callable[[int], object]) -> Forgotten:
        found = Forgotten()
        while some := self._drop_some(which, value):
            found += some
            told(found.questions)
        return found

    def _drop_some(self, which: str, value: str) -> Forgotten | None:
        with self._database.writing(overwrite=True) as connection:
            rows = connection.execute(f"SELECT id FROM traces WHERE {which} LIMIT {_AT_ONCE}", (value,))
            ids = [trace_id for (trace_id,) in rows]
            return _drop(connection, ids) if ids else None


# Both lists are short, and read once for all questions.
_OLD = """saved < ?
    AND id NOT IN (SELECT trace_id FROM handoffs WHERE state IN ('open', 'claimed'))
    AND id NOT IN (SELECT trace_id FROM cases WHERE state NOT IN ('resolved', 'example'))"""
_OWN = "asker = ?"
# Those who wait for a person's answer, whoever asked the question (the one with the id in `traces`).
_WAITING = """SELECT person, opened, 0 AS place, trace_id FROM handoffs WHERE state IN ('open', 'claimed')
    UNION ALL SELECT others.person, opened, others.rowid, trace_id FROM handoff_others AS others
    JOIN handoffs ON handoffs.id = handoff_id WHERE state IN ('open', 'claimed')"""
_OTHERS_WAIT = f"traces.id IN (SELECT trace_id FROM ({_WAITING}) WHERE person <> ?1)"
_FIRST_OF_OTHERS = f"""(SELECT person FROM ({_WAITING}) WHERE trace_id = traces.id AND person <> ?1
    ORDER BY opened, place LIMIT 1)"""


def _drop(connection: sqlite3.Connection, trace_ids: list[str]) -> Forgotten:
    given = (json.dumps(trace_ids),)
    chosen = "IN (SELECT value FROM json_each(?))"
    marks = connection.execute(f"DELETE FROM feedback WHERE trace_id {chosen}", given).rowcount
    handoffs = connection.execute(f"DELETE FROM handoffs WHERE trace_id {chosen}", given).rowcount
    connection.execute(f"DELETE FROM traces WHERE id {chosen}", given)  # their answers go with them
    return Forgotten(len(trace_ids), marks, handoffs)


def _forget_asker(connection: sqlite3.Connection, person: str) -> int:
    """Take someone out of those who wait for a person's answer; what nobody else waits for goes."""
    connection.execute("DELETE FROM handoff_others WHERE person = ?", (person,))
    connection.execute(
        """UPDATE handoffs SET (person, origin) =
               (SELECT person, origin FROM handoff_others
                WHERE handoff_id = handoffs.id ORDER BY rowid LIMIT 1)
           WHERE person = ? AND id IN (SELECT handoff_id FROM handoff_others)""",
        (person,),
    )
    connection.execute(
        """DELETE FROM handoff_others
           WHERE person = (SELECT person FROM handoffs WHERE id = handoff_others.handoff_id)"""
    )
    return connection.execute("DELETE FROM handoffs WHERE person = ?", (person,)).rowcount


def _stored(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
