"""Tickets that were triaged, as cases: found out, assigned, replied to, resolved; each step audited."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from brain.catalog import audit
from brain.catalog.rows import Vector
from brain.catalog.schema import now
from brain.catalog.storage import Database
from brain.catalog.tickets import case_categories, comparing
from brain.catalog.tickets.case_rows import Case, CaseState, CategoryRow, Example, NewCase
from brain.catalog.tickets.comparing import NAMES, Comparable

__all__ = ["Case", "CaseState", "Cases", "CategoryRow", "Example", "NewCase"]

_COLUMNS = (
    "id, thread, place, origin, link, text, question, summary, trace_id, category, category_by, urgency, "
    "urgency_by, owner, owner_by, state, reply, reply_by, reply_at, resolution, resolved_by, opened_by, "
    "opened, changed, reasons"
)
_CASES = f"SELECT {_COLUMNS} FROM cases WHERE state <> 'example' "


class Cases:
    """The cases of one catalog. Each writing method is one transaction, audited where a person decides."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Categories

    def categories(self) -> list[CategoryRow]:
        """All categories by name: those set up, by an admin or with a case, and those that examples name."""
        with self._database.reading() as connection:
            return case_categories.rows(connection)

    def known_as(self, name: str) -> str:
        """A category as it was first written, whatever the case of its letters here; else as it is here."""
        with self._database.reading() as connection:
            return case_categories.known_as(connection, name)

    def set_category(self, row: CategoryRow, *, by: str) -> None:
        """Make or change a category. ValueError where it has no name."""
        if not row.name.strip():
            raise ValueError("a category needs a name")
        told = {"description": row.description, "owner": row.owner}
        with self._database.writing() as connection:
            name = case_categories.known_as(connection, row.name)
            connection.execute(
                "INSERT OR REPLACE INTO categories VALUES (?, ?, ?)", (name, row.description, row.owner)
            )
            audit.append(connection, by, "set category", name, told)

    def remove_category(self, name: str, *, by: str) -> bool:
        """Take a category away with its examples; cases keep their word. False where there is none.

        No later ticket is put into it, unless it's set up again.
        """
        with self._database.writing() as connection:
            name = case_categories.known_as(connection, name)
            rows = connection.execute("DELETE FROM categories WHERE name = ?", (name,)).rowcount
            examples = connection.execute(
                "DELETE FROM cases WHERE state = 'example' AND category = ?", (name,)
            ).rowcount
            if rows + examples == 0:
                return False
            audit.append(connection, by, "remove category", name, {"examples": examples})
        return True

    def learn(self, examples: Iterable[Example], *, by: str) -> int:
        """Keep labelled messages, each text once a category; how many were new. Their vectors come later.

        Those without words or without a category are passed over.
        """
        with self._database.writing() as connection:
            wanted = case_categories.labelled(connection, examples)
            [lowest] = connection.execute("SELECT min(0, ifnull(min(id), 0)) FROM cases").fetchone()
            known = set(
                connection.execute("SELECT text, category FROM cases WHERE state = 'example'").fetchall()
            )
            new = [one for one in wanted if (one.text, one.category) not in known]
            for below, one in enumerate(new, start=1):
                # Below zero: the numbers that people see are those of cases, from 1 on.
                fields = {"id": lowest - below, "text": one.text, "category": one.category}
                _insert(connection, {**fields, "state": CaseState.EXAMPLE})
            if new:
                what = f"{len(new)} example{'' if len(new) == 1 else 's'}"
                names = sorted({one.category for one in wanted})
                audit.append(connection, by, "learn examples", what, {"categories": names})
        return len(new)

    def examples(self, ids: Iterable[int]) -> dict[int, Example]:
        """The labelled messages of these ids; ids of cases, and those that are gone, are absent."""
        with self._database.reading() as connection:
            return case_categories.examples(connection, ids)

    def example_counts(self) -> dict[str, int]:
        """How many messages were learnt, by category; categories without any are absent."""
        with self._database.reading() as connection:
            return case_categories.example_counts(connection)

    def known_texts(self, texts: Iterable[str]) -> set[str]:
        """Which of these texts were learnt, whatever as."""
        with self._database.reading() as connection:
            rows = connection.execute(
                """SELECT text FROM cases
                   WHERE state = 'example' AND text IN (SELECT value FROM json_each(?))""",
                (json.dumps(list(texts)),),
            ).fetchall()
        return {text for (text,) in rows}

    # Cases

    def open(self, new: NewCase) -> tuple[Case, bool]:
        """Keep a ticket, and whether it is new: a thread is one case; without a thread each is its own.

        Triaged again, a case that is not resolved takes what was found out anew, but keeps what people have
        decided, and keeps a reply that was taken down, with the question and the answer that it came from.
        """
        with self._database.writing() as connection:
            row = connection.execute(_CASES + "AND thread = ? AND thread <> ''", (new.thread,)).fetchone()
            if row is None:
                fields = {
                    name: getattr(new, name) for name in NewCase.__dataclass_fields__ if name != "summary"
                }
                number = _insert(connection, {**fields, "summary": _json(new.summary)})
                return _found(connection, number), True
            known = _case(row)
            if known.state is not CaseState.RESOLVED:
                _refresh(connection, known, new)
            return _found(connection, known.id), False

    def find(self, case_id: int) -> Case | None:
        """The case of that id; no examples."""
        with self._database.reading() as connection:
            return _find(connection, case_id)

    def in_thread(self, thread: str) -> Case | None:
        """The case of that conversation."""
        with self._database.reading() as connection:
            row = connection.execute(_CASES + "AND thread = ? AND thread <> ''", (thread,)).fetchone()
        return _case(row) if row else None

    def of_answer(self, trace_id: str) -> Case | None:
        """The case that an answer was suggested for."""
        with self._database.reading() as connection:
            row = connection.execute(_CASES + "AND trace_id = ? AND trace_id <> ''", (trace_id,)).fetchone()
        return _case(row) if row else None

    def listed(self, places: Collection[str] | None = None, state: CaseState | None = None) -> list[Case]:
        """Cases, the most urgent first, then the oldest; of these places and in that state, or of all."""
        with self._database.reading() as connection:
            rows = connection.execute(
                _CASES
                + """AND (?1 IS NULL OR place IN (SELECT value FROM json_each(?1)))
                   AND (state = ?2 OR ?2 IS NULL)
                   ORDER BY urgency DESC, opened, id""",
                (None if places is None else json.dumps(list(places)), state),
            ).fetchall()
        return [_case(row) for row in rows]

    def in_hand(self, person: str, principals: Collection[str], places: Collection[str]) -> bool:
        """Whether an unclosed case was given to one of these principals, or opened by the person there."""
        with self._database.reading() as connection:
            row = connection.execute(
                """SELECT EXISTS (SELECT 1 FROM cases WHERE state IN ('open', 'replied') AND (
                       (owner_by <> '' AND owner IN (SELECT value FROM json_each(?)))
                       OR (opened_by = ? AND place IN (SELECT value FROM json_each(?)))))""",
                (json.dumps(list(principals)), person, json.dumps(list(places))),
            ).fetchone()
        return bool(row[0])

    def set_category_of(self, case_id: int, category: str, *, by: str) -> Case | None:
        """Let a person say what a case is about; a category that isn't there yet is made.

        Empty says that none fits.
        """
        with self._database.writing() as connection:
            case, category = _find(connection, case_id), case_categories.known_as(connection, category)
            if case is None or (case.category == category and case.category_by):
                return case
            if category:
                connection.execute(
                    f"""INSERT OR IGNORE INTO categories SELECT ?1, '', ''
                        WHERE ?1 NOT IN ({NAMES})""",
                    (category,),
                )
            _set(connection, case_id, category=category, category_by=by)
            told = {"category": category, "before": case.category}
            _audit(connection, by, "set category of", case_id, told)
            return _find(connection, case_id)

    def set_urgency_of(self, case_id: int, urgency: int, *, by: str) -> Case | None:
        """Let a person say how urgent a case is."""
        with self._database.writing() as connection:
            case = _find(connection, case_id)
            if case is None or (case.urgency == urgency and case.urgency_by):
                return case
            _set(connection, case_id, urgency=int(urgency), urgency_by=by)
            told = {"urgency": int(urgency), "before": case.urgency}
            _audit(connection, by, "set urgency of", case_id, told)
            return _find(connection, case_id)

    def assign(self, case_id: int, owner: str, *, by: str) -> Case | None:
        """Give a case to somebody; one that is resolved stays whose it is."""
        with self._database.writing() as connection:
            case = _find(connection, case_id)
            if case is None or case.state is CaseState.RESOLVED or (case.owner == owner and case.owner_by):
                return case
            _set(connection, case_id, owner=owner, owner_by=by)
            _audit(connection, by, "assign", case_id, {"owner": owner, "before": case.owner})
            return _find(connection, case_id)

    def reply(self, case_id: int, words: str, *, by: str) -> Case | None:
        """Take down what is to be sent, unless a reply was taken down already; the case as it is now.

        Whoever finds other words or another person in it was not first. A resolved case takes none.
        """
        with self._database.writing() as connection:
            case = _find(connection, case_id)
            if case is None or not words.strip() or case.reply or case.state is not CaseState.OPEN:
                return case
            _set(connection, case_id, reply=words, reply_by=by, state=CaseState.REPLIED)
            _audit(connection, by, "reply to", case_id, {"words": words})
            return _find(connection, case_id)

    def reply_placed(self, case_id: int, where: str) -> None:
        """Note that the reply was delivered, and where it stands; the first place stays."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE cases SET reply_at = ?, changed = ? WHERE id = ? AND reply <> '' AND reply_at = ''",
                (where, now(), case_id),
            )

    def resolve(self, case_id: int, resolution: str, *, by: str) -> Case | None:
        """Close a case, with what solved it (may be empty); the case as it is now, whoever closed it."""
        with self._database.writing() as connection:
            case = _find(connection, case_id)
            if case is None or case.state is CaseState.RESOLVED:
                return case
            _set(connection, case_id, resolution=resolution, resolved_by=by, state=CaseState.RESOLVED)
            _audit(connection, by, "resolve", case_id, {"resolution": resolution})
            return _find(connection, case_id)

    def remove(self, case_id: int, *, by: str) -> bool:
        """Delete a case with its words and vector; False where there is none. The audit log stays."""
        with self._database.writing() as connection:
            if _find(connection, case_id) is None:
                return False
            connection.execute("DELETE FROM cases WHERE id = ?", (case_id,))
            _audit(connection, by, "remove", case_id, {})
        return True

    # Vectors, by which cases are compared

    def without_vector(self, embedder: str, limit: int) -> list[tuple[int, str]]:
        """Ids and texts of cases and examples that have no vector of this embedder."""
        with self._database.reading() as connection:
            return comparing.without_vector(connection, embedder, limit)

    def add_vectors(self, embedder: str, vectors: Iterable[tuple[int, str, Vector]]) -> None:
        """Keep vectors (unit length, float32) of cases, by id and the text that they are of.

        Where a case has another text by now, it stays without one; a text that says nothing has a vector of
        no dimensions.
        """
        with self._database.writing() as connection:
            comparing.add_vectors(connection, embedder, vectors)

    def comparable(self, embedder: str, places: Collection[str]) -> list[Comparable]:
        """What a ticket may be held against: examples, cases of these places; those that say something.

        A category counts where an admin brought it, a person chose it, or a case was closed under it. Cases
        that one person alone saw are nobody else's, so that they are left out whatever `places` says.
        """
        with self._database.reading() as connection:
            return comparing.comparable(connection, embedder, places)


def _insert(connection: sqlite3.Connection, fields: dict[str, object]) -> int:
    """A row with these fields, the others empty."""
    moment = now()
    empty: dict[str, object] = {name: "" for name in _COLUMNS.split(", ") if name != "id"}
    row = empty | {"summary": "[]", "urgency": 0, "state": CaseState.OPEN, "opened": moment}
    row |= {"changed": moment, "embedder": "", "vector": b"", **fields}
    cursor = connection.execute(
        f"INSERT INTO cases ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", tuple(row.values())
    )
    return int(cursor.lastrowid or 0)


def _refresh(connection: sqlite3.Connection, known: Case, new: NewCase) -> None:
    found: dict[str, object] = {"text": new.text, "summary": _json(new.summary), "reasons": new.reasons}
    if new.link:
        found["link"] = new.link
    if not known.reply:
        found |= {"question": new.question, "trace_id": new.trace_id}
    if not known.category_by:
        found["category"] = new.category
    if not known.urgency_by:
        found["urgency"] = int(new.urgency)
    if not known.owner_by:
        found["owner"] = new.owner
    if new.text != known.text:
        found |= {"embedder": "", "vector": b""}
    _set(connection, known.id, **found)


def _set(connection: sqlite3.Connection, case_id: int, **fields: object) -> None:
    fields["changed"] = now()
    columns = ", ".join(f"{name} = ?" for name in fields)
    connection.execute(f"UPDATE cases SET {columns} WHERE id = ?", (*fields.values(), case_id))


def _audit(
    connection: sqlite3.Connection, by: str, action: str, case_id: int, told: Mapping[str, object]
) -> None:
    audit.append(connection, by, action, f"case {case_id}", {"case": case_id, **told})


def _json(summary: tuple[str, ...]) -> str:
    return json.dumps(list(summary), ensure_ascii=False)


def _find(connection: sqlite3.Connection, case_id: int) -> Case | None:
    row = connection.execute(_CASES + "AND id = ?", (case_id,)).fetchone()
    return _case(row) if row else None


def _found(connection: sqlite3.Connection, case_id: int) -> Case:
    case = _find(connection, case_id)
    assert case is not None
    return case


def _case(row: tuple[Any, ...]) -> Case:
    fields: dict[str, Any] = dict(zip(_COLUMNS.split(", "), row, strict=True))
    fields["summary"] = tuple(json.loads(fields["summary"]))
    fields["state"] = CaseState(fields["state"])
    fields["opened"] = datetime.fromisoformat(fields["opened"])
    fields["changed"] = datetime.fromisoformat(fields["changed"])
    return Case(**fields)
