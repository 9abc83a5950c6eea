"""Lines of a PDF become headings, paragraphs, list items and table rows.

A PDF says only where letters stand. What is a heading or where a paragraph ends is read from size, weight,
gaps, indents and how full the line above was.
"""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise, takewhile

from ingest.readers.outline import Outline
from ingest.readers.pages.hyphenation import Hyphenation
from ingest.readers.pages.pdf_lines import Line, Page
from ingest.readers.pages.pdf_tables import Table, rows_with_one_cell, table_of, with_whole_cells

_BULLET = re.compile(r"^([•●○◦▪■□–—‣⁃∙·\uf0b7\uf0a7\uf0d8]|[-*o](?=\s))\s*")
_NUMBER = re.compile(r"^\(?(\d{1,3}|[a-z]|[ivx]{1,4})[.)]\s+(?=\S)")
# What stands before a clause, or a heading, with a tab between.
_CLAUSE = re.compile(r"[1-9]\d{0,2}(?:\.\d{1,3}){1,4}\.?|§\s?\d{1,4}[a-z]?")
_SECTION = re.compile(rf"\d{{1,3}}\.?|[A-Z]\.?|[IVX]{{1,5}}\.?|{_CLAUSE.pattern}")
_SENTENCE_END = re.compile(r"[.!?:;][\"'”’)\]]*$")
_SMALL_WORDS = {
    "a", "an", "and", "are", "as", "at", "by", "for", "from", "in", "into", "is", "of", "on", "or",
    "per", "the", "to", "vs", "with", "your"
}  # fmt: skip
# Line gap, in line heights of the body, from which a new paragraph begins.
_GAP = 1.25


@dataclass(frozen=True, slots=True)
class Typography:
    """What is usual in this document: the body's size, its line pitch, and headings' styles by rank."""

    body: float
    pitch: float
    ranks: tuple[tuple[float, bool], ...]
    cover: bool

    @classmethod
    def of(cls, pages: list[Page]) -> "Typography":
        """Measured over all lines, each counted by its length."""
        sizes: Counter[float] = Counter()
        for page in pages:
            for line in page.lines:
                sizes[_rounded(line.size)] += len(line.text)
        body = sizes.most_common(1)[0][0] if sizes else 10.0
        gaps = Counter(
            round((below.base - above.base) / body, 2)
            for page in pages
            for above, below in pairwise(page.lines)
            if _rounded(above.size) == _rounded(below.size) == body
            and 0.9 * body < below.base - above.base < 2 * body
        )
        pitch = gaps.most_common(1)[0][0] * body if gaps else 1.2 * body
        cover = _is_cover(pages, body)
        styles = {
            (_rounded(line.size), line.bold)
            for page in pages[cover:]
            for line in page.lines
            if _stands_out(line, body) and len(line.text) < 150
        }
        return cls(body, pitch, tuple(sorted(styles, key=lambda style: (-style[0], not style[1]))), cover)

    def rank(self, line: Line) -> int | None:
        """The heading level of the line's style, counted from 1; None for body text."""
        style = (_rounded(line.size), line.bold)
        if not _stands_out(line, self.body):
            return None
        return min(self.ranks.index(style) + 1 + self.cover, 5) if style in self.ranks else None


@dataclass
class _Stretch:
    """Lines that belong together, and what they are."""

    lines: list[Line]
    page: int
    rank: int | None = None
    mark: str | None = None
    right: float = 0.0
    text_left: float = 0.0
    row: bool = False  # of a table, though it has but one cell


def add_pages(outline: Outline, pages: list[Page], typography: Typography) -> None:
    """Adds every page's blocks; a paragraph that runs over a page's end is one block of the first page."""
    stretches: list[_Stretch] = []
    if typography.cover:
        # A title set in several sizes is one title.
        stretches.append(_Stretch(list(pages[0].lines), pages[0].number, rank=1))
    for page in pages[typography.cover :]:
        found = _stretches(page, typography)
        if stretches and found and _runs_on(stretches[-1], found[0]):
            stretches[-1].lines += found[0].lines
            found = found[1:]
        stretches += found
    table, row = Table([], None), 0
    words = Hyphenation(line.text for page in pages for line in page.lines)
    level_below = min(len(typography.ranks) + 1 + typography.cover, 6)
    for number, stretch in enumerate(stretches):
        outline.place(page=stretch.page)
        following = stretches[number + 1] if number + 1 < len(stretches) else None
        text = words.joined([line.text for line in stretch.lines])
        if stretch.rank is not None:
            outline.heading(text, stretch.rank)
        elif stretch.mark is not None:
            outline.item(text, 0, stretch.mark)
        elif _is_table_row(stretch):
            if number == 0 or not _is_table_row(stretches[number - 1]):
                run = takewhile(_is_table_row, stretches[number:])
                table, row = table_of([part.lines[0] for part in run]), 0
            cells = [words.joined(cell.split("\n")) for cell in table.rows[row]]
            outline.row(cells, header=row == table.header)
            row += 1
        elif following is not None and _reads_as_heading(stretch, following):
            outline.heading(text, level_below)
        else:
            outline.paragraph(text)


def _stretches(page: Page, typography: Typography) -> list[_Stretch]:
    found: list[_Stretch] = []
    right = max((line.right for line in page.lines), default=0.0)
    lines = with_whole_cells(page.lines, _is_item)
    alone = rows_with_one_cell(lines)
    for number, line in enumerate(lines):
        if number in alone and not _is_item(line):
            found.append(_Stretch([line], page.number, right=right, text_left=line.left, row=True))
            continue
        rank = typography.rank(line)
        if rank is not None and (_BULLET.match(line.text) or (found and _in_large_item(found[-1], line))):
            rank = None  # slides set their lists in large letters
        mark, rest = _marked(line) if rank is None else (None, line)
        if found and mark is None and _continues(found[-1], line, rank, typography):
            found[-1].lines.append(line)
        else:
            found.append(_Stretch([rest], page.number, rank, mark, right, rest.left))
    return found


def _in_large_item(stretch: _Stretch, line: Line) -> bool:
    above = stretch.lines[-1]
    same = _rounded(above.size) == _rounded(line.size) and above.bold == line.bold
    return stretch.mark is not None and same and line.left > stretch.text_left - line.size / 2


def _continues(stretch: _Stretch, line: Line, rank: int | None, typography: Typography) -> bool:
    above = stretch.lines[-1]
    gap = line.base - above.base
    if stretch.rank != rank or len(line.cells) > 1 or _is_table_row(stretch):
        return False
    pitch = max(typography.pitch * above.size / typography.body, above.size)
    if gap > _GAP * pitch or gap < -above.size:
        # A line that stands higher begins a new column, into which a paragraph may run.
        return gap < -above.size and rank is None and _unfinished(stretch, line)
    if rank is not None:
        # The lines of one heading share their left edge or their middle.
        middles = abs(line.left + line.right - above.left - above.right) / 2
        return min(abs(line.left - above.left), middles) < line.size
    if _was_ended(stretch, line):
        return False
    indented = line.left > min(part.left for part in stretch.lines) + line.size and stretch.mark is None
    return not indented and (_was_full(stretch, line) or not _SENTENCE_END.search(above.text))


def _was_full(stretch: _Stretch, line: Line) -> bool:
    """The line's first word would not have fitted behind the line above."""
    above = stretch.lines[-1]
    letter = (line.right - line.left) / max(len(line.text), 1)
    room = stretch.right - above.right
    return room < letter * (len(line.text.split(maxsplit=1)[0]) + 1) + line.size


def _was_ended(stretch: _Stretch, line: Line) -> bool:
    """A line far shorter than its paragraph could be, before a new start, was ended by the writer."""
    above = stretch.lines[-1]
    width = stretch.right - above.left
    return not line.text[:1].islower() and above.right - above.left < 0.6 * width and stretch.mark is None


def _unfinished(stretch: _Stretch, line: Line) -> bool:
    last = stretch.lines[-1].text.rstrip()
    return line.text[:1].islower() or (not _SENTENCE_END.search(last) and _was_full(stretch, line))


def _runs_on(last: _Stretch, first: _Stretch) -> bool:
    if last.rank is not None or first.rank is not None or first.mark is not None:
        return False
    if _is_table_row(last) or _is_table_row(first):
        return False
    return _unfinished(last, first.lines[0])


def _marked(line: Line) -> tuple[str | None, Line]:
    """A list item's mark, and the line without it; a clause's number stands as far away as a cell."""
    text = line.text
    if len(line.cells) == 2 and _CLAUSE.fullmatch(line.cells[0].text) and line.cells[1].text[0].isalpha():
        cell = line.cells[1]
        return line.cells[0].text, Line(cell.text, cell.left, line.right, line.base, line.size, line.bold)
    if match := _BULLET.match(text):
        mark = "-"
    elif match := _NUMBER.match(text):
        mark = match.group().strip()
    else:
        return None, line
    rest = text[match.end() :]
    if not rest:
        return None, line
    return mark, Line(rest, line.left, line.right, line.base, line.size, line.bold)


def _is_item(line: Line) -> bool:
    return _marked(line)[0] is not None


def _is_table_row(stretch: _Stretch) -> bool:
    several = len(stretch.lines[0].cells) > 1 and stretch.mark is None and stretch.rank is None
    return several or stretch.row


def _reads_as_heading(stretch: _Stretch, following: _Stretch) -> bool:
    """A short line of its own, written like a title, over a text."""
    text = stretch.lines[0].text.strip()
    if len(stretch.lines) > 1 or following.rank is not None or len(text) > 70 or len(text) < 3:
        return False
    words = re.findall(r"[^\W\d_][\w’'-]*", text)
    if not words or len(words) > 10 or re.search(r"[.!?;,]$", text) or "@" in text or "://" in text:
        return False
    if text.endswith(":") and len(words) > 4:
        return False
    short = stretch.lines[0].right < stretch.right * 0.8
    titled = all(word[0].isupper() or word.lower() in _SMALL_WORDS for word in words)
    return short and titled and text[0].isalnum() and not re.search(r": \S", text[:-1])


def _stands_out(line: Line, body: float) -> bool:
    if len(line.cells) > 1 and not (len(line.cells) == 2 and _SECTION.fullmatch(line.cells[0].text)):
        return False
    if line.size > body * 1.12:
        return True
    # Bold alone may also be stress: a heading is short and not a sentence.
    sentence = re.search(r"[.!?;,]$|\w{2}[.!?] [A-Z]", line.text.strip())
    return line.bold and line.size > body * 0.95 and len(line.text) <= 80 and not sentence


def _is_cover(pages: list[Page], body: float) -> bool:
    """A first page with nothing but a title in large letters."""
    if len(pages) < 2 or not 1 <= len(pages[0].lines) <= 5:
        return False
    return all(line.size > body * 1.12 and not _BULLET.match(line.text) for line in pages[0].lines)


def _rounded(size: float) -> float:
    return round(size * 2) / 2
