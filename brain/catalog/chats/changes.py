"""Changes that people make from a chat: proposed, confirmed, done, and taken back; each one audited."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from brain.catalog import audit, spaces
from brain.catalog.documents import added_files
from brain.catalog.schema import now
from brain.catalog.storage import Database


class ChangeState(StrEnum):
    """How far a change has come. A CONFIRMED one is being carried out, or was when the process ended.

    An EXPIRED one waited for a yes, or could be taken back, until its time was over.
    """

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Change:
    """One change: `target` says what it is about, in terms of whoever carries it out."""

    id: int
    kind: str
    state: ChangeState
    person: str
    space: str
    title: str
    target: Mapping[str, object]
    noted: datetime


_CHANGES = "SELECT id, kind, state, person, space, title, target, noted FROM changes "


class Changes:
    """The changes of one catalog. What is written is audited in the same transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def propose(self, kind: str, person: str, space: str, title: str, target: Mapping[str, object]) -> Change:
        """Note a change that still waits for a yes; proposals are not audited, since they change nothing."""
        with self._database.writing() as connection:
            return _add(connection, kind, ChangeState.PROPOSED, person, space, title, target)

    def grant(self, readable: bool, person: str, space: str, principal: str) -> bool:
        """Let a principal read a space, or no longer, at once: the right, the change and the log are one.

        False where that was so already: then nothing changes, and nothing is noted.
        """
        kind, do = ("allow", spaces.allow) if readable else ("deny", spaces.deny)
        with self._database.writing() as connection:
            if not do(connection, space, principal):
                return False
            change = _add(
                *(connection, kind, ChangeState.DONE, person, space),
                *(f"{principal} in {space}", {"principal": principal}),
            )
            _audit(connection, person, change)
        return True

    def find(self, change_id: int) -> Change | None:
        """The change of that id."""
        with self._database.reading() as connection:
            return _find(connection, change_id)

    def move_proposal(self, change_id: int, space: str) -> Change | None:
        """Propose the same for another space, its file with it; None where it is no proposal any more."""
        with self._database.writing() as connection:
            cursor = connection.execute(
                "UPDATE changes SET space = ? WHERE id = ? AND state = 'proposed'", (space, change_id)
            )
            if not cursor.rowcount:
                return None
            change = _find(connection, change_id)
            assert change is not None
            if isinstance(file_id := change.target.get("file"), int):
                added_files.move(connection, file_id, space)
        return change

    def expire(self, noted_before: datetime) -> int:
        """End proposals that have waited since then, with the files that nothing else refers to; how many."""
        before = noted_before.astimezone(UTC).isoformat()
        with self._database.writing() as connection:
            ended = connection.execute(
                "UPDATE changes SET state = 'expired' WHERE state = 'proposed' AND noted < ?", (before,)
            ).rowcount
            added_files.throw_away_unwanted(connection, before)
        return ended

    def step(
        self, change_id: int, before: ChangeState, after: ChangeState, person: str, **found: object
    ) -> bool:
        """Bring a change from one state to the next; False where someone else was quicker.

        What was `found` on the way joins its target, for the undo.
        """
        with self._database.writing() as connection:
            cursor = connection.execute(
                """UPDATE changes SET state = ?, noted = ?, target = json_patch(target, ?)
                   WHERE id = ? AND state = ?""",
                (after, now(), json.dumps(found, ensure_ascii=False), change_id, before),
            )
            if not cursor.rowcount:
                return False
            change = _find(connection, change_id)
            assert change is not None
            if after is not ChangeState.CANCELLED:
                _audit(connection, person, change)
        return True

    def note(self, change_id: int, **found: object) -> Change:
        """Let what was found before a change is carried out join its target: after that nobody sees it."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE changes SET target = json_patch(target, ?) WHERE id = ?",
                (json.dumps(found, ensure_ascii=False), change_id),
            )
            change = _find(connection, change_id)
        assert change is not None
        return change

    def adding(self, space: str, name: str, sha256: str) -> Change | None:
        """The change that adds this very file to a space: done, while it is there, or still to be done."""
        with self._database.reading() as connection:
            row = connection.execute(
                _CHANGES
                + """WHERE kind = 'add' AND space = ? AND state IN ('proposed', 'confirmed', 'done')
                AND json_extract(target, '$.file') IN (SELECT id FROM added_files
                    WHERE name = ? AND sha256 = ? AND (listed = 1 OR changes.state <> 'done'))
                ORDER BY id DESC LIMIT 1""",
                (space, name, sha256),
            ).fetchone()
        return _change(row) if row else None

    def undone_by(self, event: str) -> Change | None:
        """The change that was taken back by this event of a chat, or was about to be."""
        with self._database.reading() as connection:
            row = connection.execute(
                _CHANGES + "WHERE state IN ('done', 'undone') AND json_extract(target, '$.undone_by') = ?",
                (event,),
            ).fetchone()
        return _change(row) if row else None

    def take_grant_back(self, change: Change, person: str, event: str = "") -> None:
        """Undo a grant: the right, the change and the log are one; nothing happens where it is undone."""
        do = spaces.deny if change.kind == "allow" else spaces.allow
        with self._database.writing() as connection:
            cursor = connection.execute(
                """UPDATE changes SET state = 'undone', noted = ?, target = json_set(target, '$.undone_by', ?)
                   WHERE id = ? AND state = 'done'""",
                (now(), event, change.id),
            )
            if cursor.rowcount:
                do(connection, change.space, str(change.target["principal"]))
                _audit(connection, person, replace(change, state=ChangeState.UNDONE))

    def last_done(self) -> Change | None:
        """The change that an undo would take back."""
        with self._database.reading() as connection:
            row = connection.execute(
                _CHANGES + "WHERE state = 'done' ORDER BY noted DESC, id DESC LIMIT 1"
            ).fetchone()
        return _change(row) if row else None

    def recent(self, limit: int) -> list[Change]:
        """The last changes that were carried out or taken back, the newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                _CHANGES + "WHERE state IN ('done', 'undone', 'failed') ORDER BY noted DESC, id DESC LIMIT ?",
                (limit,),
            ).fetchall()
        return [_change(row) for row in rows]


def close(connection: sqlite3.Connection, noted_before: str) -> None:
    """Let changes that were carried out before then stand: they can no longer be taken back."""
    connection.execute(
        "UPDATE changes SET state = 'expired' WHERE state IN ('done', 'undone', 'failed') AND noted < ?",
        (noted_before,),
    )


def _add(
    connection: sqlite3.Connection,
    kind: str,
    state: ChangeState,
    person: str,
    space: str,
    title: str,
    target: Mapping[str, object],
) -> Change:
    cursor = connection.execute(
        "INSERT INTO changes (kind, state, person, space, title, target, noted) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (kind, state, person, space, title, json.dumps(dict(target), ensure_ascii=False), now()),
    )
    found = _find(connection, int(cursor.lastrowid or 0))
    assert found is not None
    return found


def _audit(connection: sqlite3.Connection, person: str, change: Change) -> None:
    told = {"change": change.id, "space": change.space, **change.target}
    audit.append(connection, person, f"{change.kind} {change.state}", change.title, told)


def _find(connection: sqlite3.Connection, change_id: int) -> Change | None:
    row = connection.execute(_CHANGES + "WHERE id = ?", (change_id,)).fetchone()
    return _change(row) if row else None


def _change(row: tuple[int, str, str, str, str, str, str, str]) -> Change:
    number, kind, state, person, space, title, target, noted = row
    when = datetime.fromisoformat(noted)
    return Change(number, kind, ChangeState(state), person, space, title, json.loads(target), when)
