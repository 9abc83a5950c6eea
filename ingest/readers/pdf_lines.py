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
_WORD_START = re.compile(r"\w")
# Space between two letters, in ems: wider than this is a gap between words, or between cells.
WORD_GAP, CELL_GAP = 0.15, 1.6
_BOLD = 600
# A scanned page holds a picture and at most a stamp of text.
_FEW_LINES = 3
_MOST = 0.6


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of a line that stands apart from its neighbours, as in a table or another column."""

    text: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `left`, `right` and `base` (its baseline, counted from the page's top) in points."""

    text: str
    left: float
    right: float
    base: float
    size: float
    bold: bool
    cells: tuple[Cell, ...] = ()


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
        self._name = ctypes.create_string_buffer(128)
        self._flags = ctypes.c_int()

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
        # A bullet may be set in another size than the words behind it.
        word = _WORD_START.search(self._text, first, last + 1)
        start = self._index(word.start()) if word else start
        self._raw.FPDFText_GetCharOrigin(self._page, start, *self._origin)
        self._raw.FPDFText_GetMatrix(self._page, start, self._matrix)
        # The font's nominal size is scaled by the text matrix: many writers set size 1 and scale.
        scale = (self._matrix.c**2 + self._matrix.d**2) ** 0.5
        size = round(self._raw.FPDFText_GetFontSize(self._page, start) * scale, 1) or 1.0
        bold = self._is_bold(start) and self._is_bold(end)
        return Line(
            self._text[first : last + 1],
            left,
            right,
            self._height - self._origin[1].value,
            size,
            bold,
            tuple(self._cells(first, last, left, right, size)),
        )

    def _is_bold(self, index: int) -> bool:
        weight = self._raw.FPDFText_GetFontWeight(self._page, index)
        if weight > 0:
            return bool(weight >= _BOLD)
        # The standard fonts, which no file carries, have a name and no weight.
        size = self._raw.FPDFText_GetFontInfo(self._page, index, self._name, len(self._name), self._flags)
        return b"bold" in self._name.raw[: max(size, 0)].lower()

    def _cells(self, first: int, last: int, left: float, end: float, size: float) -> Iterator[Cell]:
        start = first
        for gap in re.finditer(r" +", self._text[first : last + 1]):
            before, after = first + gap.start() - 1, first + gap.end()
            _, right = self._sides(self._index(before))
            next_left, _ = self._sides(self._index(after))
            if next_left - right > CELL_GAP * size:
                yield Cell(self._text[start : before + 1], left, right)
                start, left = after, next_left
        yield Cell(self._text[start : last + 1], left, end)

    def _sides(self, index: int) -> tuple[float, float]:
        self._raw.FPDFText_GetCharBox(self._page, index, *self._box)
        return self._box[0].value, self._box[1].value

    def _index(self, position: int) -> int:
        if self._exact:
            return position
        units = len(self._text[:position].encode("utf-16-le")) // 2
        return int(self._raw.FPDFText_GetCharIndexFromTextIndex(self._page, units))
