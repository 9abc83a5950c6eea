"""Held-out rows put to several writers, each given the same passages."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from brain.evaluation.bootstrap import Bootstrap
from brain.tuning.judging.comparison import Comparison, compare
from brain.tuning.judging.reply import Reply, scored
from brain.tuning.judging.writers import ADAPTER, Writer
from brain.tuning.rows import Row

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
    progress: Progress | None = None,
    bootstrap: Bootstrap | None = None,
) -> Evaluated:
    """Put all rows to each writer in turn and compare them; `ours` is held against each of the others.

    Writers are taken one by one as they are wanted, so that an iterator may set up the next one. Raises
    UsageError without rows, and whatever a writer raises.
    """
    replies: dict[str, tuple[Reply, ...]] = {}
    for writer in writers:
        replies[writer.name] = tuple(_replies(rows, writer, progress))
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


def _replies(rows: Sequence[Row], writer: Writer, progress: Progress | None) -> Iterator[Reply]:
    """The writer's replies in the rows' order."""
    if progress:
        progress(writer.name, 0, len(rows))
    for done, reply in enumerate(_asked(writer, rows), 1):
        yield reply
        if progress:
            progress(writer.name, done, len(rows))


def _asked(writer: Writer, rows: Sequence[Row]) -> Iterator[Reply]:
    if writer.at_once == 1:
        yield from map(writer.reply, rows)
        return
    pool = ThreadPoolExecutor(writer.at_once, thread_name_prefix="evaluation")
    try:
        yield from pool.map(writer.reply, rows)
    finally:
        pool.shutdown(cancel_futures=True)
