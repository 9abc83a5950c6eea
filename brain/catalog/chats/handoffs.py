"""Questions that were handed to a person: opened, claimed, answered, and kept as a document."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from brain.catalog.schema import now
from brain.catalog.storage import Database


class HandoffState(StrEnum):
    """How far a hand-off has come."""

    OPEN = "open"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who waits for a person's answer, and the `origin` where they are told it."""

    person: str
    origin: str


@dataclass(frozen=True, slots=True)
class Handoff:
    """A question that a person is to answer.

    `person` asked for that first, and `others` after them, under the same answer. `origin` is where the first
    is told, `support` who is asked, `thread` the conversation that it goes on in, `helper` who took it, and
    when it was `taken`; `space` is what a document made of the answer belongs to. Those who have it are
    `reminded` once, where it then goes on as well. `card` and `reminder_card` are where the two messages of
    it stand, in the words of the door that placed them; empty where that is not known.
    """

    id: int
    trace_id: str
    person: str
    origin: str
    space: str
    support: str
    question: str
    state: HandoffState
    thread: str
    helper: str
    answer: str
    opened: datetime
    taken: datetime | None = None
    reminded: bool = False
    reminder_thread: str = ""
    others: tuple[Asker, ...] = ()
    card: str = ""
    reminder_card: str = ""

    @property
    def askers(self) -> tuple[Asker, ...]:
        """All who wait for it, in the order in which they came."""
        return (Asker(self.person, self.origin), *self.others)

    @property
    def waits(self) -> bool:
        """Whether nobody has answered it yet."""
        return self.state in (HandoffState.OPEN, HandoffState.CLAIMED)

    @property
    def threads(self) -> frozenset[str]:
        """The conversations that it goes on in."""
        return frozenset({self.thread, self.reminder_thread}) - {""}


_HANDOFFS = (
    "SELECT id, trace_id, person, origin, space, support, question, state, thread, helper, answer, opened, "
    "taken, reminded, reminder_thread, card, reminder_card, "
    "(SELECT json_group_array(json_array(person, origin)) FROM "
    "(SELECT person, origin FROM handoff_others WHERE handoff_id = handoffs.id ORDER BY rowid)) "
    "FROM handoffs "
)


class Handoffs:
    """The hand-offs of one catalog."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(
        self, trace_id: str, person: str, origin: str, space: str, support: str, question: str
    ) -> tuple[Handoff, bool]:
        """Hand a question over, and whether that is new: one answer is handed over once, whoever asks for it.

        Who asks for it after others, and before there is an answer, waits for the same.
        """
        with self._database.writing() as connection:
            # Homes from before may hold several of one answer: whoever has one of their own keeps to that.
            row = connection.execute(
                "SELECT id, person, answer FROM handoffs WHERE trace_id = ? ORDER BY person <> ?, id LIMIT 1",
                (trace_id, person),
            ).fetchone()
            if row is None:
                cursor = connection.execute(
                    """INSERT INTO handoffs
                       (trace_id, person, origin, space, support, question, state, opened)
                       VALUES (?, ?, ?, ?, ?, ?, 'open', ?)""",
                    (trace_id, person, origin, space, support, question, now()),
                )
                number = cursor.lastrowid
            else:
                number, first, answer = row
                if first != person and not answer:
                    connection.execute(
                        "INSERT OR IGNORE INTO handoff_others VALUES (?, ?, ?)", (number, person, origin)
                    )
            handed = connection.execute(_HANDOFFS + "WHERE id = ?", (number,)).fetchone()
        return _handoff(handed), row is None

    def find(self, handoff_id: int) -> Handoff | None:
        """The hand-off of that id."""
        with self._database.reading() as connection:
            return _find(connection, handoff_id)

    def in_thread(self, thread: str) -> Handoff | None:
        """The hand-off that goes on in that conversation."""
        with self._database.reading() as connection:
            row = connection.execute(
                _HANDOFFS + "WHERE thread = ?1 OR reminder_thread = ?1", (thread,)
            ).fetchone()
        return _handoff(row) if row else None

    def placed(self, handoff_id: int, thread: str, card: str = "") -> Handoff | None:
        """Note where its card stands, and the hand-off goes on; returns it as it is now."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE handoffs SET thread = ?, card = ? WHERE id = ?", (thread, card, handoff_id)
            )
            return _find(connection, handoff_id)

    def reminder_placed(self, handoff_id: int, thread: str, card: str = "") -> Handoff | None:
        """Note where those who have it were reminded, and it goes on too; returns it as it is now."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE handoffs SET reminder_thread = ?, reminder_card = ? WHERE id = ?",
                (thread, card, handoff_id),
            )
            return _find(connection, handoff_id)

    def claim(self, handoff_id: int, helper: str) -> Handoff | None:
        """Let a helper take an open hand-off; returns it as it is now, whoever has it."""
        with self._database.writing() as connection:
            connection.execute(
                """UPDATE handoffs SET state = 'claimed', helper = ?, taken = ?
                   WHERE id = ? AND state = 'open'""",
                (helper, now(), handoff_id),
            )
            return _find(connection, handoff_id)

    def let_go(self, handoff_id: int, helper: str) -> Handoff | None:
        """Let others take what this helper took and has not answered; returns it as it is now."""
        with self._database.writing() as connection:
            connection.execute(
                """UPDATE handoffs SET state = 'open', helper = '', taken = ''
                   WHERE id = ? AND state = 'claimed' AND helper = ?""",
                (handoff_id, helper),
            )
            return _find(connection, handoff_id)

    def answer(self, handoff_id: int, helper: str, words: str) -> Handoff | None:
        """Keep a person's answer; a later one replaces it until it is kept as a document."""
        with self._database.writing() as connection:
            connection.execute(
                """UPDATE handoffs SET state = 'answered', helper = ?, answer = ?
                   WHERE id = ? AND state <> 'kept'""",
                (helper, words, handoff_id),
            )
            return _find(connection, handoff_id)

    def keep(self, handoff_id: int) -> bool:
        """Mark an answered hand-off as kept in a document; False where it is none, or kept already."""
        with self._database.writing() as connection:
            cursor = connection.execute(
                "UPDATE handoffs SET state = 'kept' WHERE id = ? AND state = 'answered'", (handoff_id,)
            )
        return cursor.rowcount > 0

    def answered(self) -> list[Handoff]:
        """The hand-offs that a person has answered, those kept as documents too, the latest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                _HANDOFFS + "WHERE state IN ('answered', 'kept') AND answer <> '' ORDER BY id DESC"
            ).fetchall()
        return [_handoff(row) for row in rows]

    def unanswered(self) -> list[Handoff]:
        """The hand-offs that nobody has answered yet, the oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                _HANDOFFS + "WHERE state IN ('open', 'claimed') ORDER BY opened, id"
            ).fetchall()
        return [_handoff(row) for row in rows]

    def note_reminded(self, handoff_id: int) -> None:
        """Note that those who have it were reminded, and whoever asked was told."""
        with self._database.writing() as connection:
            connection.execute("UPDATE handoffs SET reminded = ? WHERE id = ?", (now(), handoff_id))

    def waiting(self) -> int:
        """How many hand-offs nobody has answered yet."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT count(*) FROM handoffs WHERE state IN ('open', 'claimed')"
            ).fetchone()
        return int(row[0])


_Row = tuple[int, str, str, str, str, str, str, str, str, str, str, str, str, str, str, str, str, str]


def _find(connection: sqlite3.Connection, handoff_id: int) -> Handoff | None:
    row = connection.execute(_HANDOFFS + "WHERE id = ?", (handoff_id,)).fetchone()
    return _handoff(row) if row else None


def _handoff(row: _Row) -> Handoff:
    number, trace_id, person, origin, space, support, question, *rest = row
    state, thread, helper, answer, opened, taken, reminded, reminder_thread, *cards, others = map(str, rest)
    card, reminder_card = cards
    return Handoff(
        id=number,
        trace_id=trace_id,
        person=person,
        origin=origin,
        space=space,
        support=support,
        question=question,
        state=HandoffState(state),
        thread=thread,
        helper=helper,
        answer=answer,
        opened=datetime.fromisoformat(opened),
        taken=datetime.fromisoformat(taken) if taken else None,
        reminded=bool(reminded),
        reminder_thread=reminder_thread,
        others=tuple(Asker(*asker) for asker in json.loads(others)),
        card=card,
        reminder_card=reminder_card,
    )
