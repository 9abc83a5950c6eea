"""Questions from tables: what a column says of a row, two rows beside each other, and named values."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

from brain.answering.cleaning import ended
from brain.domain import Passage
from brain.text.terms import content_stems
from brain.tuning.data.cases import Case, Said, about
from brain.tuning.data.wording import VAGUE, Letters, titled

_LONGEST_VALUE = 160  # characters of a cell
_PERSONS = re.compile(
    r"^(?:owner|manager|lead|head|contact|contact person|author|approver|reviewer|responsible|assignee"
    r"|written by|approved by|owned by|led by|reviewed by|maintained by|team lead|name)$",
    re.I,
)
_WHEN = re.compile(
    r"^(?:when|date|deadline|from when|due|due date|time|start|end|start date|end date)$", re.I
)
_BY = re.compile(r"^(\w+) by$", re.I)
_QUESTIONABLE = re.compile(r"^(?:what|who|whom|how|when|where|why|which|from|to|in|on|for|with|if)\b", re.I)
_UNIT = re.compile(r"\s*\(([^()]{1,24})\)$")
_EMPTY = frozenset(("", "-", "–", "—", "n/a", "none", "tbd", "?", "x", "✓"))
_VALUES = frozenset("value values details detail info information".split())
_OF_ATTRIBUTES = frozenset(("", "feature", "property", "attribute", "criterion", "specification", "aspect"))
_LABELS = re.compile(r"^(?:owner|status|version|audience|location|address|phone|effective date|last reviewed|department|team"
                     r"|author|contact|reviewer|approver|severity|priority|opening hours|price|duration)$", re.I)  # fmt: skip
_NOUN = re.compile(r"^[^\W\d_][\w'’/&-]*(?: [\w'’/&()-]+){0,4}$")


@dataclass(frozen=True, slots=True)
class _Row:
    passage: Passage
    line: str
    names: tuple[str, ...]
    cells: tuple[str, ...]


def questions_from_tables(passages: Sequence[Passage], letters: Letters) -> Iterator[Case]:
    """Cases from the tables and the named values of one document."""
    rows = [row for passage in passages for row in _rows(passage)]
    subjects = Counter(row.cells[0].casefold() for row in rows)
    known = [row for row in rows if subjects[row.cells[0].casefold()] == 1]
    for row in known:
        yield from _of_row(row, letters)
    for first, second in pairwise(known):
        if (first.names, first.passage.id) == (second.names, first.passage.id) or first.names != second.names:
            continue
        if pair := _of_two(first, second, letters):
            yield pair
    for passage in passages:
        yield from _named_values(passage, letters)


def _rows(passage: Passage) -> Iterator[_Row]:
    names = tuple(name.strip() for name in passage.table_header.split("\t"))
    if len(names) < 2 or not any(names[1:]):
        return
    for line in passage.text.split("\n"):
        cells = tuple(cell.strip() for cell in line.split("\t"))
        if line == passage.table_header or len(cells) != len(names):
            continue
        if _is_subject(cells[0]):
            yield _Row(passage, line, names, cells)


def _is_subject(cell: str) -> bool:
    return (
        3 <= len(cell) <= 60
        and bool(content_stems(cell))
        and cell[-1] not in ".:?"
        and not VAGUE.search(cell)
        and sum(sign.isalpha() for sign in cell) >= 0.5 * len(cell.replace(" ", ""))
    )


def _of_row(row: _Row, letters: Letters) -> Iterator[Case]:
    title = row.passage.source.title
    turned = row.names[0].casefold() in _OF_ATTRIBUTES
    subject = letters.inside(row.cells[0], unknown=turned)
    for name, value in zip(row.names[1:], row.cells[1:], strict=True):
        if not name or not _is_value(value) or len(name) > 50 or VAGUE.search(name):
            continue
        if turned:
            asked = (
                f"What is the {_column(row.cells[0], letters)[0]} for {letters.inside(name, unknown=False)}?"
            )
        else:
            asked = _asked(name, value, subject, letters, title)
        if asked:
            yield about(row.passage, "table", titled(asked, title), (_told(row, name, value),))


def _of_two(first: _Row, second: _Row, letters: Letters) -> Case | None:
    """Two rows that stand in two passages: an answer with two citations."""
    choice = [
        at
        for at, name in enumerate(first.names)
        if at and all(_is_value(row.cells[at]) for row in (first, second))
        and _NOUN.match(name) and not _QUESTIONABLE.match(name) and not VAGUE.search(name)
    ]  # fmt: skip
    if not choice or first.names[0].casefold() in _OF_ATTRIBUTES:
        return None
    at = choice[crc32(first.line.encode()) % len(choice)]
    name, _unit = _column(first.names[at], letters)
    subjects = [letters.inside(row.cells[0], unknown=False) for row in (first, second)]
    asked = f"What is the {name} for {subjects[0]} and for {subjects[1]}?"
    said = [_told(row, row.names[at], row.cells[at]) for row in (first, second)]
    return about(first.passage, "two passages", titled(asked, first.passage.source.title), said)


def _told(row: _Row, name: str, value: str) -> Said:
    return Said(ended(" ".join(f"{row.cells[0]} – {name}: {value}".split())), row.passage)


def _is_value(value: str) -> bool:
    return (
        value.casefold() not in _EMPTY
        and len(value) <= _LONGEST_VALUE
        and not re.search(r"https?:|www\.|[{}<>|\\`\[\]]", value)
    )


def _column(name: str, letters: Letters) -> tuple[str, str]:
    unit = _UNIT.search(name)
    return letters.inside(_UNIT.sub("", name)), unit[1] if unit else ""


def _asked(name: str, value: str, subject: str, letters: Letters, title: str) -> str:
    """The question for a cell; empty where no natural one can be made."""
    column, unit = _column(name, letters)
    if not content_stems(column):
        return ""
    if column in ("description", "definition", "meaning", "what it is"):
        return f"What is {subject}?"
    if column in _VALUES:
        return f"What is the {subject} in “{title}”?" if len(subject.split()) <= 4 else ""
    if by := _BY.match(column):
        return f"Who is {subject} {by[1]} by?"
    if _PERSONS.match(column) and _is_person(value):
        return f"Who is the {column} for {subject}?"
    if _WHEN.match(column):
        word = (
            column
            if column.startswith("from ")
            else "when"
            if column in ("when", "date", "time", "due")
            else ""
        )
        return (
            f"{word.capitalize()} is {subject}?"
            if word == "when"
            else f"What is the {column} for {subject}?"
            if not word
            else ""
        )
    if re.match(r"^what you get$", column, re.I):
        return f"What do I get with {subject}?"
    if re.match(r"^how (?:long|often|many|much)$", column, re.I):
        return f"{column.capitalize()} is {subject}?" if column.lower() in ("how long", "how often") else ""
    if _QUESTIONABLE.match(column):
        return f"What does the table say under “{name}” for {subject}?"
    if not _NOUN.match(column):
        return ""
    if re.search(r"\bprice\b|\bcost\b|\bfee\b", column, re.I) or unit in ("EUR", "USD", "GBP", "€", "$"):
        forms = ("What is the {column} for {subject}?", "How much is the {column} for {subject}?")
    else:
        forms = ("What is the {column} of {subject}?", "{Subject}: what is the {column}?",
                 "What is the {column} for {subject}?")  # fmt: skip
    if column.endswith("s") and not column.endswith(("ss", "us", "is")):
        forms = ("What are the {column} for {subject}?", "{Subject}: which {column}?")
    form = forms[crc32(f"{title}{name}{subject}".encode()) % len(forms)]
    capital = subject[0].upper() + subject[1:]
    return form.format(column=column, subject=subject, Subject=capital)


def _is_person(value: str) -> bool:
    return bool(re.match(r"^[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){1,3}(?:,.*)?$", value))


def _named_values(passage: Passage, letters: Letters) -> Iterator[Case]:
    """Lines such as `Owner: Maren Oduya` and rows of two cells without a header."""
    title = passage.source.title
    for line in passage.text.split("\n"):
        if passage.table_header and "\t" in line:
            continue
        cells = [cell.strip() for cell in (line.split("\t") if "\t" in line else line.split(": ", 1))]
        if len(cells) != 2 or not _is_label(cells[0]) or cells[1].casefold() in _EMPTY:
            continue
        label, value = cells
        if not _is_value(value) or len(value) < 2 or value.endswith(":") or len(value.split()) > 25:
            continue
        name = letters.inside(label)
        of = re.sub(r"\s+", " ", title).strip()
        if by := _BY.match(name):
            asked = f"Who was “{of}” {by[1]} by?"
        elif _PERSONS.match(name) and _is_person(value):
            asked = f"Who is the {name} of “{of}”?"
        else:
            asked = f"What is the {name} in “{of}”?"
        if "\t" in line or _LABELS.match(label) or _is_person(value):
            yield about(passage, "table", (asked,), (Said(ended(f"{label}: {value}"), passage),))


def _is_label(text: str) -> bool:
    return (
        bool(_NOUN.match(text)) and 3 <= len(text) <= 30 and len(text.split()) <= 3 and bool(content_stems(text))
        and text[0].isupper()
        and not re.match(r"^(?:note|tip|example|warning|important|source|from|to|subject|cc|date|user|assistant|http)", text, re.I)
    )  # fmt: skip
