"""JSON and JSON Lines: every value on a line of its own, behind the path that leads to it."""

import json
from collections.abc import Iterator
from typing import Any

from brain.errors import UnreadableDocument
from ingest.parsing.parsed import ParsedDocument
from ingest.readers.charset import decode
from ingest.readers.naming import iso_date, real_title, title_from_name
from ingest.readers.outline import Outline

_MAX_VALUES = 100_000
_MAX_DEPTH = 100


def read_json(data: bytes, name: str) -> ParsedDocument:
    """One block a value, as `office.opening hours: 9 to 5`; a list's entries keep their number."""
    text = decode(data)
    try:
        value = json.loads(text)
    except ValueError as error:
        return _lines(text, name, error)
    except RecursionError as error:
        raise _too_deep(name) from error
    outline = Outline()
    warning = _add(outline, _values(value, "", 0, name))
    fields = value if isinstance(value, dict) else {}
    title = real_title(_word(fields.get("title")) or _word(fields.get("name"))) or title_from_name(name)
    modified = iso_date(
        _word(fields.get("modified")) or _word(fields.get("updated")) or _word(fields.get("date"))
    )
    return ParsedDocument(
        title, tuple(outline.blocks), "application/json", modified=modified, warnings=warning
    )


def read_jsonl(data: bytes, name: str) -> ParsedDocument:
    """One JSON value a line; each block has its line's number as row."""
    return _lines(decode(data), name, None)


def _lines(text: str, name: str, error: ValueError | None) -> ParsedDocument:
    outline = Outline()
    warnings: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as fault:
            # Where the file as a whole was tried first, its own fault says more.
            raise UnreadableDocument(
                f"{name} is not valid JSON (line {getattr(error, 'lineno', number)}): "
                "mend it and add it again.",
                detail=repr(error or fault),
            ) from fault
        outline.place(row=number)
        warnings = warnings or _add(outline, _values(value, "", 0, name))
    return ParsedDocument(
        title_from_name(name), tuple(outline.blocks), "application/x-ndjson", warnings=warnings
    )


def _add(outline: Outline, values: Iterator[str]) -> tuple[str, ...]:
    for line in values:
        if len(outline.blocks) >= _MAX_VALUES:
            return (f"Only the first {_MAX_VALUES:,} values were read.",)
        outline.paragraph(line)
    return ()


def _values(value: Any, path: str, depth: int, name: str) -> Iterator[str]:
    if depth > _MAX_DEPTH:
        raise _too_deep(name)
    match value:
        case dict():
            for key, inner in value.items():
                yield from _values(inner, f"{path}.{key}" if path else str(key), depth + 1, name)
        case list() if value and all(not isinstance(inner, (dict, list)) for inner in value):
            yield _line(path, ", ".join(_shown(inner) for inner in value))
        case list():
            for number, inner in enumerate(value, 1):
                yield from _values(inner, f"{path}[{number}]", depth + 1, name)
        case _:
            yield _line(path, _shown(value))


def _line(path: str, shown: str) -> str:
    return f"{path}: {shown}" if path else shown


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _too_deep(name: str) -> UnreadableDocument:
    return UnreadableDocument(f"{name} is nested more than {_MAX_DEPTH} levels deep: it was not read.")
