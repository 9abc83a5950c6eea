"""Questions from tables: what a column says of a row, two rows beside each other, and named values."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

from brain.answering.extracting.cleaning import ended
from brain.domain import Passage
from brain.text.terms import content_stems
from brain.tuning.data.cases import Case, Said, about
from brain.tuning.data.columns import (
    asked_of_attribute,
    asked_of_cell,
    asked_of_label,
    column_name,
    is_nameable,
    is_person,
    says_nothing,
    subject_of,
)
from brain.tuning.data.wording import VAGUE, Letters, titled

_LONGEST_VALUE = 160  # characters of a cell
_EMPTY = frozenset(("", "-", "–", "—", "n/a", "na", "none", "tbd", "?", "x", "✓"))
_OF_ATTRIBUTES = frozenset(("", "feature", "property", "attribute", "criterion", "specification", "aspect"))
_LABELS = re.compile(
    r"^(?:owner|status|version|audience|location|address|phone|effective date|last reviewed|department|team"
    r"|author|contact|reviewer|approver|severity|priority|opening hours|price|duration)$",
    re.IGNORECASE,
)
_NO_LABELS = re.compile(
    r"^(?:note|tip|example|warning|important|source|from|to|subject|cc|date|user|assistant|http)",
    re.IGNORECASE,
)
_SCRAP = re.compile(r"https?:|www\.|[{}<>|\\`\[\]_]")


@dataclass(frozen=True, slots=True)
class _Row:
    passage: Passage
    names: tuple[str, ...]
    cells: tuple[str, ...]

    @property
    def of_attribute(self) -> bool:
        """Whether rows are attributes and columns are things."""
        return self.names[0].casefold() in _OF_ATTRIBUTES


def questions_from_tables(passages: Sequence[Passage], letters: Letters) -> Iterator[Case]:
    """Cases from the tables and the named values of one document."""
    rows = [row for passage in passages for row in _rows(passage)]
    subjects = Counter(row.cells[0].casefold() for row in rows)
    known = [row for row in rows if subjects[row.cells[0].casefold()] == 1]
    for row in known:
        yield from _of_row(row, letters)
    for first, second in pairwise(known):
        if first.names == second.names and first.passage.id != second.passage.id:
            yield from _of_two(first, second, letters)
    for passage in passages:
        yield from _named_values(passage, letters)


def _rows(passage: Passage) -> Iterator[_Row]:
    names = tuple(name.strip() for name in passage.table_header.split("\t"))
    if len(names) < 2 or not any(names[1:]):
        return
    for line in passage.text.split("\n"):
        cells = tuple(cell.strip() for cell in line.split("\t"))
        if line != passage.table_header and len(cells) == len(names) and _is_subject(cells[0]):
            yield _Row(passage, names, cells)


def _is_subject(cell: str) -> bool:
    return (
        3 <= len(cell) <= 60
        and cell[0].isalpha()
        and bool(content_stems(cell))
        and not re.search(r"[.!?:](?:\s|$)", cell)
        and not VAGUE.search(cell)
        and not _SCRAP.search(cell)
        and sum(sign.isalpha() for sign in cell) >= 0.5 * len(cell.replace(" ", ""))
    )


def _of_row(row: _Row, letters: Letters) -> Iterator[Case]:
    title = row.passage.source.title
    subject = subject_of(row.cells[0], letters)
    for name, value in zip(row.names[1:], row.cells[1:], strict=True):
        if not name or not _is_value(value) or len(name) > 50 or VAGUE.search(name):
            continue
        if value.casefold() == name.casefold():
            continue  # a link's words
        if row.of_attribute:
            asked = asked_of_attribute(row.cells[0], name, title, letters)
        else:
            asked = asked_of_cell(name, value, subject, title, letters)
        if asked:
            yield about(row.passage, "table", titled(asked, title), (_told(row, name, value),))


def _of_two(first: _Row, second: _Row, letters: Letters) -> Iterator[Case]:
    """Two rows that stand in two passages: an answer with two citations."""
    choice = [
        at
        for at, name in enumerate(first.names)
        if at and is_nameable(name) and not VAGUE.search(name)
        and all(_is_value(row.cells[at]) for row in (first, second))
    ]  # fmt: skip
    if not choice or first.of_attribute:
        return
    at = choice[crc32(first.cells[0].encode()) % len(choice)]
    subjects = [subject_of(row.cells[0], letters) for row in (first, second)]
    asked = f"What is the {column_name(first.names[at], letters)} for {subjects[0]} and for {subjects[1]}?"
    said = [_told(row, row.names[at], row.cells[at]) for row in (first, second)]
    yield about(first.passage, "two passages", titled(asked, first.passage.source.title), said)


def _told(row: _Row, name: str, value: str) -> Said:
    of = "" if says_nothing(name) else f" – {name}"
    return Said(ended(" ".join(f"{row.cells[0]}{of}: {value}".split())), row.passage)


def _is_value(value: str) -> bool:
    return value.casefold() not in _EMPTY and len(value) <= _LONGEST_VALUE and not _SCRAP.search(value)


def _named_values(passage: Passage, letters: Letters) -> Iterator[Case]:
    """Lines such as `Owner: Maren Oduya` and rows of two cells without a header."""
    title = " ".join(passage.source.title.split())
    for line in passage.text.split("\n"):
        if passage.table_header and "\t" in line:
            continue
        cells = [cell.strip() for cell in (line.split("\t") if "\t" in line else line.split(": ", 1))]
        if len(cells) != 2 or not _is_label(cells[0], letters) or not _is_value(cells[1]):
            continue
        label, value = cells
        if len(value) < 2 or value.endswith(":") or len(value.split()) > 25:
            continue
        if "\t" in line or _LABELS.match(label) or (is_person(value) and passage.ordinal < 2):
            asked = asked_of_label(label, value, title, letters)
            yield about(passage, "table", (asked,), (Said(ended(f"{label}: {value}"), passage),))


def _is_label(text: str, letters: Letters) -> bool:
    return (
        is_nameable(text)
        and 3 <= len(text) <= 30
        and len(text.split()) <= 3
        and text[0].isupper()
        and not _NO_LABELS.match(text)
        and not is_person(text)
        and (bool(_LABELS.match(text)) or text.split()[0].lower() not in letters.names)
    )
