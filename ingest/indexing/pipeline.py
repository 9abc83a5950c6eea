"""Read, split, embed, store: one transaction a document, batches of passages over several documents."""

import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice

from brain.catalog.catalog import Catalog
from brain.catalog.rows import NewDocument, NewFailure, NewPassage, Vector
from brain.embedding.embedder import Embedder
from brain.errors import CitewiseError
from ingest.drives import Drive, DriveUnavailable, Entry, Skipped
from ingest.indexing.cut_document import Chunk, Cutting
from ingest.indexing.embedding_batches import KEPT, embed_missing
from ingest.indexing.reading import (
    AHEAD_FILES,
    FailedFile,
    NoReader,
    Outcome,
    Parser,
    ReadFile,
    VanishedFile,
    read_all,
)
from ingest.indexing.stopwatch import Stopwatch
from ingest.indexing.storable import clean
from ingest.readers.versions import ANY
from ingest.reconciling.retries import next_try
from ingest.report import Change, ChangeKind, FileNote, Progress, Stage

BATCH_PASSAGES = 256  # what is gathered before the embedder is called …
IDLE_PASSAGES = 32  # … or, while no file is ready, what is worth calling it for
SHOWN = 1000  # of what could not be read or vanished, so much is kept to be shown; the counts go on


class _End:
    """After the last outcome."""


_END = _End()


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the files of a run go.

    `is_indexed` tells of a path whether a document lay there before, `read_anew` the SHA-256 of its content
    where that is only read in another way now, "" where it could not be read before.
    """

    catalog: Catalog
    drive_id: int
    space: str
    is_indexed: Callable[[str], bool]
    read_anew: Callable[[str], str | None]


def _nobody_told(note: FileNote) -> None:
    """Nobody keeps a log."""


@dataclass(slots=True)
class RunTally:
    """What the pipeline did so far. `changes` are those that the indexes have not followed yet.

    `done_anew` counts the files that were to be read anew and were, or failed, or turned out to be changed;
    `tried_anew` those that could not be read before, whatever came of it.

    `on_failure` is told of every file that can't be read; the first of them are kept to be shown, as are
    warnings.
    """

    added: int = 0
    changed: int = 0
    reread: int = 0
    done_anew: int = 0
    tried_anew: int = 0
    failed: int = 0
    stale: int = 0
    passages: int = 0
    embedded: int = 0
    failures: list[FileNote] = field(default_factory=list)
    warnings: list[FileNote] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    on_failure: Callable[[FileNote], None] = _nobody_told
    on_vanished: Callable[[Skipped], None] = lambda item: None

    def fail(self, note: FileNote) -> None:
        """A file can't be read."""
        self.failed += 1
        if len(self.failures) < SHOWN:
            self.failures.append(note)
        self.on_failure(note)

    def warn(self, notes: Iterable[FileNote]) -> None:
        """Something was left out of a file that was read."""
        self.warnings += islice(notes, SHOWN - len(self.warnings))


class Pipeline:
    """Carries files of one drive into the catalog; serves one run."""

    def __init__(
        self,
        drive: Drive,
        to: Destination,
        embedder: Embedder,
        progress: Progress,
        stopwatch: Stopwatch,
        tally: RunTally,
    ) -> None:
        self.tally = tally
        self._drive = drive
        self._to = to
        self._embedder = embedder
        self._progress = progress
        self._stopwatch = stopwatch
        self._waiting: list[ReadFile] = []
        self._gathered = self._read = self._stored = self._total = 0

    def run(
        self,
        entries: Iterable[Entry],
        total: int,
        parser: Parser,
        threads: int,
        *,
        ahead: int = AHEAD_FILES,
        as_listed: bool = False,
    ) -> Generator[int, None, None]:
        """Carry all entries (so many); yields after each batch how many passages were stored with it.

        Raises DriveUnavailable and NoReader, when what was read before is stored.

        They are taken as there is room for them, so many files `ahead`. With `as_listed` those that were
        changed since they were listed are passed over.
        """
        self._total = total
        cutting = Cutting(self._embedder.max_tokens, self._embedder.count_tokens)
        reading = read_all(self._drive, entries, parser, cutting, threads, ahead=ahead, as_listed=as_listed)
        lost: CitewiseError | None = None
        with closing(reading) as outcomes:
            while True:
                try:
                    outcome = next(outcomes, _END)
                except (DriveUnavailable, NoReader) as error:
                    lost = error  # what was read before is stored all the same
                    break
                if isinstance(outcome, _End):
                    break
                self._stopwatch.lap("parse")
                if outcome is None:
                    self._progress(Stage.PARSED, self._read, self._total)  # where a run can be left
                else:
                    self._take(outcome)
                enough = IDLE_PASSAGES if outcome is None else BATCH_PASSAGES
                if self._gathered >= enough or len(self._waiting) >= BATCH_PASSAGES:
                    yield self._flush()
        if self._waiting:
            yield self._flush()
        if lost is not None:
            raise lost

    def _take(self, outcome: Outcome) -> None:
        self._read += 1
        self._progress(Stage.PARSED, self._read, self._total)
        if isinstance(outcome, ReadFile):
            self._waiting.append(outcome)
            self._gathered += len(outcome.cut.chunks)
            self.tally.warn(FileNote(outcome.entry.path, words) for words in outcome.cut.warnings)
        elif isinstance(outcome, VanishedFile):
            self.tally.on_vanished(Skipped(outcome.entry.path, outcome.reason))
        else:
            self._remember(outcome)

    def _remember(self, failed: FailedFile) -> None:
        """Record that a file can't be read; the version before it stays searchable.

        Most unreadable states pass: a half-written save, a password set for an hour, a share that stumbles.
        Taking the old text away at once would make answers come and go. Kept, its citations show its age,
        and the failure stands in every list that admins see until the file is read again or gone.
        """
        entry = failed.entry
        before = self._to.catalog.followed.retry(self._to.drive_id, entry.path)
        same = before is not None and (before.size, before.mtime_ns) == (entry.size, entry.mtime_ns)
        tries = before.tries + 1 if before is not None and same else 1
        new = NewFailure(
            entry.path,
            size=entry.size,
            mtime_ns=entry.mtime_ns,
            content_hash=failed.digest,
            sentence=clean(failed.sentence),
            detail=clean(failed.detail),
            retryable=failed.retryable,
            tries=tries,
            next_try=next_try(tries, retryable=failed.retryable, now=time.time()),
            reading=ANY,
        )
        self._to.catalog.record_failure(self._to.drive_id, new)
        self.tally.fail(FileNote(entry.path, failed.sentence))
        self.tally.stale += self._to.is_indexed(entry.path)
        self._count_anew(entry.path)

    def _flush(self) -> int:
        """Embed what is gathered, then store each document with its vectors."""
        files, self._waiting, self._gathered = self._waiting, [], 0
        keys = self._shared_keys(files)
        chunks = [chunk for file in files for chunk in file.cut.chunks]
        vectors = self._embed([chunk for chunk in chunks if keys[chunk.vector_key] == chunk.vector_key])
        self._stopwatch.lap("embed")
        for file in files:
            self._store(file, vectors, keys)
        self._stopwatch.lap("store")
        return len(chunks)

    def _shared_keys(self, files: Sequence[ReadFile]) -> dict[str, str]:
        """Which vector stands for each passage: equal files share theirs.

        Under another name an untitled file has another title before its text, which is embedded with it. What
        another reading made of the content is no example: its passages may stand below other headings now. A
        file that is read anew keeps the vectors of those passages that are as they were, headings included.
        """
        by_content: dict[str, dict[tuple[int, int, str], str]] = {}
        keys: dict[str, str] = {}
        catalog = self._to.catalog
        for file in files:
            known = by_content.get(file.digest)
            if known is None:
                known = catalog.keys_of_content(file.digest, file.cut.reading)
                by_content[file.digest] = known
            path = file.entry.path
            before = catalog.keys_at(self._to.drive_id, path) if self._to.read_anew(path) else {}
            for chunk in file.cut.chunks:
                own = before.get((chunk.context, chunk.table_header, chunk.text), chunk.vector_key)
                keys[chunk.vector_key] = known.setdefault((chunk.start, chunk.end, chunk.text), own)
        return keys

    def _embed(self, chunks: Sequence[Chunk]) -> dict[str, Vector]:
        catalog, many = self._to.catalog, len(chunks) > KEPT

        def count(texts: int, left: int) -> None:
            self.tally.embedded += texts
            # Of small files nobody knows how many are still to come; a large one takes its time.
            self._progress(Stage.EMBEDDED, self.tally.embedded, self.tally.embedded + left if many else None)

        return embed_missing(self._embedder, chunks, catalog.missing_vectors, catalog.keep_vectors, count)

    def _store(self, file: ReadFile, vectors: Mapping[str, Vector], keys: Mapping[str, str]) -> None:
        passages = tuple(_passage(chunk, keys[chunk.vector_key]) for chunk in file.cut.chunks)
        own = {key: vectors[key] for key in {passage.vector_key for passage in passages} & vectors.keys()}
        # A document of this batch may just have dropped the last use of a vector that this one needs.
        own |= self._embed(
            [chunk for chunk in file.cut.chunks if keys[chunk.vector_key] == chunk.vector_key not in own]
        )
        self._to.catalog.put_document(
            NewDocument(
                space=self._to.space,
                drive_id=self._to.drive_id,
                path=file.entry.path,
                uri=self._drive.uri(file.entry),
                title=file.cut.title,
                media_type=file.cut.media_type,
                size=file.entry.size,
                mtime_ns=file.entry.mtime_ns,
                content_hash=file.digest,
                text=file.cut.text,
                passages=passages,
                vectors=own,
                modified=file.modified,
                etag=file.entry.etag,
                identity=file.entry.identity,
                left_out=file.cut.warnings,
                reading=file.cut.reading,
            )
        )
        self._count(file)
        self.tally.passages += len(passages)
        self._stored += 1
        self._progress(Stage.STORED, self._stored, self._total)

    def _count(self, file: ReadFile) -> None:
        path, before = file.entry.path, self._count_anew(file.entry.path)
        if before == file.digest:
            self.tally.reread += 1  # nothing changed on the drive: there is no lag to be measured
            return
        if self._to.is_indexed(path):
            self.tally.changed += 1
            kind = ChangeKind.CHANGED
        else:
            self.tally.added += 1
            kind = ChangeKind.ADDED
        self.tally.changes.append(Change(kind, path, file.entry))

    def _count_anew(self, path: str) -> str | None:
        before = self._to.read_anew(path)
        if before:
            self.tally.done_anew += 1
        elif before is not None:  # until now it counted as one that is left at that
            self.tally.tried_anew += 1
            self.tally.stale -= self._to.is_indexed(path)
        return before


def _passage(chunk: Chunk, vector_key: str) -> NewPassage:
    return NewPassage(
        ordinal=chunk.ordinal,
        start=chunk.start,
        end=chunk.end,
        text=chunk.text,
        vector_key=vector_key,
        context=chunk.context,
        table_header=chunk.table_header,
        locator=chunk.locator,
    )
