"""Answers kept line by line while an evaluation goes on, so that one that was killed goes on where it was."""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from brain.tuning.durable import put_text, told


class KeptLines:
    """What is `known`, by mark, and a file that more of it is added to."""

    def __init__(self, known: Mapping[str, Mapping[str, Any]], path: Path, file: TextIO | None) -> None:
        self.known = known
        self._path = path
        self._file = file

    def add(self, mark: str, values: Mapping[str, Any]) -> None:
        """Keep one more; raises StorageFailed."""
        if self._file:
            with _told(self._path):
                self._file.write(_line(mark, values))
                self._file.flush()


@contextmanager
def kept_lines(path: Path | None, identity: str, marks: Collection[str]) -> Iterator[KeptLines]:
    """What a file keeps of these marks under this identity; of another, or without a file, nothing.

    The file is begun anew with that, in one step: what a kill has left half-written is not taken. Raises
    StorageFailed where it can't be written.
    """
    if path is None:
        yield KeptLines({}, Path(), None)
        return
    wanted = set(marks)
    known = {mark: values for mark, values in _read(path, identity).items() if mark in wanted}
    begun = [f"{json.dumps({'identity': identity})}\n"]
    begun += [_line(mark, values) for mark, values in known.items()]
    with _told(path):
        put_text(path, "".join(begun))
        file = path.open("a", encoding="utf-8")
    try:
        yield KeptLines(known, path, file)
    finally:
        with suppress(OSError):  # what could not be written was told when it was tried
            file.close()


def _read(path: Path, identity: str) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    try:
        first, *lines = path.read_text("utf-8").split("\n")
        if json.loads(first)["identity"] == identity:
            for line in filter(None, lines):
                values = json.loads(line)
                found[str(values.pop("mark"))] = values
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        pass  # what can't be read is asked for again
    return found


def _line(mark: str, values: Mapping[str, Any]) -> str:
    return json.dumps({"mark": mark, **values}, ensure_ascii=False) + "\n"


def _told(path: Path) -> AbstractContextManager[None]:
    remedy = "free some disk space and run the evaluation again; it goes on where it was."
    return told(f"Answers can't be kept in {path.parent}", remedy)
