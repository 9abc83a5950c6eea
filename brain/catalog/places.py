"""What is set for places beyond rights: who is asked for help, where the bot answers unasked."""

from brain.catalog import spaces
from brain.catalog.storage import Database


class Places:
    """The settings of places of one catalog; places and people are principals."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set_support(self, space: str, principal: str) -> None:
        """Name who is asked where a space's documents don't answer; nobody where `principal` is empty."""
        with self._database.writing() as connection:
            number = spaces.space(connection, space).id
            connection.execute("DELETE FROM support WHERE space_id = ?", (number,))
            if principal:
                connection.execute("INSERT INTO support VALUES (?, ?)", (number, principal))

    def support(self) -> dict[str, str]:
        """Who is asked, by space; spaces without anyone are absent."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT name, principal FROM support JOIN spaces ON spaces.id = space_id"
            ).fetchall()
        return dict(rows)

    def set_auto_answer(self, place: str, *, on: bool) -> None:
        """Answer plain questions in a place by itself, or stop that."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM auto_answer WHERE principal = ?", (place,))
            if on:
                connection.execute("INSERT INTO auto_answer VALUES (?)", (place,))

    def auto_answer(self) -> frozenset[str]:
        """The places where plain questions are answered unasked."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT principal FROM auto_answer").fetchall()
        return frozenset(place for (place,) in rows)
