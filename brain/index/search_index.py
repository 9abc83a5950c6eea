"""What can be searched: kept in step with the catalog, checked before it's used, made again when in doubt."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from brain.catalog.catalog import Catalog
from brain.errors import StorageFailed
from brain.index import generation, health
from brain.index.chroma_index import BESIDE_SEARCHES
from brain.index.faults import IndexDamaged, disk_faults
from brain.index.health import IndexReport
from brain.index.keyword_index import Unit
from brain.index.keyword_query import Holding, Weights
from brain.index.pair import IndexPair
from brain.index.vocabulary import Vocabulary
from brain.text.dates import Day

Progress = Callable[[str, int, int], None]  # what is being done, how many are done, of how many
_OPERATIONS = 4000
_FILL = 5000
# Vectors that are put before a copy is kept (of a large index, a tenth): that is what a kill costs, at most.
SPARE_AFTER = 10_000
_COPIES = 5  # passages of one string that a search by vector yields
_FURTHEST = 16  # times as many as asked for are looked at, where what is found first must not be shown
PLAIN = Weights()


class SearchIndex:
    """Dense and keyword search, one space at a time. Safe to use from many threads, in one process."""

    def __init__(self, folder: Path, catalog: Catalog, server: str) -> None:
        self._folder = folder
        self._catalog = catalog
        self._feed = catalog.feed
        self._server = server
        self._family = f"citewise-{catalog.identity()[:12]}-"
        self._writing = threading.RLock()
        self._swapping = threading.Lock()
        self._pair: IndexPair | None = None
        self._space_ids: dict[str, int] = {}
        self.rebuilt: str | None = None
        """Why open() had to make the index again, for the log; None where it was as it should be."""
        self.completed: str | None = None
        """Why open() had to look for what the index lacked, and add that; None where nothing was in doubt."""

    @classmethod
    def open(
        cls, folder: Path, catalog: Catalog, *, server: str = "", progress: Progress | None = None
    ) -> Self:
        """The index in `folder`, equal to the catalog: brought up to date, or completed after a kill.

        It is made again where nothing of it can be trusted. `server` is the address of a Chroma server;
        without one Chroma runs in this process.
        """
        index = cls(folder, catalog, server)
        with disk_faults(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = generation.current(folder)
            reason = health.of_no_use(found, index._feed, server)
            if reason is None and found is not None:
                try:
                    index._adopt(found, progress)
                except IndexDamaged as damage:
                    reason = damage.reason
            if reason is not None:
                index.rebuilt = reason
                # Of no use, and the disk may be nearly full.
                generation.delete_others(folder, keep=generation.unfinished(folder))
                index.rebuild(progress)
            return index

    def apply_pending(self, progress: Progress | None = None) -> int:
        """Do what the catalog has queued, and return how many operations that were."""
        with self._writing, disk_faults(self._folder):
            try:
                return self._apply(self._open_pair(), progress)
            except IndexDamaged as damage:
                self.rebuilt = damage.reason
                return self.rebuild(progress)

    def dense(self, space: str, vector: Sequence[float], limit: int) -> list[tuple[int, float]]:
        """Ids of the passages nearest to a vector and their cosine similarity, best first.

        Of passages that are the same string, the first few stand for all.
        """
        space_id = self._space_id(space)
        with self._reading() as pair:
            asked = limit
            while True:
                nearest = pair.vectors.nearest(space_id, vector, asked)
                found = self._passages(space_id, nearest)
                if len(found) >= limit or len(nearest) < asked or asked >= _FURTHEST * limit:
                    return found[:limit]
                asked *= 2  # some were removed a moment ago, or are being removed, and are still held

    def keyword(
        self, space: str, terms: Sequence[str], limit: int, weights: Weights = PLAIN
    ) -> list[tuple[int, float]]:
        """Ids of the passages that fit plain words best and their BM25 (higher is better), best first."""
        return self._keyword(Unit.PASSAGE, space, terms, limit, weights)

    def keyword_documents(
        self, space: str, terms: Sequence[str], limit: int, weights: Weights = PLAIN
    ) -> list[tuple[int, float]]:
        """Ids of the documents that fit plain words best as a whole, as keyword() for passages."""
        return self._keyword(Unit.DOCUMENT, space, terms, limit, weights)

    def dated(self, space: str, spans: Sequence[tuple[Day, Day]]) -> list[int]:
        """Ids of the passages of a space with a date that may be in one of these stretches, in order."""
        with self._reading() as pair:
            found = pair.keywords.dated(self._space_id(space), spans)
            return sorted(self._feed.shown_passages(found)) if self._feed.hides() else found

    def holding(self, space: str, terms: Sequence[str]) -> Holding:
        """How many passages of a space hold each of the terms."""
        with self._reading() as pair:
            return pair.keywords.holding(Unit.PASSAGE, self._space_id(space), terms)

    def vocabulary(self, space: str) -> Vocabulary:
        """The words that the passages of a space hold."""
        with self._reading() as pair:
            return pair.keywords.vocabulary(Unit.PASSAGE, self._space_id(space))

    def verify(self, *, deep: bool = False) -> IndexReport:
        """Bring the index up to date and compare it with the catalog; `deep` looks at every id."""
        with self._writing:
            while True:
                applied = self._feed.newest_operation()
                self.apply_pending()
                report = health.compare(self._open_pair(), self._feed, applied, deep=deep)
                # What was written meanwhile looks like a difference: look again.
                if report.healthy or self._feed.newest_operation() == applied:
                    return report

    def rebuild(self, progress: Progress | None = None) -> int:
        """Make the indexes again beside the old ones, put them in use; how many passages they hold.

        Nothing is embedded. Searches go on in the old ones meanwhile; a failure leaves those in use. What an
        earlier one had made that was killed is gone on with, where it is of use still.
        """
        with self._writing, disk_faults(self._folder):
            if (begun := self._begun()) is not None:
                with suppress(IndexDamaged):
                    return self._build(begun, progress)
            folder = generation.next_generation(self._folder)
            folder.begin(self._feed.newest_operation())
            return self._build(folder, progress)

    def close(self) -> None:
        """Let go of all files; later calls raise StorageFailed."""
        with self._writing:
            with self._swapping:
                pair, self._pair = self._pair, None
            if pair is not None:
                pair.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _adopt(self, folder: generation.GenerationFolder, progress: Progress | None) -> None:
        doubt = self._made_sound(folder)
        pair = IndexPair(folder, family=self._family, server=self._server)
        try:
            pair.count_unspared()
            applied = self._feed.newest_operation()
            self._apply(pair, progress, whole=doubt is None)
            if doubt is not None:
                self._complete(pair, "Completing the index", progress)
            health.glance(pair, self._feed, applied)
            if doubt is not None:
                pair.seal(self._feed)
            self._keep_spare(pair)
        except BaseException:
            pair.close()
            raise
        self.completed = doubt
        self._swap(pair)

    def _made_sound(self, folder: generation.GenerationFolder) -> str | None:
        """Leave of Chroma's files only what can be trusted, before they are opened.

        Why something may be missing then, or None. Words are never in doubt: SQLite keeps them whole.
        """
        if self._server:
            return None
        doubt = health.doubt(folder)
        if doubt is not None and not folder.put_spare_back():
            folder.drop_vectors()
        return doubt or ("citewise ended while the index was being written" if folder.interrupted else None)

    def _begun(self) -> generation.GenerationFolder | None:
        """A build that was killed, with what is sound of it, if it can be gone on with."""
        folder = generation.unfinished(self._folder)
        if folder is None or folder.begun is None:
            return None
        if health.of_no_use(folder, self._feed, self._server) or not self._feed.kept_since(folder.begun):
            folder.delete()
            return None
        self._made_sound(folder)
        return folder

    def _build(self, folder: generation.GenerationFolder, progress: Progress | None) -> int:
        """Fill a generation, or what is missing of it, and put it in use."""
        pair: IndexPair | None = None
        try:
            applied = self._feed.newest_operation()
            is_new = not folder.keywords.exists()
            folder.mark_writing()
            pair = IndexPair(folder, family=self._family, server=self._server)
            if is_new:
                pair.vectors.discard()  # a server may still hold a generation whose folder is gone
                pair.seal(self._feed, whole=False)  # from here on it can be gone on with
            pair.count_unspared()
            held = self._complete(pair, "Rebuilding the index", progress)
            pair.keywords.optimize()
            self._catch_up(pair, folder.begun or 0, applied)
            health.glance(pair, self._feed, applied)
            pair.seal(self._feed)
            self._keep_spare(pair)
            folder.sync_files()
            generation.make_current(self._folder, folder)
        except BaseException as error:
            if pair is not None:
                pair.close()
            if not isinstance(error, KeyboardInterrupt):  # a failure may be for want of room
                folder.delete()
            raise
        self._feed.mark_applied(applied)
        self._swap(pair)
        return held

    def _keep_spare(self, pair: IndexPair, *, whole: bool = True) -> None:
        """After so many vectors, have a copy to fall back on; the pair is at rest."""
        if pair.unspared >= max(SPARE_AFTER, pair.folder.spared // 10) and not pair.on_server:
            pair.spare(self._feed, whole=whole)

    def _apply(self, pair: IndexPair, progress: Progress | None, *, whole: bool = True) -> int:
        """Do what is queued; not `whole`: something is missing besides, so that the mark must stay."""
        operations = self._feed.pending_operations(_OPERATIONS)
        if not operations:
            return 0
        self._check_embedder(pair)
        total, done = self._feed.newest_operation() - operations[0].sequence + 1, 0
        pair.folder.mark_writing()
        try:
            while operations:
                pair.apply(operations, self._feed)
                self._feed.mark_applied(operations[-1].sequence)
                self._keep_spare(pair, whole=whole)
                pair.folder.mark_writing()
                done += len(operations)
                if progress:
                    progress("Indexing", done, max(done, total))
                operations = self._feed.pending_operations(_OPERATIONS)
        except KeyboardInterrupt:
            # Python raises it between two calls of Chroma, never within one: its files are at rest.
            pair.seal(self._feed, whole=whole)
            raise
        pair.seal(self._feed, whole=whole)
        return done

    def _check_embedder(self, pair: IndexPair) -> None:
        seal, embedder = pair.folder.read_seal(), self._feed.embedder()
        made_by = seal.embedder if seal else ""
        if made_by and embedder and made_by != embedder.identity:
            raise IndexDamaged("the index was made from another embedder's vectors")

    def _complete(self, pair: IndexPair, what: str, progress: Progress | None) -> int:
        """Add what the pair lacks, take out what it has too much; how many passages it holds then.

        A kill in it costs no more than what came after the last spare.
        """
        total = sum(counts.passages for counts in self._feed.counts().values())
        after = done = 0
        if progress and total:
            progress(what, 0, total)
        try:
            while places := self._feed.places_after(after, _FILL):
                pair.complete(places, self._feed)
                self._keep_spare(pair, whole=False)
                after, done = places[-1].id, done + len(places)
                if progress:
                    progress(what, done, max(done, total))
            for space_id, found in self._feed.document_ids().items():
                ids = sorted(found)
                for start in range(0, len(ids), _OPERATIONS // 10):
                    pair.complete_documents(ids[start : start + _OPERATIONS // 10], space_id, self._feed)
            pair.drop_surplus(self._feed)
        except KeyboardInterrupt:
            pair.seal(self._feed, whole=False)  # as in _apply()
            raise
        return done

    def _catch_up(self, pair: IndexPair, begun: int, applied: int) -> None:
        """Do over what was queued since the build began: what was put in before may be another by now."""
        operations = self._feed.operations(begun, applied)
        for start in range(0, len(operations), _OPERATIONS):
            pair.apply(operations[start : start + _OPERATIONS], self._feed)

    def _swap(self, pair: IndexPair) -> None:
        pair.vectors.at_once = BESIDE_SEARCHES
        with self._swapping:
            old, self._pair = self._pair, pair
        if old is not None:
            old.close()
        generation.delete_others(self._folder, pair.folder)
        if self._server:
            pair.vectors.discard_others(self._family)

    def _open_pair(self) -> IndexPair:
        if self._pair is None:
            raise StorageFailed(f"The search index {self._folder} was closed while it was in use.")
        return self._pair

    @contextmanager
    def _reading(self) -> Iterator[IndexPair]:
        with self._swapping:
            pair = self._open_pair()
            pair.acquire()
        try:
            yield pair
        finally:
            pair.release()

    def _keyword(
        self, unit: Unit, space: str, terms: Sequence[str], limit: int, weights: Weights
    ) -> list[tuple[int, float]]:
        space_id, asked = self._space_id(space), limit
        with self._reading() as pair:
            if not self._feed.hides():
                return pair.keywords.search(unit, space_id, terms, limit, weights)
            # The indexes still hold a drive that is being removed: it must not crowd the others out.
            may_be_shown = self._feed.shown_passages if unit is Unit.PASSAGE else self._feed.shown_documents
            while True:
                found = pair.keywords.search(unit, space_id, terms, asked, weights)
                shown = may_be_shown(number for number, _ in found)
                left = [hit for hit in found if hit[0] in shown]
                if len(left) >= limit or len(found) < asked or asked >= _FURTHEST * limit:
                    return left[:limit]
                asked *= 2

    def _passages(self, space_id: int, nearest: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
        passages = self._feed.passages_of_keys(space_id, [key_id for key_id, _ in nearest], _COPIES)
        return [(number, score) for key_id, score in nearest for number in passages.get(key_id, ())]

    def _space_id(self, name: str) -> int:
        if name not in self._space_ids:
            self._space_ids[name] = self._catalog.space(name).id
        return self._space_ids[name]
