"""What was asked and answered, by thread: the memory of a conversation and the trace behind each answer."""

import json
import sqlite3

from brain.catalog.schema import now
from brain.domain import Trace, Turn


def save_trace(connection: sqlite3.Connection, trace: Trace, thread: str, asker: str, answer: str) -> None:
    """Keep every step of an answer under its id."""
    connection.execute(
        "INSERT OR REPLACE INTO traces VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
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


_TRACE = "SELECT id, question, standalone, steps, timings_ms FROM traces "


def trace(connection: sqlite3.Connection, trace_id: str) -> Trace | None:
    """The trace of that id, if it's known."""
    return _trace(connection.execute(_TRACE + "WHERE id = ?", (trace_id,)).fetchone())


def last_trace(connection: sqlite3.Connection, thread: str | None) -> Trace | None:
    """How the last answer of a thread came about, or the last of all where no thread is named."""
    where, values = ("", ()) if thread is None else ("WHERE thread = ? ", (thread,))
    row = connection.execute(_TRACE + where + "ORDER BY saved DESC, rowid DESC LIMIT 1", values)
    return _trace(row.fetchone())


def add_turn(connection: sqlite3.Connection, thread: str, turn: Turn) -> None:
    """Add a question and its answer to a thread's memory."""
    connection.execute(
        "INSERT INTO turns (thread, question, answer, asked) VALUES (?, ?, ?, ?)",
        (thread, turn.question, turn.answer, now()),
    )


def history_of(connection: sqlite3.Connection, thread: str, limit: int) -> tuple[Turn, ...]:
    """The last turns of a thread, oldest first."""
    rows = connection.execute(
        "SELECT question, answer FROM turns WHERE thread = ? ORDER BY id DESC LIMIT ?", (thread, limit)
    ).fetchall()
    return tuple(Turn(question, answer) for question, answer in reversed(rows))


def _trace(row: tuple[str, str, str, str, str] | None) -> Trace | None:
    if row is None:
        return None
    trace_id, question, standalone, steps, timings = row
    return Trace(trace_id, question, standalone, json.loads(steps), json.loads(timings))
