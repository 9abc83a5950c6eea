"""Which words came into a keyword table or went out of it with some of its rows, without reading the rest."""

from collections.abc import Iterable, Sequence
from sqlite3 import Connection

TOKENIZE = "tokenize = 'porter unicode61 remove_diacritics 2'"


def all_words(connection: Connection, table: str) -> list[str]:
    """Every word of the table, as the index holds it, in order: some 20 ms for a thousand long passages."""
    return [term for (term,) in connection.execute(f"SELECT term FROM {_told_words(connection, table)}")]


def texts(connection: Connection, table: str, rows: Iterable[int]) -> list[str]:
    """What the table holds in these rows, where they are there."""
    found: list[tuple[str, str, str]] = []
    for row in rows:
        found += connection.execute(f"SELECT title, heading, body FROM {table} WHERE rowid = ?", (row,))
    return ["\n".join(columns) for columns in found]


def words_in(connection: Connection, given: Sequence[str]) -> set[str]:
    """The words of texts, taken apart as the index does it."""
    if not given:
        return set()
    connection.execute(f"CREATE VIRTUAL TABLE temp.given USING fts5 (words, content = '', {TOKENIZE})")
    try:
        connection.executemany("INSERT INTO temp.given (words) VALUES (?)", ((text,) for text in given))
        connection.execute("CREATE VIRTUAL TABLE temp.words_of_given USING fts5vocab (temp, given, row)")
        found = connection.execute("SELECT term FROM temp.words_of_given").fetchall()
        connection.execute("DROP TABLE temp.words_of_given")
    finally:
        connection.execute("DROP TABLE temp.given")
    return {term for (term,) in found}


def still_there(connection: Connection, table: str, words: Iterable[str]) -> set[str]:
    """Those of the words that the table holds."""
    # Of a common word no more than the first place is looked up.
    told = _told_words(connection, table, "instance")
    return {
        word
        for word in words
        if connection.execute(f"SELECT 1 FROM {told} WHERE term = ? LIMIT 1", (word,)).fetchone()
    }


def _told_words(connection: Connection, table: str, each: str = "row") -> str:
    """The name of what tells a table's words, in a `row` or each `instance`: nothing of it is stored."""
    name = f"temp.words_of_{table}_by_{each}"
    connection.execute(f"CREATE VIRTUAL TABLE IF NOT EXISTS {name} USING fts5vocab (main, {table}, {each})")
    return name
