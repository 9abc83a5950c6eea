"""What was asked and answered, by thread: the memory of a conversation and the trace behind each answer."""

import json
import sqlite3
from collections.abc import Iterable

from brain.catalog.schema import now
from brain.catalog.storage import Database
from brain.domain import Trace, Turn


def save_trace(connection: sqlite3.Connection, trace: Trace, thread: str, asker: str, answer: str) -> None:
    """Keep every step of an answer under its id; kept again, its time, asker and thread stay as they were."""
    connection.execute(
        """INSERT INTO traces VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET question = excluded.question, standalone = excluded.standalone,
           answer = excluded.answer, steps = excluded.steps, timings_ms = excluded.timings_ms""",
        (
            trace.id,
            thread,
            asker,
            trace.question,
            trace.standalone,
            answer,
            json.dumps(dict(trace.steps), ensure_ascii=False),
            json.dumps(dict(trace.timings_ms)),
            now(),
        ),
    )


def add_turn(connection: sqlite3.Connection, thread: str, turn: Turn, spaces: str = "[]") -> None:
    """Add a question and its answer to a thread's memory; `spaces` (JSON) are what it was answered from."""
    connection.execute(
        "INSERT INTO turns (thread, question, answer, asked, spaces) VALUES (?, ?, ?, ?, ?)",
        (thread, turn.question, turn.answer, now(), spaces),
    )


def forget_turn(connection: sqlite3.Connection, trace_id: str) -> None:
    """Take what a thread remembers of an answer out of it, before the answer is kept again."""
    connection.execute(f"DELETE FROM turns WHERE id = ({_TURN_OF})", {"trace": trace_id})


_TURN_OF = """SELECT max(turns.id) FROM traces JOIN turns
    ON turns.thread = traces.thread AND turns.answer = traces.answer AND turns.asked >= traces.saved
    WHERE traces.id = :trace"""


class Conversations:
    """The threads of one catalog."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def trace(self, trace_id: str) -> Trace | None:
        """The trace of that id, if it's known."""
        with self._database.reading() as connection:
            return _trace(connection.execute(_TRACE + "WHERE id = ?", (trace_id,)).fetchone())

    def last_trace(self, thread: str | None = None) -> Trace | None:
        """How the last answer of a thread came about, or the last of all where no thread is named."""
        where, values = ("", ()) if thread is None else ("WHERE thread = ? ", (thread,))
        with self._database.reading() as connection:
            row = connection.execute(_TRACE + where + "ORDER BY saved DESC, rowid DESC LIMIT 1", values)
            return _trace(row.fetchone())

    def turns(
        self, thread: str, limit: int = 10, readable: Iterable[str] | None = None, besides: str = ""
    ) -> tuple[Turn, ...]:
        """The last turns of a thread, oldest first; only those from `readable` spaces, where given.

        The answer with the trace `besides` is left out: its question is being answered again.
        """
        given = {"thread": thread, "all": readable is None, "trace": besides, "limit": limit}
        with self._database.reading() as connection:
            rows = connection.execute(
                f"""SELECT question, answer FROM turns WHERE thread = :thread AND (:all OR NOT EXISTS (
                       SELECT 1 FROM json_each(turns.spaces)
                       WHERE value NOT IN (SELECT value FROM json_each(:readable))))
                   AND id IS NOT ({_TURN_OF}) ORDER BY id DESC LIMIT :limit""",
                {**given, "readable": json.dumps(list(readable or ()))},
            ).fetchall()
        return tuple(Turn(question, answer) for question, answer in reversed(rows))


_TRACE = "SELECT id, question, standalone, steps, timings_ms FROM traces "


def _trace(row: tuple[str, str, str, str, str] | None) -> Trace | None:
    if row is None:
        return None
    trace_id, question, standalone, steps, timings = row
    return Trace(trace_id, question, standalone, json.loads(steps), json.loads(timings))
