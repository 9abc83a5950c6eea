"""Whether the indexes hold what the catalog says, from a glance at the start to a full comparison."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from brain.catalog.documents.feed import IndexFeed
from brain.index.dated import days_in
from brain.index.faults import IndexDamaged
from brain.index.generation import LAYOUT, GenerationFolder
from brain.index.keyword_index import Unit
from brain.index.pair import IndexPair

_PROBES = 5  # passages of each space that a quick check looks for
_SAMPLE = 200  # passages of each space that a deep check compares word for word and number for number
_SAME = 0.999  # cosine above which a stored vector is the catalog's, float32 rounding aside


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a check found; `differences` are sentences, none where the index equals the catalog."""

    documents: int
    passages: int
    deep: bool
    differences: tuple[str, ...] = ()

    @property
    def healthy(self) -> bool:
        """True where nothing differs."""
        return not self.differences


def of_no_use(folder: GenerationFolder | None, feed: IndexFeed, server: str) -> str | None:
    """Why nothing of a generation can be used, or None: it is of another kind, or its words are gone."""
    if folder is None or not folder.path.is_dir():
        return "there is no index yet"
    seal = folder.read_seal()
    if seal is None:
        return "the index has no seal that this version reads"
    if seal.layout != LAYOUT:
        return "the index was made by another version of citewise, in another form"
    embedder = feed.embedder()
    if seal.embedder != (embedder.identity if embedder else ""):
        return "the index was made from another embedder's vectors"
    if seal.server != server:
        return "the index is kept in another place"
    if seal.operation > feed.newest_operation():
        return "the index was made from a newer catalog than this one"
    return None if folder.keywords.is_file() else "keyword.db is gone"


def doubt(folder: GenerationFolder) -> str | None:
    """Why the vectors of a generation must not even be opened, or None. Chroma's code is not run for this.

    What Chroma wrote after the seal is never trusted: a torn graph may answer for days before a query meets
    the tear, so no probe, in a child process or not, could clear it. Where its files are as they were
    sealed, it has written to its log alone since, which SQLite keeps whole.
    """
    seal = folder.read_seal()
    if seal is None:
        return "the index has no seal that this version reads"
    changed = folder.changed_file(seal) or _torn_database(folder)
    if changed is None and folder.interrupted:
        changed = folder.unsealed_file(seal)
    return "citewise ended while the index was being written" if changed and folder.interrupted else changed


def glance(pair: IndexPair, feed: IndexFeed, applied: int) -> None:
    """Raise IndexDamaged unless counts agree and some passages of each space are found by their vectors.

    `applied` is the last operation that the pair reflects: where the catalog has moved on meanwhile,
    counts tell nothing and are left to the next check.
    """
    pair.keywords.check(deep=False)
    differences = list(_count_differences(pair, feed))
    if differences and feed.newest_operation() == applied:
        raise IndexDamaged(differences[0])
    for space_id in feed.counts():
        probes = feed.sample(space_id, _PROBES)
        missed = sum(not _finds(pair, space_id, row.vector) for row in probes)
        if missed * 2 > len(probes):
            raise IndexDamaged("known passages aren't found by their own vectors")


def compare(pair: IndexPair, feed: IndexFeed, applied: int, *, deep: bool) -> IndexReport:
    """Everything that differs between the indexes and the catalog, as it was at operation `applied`."""
    counts = feed.counts()
    differences: list[str] = []
    try:
        glance(pair, feed, applied)
        if deep:
            pair.keywords.check(deep=True)
            differences += _id_differences(pair, feed)
            differences += _content_differences(pair, feed)
    except IndexDamaged as damage:
        differences.append(damage.reason)
    seal = pair.folder.read_seal()
    torn = "the seal is gone" if seal is None else pair.folder.changed_file(seal)
    if torn and not pair.on_server:
        differences.append(torn)
    return IndexReport(
        documents=sum(held.documents for held in counts.values()),
        passages=sum(held.passages for held in counts.values()),
        deep=deep,
        differences=tuple(differences),
    )


def _torn_database(folder: GenerationFolder) -> str | None:
    path = folder.chroma / "chroma.sqlite3"
    if not path.is_file():
        return "chroma.sqlite3 is gone"
    # Not for reading alone: what a kill left of a transaction is rolled back now.
    connection = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)
    try:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        found = str(error)
    finally:
        connection.close()
    return None if found == "ok" else f"chroma.sqlite3: {found}"


def _count_differences(pair: IndexPair, feed: IndexFeed) -> Iterator[str]:
    for space_id, counts in feed.counts().items():
        held = {
            "vectors": (pair.vectors.count(space_id), counts.vectors),
            "keyword passages": (pair.keywords.count(Unit.PASSAGE, space_id), counts.passages),
            "keyword documents": (pair.keywords.count(Unit.DOCUMENT, space_id), counts.documents),
        }
        for name, (found, wanted) in held.items():
            if found != wanted:
                yield f"space {space_id} has {found} {name}, and the catalog has {wanted}"


def _id_differences(pair: IndexPair, feed: IndexFeed) -> Iterator[str]:
    passages, keys, documents = feed.passage_ids(), feed.key_ids(), feed.document_ids()
    for space_id in documents:
        wanted = passages.get(space_id, set())
        held = {
            "vectors": (pair.vectors.ids(space_id), keys.get(space_id, set())),
            "keyword passages": (pair.keywords.ids(Unit.PASSAGE, space_id), wanted),
            "keyword documents": (pair.keywords.ids(Unit.DOCUMENT, space_id), documents[space_id]),
        }
        for name, (found, expected) in held.items():
            if missing := expected - found:
                yield f"space {space_id} lacks {len(missing)} {name}, such as {min(missing)}"
            if surplus := found - expected:
                yield f"space {space_id} has {len(surplus)} {name} too many, such as {min(surplus)}"
        if surplus := pair.keywords.dated_passages(space_id) - wanted:
            yield f"space {space_id} has dates of {len(surplus)} passages too many, such as {min(surplus)}"


def _content_differences(pair: IndexPair, feed: IndexFeed) -> Iterator[str]:
    for space_id in feed.counts():
        rows = feed.sample(space_id, _SAMPLE)
        vectors = pair.vectors.vectors(space_id, sorted({row.key_id for row in rows}))
        for row in rows:
            held = vectors.get(row.key_id)
            if held is None or _cosine(held, row.vector) < _SAME:
                yield f"the vector of passage {row.id} isn't the catalog's"
            if pair.keywords.passage(space_id, row.id) != (row.title, row.heading, row.body):
                yield f"the words of passage {row.id} aren't the catalog's"
            if pair.keywords.days(space_id, row.id) != days_in(row):
                yield f"the dates of passage {row.id} aren't the catalog's"


def _finds(pair: IndexPair, space_id: int, vector: np.ndarray) -> bool:
    found = pair.vectors.nearest(space_id, vector.tolist(), 3)
    return bool(found) and (found[0][1] >= _SAME or not vector.any())


def _cosine(one: np.ndarray, other: np.ndarray) -> float:
    length = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / length if length else float(np.array_equal(one, other))
