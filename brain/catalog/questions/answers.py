"""What was answered, for the buttons under it: citations, the spaces behind it, what people thought of it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from brain.catalog.questions.conversations import add_turn, forget_turn, save_trace
from brain.catalog.schema import now
from brain.catalog.storage import Database
from brain.domain import Answer, Turn

NEAREST = 5  # passages, kept with an answer: what came nearest


@dataclass(frozen=True, slots=True)
class StoredCitation:
    """A citation as it is kept: the passage's words are read from the catalog when they are shown."""

    number: int
    passage_id: int
    quote: str


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer that was given.

    `spaces` are all that were searched for it, `cited` those that it was made from, `nearest` its best
    passages.
    """

    trace_id: str
    question: str
    text: str
    refused: bool
    spaces: frozenset[str]
    cited: frozenset[str]
    citations: tuple[StoredCitation, ...]
    nearest: tuple[int, ...]
    asker: str
    thread: str
    saved: datetime

    @property
    def told_of(self) -> frozenset[str]:
        """The spaces that its words tell something of: a refusal names all that were searched."""
        return self.spaces if self.refused else self.cited


@dataclass(frozen=True, slots=True)
class Feedback:
    """What one person thought of one answer; `reason` and `words` say why it did not help."""

    trace_id: str
    person: str
    helpful: bool
    reason: str = ""
    words: str = ""


_ANSWERS = """
    SELECT id, question, answer, refused, spaces, cited, citations, nearest, asker,
           thread, saved
    FROM answers JOIN traces ON traces.id = trace_id
"""


class Answers:
    """The answers of one catalog. Each writing method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(
        self,
        answer: Answer,
        question: str,
        asker: str,
        thread: str,
        spaces: Iterable[str],
        place: str = "",
    ) -> None:
        """Keep an answer with its trace, and as the thread's last turn where it belongs to one.

        `place` is where others heard the question, if any did. One that was kept before a crash is kept anew.
        """
        searched = json.dumps(sorted(spaces))
        citations = [[c.number, c.passage.id, c.quote] for c in answer.citations]
        cited = sorted({c.passage.source.space for c in answer.citations})
        nearest = [passage.id for passage in answer.retrieved[:NEAREST]]
        with self._database.writing() as connection:
            forget_turn(connection, answer.trace.id)
            save_trace(connection, answer.trace, thread, asker, answer.text)
            connection.execute(
                """INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)
                   ON CONFLICT (trace_id) DO UPDATE SET spaces = excluded.spaces, cited = excluded.cited,
                   refused = excluded.refused, citations = excluded.citations, nearest = excluded.nearest""",
                (
                    *(answer.trace.id, searched, json.dumps(cited), answer.refused),
                    *(json.dumps(citations, ensure_ascii=False), json.dumps(nearest), place),
                ),
            )
            if thread:
                add_turn(connection, thread, Turn(answer.read_as or question, answer.text), searched)

    def find(self, trace_id: str) -> StoredAnswer | None:
        """The answer of that trace, if it is known."""
        with self._database.reading() as connection:
            row = connection.execute(_ANSWERS + "WHERE trace_id = ?", (trace_id,)).fetchone()
        return _answer(row) if row else None

    def last(self, thread: str) -> StoredAnswer | None:
        """The last answer of a thread, or of a place's threads (`place:thread`)."""
        with self._database.reading() as connection:
            row = connection.execute(
                _ANSWERS
                + "WHERE thread = ?1 OR substr(thread, 1, length(?1) + 1) = ?1 || ':' "
                + "ORDER BY saved DESC, traces.rowid DESC LIMIT 1",
                (thread,),
            ).fetchone()
        return _answer(row) if row else None

    def publish(self, trace_id: str, thread: str, place: str = "") -> None:
        """Let an answer that one person saw belong to a thread (of a place) that others see too."""
        with self._database.writing() as connection:
            connection.execute("UPDATE traces SET thread = ? WHERE id = ?", (thread, trace_id))
            connection.execute("UPDATE answers SET place = ? WHERE trace_id = ?", (place, trace_id))

    def asked_by(self, asker: str, limit: int) -> list[StoredAnswer]:
        """Someone's last questions, the newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                _ANSWERS + "WHERE asker = ? ORDER BY saved DESC LIMIT ?", (asker, limit)
            ).fetchall()
        return [_answer(row) for row in rows]

    def given(self) -> list[StoredAnswer]:
        """All answers that are kept, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(_ANSWERS + "ORDER BY saved, traces.rowid").fetchall()
        return [_answer(row) for row in rows]

    def give_feedback(self, feedback: Feedback) -> None:
        """Keep what a person thinks of an answer; a later word replaces an earlier one."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?, ?, ?)",
                (
                    *(feedback.trace_id, feedback.person, feedback.helpful),
                    *(feedback.reason, feedback.words, now()),
                ),
            )

    def feedback(self) -> list[Feedback]:
        """What people thought of all answers, the latest word first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                """SELECT trace_id, person, helpful, reason, words FROM feedback
                   ORDER BY given DESC, trace_id, person"""
            ).fetchall()
        return [_judged(row) for row in rows]


def _judged(row: tuple[str, str, int, str, str]) -> Feedback:
    trace, person, helpful, reason, words = row
    return Feedback(trace, person, bool(helpful), reason, words)


_Row = tuple[str, str, str, int, str, str, str, str, str, str, str]


def _answer(row: _Row) -> StoredAnswer:
    trace_id, question, text, refused, spaces, cited, citations, nearest, asker, thread, saved = row
    return StoredAnswer(
        trace_id,
        question,
        text,
        bool(refused),
        frozenset(json.loads(spaces)),
        frozenset(json.loads(cited)),
        tuple(StoredCitation(*citation) for citation in json.loads(citations)),
        tuple(json.loads(nearest)),
        asker,
        thread,
        datetime.fromisoformat(saved),
    )
