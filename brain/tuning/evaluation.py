"""Held-out rows put to several writers, each given the same passages; killed, it goes on where it was."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from brain.errors import StorageFailed
from brain.evaluation.bootstrap import Bootstrap
from brain.tuning.comparison import Comparison, compare
from brain.tuning.reply import Reply, scored
from brain.tuning.rows import Row
from brain.tuning.writers import ADAPTER, Writer

# Told what is asked, how many rows are done, and how many there are.
Progress = Callable[[str, int, int], object]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The rows, what each writer replied to them in their order, and how the writers compare."""

    rows: tuple[Row, ...]
    replies: dict[str, tuple[Reply, ...]]
    comparison: Comparison


def evaluate(
    rows: Sequence[Row],
    writers: Iterable[Writer],
    *,
    ours: str = ADAPTER,
    kept: Path | None = None,
    progress: Progress | None = None,
    bootstrap: Bootstrap | None = None,
) -> Evaluated:
    """Put all rows to each writer in turn and compare them; `ours` is held against each of the others.

    Writers are taken one by one as they are wanted, so that an iterator may set up the next one. With `kept`,
    a folder, replies are written there as they come, and those that are there already are not asked for
    again. Raises UsageError without rows, StorageFailed, and whatever a writer raises.
    """
    replies: dict[str, tuple[Reply, ...]] = {}
    for writer in writers:
        replies[writer.name] = tuple(_replies(rows, writer, kept, progress))
    scores = {
        name: [scored(row, reply) for row, reply in zip(rows, found, strict=True)]
        for name, found in replies.items()
    }
    return Evaluated(tuple(rows), replies, compare(scores, ours, bootstrap))


def sample(rows: Sequence[Row], limit: int | None) -> tuple[Row, ...]:
    """Up to `limit` rows, in their order: always the same ones, drawn by their ids."""
    if limit is None or limit >= len(rows):
        return tuple(rows)
    drawn = sorted(rows, key=lambda row: hashlib.sha256(row.id.encode()).digest())[:limit]
    chosen = {row.id for row in drawn}
    return tuple(row for row in rows if row.id in chosen)


def _replies(
    rows: Sequence[Row], writer: Writer, folder: Path | None, progress: Progress | None
) -> list[Reply]:
    """The writer's replies in the rows' order: those that are kept, and the others as they come."""
    path = folder / f"{writer.name}.jsonl" if folder else None
    known = _kept(path, writer.identity) if path else {}
    marks = {row.id: _mark(row) for row in rows}
    known = {mark: reply for mark, reply in known.items() if mark in set(marks.values())}
    missing = [row for row in rows if marks[row.id] not in known]

    def tell() -> None:
        if progress:
            progress(writer.name, len(known), len(rows))

    tell()
    with _Kept(path, writer.identity, known) if path else nullcontext() as keep:
        for row, reply in _asked(writer, missing):
            known[marks[row.id]] = reply
            if keep:
                keep.add(marks[row.id], reply)
            tell()
    return [known[marks[row.id]] for row in rows]


def _asked(writer: Writer, rows: Sequence[Row]) -> Iterator[tuple[Row, Reply]]:
    if writer.at_once == 1:
        for row in rows:
            yield row, writer.reply(row)
        return
    pool = ThreadPoolExecutor(writer.at_once, thread_name_prefix="evaluation")
    try:
        yield from zip(rows, pool.map(writer.reply, rows), strict=True)
    finally:
        pool.shutdown(cancel_futures=True)


def _kept(path: Path, identity: str) -> dict[str, Reply]:
    """What was replied before, by row; what a kill left half-written is not taken."""
    found: dict[str, Reply] = {}
    try:
        first, *lines = path.read_text("utf-8").split("\n")
        if json.loads(first)["identity"] != identity:
            return {}
        for line in filter(None, lines):
            values = json.loads(line)
            found[str(values["row"])] = Reply.from_json(values)
    except (OSError, ValueError, LookupError, TypeError):
        pass  # what can't be read is asked for again
    return found


class _Kept:
    """The file of replies, begun anew with those that are known, to be added to."""

    def __init__(self, path: Path, identity: str, known: Mapping[str, Reply]) -> None:
        self._path = path
        lines = [json.dumps({"identity": identity}), *(_line(mark, reply) for mark, reply in known.items())]
        beside = path.with_suffix(".part")
        with self._told():
            path.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("w", encoding="utf-8") as file:
                file.writelines(f"{line}\n" for line in lines)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
            self._file = path.open("a", encoding="utf-8")

    def add(self, mark: str, reply: Reply) -> None:
        """Keep one more."""
        with self._told():
            self._file.write(f"{_line(mark, reply)}\n")
            self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # what could not be written was told when it was tried
            self._file.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageFailed(
                f"Replies can't be kept in {self._path.parent} ({error.strerror}): free "
                "some disk space and run the evaluation again; it goes on where it was.",
                detail=repr(error),
            ) from error


def _line(mark: str, reply: Reply) -> str:
    return json.dumps({"row": mark, **reply.as_json()}, ensure_ascii=False)


def _mark(row: Row) -> str:
    """Tells a row from any other, also from one of the same id in another set."""
    whole = json.dumps(asdict(row), ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(whole.encode()).hexdigest()[:24]
