"""A document's passages as sections: a heading, and the lines under it, each in its passage."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from brain.domain import Passage
from brain.text.sentences import sentence_spans

_NUMBERING = re.compile(
    r"^\s*(?:(?:section|chapter|part|article)\s+)?(?:\d+(?:\.\d+)*[.)]?|[A-Z][.)]|[A-Z]{1,3}-\d+[:.]?)\s+",
    re.I,
)
_ITEM = re.compile(r"^\s*(?:(?P<number>\d{1,2})[.)]|[-*•])\s+")
_ENDS = re.compile(r"[.!,;:…][\"'”’)]*$")
_LONGEST_HEADING = 9  # words of a line that is taken for a heading


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a passage: a paragraph, a list's item or a table's row."""

    passage: Passage
    text: str

    @property
    def is_row(self) -> bool:
        """Whether it is a table's row."""
        return "\t" in self.text

    @property
    def is_item(self) -> bool:
        """Whether it is an item of a list."""
        return _ITEM.match(self.text) is not None

    @property
    def lead(self) -> str:
        """What opens it in an answer."""
        found = _ITEM.match(self.text)
        if found is None:
            return ""
        return f"{found['number']}. " if found["number"] else "- "

    def sentences(self) -> list[str]:
        """Its sentences as they stand."""
        return [self.text[start:end] for start, end in sentence_spans(self.text)]


@dataclass(slots=True)
class Section:
    """A heading without its number, what stands above it, and its lines."""

    heading: str
    above: str
    title: str
    lines: list[Line] = field(default_factory=list)


def sections(passages: Sequence[Passage]) -> list[Section]:
    """The sections of one document in order; small headings inside of passages open sections too."""
    found: list[Section] = []
    path: tuple[str, ...] | None = None
    for passage in passages:
        title, heading = passage.source.title, passage.source.locator.heading
        if heading != path or not found:
            path = heading
            found.append(Section(_plain(heading[-1]) if heading else "", _above(heading, title), title))
        lines = list(_lines(passage))
        for at, line in enumerate(lines):
            if _is_heading(line, lines[at + 1] if at + 1 < len(lines) else None):
                if _plain(line.text).casefold() == found[-1].heading.casefold() and not found[-1].lines:
                    continue
                above = found[-1].above if len(found) > 1 and found[-1].above else title
                found.append(Section(_plain(line.text), above, title))
            else:
                found[-1].lines.append(line)
    return found


def _lines(passage: Passage) -> Iterator[Line]:
    for text in passage.text.split("\n"):
        if text.strip() and text != passage.table_header:
            yield Line(passage, text)


def _is_heading(line: Line, following: Line | None) -> bool:
    text = line.text.strip()
    if line.is_row or following is None or (following.is_row and "?" not in text):
        return False
    if _ITEM.match(text) or _ENDS.search(text) or not text[:1].isupper():
        return False
    if len(text.split()) > (14 if text.endswith("?") else _LONGEST_HEADING):
        return False
    return bool(re.search(r"[.!?:][\"'”’)]*$", following.text.strip())) or following.is_item


def _above(heading: tuple[str, ...], title: str) -> str:
    return _plain(heading[-2]) if len(heading) > 1 else title


def _plain(heading: str) -> str:
    return _NUMBERING.sub("", " ".join(heading.split())).strip(" :–—-")
