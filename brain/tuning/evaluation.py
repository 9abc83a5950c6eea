"""Held-out rows put to several writers, each given the same passages; killed, it goes on where it was."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from brain.evaluation.bootstrap import Bootstrap
from brain.tuning.comparison import Comparison, compare
from brain.tuning.kept import kept_lines
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
    marks = [_mark(row) for row in rows]
    with kept_lines(folder / f"{writer.name}.jsonl" if folder else None, writer.identity, marks) as kept:
        known = _read(kept.known)
        missing = [row for row, mark in zip(rows, marks, strict=True) if mark not in known]

        def tell() -> None:
            if progress:
                progress(writer.name, len(known), len(rows))

        tell()
        for row, reply in _asked(writer, missing):
            known[_mark(row)] = reply
            kept.add(_mark(row), reply.as_json())
            tell()
    return [known[mark] for mark in marks]


def _read(kept: Mapping[str, Mapping[str, Any]]) -> dict[str, Reply]:
    found = {}
    for mark, values in kept.items():
        with suppress(LookupError, ValueError, TypeError):  # what can't be read is asked for again
            found[mark] = Reply.from_json(values)
    return found


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


def _mark(row: Row) -> str:
    """Tells a row from any other, also from one of the same id in another set."""
    whole = json.dumps(asdict(row), ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(whole.encode()).hexdigest()[:24]
