"""Org, line by line: what its syntax says of headings, lists, tables, blocks and drawers.

There is no well-kept reader of it in Python that goes beyond headings. Nothing is included, computed or run.
"""

import re
from bisect import bisect_left
from textwrap import dedent

from ingest.parsed import ParsedDocument
from ingest.readers.charset import decode
from ingest.readers.markup.definitions import add_definition
from ingest.readers.markup.org_inline import Inline
from ingest.readers.merged_cells import Cell, add_table
from ingest.readers.naming import first_heading, iso_date, real_title, title_from_name
from ingest.readers.outline import Outline
from ingest.readers.tabular import MAX_ROWS, WIDEST

MEDIA_TYPE = "text/org"
_HEADING = re.compile(r"(\*+)[ \t]+(\S.*)")
_PRIORITY = re.compile(r"((?:^|\s))\[#\w\][ \t]*")
# A run of blanks is looked at from where it begins: from each of them it would take time by its square.
_TAGS = re.compile(r"(?<![ \t])[ \t]+:([\w@#%]+(?::[\w@#%]+)*):$")
_KEYWORD = re.compile(r"[ \t]*#\+(?P<name>[\w-]+)(?:\[[^\]]*\])?:[ \t]*(?P<value>.*)")
_BEGIN = re.compile(r"[ \t]*#\+begin_(?P<name>\S+)(?:[ \t].*)?", re.I)
_END = re.compile(r"[ \t]*#\+end_\S+[ \t]*", re.I)
_DRAWER = re.compile(r"[ \t]*:(?P<name>[\w-]+):[ \t]*")
_DRAWER_END = re.compile(r"[ \t]*:END:[ \t]*", re.I)
_PLANNING = re.compile(r"[ \t]*(?:SCHEDULED|DEADLINE|CLOSED):.*")
_COMMENT = re.compile(r"[ \t]*#(?:[ \t].*)?")
_CLOCK = re.compile(r"[ \t]*CLOCK:.*")
_RULE = re.compile(r"[ \t]*-{5,}[ \t]*")
_FIXED = re.compile(r"[ \t]*:(?: (?P<text>.*))?")
_ROW = re.compile(r"[ \t]*\|.*")
_ITEM = re.compile(
    r"(?P<indent>[ \t]*)(?P<mark>[-+]|(?<=[ \t])\*|\d+[.)]|[A-Za-z][.)])(?:[ \t]+(?P<text>.*))?"
)
_COUNTER = re.compile(r"\[@(\w+)\][ \t]*")
_TERM = re.compile(r"(?P<term>\S.*?)(?<![ \t])[ \t]+::(?:[ \t]+(?P<text>.*))?", re.S)
_NOTE = re.compile(r"\[fn:[\w-]+\][ \t]+(?P<text>.*)")
_CODE = {"src", "example"}
_NOT_SHOWN = {"comment", "export"}
_NOT_SHOWN_DRAWERS = {"properties", "logbook"}
_COOKIE = re.compile(r"<[lrc]?\d*>|[<>/]|")


def read_org(data: bytes, name: str) -> ParsedDocument:
    """A file's blocks; title and date are those of its keywords, else the first heading."""
    lines = decode(data).replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    reader = _Reader([line.rstrip() for line in lines])
    reader.read()
    blocks = reader.outline.blocks
    title = real_title(reader.keywords.get("title")) or first_heading(blocks) or title_from_name(name)
    modified = iso_date(reader.keywords.get("date", "").strip("<>[] "))
    return ParsedDocument(title, tuple(blocks), MEDIA_TYPE, modified=modified)


class _Reader:
    """Goes through the lines once, holding the list that is open."""

    def __init__(self, lines: list[str]) -> None:
        self.outline = Outline()
        self.keywords: dict[str, str] = {}
        macros: dict[str, str] = {}
        for line in lines:
            if match := _KEYWORD.fullmatch(line):
                name, value = match["name"].lower(), match["value"].strip()
                self.keywords.setdefault(name, value)
                if name == "macro":
                    word, _, meaning = value.partition(" ")
                    macros[word.lower()] = meaning.strip()
        self._lines = lines
        self._at = 0
        self._inline = Inline(
            macros | {key: self.keywords[key] for key in ("title", "date", "author") if key in self.keywords}
        )
        self._ends: dict[str, list[int]] = {}
        for place, line in enumerate(lines):
            if _HEADING.fullmatch(line):
                self._ends.setdefault("*", []).append(place)
            elif _END.fullmatch(line) or _DRAWER_END.fullmatch(line):
                self._ends.setdefault(line.strip().lower(), []).append(place)
        self._indents: list[int] = []
        self._numbers: list[int] = []

    def read(self) -> None:
        """Adds every block of the file."""
        self.outline.heading(self._inline.shown(self.keywords.get("title", "")), 1)
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if not line.strip():
                self._at += 1
            elif heading := _HEADING.fullmatch(line):
                self._heading(len(heading[1]), heading[2])
            else:
                self._block(line)
            for note in self._inline.notes():
                self.outline.paragraph(note)

    def _heading(self, level: int, text: str) -> None:
        self._at += 1
        self._indents, self._numbers = [], []
        tags = _TAGS.search(text)
        if re.match(r"(?:[A-Z]+ +)?COMMENT(?: |$)", text) or (tags and "noexport" in tags[1].split(":")):
            # Neither is shown where the file is published: with all that is below it.
            while self._at < len(self._lines):
                below = _HEADING.fullmatch(self._lines[self._at])
                if below and len(below[1]) <= level:
                    return
                self._at += 1
            return
        # With a title of its own the file's headings are one level below that.
        self.outline.heading(self._inline.shown(_words(text)), level + bool(self.keywords.get("title")))
        if self._at < len(self._lines) and _PLANNING.fullmatch(self._lines[self._at]):
            self._paragraph(self._lines[self._at])
            self._at += 1

    def _block(self, line: str) -> None:
        """Read what begins with this line, and go on behind it; the order of the questions matters."""
        if begin := _BEGIN.fullmatch(line):
            self._begin(begin["name"].lower())
        elif (
            _END.fullmatch(line)
            or _RULE.fullmatch(line)
            or _CLOCK.fullmatch(line)
            or _COMMENT.fullmatch(line)
        ):
            self._at += 1
        elif keyword := _KEYWORD.fullmatch(line):
            self._at += 1
            if keyword["name"].lower() == "caption":
                self._paragraph(keyword["value"])
        elif drawer := _DRAWER.fullmatch(line):
            self._drawer(drawer["name"].lower())
        elif _FIXED.fullmatch(line):
            found = self._while(_FIXED)
            self.outline.code("\n".join(match["text"] or "" for match in found))
        elif _ROW.fullmatch(line):
            self._table([match.group().strip() for match in self._while(_ROW)])
        elif item := _ITEM.fullmatch(line):
            self._item(item)
        elif note := _NOTE.fullmatch(line):
            self._at += 1
            self._paragraph(self._gathered(note["text"]))
        else:
            self._at += 1
            if len(line) - len(line.lstrip()) <= (self._indents or [0])[0]:
                self._indents, self._numbers = [], []
            self._paragraph(self._gathered(line))

    def _while(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        found = []
        while self._at < len(self._lines) and (match := pattern.fullmatch(self._lines[self._at])):
            found.append(match)
            self._at += 1
        return found

    def _begin(self, name: str) -> None:
        """Code stays as it is; other blocks are read as text, their first and last line left out."""
        last = self._end(f"#+end_{name}")
        if name not in _CODE | _NOT_SHOWN or last is None:
            self._at += 1
            return
        inner = self._lines[self._at + 1 : last]
        self._at = last + 1
        if name in _CODE:
            # A comma hides what would be a heading or a keyword.
            self.outline.code(re.sub(r"(?m)^([ \t]*),(?=,*(?:\*|#\+))", r"\1", dedent("\n".join(inner))))

    def _drawer(self, name: str) -> None:
        """Of drawers for properties and logs nothing is shown, of others all but their marks."""
        last = self._end(":end:") if name in _NOT_SHOWN_DRAWERS else None
        self._at = self._at + 1 if last is None else last + 1

    def _end(self, mark: str) -> int | None:
        """The line that ends what begins here; None where a heading comes first, or nothing."""
        last, heading = (
            places[bisect_left(places, self._at)] if places and places[-1] >= self._at else len(self._lines)
            for places in (self._ends.get(mark, []), self._ends.get("*", []))
        )
        return last if last < heading else None

    def _paragraph(self, text: str) -> None:
        self.outline.paragraph(self._inline.shown(text))

    def _gathered(self, first: str, indent: int = -1) -> str:
        """A line and those that go on from it; those of an item stand further right than its mark."""
        found = [first.strip()]
        while self._at < len(self._lines) and (line := self._lines[self._at]).strip():
            if self._opens(line) or len(line) - len(line.lstrip()) <= indent:
                break
            found.append(line.strip())
            self._at += 1
        return "\n".join(found)

    def _opens(self, line: str) -> bool:
        patterns = (_HEADING, _BEGIN, _END, _KEYWORD, _DRAWER, _COMMENT, _ROW, _ITEM, _FIXED, _RULE, _NOTE)
        return any(pattern.fullmatch(line) for pattern in patterns)

    def _table(self, lines: list[str]) -> None:
        rows: list[list[Cell]] = []
        header: int | None = None
        for line in lines[:MAX_ROWS]:
            if line.startswith("|-"):
                # The rows above the first line between rows name the columns.
                header = len(rows) if rows and header is None else header
                continue
            cells = [cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")][:WIDEST]
            if not all(_COOKIE.fullmatch(cell) for cell in cells):
                rows.append([Cell(self._inline.shown(cell)) for cell in cells])
        if rows:
            add_table(self.outline, rows, header if header and header < len(rows) else None, proof=1)

    def _item(self, match: re.Match[str]) -> None:
        self._at += 1
        indent = len(match["indent"].expandtabs(8))
        while self._indents and self._indents[-1] > indent:
            self._indents.pop()
            self._numbers.pop()
        if not self._indents or self._indents[-1] < indent:
            self._indents.append(indent)
            self._numbers.append(0)
        text = match["text"] or ""
        if counter := _COUNTER.match(text):
            text = text[counter.end() :]
            self._numbers[-1] = int(counter[1]) - 1 if counter[1].isdecimal() else self._numbers[-1]
        text = self._gathered(text, indent)
        bullet = match["mark"] in "-+*"
        term = _TERM.fullmatch(text) if bullet else None
        if term:
            meaning = self._inline.shown(term["text"] or "")
            add_definition(self.outline, self._inline.shown(term["term"]), [meaning] if meaning else [])
            return
        self._numbers[-1] += 1
        mark = "-" if bullet else f"{self._numbers[-1]}."
        self.outline.item(self._inline.shown(text), len(self._indents) - 1, mark)


def _words(heading: str) -> str:
    """A heading without its tags and priority; its state is a word of it."""
    return _PRIORITY.sub(r"\1", _TAGS.sub("", heading), count=1)
