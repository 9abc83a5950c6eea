"""A PDF page as lines of text with their place, size and weight. The one importer of pypdfium2.

PDFium is asked for a page's text once and then only about the first and last letter of each line and the
letters around a space: asking about every letter costs several times as much.
"""

import ctypes
import math
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from brain.errors import UnreadableDocument

# PDFium writes U+FFFE for a hyphen at the end of a line and leaves out the line break after it.
LINE_END_HYPHEN = "\ufffe"
_LINE = re.compile(r"[^\r\n\ufffe]+\ufffe?")
_WORD_START = re.compile(r"\w")
# Space between two letters, in ems: wider than this is a gap between words, between cells that stand in
# columns, or between cells wherever they stand.
WORD_GAP, COLUMN_GAP, CELL_GAP = 0.15, 0.7, 1.6
# In a typewriter's letters a single space is as wide as a gap between columns elsewhere.
_COLUMN_GAP_TYPED = 1.3
_TYPED_WORD = re.compile(r"[^\W\d_]{5,12}")
_BOLD = 600
_OTHER_LINE = 4.0  # points
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
                shown = _has_shown_fields(page) and flattened(page)
                if not shown:
                    yield _read_page(page, number + 1)
            if shown:
                with closing(self._document[number]) as page:
                    yield _read_page(page, number + 1, filled=True)

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


def _has_shown_fields(page: Any) -> bool:
    """Whether what was filled into a form, or typed on top of the page, is not yet part of its text."""
    import pypdfium2.raw as raw

    for number in range(raw.FPDFPage_GetAnnotCount(page.raw)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, number)
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        raw.FPDFPage_CloseAnnot(annotation)
        if kind in (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT):
            return True
    return False


def flattened(page: Any) -> bool:
    """Make what is shown on top of a page a part of it, in memory; it must be loaded anew to be read then."""
    import pypdfium2.raw as raw

    return bool(raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS)


def _read_page(page: Any, number: int, *, filled: bool = False) -> Page:
    with closing(page.get_textpage()) as text_page:
        letters = _PageLetters(text_page, page)
        lines = tuple(letters.lines(filled=filled))
        width, height = letters.width, letters.height
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
    """Looks up single letters of one page by their index in its text.

    A page whose text runs upwards, downwards or upside down (a wide table, a scan) is turned first.
    """

    def __init__(self, text_page: Any, page: Any) -> None:
        import pypdfium2.raw as raw

        self._raw = raw
        self._page = text_page.raw
        self._text: str = text_page.get_text_range()
        # PDFium counts characters, text counts UTF-16 units: they part where a letter needs two or none.
        self._exact = text_page.count_chars() == len(self._text)
        self._box = [ctypes.c_double() for _ in range(4)]
        self._origin = [ctypes.c_double() for _ in range(2)]
        self._matrix = raw.FS_MATRIX()
        self._name = ctypes.create_string_buffer(128)
        self._flags = ctypes.c_int()
        self.width, self.height = page.get_size()
        self._left, self._bottom, self._right, self._top = 0.0, 0.0, 0.0, self.height
        self._turns = self._usual_turns()
        if self._turns:
            self._left, self._bottom, self._right, self._top = page.get_mediabox()
            self.width, self.height = self._right - self._left, self._top - self._bottom
            if self._turns % 2:
                self.width, self.height = self.height, self.width

    def lines(self, *, filled: bool = False) -> Iterator[Line]:
        """Every line of the page, in the order of the file; `filled` where a form's fields are among them."""
        for first, last in self._spans():
            for start, end in self._on_one_baseline(first, last) if filled else ((first, last),):
                yield self._line(start, end)

    def _spans(self) -> Iterator[tuple[int, int]]:
        for match in _LINE.finditer(self._text):
            text = match.group()
            first = match.start() + len(text) - len(text.lstrip())
            last = match.start() + len(text.rstrip()) - 1
            if last >= first:
                yield first, last

    def _usual_turns(self) -> int:
        """How often most of the text is turned to the left by 90°."""
        letters: Counter[int] = Counter()
        for first, last in self._spans():
            self._raw.FPDFText_GetMatrix(self._page, self._index(first), self._matrix)
            turns = round(math.atan2(self._matrix.b, self._matrix.a) / (math.pi / 2)) % 4
            letters[turns] += last - first + 1
        return letters.most_common(1)[0][0] if letters else 0

    def _on_one_baseline(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Parts of a line: PDFium gives filled fields as one line, wherever they stand."""
        start = first
        for gap in re.finditer(r" +", self._text[first : last + 1]):
            before, after = first + gap.start() - 1, first + gap.end()
            if self._sides(self._index(after))[0] >= self._sides(self._index(before))[1] or before < start:
                continue
            above, below = self._base(self._index(before)), self._base(self._index(after))
            if abs(above - below) > _OTHER_LINE:
                yield start, before
                start = after
        yield start, last

    def _line(self, first: int, last: int) -> Line:
        start, end = self._index(first), self._index(last)
        left, _ = self._sides(start)
        _, right = self._sides(end)
        # A bullet may be set in another size than the words behind it.
        word = _WORD_START.search(self._text, first, last + 1)
        start = self._index(word.start()) if word else start
        self._raw.FPDFText_GetMatrix(self._page, start, self._matrix)
        # The font's nominal size is scaled by the text matrix: many writers set size 1 and scale.
        scale = (self._matrix.c**2 + self._matrix.d**2) ** 0.5
        size = round(self._raw.FPDFText_GetFontSize(self._page, start) * scale, 1) or 1.0
        bold = self._is_bold(start) and self._is_bold(end)
        return Line(
            self._text[first : last + 1],
            left,
            right,
            self._base(start),
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
        start, typed = first, None
        for gap in re.finditer(r" +", self._text[first : last + 1]):
            before, after = first + gap.start() - 1, first + gap.end()
            _, right = self._sides(self._index(before))
            next_left, _ = self._sides(self._index(after))
            if next_left - right <= COLUMN_GAP * size:
                continue
            if typed is None:
                typed = self._is_typed(first, last, size)
            if not typed or next_left - right > _COLUMN_GAP_TYPED * size:
                yield Cell(self._text[start : before + 1], left, right)
                start, left = after, next_left
        yield Cell(self._text[start : last + 1], left, end)

    def _is_typed(self, first: int, last: int, size: float) -> bool:
        """Whether every letter of a word is as wide as the others, as a typewriter's are."""
        word = _TYPED_WORD.search(self._text, first, last + 1)
        if word is None or len(set(word.group())) < 3:
            return False
        places = [self._across(self._index(at)) for at in range(word.start(), word.end())]
        steps = [after - before for before, after in pairwise(places)]
        return max(steps) - min(steps) < 0.02 * size

    def _across(self, index: int) -> float:
        """How far along its line a letter stands."""
        self._raw.FPDFText_GetCharOrigin(self._page, index, *self._origin)
        return self._origin[self._turns % 2].value * (1 if self._turns in (0, 1) else -1)

    def _sides(self, index: int) -> tuple[float, float]:
        self._raw.FPDFText_GetCharBox(self._page, index, *self._box)
        left, right, bottom, top = (side.value for side in self._box)
        match self._turns:
            case 1:
                return bottom - self._bottom, top - self._bottom
            case 2:
                return self._right - right, self._right - left
            case 3:
                return self._top - top, self._top - bottom
            case _:
                return left, right

    def _base(self, index: int) -> float:
        """A letter's baseline, counted from the top of the turned page."""
        self._raw.FPDFText_GetCharOrigin(self._page, index, *self._origin)
        across, up = (value.value for value in self._origin)
        match self._turns:
            case 1:
                return across - self._left
            case 2:
                return up - self._bottom
            case 3:
                return self._right - across
            case _:
                return float(self._top - up)

    def _index(self, position: int) -> int:
        if self._exact:
            return position
        units = len(self._text[:position].encode("utf-16-le")) // 2
        return int(self._raw.FPDFText_GetCharIndexFromTextIndex(self._page, units))
