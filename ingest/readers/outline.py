"""Collects a document's blocks in reading order and keeps the path of headings above each."""

from dataclasses import replace
from typing import Any

from brain.domain import Locator
from ingest.parsed import Block, BlockKind

_RAISED = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
# Soft hyphens, zero-width spaces and byte order marks are drawing hints, not words.
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff\x00"))


def folded(text: str) -> str:
    """The same words with every run of white space made one space."""
    return " ".join(text.translate(_INVISIBLE).split())


def raised(text: str) -> str:
    """Figures above the line as signs of their own: 10⁶ is not 106, nor `50` with a footnote 501."""
    return text.translate(_RAISED) if text.strip(" ,+-−0123456789") == "" else text


class Outline:
    """The growing list of blocks; `place` says where the next ones stand."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._where = Locator()
        self._headings: list[tuple[int, str]] = []
        self._columns = 0

    def place(self, **changes: Any) -> None:
        """Set page, slide, sheet, row or part for the blocks that follow."""
        self._where = replace(self._where, **changes)

    def forget_headings(self) -> None:
        """Start a new heading path, as at a new slide or attachment."""
        self._headings.clear()

    def heading(self, text: str, level: int) -> None:
        """A heading closes those of its own level and below; a repeated one only returns to its namesake."""
        text = folded(text)
        if not text:
            return
        level = min(max(level, 1), 6)
        while self._headings and self._headings[-1][0] >= level:
            self._headings.pop()
        names = [name.casefold() for _, name in self._headings]
        if text.casefold() in names:
            del self._headings[names.index(text.casefold()) + 1 :]
        else:
            self._headings.append((level, text))
        self._add(BlockKind.HEADING, text, level)

    def paragraph(self, text: str) -> None:
        """A stretch of running text."""
        self._add(BlockKind.PARAGRAPH, folded(text))

    def item(self, text: str, depth: int = 0, mark: str = "-") -> None:
        """A list item; `mark` is `-` or the item's own number, such as `2.`."""
        if text := folded(text):
            self._add(BlockKind.LIST_ITEM, f"{'  ' * depth}{mark} {text}", depth)

    def code(self, text: str) -> None:
        """Code keeps its line breaks and indents."""
        text = text.replace("\r\n", "\n").translate(_INVISIBLE).strip("\n").rstrip()
        self._add(BlockKind.CODE, text)

    def table(self, rows: list[list[str]], *, header: bool) -> None:
        """A table's rows, the first of them its header if so marked."""
        for number, cells in enumerate(rows):
            self.row(cells, header=header and number == 0)

    def row(self, cells: list[str], *, header: bool = False) -> None:
        """One row, its cells parted by tabs; empty ones at the end only where their column has a name."""
        words = [folded(cell) for cell in cells]
        named = self._columns if not header and self._in_table() else 0
        while len(words) > named and not words[-1]:
            words.pop()
        if any(words):
            self._columns = len(words) if header else named
            self._add(BlockKind.TABLE_HEADER if header else BlockKind.TABLE_ROW, "\t".join(words))

    def _in_table(self) -> bool:
        return bool(self.blocks) and self.blocks[-1].kind in (BlockKind.TABLE_HEADER, BlockKind.TABLE_ROW)

    def _add(self, kind: BlockKind, text: str, level: int = 0) -> None:
        if text:
            path = tuple(name for _, name in self._headings)
            self.blocks.append(Block(kind, text, replace(self._where, heading=path), level))
