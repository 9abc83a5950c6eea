"""A PDF page as lines of text with their place, size and weight. The one importer of pypdfium2.

PDFium is asked for a page's text once and then only about the first and last letter of each line and the
letters around a space: asking about every letter costs several times as much.
"""

import ctypes
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from brain.errors import UnreadableDocument

# PDFium writes U+FFFE for a hyphen at the end of a line and leaves out the line break after it.
LINE_END_HYPHEN = "\ufffe"
_LINE = re.compile(r"[^\r\n\ufffe]+\ufffe?")
# Space between two letters, in ems: wider than this is a gap between words, or between cells.
_WORD_GAP, _CELL_GAP = 0.15, 1.6
_BOLD = 600
# A scanned page holds a picture and at most a stamp of text.
_FEW_LINES = 3
_MOST = 0.6


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `left`, `right` and `base` (its baseline, counted from the page's top) in points."""

    text: str
    left: float
    right: float
    base: float
    size: float
    bold: bool
    cells: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A page's lines in the order of the file, its size in points, and whether it is a picture of text."""

    number: int
    width: float
    height: float
    lines: tuple[Line, ...]
    scanned: bool


class PdfFile:
    """An open PDF: pages on demand, and what it says of itself."""

    def __init__(self, data: bytes, name: str) -> None:
        import pypdfium2

        try:
            self._document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            raise _unopened(name, str(error)) from error

    def close(self) -> None:
        """Free what PDFium holds."""
        self._document.close()

    def __len__(self) -> int:
        return len(self._document)

    @property
    def metadata(self) -> dict[str, str]:
        """Title, CreationDate, ModDate and the like, as far as they are given."""
        return dict(self._document.get_metadata_dict(skip_empty=True))

    def pages(self) -> Iterator[Page | None]:
        """Every page in order; None for one that PDFium can't load."""
        import pypdfium2

        for number in range(len(self._document)):
            try:
                page = self._document[number]
            except pypdfium2.PdfiumError:
                yield None
                continue
            with closing(page):
                yield _read_page(page, number + 1)

    def picture_of(self, number: int, dots_per_inch: int) -> Any:
        """A page drawn as a Pillow image."""
        with closing(self._document[number - 1]) as page:
            return page.render(scale=dots_per_inch / 72).to_pil().convert("RGB")


def _unopened(name: str, detail: str) -> UnreadableDocument:
    if "password" in detail.lower():
        return UnreadableDocument(
            f"{name} is protected by a password: save a copy without the password and add that.",
            detail=detail,
        )
    return UnreadableDocument(
        f"{name} is damaged or not a PDF: open it in a PDF viewer, save it again and add that.", detail=detail
    )


def _read_page(page: Any, number: int) -> Page:
    width, height = page.get_size()
    with closing(page.get_textpage()) as text_page:
        lines = tuple(_PageLetters(text_page, height).lines())
    scanned = len(lines) <= _FEW_LINES and _picture_share(page) > (_MOST if lines else 0)
    return Page(number, width, height, lines, scanned)


def _picture_share(page: Any) -> float:
    """The largest picture's share of the page."""
    import pypdfium2.raw as raw

    width, height = page.get_size()
    sides = [ctypes.c_float() for _ in range(4)]
    largest = 0.0
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        raw.FPDFPageObj_GetBounds(item.raw, *sides)
        left, bottom, right, top = (side.value for side in sides)
        largest = max(largest, (right - left) * (top - bottom) / (width * height))
    return largest


class _PageLetters:
    """Looks up single letters of one page by their index in its text."""

    def __init__(self, text_page: Any, height: float) -> None:
        import pypdfium2.raw as raw

        self._raw = raw
        self._page = text_page.raw
        self._height = height
        self._text: str = text_page.get_text_range()
        # PDFium counts characters, text counts UTF-16 units: they part where a letter needs two or none.
        self._exact = text_page.count_chars() == len(self._text)
        self._box = [ctypes.c_double() for _ in range(4)]
        self._origin = [ctypes.c_double() for _ in range(2)]
        self._matrix = raw.FS_MATRIX()

    def lines(self) -> Iterator[Line]:
        for match in _LINE.finditer(self._text):
            text = match.group()
            first = match.start() + len(text) - len(text.lstrip())
            last = match.start() + len(text.rstrip()) - 1
            if last >= first:
                yield self._line(first, last)

    def _line(self, first: int, last: int) -> Line:
        start, end = self._index(first), self._index(last)
        left, _ = self._sides(start)
        _, right = self._sides(end)
        self._raw.FPDFText_GetCharOrigin(self._page, start, *self._origin)
        self._raw.FPDFText_GetMatrix(self._page, start, self._matrix)
        # The font's nominal size is scaled by the text matrix: many writers set size 1 and scale.
        scale = (self._matrix.c**2 + self._matrix.d**2) ** 0.5
        size = round(self._raw.FPDFText_GetFontSize(self._page, start) * scale, 1) or 1.0
        bold = all(self._raw.FPDFText_GetFontWeight(self._page, index) >= _BOLD for index in (start, end))
        return Line(
            self._text[first : last + 1],
            left,
            right,
            self._height - self._origin[1].value,
            size,
            bold,
            tuple(self._cells(first, last, left, size)),
        )

    def _cells(self, first: int, last: int, left: float, size: float) -> Iterator[tuple[float, str]]:
        """The line's parts that stand apart like cells of a table, each with its left edge."""
        start = first
        for gap in re.finditer(r" +", self._text[first : last + 1]):
            before, after = first + gap.start() - 1, first + gap.end()
            _, right = self._sides(self._index(before))
            next_left, _ = self._sides(self._index(after))
            if next_left - right > _CELL_GAP * size:
                yield left, self._text[start : before + 1]
                start, left = after, next_left
        yield left, self._text[start : last + 1]

    def _sides(self, index: int) -> tuple[float, float]:
        self._raw.FPDFText_GetCharBox(self._page, index, *self._box)
        return self._box[0].value, self._box[1].value

    def _index(self, position: int) -> int:
        if self._exact:
            return position
        units = len(self._text[:position].encode("utf-16-le")) // 2
        return int(self._raw.FPDFText_GetCharIndexFromTextIndex(self._page, units))


def joined_fragments(lines: list[Line]) -> list[Line]:
    """Neighbours on one baseline made one line again: some writers place every few letters by themselves."""
    whole: list[Line] = []
    for line in lines:
        above = whole[-1] if whole else None
        if (
            above is None
            or abs(above.base - line.base) > 0.2 * line.size
            or line.left < above.right - line.size
        ):
            whole.append(line)
            continue
        gap = line.left - above.right
        if gap > _CELL_GAP * line.size:
            cells = (*above.cells, *line.cells)
        else:
            glue = " " if gap > _WORD_GAP * line.size else ""
            left, text = above.cells[-1]
            cells = (*above.cells[:-1], (left, text + glue + line.cells[0][1]), *line.cells[1:])
        whole[-1] = Line(
            " ".join(text for _, text in cells),
            above.left,
            line.right,
            above.base,
            max(above.size, line.size),
            above.bold and line.bold,
            cells,
        )
    return whole
