"""Small facts that doors remember from one run to the next, each under a name."""

from brain.catalog.storage import Database


class Notes:
    """The notes of one catalog; they lie beside its other facts about itself."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, name: str, value: str) -> None:
        """Remember a value under a name, in the place of the one before."""
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (f"note:{name}", value))

    def find(self, name: str) -> str:
        """What is remembered under a name; empty where nothing is."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT value FROM meta WHERE name = ?", (f"note:{name}",)).fetchone()
        return str(row[0]) if row else ""
