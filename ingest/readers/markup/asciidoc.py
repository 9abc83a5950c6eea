"""AsciiDoc, line by line: what its language description says of sections, lists, tables and blocks.

There is no well-kept reader of it in Python. What programs do with a page is left to them: no other file is
included, no condition decided (the text of all is read), no block drawn or run.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from textwrap import dedent

from ingest.parsed import ParsedDocument
from ingest.readers.charset import decode
from ingest.readers.markup.asciidoc_inline import Inline
from ingest.readers.markup.asciidoc_tables import add_adoc_table
from ingest.readers.markup.definitions import add_definition
from ingest.readers.naming import first_heading, iso_date, title_from_name
from ingest.readers.outline import Outline

MEDIA_TYPE = "text/asciidoc"
# A run of blanks is looked at from where it begins: from each of them it would take time by its square.
_HEADING = re.compile(r"(={1,6}|#{1,6})[ \t]+(\S.*?)(?:(?<![ \t])[ \t]+\1)?")
_UNDERLINES = "=-~^+"  # of titles in the older style, by their level
_UNDERLINE = re.compile(r"([=\-~^+])\1+")
_VERBATIM = re.compile(r"-{4,}|\.{4,}|\+{4,}|/{4,}|```+(?:[\w,+#-]*)")
_WRAPPER = re.compile(r"={4,}|\*{4,}|_{4,}|--")
_TABLE = re.compile(r"[|,:!]={3,}")
_ATTRIBUTE = re.compile(r":(!?[A-Za-z0-9_][\w-]*!?):(?:[ \t]+(.*))?")
_STYLE = re.compile(r"\[(?:|[A-Za-z_\"'.#%{,*].*|\[[^\[\]]+\])\]")
_ANCHOR = re.compile(r"\[\[([^\],]+)(?:,[^\]]*)?\]\]|\[[^\]]*#([\w.:-]+)[^\]]*\]")
_TITLE = re.compile(r"\.(?![.\s]).+")
_BREAK = re.compile(r"'{3,}|-{3}|\*{3}|<{3,}|- - -|\* \* \*")
_MACRO = re.compile(r"[A-Za-z_]\w*::[^\s\[]*\[.*\]")
_CONDITION = re.compile(r"(?:ifdef|ifndef|ifeval|endif|include)::(?P<what>[^\[]*)\[(?P<text>.*)\]\s*")
_ADMONITION = re.compile(r"(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION):[ \t]+")
_ITEM = re.compile(
    r"[ \t]*(?P<mark>\*{1,5}|-|•|\.{1,5}|\d+\.|[A-Za-z]\.|[ivxIVX]+\)|<(?:\d+|\.)>)[ \t]+(?P<text>\S.*)"
)
_TERM = re.compile(r"[ \t]*(?P<term>\S.*?)(?P<mark>:{2,4}|;;)(?:[ \t]+(?P<text>.*))?")
_REVISION = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_adoc(data: bytes, name: str) -> ParsedDocument:
    """A page's blocks; the title is its first heading, the date that of its revision."""
    reader = _Reader(decode(data).replace("\0", ""))
    reader.read()
    blocks = reader.outline.blocks
    title = first_heading(blocks) or title_from_name(name)
    return ParsedDocument(title, tuple(blocks), MEDIA_TYPE, modified=reader.modified)


def _preprocessed(text: str) -> Iterator[str]:
    """The lines without directives to the preprocessor, which leave the text that they hold."""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        match = _CONDITION.fullmatch(line)
        if match is None:
            yield line.removeprefix("\\") if _CONDITION.fullmatch(line[1:]) else line.rstrip()
        elif match["text"] and line.startswith(("ifdef", "ifndef")):
            yield match["text"]


class _Reader:
    """Goes through the lines once, holding the list that is open and what was said of the next block."""

    def __init__(self, text: str) -> None:
        self.outline = Outline()
        self.modified: datetime | None = None
        self._lines = list(_preprocessed(text))
        self._at = 0
        self._inline = Inline(dict(self._titles()))
        self._style = ""
        self._marks: list[str] = []
        self._numbers: list[int] = []
        self._gap = False

    def read(self) -> None:
        """Adds every block of the page."""
        self._header()
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if not line:
                self._gap = True
                self._at += 1
            elif line == "+":  # the next block belongs to the item above
                self._gap = False
                self._at += 1
            else:
                self._block(line)
        self.modified = self.modified or iso_date(self._inline.attributes.get("revdate"))

    def _titles(self) -> Iterator[tuple[str, str]]:
        """What the sections are called, by the names that references have for them."""
        anchor = ""
        for line in self._lines:
            if heading := _HEADING.fullmatch(line):
                title = heading[2]
                yield "_" + re.sub(r"\W+", "_", title.lower()).strip("_"), title
                if anchor:
                    yield anchor, title
            found = _ANCHOR.fullmatch(line)
            anchor = (found[1] or found[2]) if found else anchor if line.startswith("[") else ""

    def _header(self) -> None:
        """The title with what stands right below it: authors, the revision, attributes."""
        while self._at < len(self._lines) and self._is_before_title(self._lines[self._at]):
            if attribute := _ATTRIBUTE.fullmatch(self._lines[self._at]):
                self._attribute(attribute)
            else:
                self._at += 1
        if self._at >= len(self._lines) or not self._lines[self._at].startswith("= "):
            return
        self._heading(self._lines[self._at][2:], 1)
        self._at += 1
        while self._at < len(self._lines) and (line := self._lines[self._at]):
            if attribute := _ATTRIBUTE.fullmatch(line):
                self._attribute(attribute)
                continue
            if _HEADING.fullmatch(line) or _STYLE.fullmatch(line) or _TABLE.fullmatch(line):
                return
            if (date := _REVISION.search(line)) and not line.startswith("//"):
                self.modified = iso_date(date.group())
            self._at += 1

    def _is_before_title(self, line: str) -> bool:
        comment = line.startswith("//") and not line.startswith("///")
        return not line or comment or _ATTRIBUTE.fullmatch(line) is not None

    def _block(self, line: str) -> None:
        """Read what begins with this line, and go on behind it; the order of the questions matters."""
        if line.startswith("//") and not line.startswith("///"):
            self._at += 1
        elif attribute := _ATTRIBUTE.fullmatch(line):
            self._attribute(attribute)
        elif _STYLE.fullmatch(line):
            self._style += line
            self._at += 1
        elif _VERBATIM.fullmatch(line):
            self._verbatim(line)
        elif _TABLE.fullmatch(line):
            style = self._opened()
            lines = self._until(line)
            add_adoc_table(self.outline, lines, style, line, self._inline.shown)
            self._add_notes()
        elif self._is_underlined():
            level = _UNDERLINES.index(self._lines[self._at + 1][0]) + 1
            self._at += 2
            self._heading(line, level)
        elif _WRAPPER.fullmatch(line):
            if self._opened().startswith("[comment"):
                self._until(line)
            else:
                self._at += 1
        elif heading := _HEADING.fullmatch(line):
            self._at += 1
            self._heading(heading[2], len(heading[1]))
        elif _BREAK.fullmatch(line) or _MACRO.fullmatch(line):
            self._opened()
            self._at += 1
        elif _TITLE.fullmatch(line):
            self._at += 1
            self._paragraph(line[1:])
        elif item := _ITEM.fullmatch(line):
            self._item(item)
        elif (term := _TERM.fullmatch(line)) and not self._style.startswith(("[source", "[listing")):
            self._term(term)
        else:
            self._text(line)

    def _opened(self) -> str:
        """What was said of the block that begins here; after a blank line it ends the list."""
        style, self._style = self._style, ""
        if self._gap:
            self._marks, self._numbers, self._gap = [], [], False
        return style

    def _until(self, delimiter: str) -> list[str]:
        """The lines up to the delimiter that closes, or to the end."""
        closing = re.match(r"`+", delimiter)
        end = closing.group() if closing else delimiter
        first = self._at + 1
        try:
            last = self._lines.index(end, first)
        except ValueError:
            last = len(self._lines)
        self._at = last + 1
        return self._lines[first:last]

    def _verbatim(self, line: str) -> None:
        style = self._opened()
        lines = self._until(line)
        if line[0] in "-.`" and not style.startswith(("[comment", "[stem", "[pass")):
            self._code(lines, style)

    def _code(self, lines: list[str], style: str) -> None:
        said = re.search(r"\bsubs=[^\]]*attributes", style)
        text = "\n".join(lines)
        self.outline.code(self._inline.substituted(text) if said else text)

    def _attribute(self, match: re.Match[str]) -> None:
        name, value = match[1], match[2] or ""
        self._at += 1
        while value.endswith(" \\") and self._at < len(self._lines):
            value = value[:-1] + self._lines[self._at].strip()
            self._at += 1
        if "!" in name:
            self._inline.attributes.pop(name.strip("!").lower(), None)
        else:
            self._inline.define(name, value)

    def _is_underlined(self) -> bool:
        line = self._lines[self._at]
        below = self._lines[self._at + 1] if self._at + 1 < len(self._lines) else ""
        above = self._lines[self._at - 1] if self._at else ""
        return (
            not above.strip() and line[0].isalnum() and abs(len(line) - len(below)) <= 1
            and _UNDERLINE.fullmatch(below) is not None
        )  # fmt: skip

    def _heading(self, text: str, level: int) -> None:
        self._gap = True
        self._opened()
        self.outline.heading(self._inline.shown(text), level)
        self._add_notes()

    def _paragraph(self, text: str) -> None:
        self.outline.paragraph(self._inline.shown(text))
        self._add_notes()

    def _add_notes(self) -> None:
        for note in self._inline.notes():
            self.outline.paragraph(note)

    def _gathered(self, first: str, *, in_list: bool) -> str:
        """A line and those that go on from it; signs for a break within are left out."""
        found = [first] if first else []
        while self._at < len(self._lines) and (line := self._lines[self._at]):
            if self._ends_text(line, in_list=in_list):
                break
            self._at += 1
            if not line.startswith("//") or line.startswith("///"):
                found.append(line.strip())
        return "\n".join(line.removesuffix(" +") for line in found)

    def _ends_text(self, line: str, *, in_list: bool) -> bool:
        block = (_VERBATIM, _WRAPPER, _TABLE, _STYLE)
        if any(pattern.fullmatch(line) for pattern in block) or (line == "+" and (in_list or self._marks)):
            return True
        return in_list and (_ITEM.fullmatch(line) or _TERM.fullmatch(line)) is not None

    def _item(self, match: re.Match[str]) -> None:
        self._style, self._gap = "", False
        self._at += 1
        mark = re.sub(r"\d+", "1", match["mark"])
        mark = "a." if re.fullmatch(r"[A-Za-z]\.", mark) else mark
        self._open_list(mark)
        text = self._gathered(match["text"], in_list=True)
        bullet = mark[0] in "*-•"
        self._numbers[-1] = (
            int(match["mark"][:-1]) if match["mark"][:-1].isdecimal() else self._numbers[-1] + 1
        )
        shown = self._inline.shown(text)
        self.outline.item(shown, len(self._marks) - 1, "-" if bullet else f"{self._numbers[-1]}.")
        self._add_notes()

    def _open_list(self, mark: str) -> None:
        if mark in self._marks:
            kept = self._marks.index(mark) + 1
            del self._marks[kept:], self._numbers[kept:]
        else:
            self._marks.append(mark)
            self._numbers.append(0)

    def _term(self, match: re.Match[str]) -> None:
        self._style, self._gap = "", False
        self._at += 1
        self._open_list(match["mark"])
        if not match["text"]:
            while self._at < len(self._lines) and not self._lines[self._at]:
                self._at += 1
        text = self._inline.shown(self._gathered(match["text"] or "", in_list=True))
        term = self._inline.shown(match["term"])
        goes_on = self._at < len(self._lines) and self._lines[self._at] == "+"
        if text and not goes_on:
            add_definition(self.outline, term, [text])
        else:
            self.outline.paragraph(term)
            self.outline.paragraph(text)
        self._add_notes()

    def _text(self, line: str) -> None:
        style = self._opened()
        first = self._at
        self._at += 1
        if line[0] in " \t" and not style.startswith("[normal"):
            while self._at < len(self._lines) and self._lines[self._at] not in ("", "+"):
                self._at += 1
            self.outline.code(dedent("\n".join(self._lines[first : self._at])))
            return
        text = self._gathered(line.strip(), in_list=False)
        if style.startswith(("[source", "[listing", "[literal")):
            self._code(self._lines[first : self._at], style)
        elif style.startswith("[verse"):
            for verse in text.split("\n"):
                self._paragraph(verse)
        elif not style.startswith(("[comment", "[pass", "[stem")):
            self._paragraph(_ADMONITION.sub("", text, count=1) if _ADMONITION.match(text) else text)
