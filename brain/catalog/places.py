"""What admins set: spaces and their readers, who is asked for help, where the bot answers unasked."""

import json
from collections.abc import Iterable
from sqlite3 import Connection

from brain.catalog import audit, spaces
from brain.catalog.rows import Space
from brain.catalog.schema import now
from brain.catalog.storage import Database

_OUTSIDE = "outside:"  # what the names of such places begin with, among the catalog's facts about itself
_CLOSED = "closed:"  # and those of conversations
_UNSURE = "unsure "  # what is noted of such a place begins with, where it is not known; then the day, and why


class Places:
    """The settings of places of one catalog; places and people are principals.

    Whoever is named as `by` stands in the audit log, which is written in the same transaction.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def create_space(self, name: str, *, by: str, event: str = "") -> Space:
        """Make a space; UsageError where the name is taken or can't be one.

        What came with the same `event` of a chat has not taken it: it was cut short, and comes again.
        """
        with self._database.writing() as connection:
            if event and _made_by(connection, name, event):
                return spaces.space(connection, name)
            made = spaces.create_space(connection, name)
            audit.append(connection, by, "create space", made.name, {"event": event} if event else None)
        return made

    def allow(self, space: str, principals: Iterable[str], *, by: str) -> None:
        """Let all these principals read a space; UsageError where there is none, and nothing is done then.

        Rights that are granted so are not among the changes that a chat's undo takes back.
        """
        with self._database.writing() as connection:
            for principal in principals:
                if spaces.allow(connection, space, principal):
                    _audit_right(connection, by, "allow", space, principal)

    def deny(self, space: str, principals: Iterable[str], *, by: str) -> None:
        """Take the right to read a space from all these principals, as allow()."""
        with self._database.writing() as connection:
            for principal in principals:
                if spaces.deny(connection, space, principal):
                    _audit_right(connection, by, "deny", space, principal)

    def set_support(self, space: str, principal: str, *, by: str) -> None:
        """Name who is asked where a space's documents don't answer; nobody where `principal` is empty."""
        with self._database.writing() as connection:
            number = spaces.space(connection, space).id
            row = connection.execute("SELECT principal FROM support WHERE space_id = ?", (number,)).fetchone()
            if principal == (row[0] if row else ""):
                return  # an order that was cut short comes again: it is one in the log, too
            connection.execute("DELETE FROM support WHERE space_id = ?", (number,))
            if principal:
                connection.execute("INSERT INTO support VALUES (?, ?)", (number, principal))
            audit.append(connection, by, "set support", space, {"principal": principal})

    def support(self) -> dict[str, str]:
        """Who is asked, by space; spaces without anyone are absent."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT name, principal FROM support JOIN spaces ON spaces.id = space_id"
            ).fetchall()
        return dict(rows)

    def set_auto_answer(self, place: str, *, on: bool, by: str) -> None:
        """Answer plain questions in a place by itself, or stop that."""
        with self._database.writing() as connection:
            was = connection.execute("DELETE FROM auto_answer WHERE principal = ?", (place,)).rowcount > 0
            if on:
                connection.execute("INSERT INTO auto_answer VALUES (?)", (place,))
            if was == on:
                return
            audit.append(connection, by, f"auto-answer {'on' if on else 'off'}", place, None)

    def auto_answer(self) -> frozenset[str]:
        """The places where plain questions are answered unasked."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT principal FROM auto_answer").fetchall()
        return frozenset(place for (place,) in rows)

    def set_outside(self, place: str, *, outside: bool, unsure: str = "") -> None:
        """Note whether people from outside are in a place; what a door found out, not what an admin set.

        `unsure` says, in a sentence, why it is not known: the place then counts as one that they are in.
        """
        name = f"{_OUTSIDE}{place}"
        value = f"{_UNSURE}{now()[:10]} {unsure}" if unsure else "yes" if outside else ""
        with self._database.reading() as connection:
            row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        if value == (row[0] if row else ""):
            return
        with self._database.writing() as connection:
            connection.execute("DELETE FROM meta WHERE name = ?", (name,))
            if value:
                connection.execute("INSERT INTO meta VALUES (?, ?)", (name, value))

    def outside(self, places: Iterable[str]) -> frozenset[str]:
        """Those of these places that people from outside are in."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT place.value FROM json_each(?) AS place JOIN meta ON meta.name = ? || place.value",
                (json.dumps(list(places)), _OUTSIDE),
            ).fetchall()
        return frozenset(place for (place,) in rows)

    def note_closed(self, thread: str) -> None:
        """Note that not all of its place are let into a conversation: what is said there stays there."""
        with self._database.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO meta VALUES (?, 'yes')", (f"{_CLOSED}{thread}",))

    def note_open(self, thread: str) -> None:
        """Note that all of its place are let into a conversation after all."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM meta WHERE name = ?", (f"{_CLOSED}{thread}",))

    def is_closed(self, thread: str) -> bool:
        """Whether a conversation was noted as one that not all of its place are let into."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT 1 FROM meta WHERE name = ?", (f"{_CLOSED}{thread}",)).fetchone()
        return row is not None

    def unsure(self, since: str = "") -> dict[str, str]:
        """The places of which it is not known who is in them, and why; noted since that day (2026-11-28)."""
        with self._database.reading() as connection:
            rows = connection.execute(
                """SELECT substr(name, length(?1) + 1), substr(value, length(?2) + 1) FROM meta
                   WHERE substr(name, 1, length(?1)) = ?1 AND substr(value, 1, length(?2)) = ?2
                   ORDER BY name""",
                (_OUTSIDE, _UNSURE),
            ).fetchall()
        noted = [(place, *value.split(" ", 1)) for place, value in rows]
        return {place: why for place, day, why in noted if day >= since}


def _made_by(connection: Connection, name: str, event: str) -> bool:
    row = connection.execute(
        """SELECT EXISTS (SELECT 1 FROM audit WHERE action = 'create space' AND object = ?
           AND json_extract(detail, '$.event') = ?)""",
        (name, event),
    ).fetchone()
    return bool(row[0])


def _audit_right(connection: Connection, by: str, action: str, space: str, principal: str) -> None:
    told = {"space": space, "principal": principal}
    audit.append(connection, by, action, f"{principal} in {space}", told)
