"""Events of a chat from their arrival to their one visible answer, so that no crash loses or doubles one.

received ──► working ──► posted ──► done
    ▲           │           │
    └───────────┴───────────┘  a restart: worked on again, with what was posted already

Received waits, working may have posted, posted stands visibly and is not finished.
"""

import sqlite3
import time
from dataclasses import dataclass
from enum import StrEnum

from brain.catalog.storage import Database


class TurnedAway(StrEnum):
    """Why an event is only answered with a polite no."""

    NOT = ""
    BUSY = "busy"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event as a door takes it in.

    `event` is the platform's own id for it; `message` names the message that it brings, where it brings
    one, since a platform may tell of one message twice under two ids. Events of one `thread` are worked
    off in order. `payload` is the door's own.
    """

    platform: str
    event: str
    kind: str
    payload: str
    message: str = ""
    person: str = ""
    place: str = ""
    thread: str = ""


@dataclass(frozen=True, slots=True)
class InboxItem:
    """An event that is to be worked on; `posted` is the platform's id of what is visible of its answer."""

    id: int
    platform: str
    event: str
    kind: str
    payload: str
    message: str
    person: str
    place: str
    thread: str
    turned_away: TurnedAway
    attempts: int
    posted: str

    @property
    def key(self) -> str:
        """What marks the answer on the platform, so that one that was posted but not noted is found.

        Made of the platform's own id: in a new home, or after an older backup, ours begin anew.
        """
        return f"{self.platform}-{self.event}"


@dataclass(frozen=True, slots=True)
class Queue:
    """How many events of a platform are not answered yet, and how long the oldest has waited."""

    platform: str
    unanswered: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is taken in: events that wait, and questions of a person or in a place within `seconds`."""

    waiting: int = 500
    of_person: int = 20
    of_place: int = 120
    seconds: float = 60.0


_ITEMS = (
    "SELECT id, platform, event, kind, payload, message, person, place, thread, turned_away, attempts, "
    "posted FROM inbox "
)


# What came at a time that is still to come, did so before the clock was set back: it does not wait for that.
_NOW_OR_SET_BACK = "(due <= ?1 OR received > ?1)"
# Said twice, since SQLite takes the index of what is not done only where a query says that it wants no other:
# a month of answered events is not looked through for each new one.
_WAITS = "state <> 'done' AND state = 'received'"


class InboxTable:
    """The inbox of one catalog."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def receive(self, new: NewEvent, limits: Limits) -> bool:
        """Take an event in, for good when this returns; False where it is known already.

        What is more than `limits` allow is taken in too, to be answered with a polite no.
        """
        moment = time.time()
        with self._database.writing() as connection:
            turned_away = _measure(connection, new, limits, moment)
            cursor = connection.execute(
                """INSERT OR IGNORE INTO inbox (platform, event, message, kind, person, place, thread,
                   payload, state, turned_away, received, due)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'received', ?, ?, ?)""",
                (
                    *(new.platform, new.event, new.message, new.kind, new.person, new.place, new.thread),
                    *(new.payload, turned_away, moment, moment),
                ),
            )
        return cursor.rowcount > 0

    def claim(self, platform: str, *, turned_away: bool = False) -> InboxItem | None:
        """The oldest event that may be worked on now, which is this caller's from here on.

        An event waits for every earlier one of its thread, and for its time after a failure.
        """
        with self._database.writing() as connection:
            row = connection.execute(
                _ITEMS
                + f"""WHERE platform = ?2 AND {_WAITS} AND {_NOW_OR_SET_BACK} AND (turned_away <> '') = ?3
                     AND (thread = '' OR turned_away <> '' OR NOT EXISTS (
                         SELECT 1 FROM inbox AS earlier WHERE earlier.thread = inbox.thread
                         AND earlier.id < inbox.id AND earlier.state <> 'done' AND earlier.turned_away = ''))
                     ORDER BY id LIMIT 1""",
                (time.time(), platform, turned_away),
            ).fetchone()
            if row is None:
                return None
            connection.execute(
                "UPDATE inbox SET state = 'working', attempts = attempts + 1 WHERE id = ?", (row[0],)
            )
        return _item(row)

    def note_posted(self, item_id: int, posted: str) -> None:
        """Note that the answer, or the beginning of it, is visible under that id; what is done stays done."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE inbox SET state = iif(state = 'done', 'done', 'posted'), posted = ? WHERE id = ?",
                (posted, item_id),
            )

    def finish(self, item_id: int) -> None:
        """Note that the event is answered; what it said is no longer kept."""
        with self._database.writing() as connection:
            connection.execute("UPDATE inbox SET state = 'done', payload = '' WHERE id = ?", (item_id,))

    def postpone(self, item_id: int, seconds: float) -> None:
        """Let an event wait and be tried again; attempts count only where the process ended in them."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE inbox SET state = 'received', due = ?, attempts = 1 WHERE id = ?",
                (time.time() + seconds, item_id),
            )

    def recover(self, platform: str) -> int:
        """Let go what a process that ended was working on; how much that was."""
        with self._database.writing() as connection:
            cursor = connection.execute(
                "UPDATE inbox SET state = 'received' WHERE platform = ? AND state IN ('working', 'posted')",
                (platform,),
            )
        return cursor.rowcount

    def waiting(self, platform: str) -> int:
        """How many events of a platform wait to be worked on."""
        with self._database.reading() as connection:
            return _waiting(connection, platform)

    def all_waiting(self) -> int:
        """How many events wait, of all platforms."""
        with self._database.reading() as connection:
            row = connection.execute(f"SELECT count(*) FROM inbox WHERE {_WAITS}").fetchone()
        return int(row[0])

    def queues(self) -> list[Queue]:
        """What is not answered yet, of each platform that something is to be answered for."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT platform, count(*), min(received) FROM inbox WHERE state <> 'done' GROUP BY platform"
            ).fetchall()
        return [Queue(platform, found, max(0.0, time.time() - since)) for platform, found, since in rows]

    def next_due(self, platform: str) -> float | None:
        """Seconds until the next event that waits for its time; None where none does."""
        with self._database.reading() as connection:
            moment = time.time()
            row = connection.execute(
                f"SELECT min(iif(received > ?, 0, due)) FROM inbox WHERE platform = ? AND {_WAITS}",
                (moment, platform),
            ).fetchone()
        return None if row[0] is None else max(0.0, row[0] - moment)

    def of_message(self, platform: str, message: str) -> InboxItem | None:
        """The event that brought a message."""
        with self._database.reading() as connection:
            row = connection.execute(
                _ITEMS + "WHERE platform = ? AND message = ? AND message <> ''", (platform, message)
            ).fetchone()
        return _item(row) if row else None

    def knows_thread(self, thread: str) -> bool:
        """Whether a question was answered in a thread, or is about to be."""
        with self._database.reading() as connection:
            row = connection.execute(
                """SELECT EXISTS (SELECT 1 FROM inbox WHERE thread = ? AND kind = 'question'
                   AND (posted <> '' OR state <> 'done'))""",
                (thread,),
            ).fetchone()
        return bool(row[0])

    def threads_without_place(self, platform: str, received_after: float) -> list[str]:
        """The conversations that someone had alone with the bot since that time (seconds since 1970)."""
        with self._database.reading() as connection:
            rows = connection.execute(
                """SELECT DISTINCT thread FROM inbox WHERE platform = ? AND kind = 'question'
                   AND place = '' AND thread <> '' AND received > ?""",
                (platform, received_after),
            ).fetchall()
        return [thread for (thread,) in rows]

    def forget(self, received_before: float) -> int:
        """Drop finished events that came before that time (seconds since 1970)."""
        with self._database.writing() as connection:
            cursor = connection.execute(
                "DELETE FROM inbox WHERE state = 'done' AND received < ?", (received_before,)
            )
        return cursor.rowcount


def _measure(connection: sqlite3.Connection, new: NewEvent, limits: Limits, moment: float) -> TurnedAway:
    for column, value, most in (
        ("person", new.person, limits.of_person),
        ("place", new.place, limits.of_place),
    ):
        if not value:
            continue
        row = connection.execute(
            f"SELECT count(*) FROM inbox WHERE {column} = ? AND kind = ? AND received > ? AND received <= ?",
            (value, new.kind, moment - limits.seconds, moment),
        ).fetchone()
        if row[0] >= most:
            return TurnedAway.TOO_MANY
    return TurnedAway.BUSY if _waiting(connection, new.platform) >= limits.waiting else TurnedAway.NOT


def _waiting(connection: sqlite3.Connection, platform: str) -> int:
    row = connection.execute(
        f"SELECT count(*) FROM inbox WHERE platform = ? AND {_WAITS} AND turned_away = ''",
        (platform,),
    ).fetchone()
    return int(row[0])


_Row = tuple[int, str, str, str, str, str, str, str, str, str, int, str]


def _item(row: _Row) -> InboxItem:
    number, platform, event, kind, payload, message, person, place, thread, away, attempts, posted = row
    why = TurnedAway(away)
    return InboxItem(
        number, platform, event, kind, payload, message, person, place, thread, why, attempts, posted
    )
