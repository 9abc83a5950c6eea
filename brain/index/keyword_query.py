"""BM25 over many words in a few milliseconds: find the likely rows cheaply, then score only those exactly."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Connection

import numpy as np
from numpy.typing import NDArray

from brain.index.changed_words import all_words
from brain.index.vocabulary import Vocabulary

# FTS5 computes BM25 for every row that matches, at about 2 µs a row, and then sorts. Only naming the rows
# costs a tenth of that, so rows are chosen by the idf of the words they hold, and the best of them scored.
_POOL = 250
# A word in more of the rows than this tells little (idf below 1.8) and is passed over beside rarer ones.
_COMMON_SHARE = 0.15
_NEVER_COMMON = 2000  # rows, so that small collections are searched for every word
_READ_ROWS = 30_000  # rows named for one question, by the rarest words first
_REMEMBERED_ROWS = 4_000_000  # 32 MiB of row numbers
_A_PHRASE = 40  # rows that a phrase itself counts as: people ask in words that no row holds, without end

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Weights:
    """How much a word counts in each column; 1 each is plain BM25 over all words."""

    title: float = 1.0
    heading: float = 1.0
    body: float = 1.0


@dataclass(frozen=True, slots=True)
class Holding:
    """How many rows a table has, and how many hold each term (of a common one, at least that many)."""

    rows: int
    holding: dict[str, int]


class Postings:
    """Which rows of one state of the tables hold a phrase, remembered. A new state needs a new object."""

    def __init__(self, words: Mapping[str, Vocabulary] | None = None) -> None:
        """`words` are the vocabularies of tables that are known already."""
        self._known: dict[tuple[str, str], Rows] = {}
        self._totals: dict[str, int] = {}
        self._words = dict(words or {})
        self._remembered = 0

    @property
    def words(self) -> Mapping[str, Vocabulary]:
        """The vocabularies that somebody has asked for, by table."""
        return dict(self._words)

    def total(self, connection: Connection, table: str) -> int:
        """How many rows the table has."""
        if table not in self._totals:
            found = connection.execute(f"SELECT count(*) FROM {table}_docsize").fetchone()
            self._totals[table] = int(found[0])
        return self._totals[table]

    def vocabulary(self, connection: Connection, table: str) -> Vocabulary:
        """All words of the table, read once."""
        if table not in self._words:
            # Nothing is stored by what tells the words: the connection that otherwise only reads may make it.
            connection.execute("PRAGMA query_only = OFF")
            try:
                self._words[table] = Vocabulary(all_words(connection, table))
            finally:
                connection.execute("PRAGMA query_only = ON")
        return self._words[table]

    def holding(self, connection: Connection, table: str, phrase: str, limit: int) -> Rows:
        """The rows that hold the phrase, at most `limit` of them."""
        known = self._known.get((table, phrase))
        if known is None:
            joined = connection.execute(
                f"""SELECT group_concat(number) FROM
                    (SELECT rowid AS number FROM {table} WHERE {table} MATCH ? LIMIT ?)""",
                (phrase, limit),
            ).fetchone()[0]
            known = np.fromstring(joined or "", dtype=np.int64, sep=",")
            if self._remembered > _REMEMBERED_ROWS:
                self._known, self._remembered = {}, 0
            self._known[table, phrase] = known
            self._remembered += len(known) + _A_PHRASE
        return known


def search(
    connection: Connection, table: str, terms: Sequence[str], limit: int, weights: Weights, postings: Postings
) -> list[tuple[int, float]]:
    """The best rows for any of the terms, best first, with BM25 turned so that higher is better.

    The scores are FTS5's own (k1 1.2, b .75) over the terms that aren't common. A row can be missed only
    if _POOL others hold rarer words or more of them.
    """
    phrases = dict.fromkeys(_phrase(term) for term in terms if any(map(str.isalnum, term)))
    total = postings.total(connection, table)
    common = _common(total)
    held = {phrase: postings.holding(connection, table, phrase, common) for phrase in phrases}
    found = sorted((phrase for phrase in held if len(held[phrase])), key=lambda phrase: len(held[phrase]))
    if not found or limit < 1:
        return []
    telling = [phrase for phrase in found if len(held[phrase]) < common] or found[:1]
    pool = _pool([held[phrase] for phrase in telling], total, max(limit, _POOL))
    # The plus keeps SQLite from starting one full-text search for each row.
    scored = connection.execute(
        f"""SELECT rowid, -bm25({table}, ?, ?, ?) FROM {table}
            WHERE {table} MATCH ? AND +rowid IN ({",".join(map(str, pool))})""",
        (weights.title, weights.heading, weights.body, " OR ".join(telling)),
    )
    return sorted(scored.fetchall(), key=lambda row: (-row[1], row[0]))[:limit]


def holding(connection: Connection, table: str, terms: Sequence[str], postings: Postings) -> Holding:
    """How many rows hold each term, in any column and any form of the word."""
    total = postings.total(connection, table)
    held = {term: len(postings.holding(connection, table, _phrase(term), _common(total))) for term in terms}
    return Holding(total, held)


def _common(total: int) -> int:
    return max(_NEVER_COMMON, int(total * _COMMON_SHARE)) + 1


def _pool(holding: Sequence[Rows], total: int, size: int) -> list[int]:
    """The rows whose words' idf add up to most, of rows that the rarest words name."""
    chosen: list[Rows] = []
    read = 0
    for rows in holding:
        if chosen and read + len(rows) > _READ_ROWS:
            break
        chosen.append(rows)
        read += len(rows)
    idf = [math.log(1 + (total - len(rows) + 0.5) / (len(rows) + 0.5)) for rows in chosen]
    # Asked for the index too, NumPy sorts by merging, which is quick over lists that are each in order.
    numbers, _, places = np.unique(np.concatenate(chosen), return_index=True, return_inverse=True)
    scores = np.bincount(places, weights=np.repeat(idf, [len(rows) for rows in chosen]))
    if len(numbers) > size:
        numbers = numbers[np.argpartition(scores, -size)[-size:]]
    return [int(number) for number in numbers]


def _phrase(term: str) -> str:
    """The term as an FTS5 string, in which nothing is an operator."""
    return '"' + term.replace("\0", " ").replace('"', '""') + '"'
