"""Plain text: paragraphs parted by blank lines, list items, and lines that are plainly headings."""

import re

from ingest.parsed import ParsedDocument
from ingest.readers.charset import decode
from ingest.readers.naming import title_from_name
from ingest.readers.outline import Outline
from ingest.readers.wrapping import joined_lines, margin_of

_ITEM = re.compile(r"^(\s*)(?:([-*•‣▪–])|(\d{1,3}[.)]))\s+(?=\S)")
_RULE = re.compile(r"^\s*([=\-_*~#])\1{3,}\s*$")


def read_text(data: bytes, name: str) -> ParsedDocument:
    """A text file's blocks; the title is its first line if that stands alone and is short."""
    outline = Outline()
    title = add_text(outline, decode(data))
    return ParsedDocument(title or title_from_name(name), tuple(outline.blocks), "text/plain")


def add_text(outline: Outline, text: str, *, titled: bool = True) -> str | None:
    """Adds the text's blocks; gives the first line where it may be, and reads as, a title."""
    title = None
    margin = margin_of(text)
    for number, stretch in enumerate(_stretches(text)):
        lines = [line for line in stretch if not _RULE.match(line)]
        if not lines:
            continue
        underlined = len(stretch) > 1 and _RULE.match(stretch[1]) is not None
        at_top = titled and number == 0
        if underlined or (len(lines) == 1 and _reads_as_heading(lines[0], first=at_top)):
            outline.heading(lines[0], 1 if at_top or (underlined and "=" in stretch[1]) else 2)
            title = title or (" ".join(lines[0].split()) if at_top else None)
            lines = lines[1:]
        _add_stretch(outline, lines, margin)
    return title


def _stretches(text: str) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for line in text.replace("\f", "\n\n").splitlines():
        if line.strip():
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return [stretch for stretch in found if stretch]


def _reads_as_heading(line: str, *, first: bool) -> bool:
    line = line.strip()
    if len(line) > 70 or line[-1] in ".,;!?" or _ITEM.match(line) or not any(map(str.isalpha, line)):
        return False
    return first or line.isupper() or bool(re.match(r"\d+(\.\d+)*\.?\s+[A-Z]", line))


def _add_stretch(outline: Outline, lines: list[str], margin: int) -> None:
    """Lines of one stretch: items by their mark, the rest joined where the line was only wrapped."""
    for mark, group in _groups(lines):
        if mark is None:
            for paragraph in joined_lines(group, margin):
                outline.paragraph(paragraph)
        else:
            depth = min(len(mark[1].expandtabs(4)) // 2, 5)
            outline.item(" ".join(group), depth, "-" if mark[2] else mark[3].replace(")", "."))


def _groups(lines: list[str]) -> list[tuple[re.Match[str] | None, list[str]]]:
    groups: list[tuple[re.Match[str] | None, list[str]]] = []
    for line in lines:
        mark = _ITEM.match(line)
        goes_on = bool(groups) and (
            groups[-1][0] is None
            or line[0].isspace()
            or not groups[-1][1][-1].rstrip().endswith((".", "!", "?"))
        )
        if mark is not None:
            groups.append((mark, [line[mark.end() :]]))
        elif goes_on:
            groups[-1][1].append(line)
        else:
            groups.append((None, [line]))
    return groups
