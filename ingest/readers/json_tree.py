"""JSON and JSON Lines: like records as tables, other values behind the path that leads to them."""

import json
from collections.abc import Sequence
from typing import Any

from brain.errors import UnreadableDocument
from ingest.parsed import Block, ParsedDocument
from ingest.readers.charset import decode
from ingest.readers.naming import iso_date, real_title, title_from_name
from ingest.readers.outline import Outline

_MAX_VALUES = 100_000
_MAX_DEPTH = 100
# A table's columns, and the letters of a value in it: longer ones are texts of their own.
_MAX_COLUMNS, _LONGEST_CELL = 40, 300


def read_json(data: bytes, name: str) -> ParsedDocument:
    """One block a value, as `office.opening hours: 9 to 5`; a list of like records is a table."""
    text = decode(data)
    try:
        value = json.loads(text)
    except ValueError as error:
        return _lines(text, name, error)
    except RecursionError as error:
        raise _too_deep(name) from error
    writer = _Writer(name)
    if isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value):
        writer.records(list(enumerate(value, 1)), "")
    else:
        writer.value(value, "", 0)
    fields = value if isinstance(value, dict) else {}
    title = real_title(_word(fields.get("title")) or _word(fields.get("name"))) or title_from_name(name)
    modified = iso_date(
        _word(fields.get("modified")) or _word(fields.get("updated")) or _word(fields.get("date"))
    )
    return ParsedDocument(
        title, tuple(writer.blocks), "application/json", modified=modified, warnings=writer.warnings
    )


def read_jsonl(data: bytes, name: str) -> ParsedDocument:
    """One JSON value a line; each block has its line's number as row."""
    return _lines(decode(data), name, None)


def _lines(text: str, name: str, error: ValueError | None) -> ParsedDocument:
    values: list[tuple[int, Any]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            values.append((number, json.loads(line)))
        except (ValueError, RecursionError) as fault:
            # Where the file as a whole was tried first, its own fault says more.
            raise UnreadableDocument(
                f"{name} is not valid JSON (line {getattr(error, 'lineno', number)}): "
                "mend it and add it again.",
                detail=repr(error or fault),
            ) from fault
    writer = _Writer(name)
    writer.records(values, "")
    return ParsedDocument(
        title_from_name(name), tuple(writer.blocks), "application/x-ndjson", warnings=writer.warnings
    )


class _Writer:
    """Makes blocks of values, as many as a document may have."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._outline = Outline()
        self._numbered = False

    @property
    def blocks(self) -> list[Block]:
        """What was written, cut to the size of a document."""
        return self._outline.blocks[:_MAX_VALUES]

    @property
    def warnings(self) -> tuple[str, ...]:
        """Whether something was cut off."""
        full = len(self._outline.blocks) > _MAX_VALUES
        return (f"Only the first {_MAX_VALUES:,} values were read.",) if full else ()

    def records(self, entries: Sequence[tuple[int, Any]], path: str) -> None:
        """Numbered entries: a table where they are flat and short, else value after value.

        Entries within another entry keep its number, which is that of the line in JSON Lines.
        """
        outermost, self._numbered = not self._numbered, True
        columns = _columns([entry for _, entry in entries])
        if columns:
            self._outline.row([str(column) for column in columns], header=True)
        for number, entry in entries:
            if outermost:
                self._outline.place(row=number)
            if columns:
                self._outline.row(["" if entry.get(key) is None else _shown(entry[key]) for key in columns])
            else:
                self.value(entry, path, 0)
            if len(self._outline.blocks) > _MAX_VALUES:
                break
        if outermost:
            self._outline.place(row=None)
            self._numbered = False

    def value(self, value: Any, path: str, depth: int) -> None:
        """A value of any kind, each part of it behind the path that leads to it."""
        if depth > _MAX_DEPTH:
            raise _too_deep(self._name)
        if len(self._outline.blocks) > _MAX_VALUES:
            return
        match value:
            case dict():
                for key, inner in value.items():
                    self.value(inner, f"{path}.{key}" if path else str(key), depth + 1)
            case list() if _is_flat(value):
                self._line(path, _shown(value))
            case list() if path and _columns(value):
                self._outline.heading(path, 1)
                self.records(list(enumerate(value, 1)), path)
                self._outline.forget_headings()
            case list():
                for number, inner in enumerate(value, 1):
                    self.value(inner, f"{path}[{number}]", depth + 1)
            case _:
                self._line(path, _shown(value))

    def _line(self, path: str, shown: str) -> None:
        self._outline.paragraph(f"{path}: {shown}" if path else shown)


def _columns(entries: Sequence[Any]) -> list[str]:
    """The keys of records that make a table, in order of their coming; none where they make none."""
    columns: dict[str, None] = {}
    for entry in entries:
        if not isinstance(entry, dict) or not all(_is_short(value) for value in entry.values()):
            return []
        columns.update(dict.fromkeys(entry))
        if len(columns) > _MAX_COLUMNS:
            return []
    return list(columns) if len(entries) > 1 and len(columns) > 1 else []


def _is_short(value: Any) -> bool:
    flat = _is_flat(value) if isinstance(value, list) else not isinstance(value, dict)
    return flat and len(_shown(value)) <= _LONGEST_CELL


def _is_flat(value: list[Any]) -> bool:
    return bool(value) and all(not isinstance(inner, (dict, list)) for inner in value)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _too_deep(name: str) -> UnreadableDocument:
    return UnreadableDocument(f"{name} is nested more than {_MAX_DEPTH} levels deep: it was not read.")
