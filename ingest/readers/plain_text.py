"""Plain text: paragraphs parted by blank lines, list items, tables set with spaces, and plain headings."""

import re
from collections.abc import Iterator

from ingest.parsed import ParsedDocument
from ingest.readers.charset import decode
from ingest.readers.naming import title_from_name
from ingest.readers.outline import Outline
from ingest.readers.spaced_tables import table_runs
from ingest.readers.wrapping import joined_lines, margin_of

_ITEM = re.compile(r"^(\s*)(?:([-*•‣▪–])|(\d{1,3}[.)]))\s+(?=\S)")
_RULE = re.compile(r"^\s*([=\-_*~#])\1{3,}\s*$")
_NUMBERED = re.compile(r"\d+(\.\d+)*\.?\s+[A-Z]")


def read_text(data: bytes, name: str) -> ParsedDocument:
    """A text file's blocks; the title is its first line if that reads as one."""
    outline = Outline()
    title = add_text(outline, decode(data))
    return ParsedDocument(title or title_from_name(name), tuple(outline.blocks), "text/plain")


def add_text(outline: Outline, text: str, *, titled: bool = True) -> str | None:
    """Adds the text's blocks; gives the first line where it may be, and reads as, a title."""
    title = None
    margin = margin_of(text)
    for number, stretch in enumerate(_stretches(text)):
        lines = [line for line in stretch if not _RULE.match(line)]
        at_top = titled and number == 0
        underlined = len(stretch) > 1 and _RULE.match(stretch[1]) is not None
        if lines and (underlined or _opens_with_heading(lines, margin, at_top=at_top)):
            outline.heading(lines[0], 1 if at_top or (underlined and "=" in stretch[1]) else 2)
            title = " ".join(lines[0].split()) if at_top else title
            lines = lines[1:]
        _add_lines(outline, lines, margin)
    return title


def _stretches(text: str) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for line in text.replace("\f", "\n\n").splitlines():
        if line.strip():
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return [stretch for stretch in found if stretch]


def _opens_with_heading(lines: list[str], margin: int, *, at_top: bool) -> bool:
    """In capitals, numbered over an indented text, alone at the top, or short over a full line of text."""
    line = lines[0].strip()
    if len(line) > 70 or line[-1] in ".,;:!?" or "   " in line or not any(map(str.isalpha, line)):
        return False
    if line.isupper():
        return True
    numbered = _NUMBERED.match(line) is not None
    if len(lines) == 1:
        return numbered or (at_top and not _ITEM.match(line))
    if numbered and len(line) <= 50:
        return all(below[0].isspace() for below in lines[1:])
    over_text = len(lines[1].strip()) > 0.7 * margin and lines[1].strip()[0].isupper() and margin >= 50
    return over_text and len(line) < 0.6 * margin and line[0].isupper() and "  " not in lines[1].strip()


def _add_lines(outline: Outline, lines: list[str], margin: int) -> None:
    for rows, loose in table_runs(lines):
        if rows:
            outline.table(rows, header=len(rows[0]) > 2)
        for mark, group in _groups(loose):
            if mark is None:
                for paragraph in joined_lines(group, margin):
                    outline.paragraph(paragraph)
            else:
                depth = min(len(mark[1].expandtabs(4)) // 2, 5)
                outline.item(" ".join(group), depth, "-" if mark[2] else mark[3].replace(")", "."))


def _groups(lines: list[str]) -> Iterator[tuple[re.Match[str] | None, list[str]]]:
    """List items with the lines that go on under them, and runs of other lines."""
    group: list[str] = []
    opened: re.Match[str] | None = None
    for line in lines:
        mark = _ITEM.match(line)
        ended = opened is not None and not line[0].isspace() and group[-1].rstrip().endswith((".", "!", "?"))
        if group and (mark is not None or ended):
            yield opened, group
            group, opened = [], None
        if mark is not None:
            opened = mark
        group.append(line[mark.end() :] if mark else line)
    if group:
        yield opened, group
