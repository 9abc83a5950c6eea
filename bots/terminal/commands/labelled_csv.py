"""Labelled messages from a spreadsheet: a CSV file with the columns text and label."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from brain.catalog.tickets.cases import Example
from brain.errors import UsageError

COLUMNS = ("text", "label")
_DELIMITERS = (",", ";", "\t")  # a spreadsheet writes what its country is used to
_SHOWN = 6


def read_labelled(path: Path, name: str) -> list[Example]:
    """The rows of a file; UsageError, with `name` and the line, for what is not as it should be.

    UTF-8 and, with its mark at the beginning, UTF-16 are read. Empty lines are passed over.
    """
    text = _decoded(path, name)
    first = text.partition("\n")[0]
    if not first.strip():
        raise UsageError(f"{name} begins with no header: its first line must be `text,label`.")
    examples = list(_rows(text, max(_DELIMITERS, key=first.count), name))
    if not examples:
        raise UsageError(f"{name} has a header and nothing below it: write a message and its label a line.")
    return examples


def _rows(text: str, delimiter: str, name: str) -> Iterator[Example]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    places: tuple[int, int] | None = None
    line = 1
    try:
        for row in reader:
            if places is None:
                places = _places(row, name)
            elif any(cell.strip() for cell in row):
                yield _example(row, places, f"Line {line} of {name}")
            line = reader.line_num + 1  # a row begins where the one before it ended, quoted lines and all
    except csv.Error as error:
        raise UsageError(
            f"The row that begins in line {line} of {name} is broken: a quote in it is not closed, or not "
            "doubled.",
            detail=str(error),
        ) from error


def _places(header: list[str], name: str) -> tuple[int, int]:
    """Where text and label stand."""
    known = [column.strip().lower() for column in header]
    missing = [column for column in COLUMNS if column not in known]
    if missing:
        found = ", ".join(repr(column) for column in header[:_SHOWN])
        raise UsageError(
            f"{name} has no column {' and no column '.join(missing)}: its first line, which must name `text` "
            f"and `label`, holds {found}."
        )
    return known.index("text"), known.index("label")


def _example(row: list[str], places: tuple[int, int], where: str) -> Example:
    if len(row) <= max(places):
        raise UsageError(f"{where} has {len(row)} of the columns that the header names: mend or remove it.")
    text, label = (row[place].strip() for place in places)
    for what, value in (("text", text), ("label", label)):
        if not value:
            raise UsageError(f"{where} has no {what}: fill it in, or remove the line.")
    return Example(text, label)


def _decoded(path: Path, name: str) -> str:
    content = path.read_bytes()
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UsageError(
            f"Line {line} of {name} is not in UTF-8: save the file again as “CSV UTF-8”.", detail=str(error)
        ) from error
