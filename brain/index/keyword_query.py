"""BM25 over many words in bounded time: rare words choose the rows, common ones only add to them."""

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from sqlite3 import Connection

# FTS5 computes BM25 for every row that matches, at about 2 µs a row and word on one core; finding a row
# and not scoring it costs a twentieth of that.
_SCORED_ROWS = 4000
# A word in more of the rows than this tells little (idf below 1.8) and is not looked at beside rarer ones.
_COMMON_SHARE = 0.15
_POOL = 300


@dataclass(frozen=True, slots=True)
class Weights:
    """How much a word counts in each column; 1 each is plain BM25 over all words."""

    title: float = 1.0
    heading: float = 1.0
    body: float = 1.0


class TermCounts:
    """How many rows hold a word, up to a cap, remembered until the tables change."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], int] = {}
        self._rows: dict[str, int] = {}
        self._lock = threading.Lock()

    def forget(self) -> None:
        """The tables have changed."""
        with self._lock:
            self._known = {}
            self._rows = {}

    def rows(self, connection: Connection, table: str) -> int:
        """How many rows the table has."""
        known = self._rows
        if table not in known:
            known[table] = connection.execute(f"SELECT count(*) FROM {table}_docsize").fetchone()[0]
        return known[table]

    def holding(self, connection: Connection, table: str, phrase: str, cap: int) -> int:
        """How many rows hold the phrase, at most `cap`."""
        known = self._known
        if (table, phrase) not in known:
            found = connection.execute(
                f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {table} MATCH ? LIMIT ?)", (phrase, cap)
            ).fetchone()
            known[table, phrase] = found[0]
        return known[table, phrase]


def search(
    connection: Connection,
    table: str,
    terms: Sequence[str],
    limit: int,
    weights: Weights,
    counts: TermCounts,
) -> list[tuple[int, float]]:
    """The best rows for any of the terms, best first, with BM25 turned so that higher is better.

    Terms are taken from the rarest on until they match _SCORED_ROWS rows: these decide which rows are
    found and are scored by FTS5 (k1 1.2, b .75). Each commoner term then adds its idf, which is what
    BM25 gives a single occurrence in a row of average length, to those found rows that hold it.
    """
    phrases = list(dict.fromkeys(_phrase(term) for term in terms if any(map(str.isalnum, term))))
    rows = counts.rows(connection, table)
    cap = max(_SCORED_ROWS, int(rows * _COMMON_SHARE)) + 1
    held = {phrase: counts.holding(connection, table, phrase, cap) for phrase in phrases}
    found_phrases = sorted((phrase for phrase in phrases if held[phrase]), key=held.__getitem__)
    if not found_phrases or limit < 1:
        return []
    chosen, matched = [found_phrases[0]], held[found_phrases[0]]
    for phrase in found_phrases[1:]:
        matched += held[phrase]
        if matched > _SCORED_ROWS:
            break
        chosen.append(phrase)
    others = [phrase for phrase in found_phrases[len(chosen) :] if held[phrase] < cap]
    scores = _scored(connection, table, chosen, max(limit, _POOL) if others else limit, weights)
    for phrase in others:
        idf = math.log((rows - held[phrase] + 0.5) / (held[phrase] + 0.5))
        for number in _holding(connection, table, phrase, list(scores)) if idf > 0 else ():
            scores[number] += idf
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:limit]


def _scored(
    connection: Connection, table: str, phrases: Sequence[str], limit: int, weights: Weights
) -> dict[int, float]:
    ranking = f"bm25({weights.title:f}, {weights.heading:f}, {weights.body:f})"
    found = connection.execute(
        f"SELECT rowid, -rank FROM {table} WHERE {table} MATCH ? AND rank MATCH ? ORDER BY rank LIMIT ?",
        (" OR ".join(phrases), ranking, limit),
    )
    return dict(found.fetchall())


def _holding(connection: Connection, table: str, phrase: str, rows: Sequence[int]) -> list[int]:
    # The plus keeps SQLite from starting one full-text search for each row.
    marks = ",".join(map(str, rows))
    found = connection.execute(
        f"SELECT rowid FROM {table} WHERE {table} MATCH ? AND +rowid IN ({marks})", (phrase,)
    )
    return [number for (number,) in found]


def _phrase(term: str) -> str:
    """The term as an FTS5 string, in which nothing is an operator."""
    return '"' + term.replace("\0", " ").replace('"', '""') + '"'
