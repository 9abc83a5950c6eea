"""Rich Text Format 1.9.1: headings by their styles, lists, tables, footnotes; without what is hidden."""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ingest.parsed import ParsedDocument
from ingest.readers.naming import first_heading, real_title, title_from_name
from ingest.readers.office.rtf_tables import RtfTable
from ingest.readers.outline import Outline, folded

MEDIA_TYPE = "application/rtf"
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\r\n]+"
)
_CODE_PAGES = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gbk", 136: "big5", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250",
}  # fmt: skip
# Groups that hold no words of the text. Those that begin with `\*` are left out too, but for a few.
_UNREAD = {
    "colortbl", "filetbl", "listtable", "listoverridetable", "revtbl", "rsidtbl", "generator", "pict",
    "object", "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf",
    "ftnsep", "ftnsepc", "annotation", "atnid", "atnauthor", "nonshppict", "tc", "xe", "bkmkstart",
    "bkmkend", "fldinst", "themedata", "colorschememapping", "datastore", "latentstyles", "xmlnstbl",
    "private", "template", "nextfile", "author", "printim", "buptim", "operator", "company", "subject",
    "keywords", "doccomm", "hlinkbase", "comment", "category", "manager", "datafield", "formfield", "sn",
    "sv", "hsv", "userprops",
}  # fmt: skip
_READ_ANYWAY = {"shpinst", "shptxt", "ud"}
_SIGNS = {
    "tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”", "emspace": " ", "enspace": " ", "qmspace": " ", "~": " ", "_": "-",
}  # fmt: skip
_TWICE = "upr"  # words that are given in Unicode besides
_HEADING = re.compile(r"heading (\d)$", re.I)
_NUMBER = re.compile(r"\(?((?:\d+|[a-zA-Z])(?:\.\d+)*)[.)]?$")


@dataclass(slots=True)
class _Group:
    """What holds inside of a pair of braces; `kind` says what its words are, "" for nothing that is read."""

    kind: str = "body"
    skip: int = 1  # how many signs stand in for each that is given in Unicode
    font: int | None = None
    bold: bool = False
    hidden: bool = False
    fresh: bool = True  # nothing but `\*` has been met in it
    optional: bool = False  # `\*` has been met: what is not known is to be passed over


@dataclass(slots=True)
class _Paragraph:
    """How the paragraph at hand is set."""

    style: int = 0
    level: int | None = None
    depth: int = 0
    in_table: bool = False


@dataclass(slots=True)
class _Found:
    """What the head of the file says."""

    fonts: dict[int, str] = field(default_factory=dict)
    styles: dict[int, str] = field(default_factory=dict)
    levels: dict[int, int] = field(default_factory=dict)
    title: str = ""
    times: dict[str, int] = field(default_factory=dict)


def read_rtf(data: bytes, name: str) -> ParsedDocument:
    """A text's blocks; the title is its property, else the title line or first heading."""
    reader = _Reader()
    reader.read(data)
    blocks = reader.outline.blocks
    title = real_title(reader.found.title) or real_title(reader.title) or first_heading(blocks)
    return ParsedDocument(
        title or title_from_name(name), tuple(blocks), MEDIA_TYPE, modified=_moment(reader.found.times)
    )


class _Reader:
    """Works a file off sign by sign; every open brace remembers how it was before."""

    def __init__(self) -> None:
        self.outline = Outline()
        self.found = _Found()
        self.title: str | None = None
        self._page = "cp1252"
        self._groups = [_Group()]
        self._paragraph = _Paragraph()
        self._texts: dict[str, list[str]] = {}
        self._raw = bytearray()
        self._to_skip = 0
        self._plain = False  # words that aren't bold were met in this paragraph
        self._notes: list[str] = []
        self._table = RtfTable()
        self._font = self._style = 0

    def read(self, data: bytes) -> None:
        """Adds all of the file's blocks."""
        place = 0
        while found := _TOKEN.search(data, place):
            place = found.end()
            word, number, byte, sign, brace, text = found.groups()
            if word is not None:
                if word == b"bin":
                    place += max(0, int(number or 0))
                self._word(word.decode("ascii"), None if number is None else int(number))
            elif byte is not None:
                self._bytes(bytes([int(byte, 16)]))
            elif sign is not None:
                self._sign(sign.decode("latin-1"))
            elif brace == b"{":
                self._flush()
                self._groups.append(replace(self._groups[-1], fresh=True, optional=False))
                self._to_skip = 0
            elif brace == b"}":
                self._close()
            elif text is not None:
                self._bytes(text)
        self._end_paragraph()
        self._end_table()

    # Signs

    def _bytes(self, raw: bytes) -> None:
        passed = min(self._to_skip, len(raw))
        self._to_skip -= passed
        self._raw += raw[passed:]
        if raw[passed:]:
            self._groups[-1].fresh = False

    def _flush(self) -> None:
        """The bytes that were gathered, in the font's code page."""
        if self._raw:
            group = self._groups[-1]
            page = self.found.fonts.get(group.font, self._page) if group.font is not None else self._page
            raw, self._raw = bytes(self._raw), bytearray()
            self._say(raw.decode(page, "replace"))

    def _say(self, text: str) -> None:
        group = self._groups[-1]
        if group.kind in ("", _TWICE) or group.hidden:
            return
        if group.kind == "body" and text.strip() and not group.bold:
            self._plain = True
        self._texts.setdefault(group.kind, []).append(text)

    def _taken(self, kind: str) -> str:
        # Signs beyond the first plane come as halves of a pair.
        text = "".join(self._texts.pop(kind, ()))
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _sign(self, sign: str) -> None:
        if sign == "*" and self._groups[-1].fresh:
            self._groups[-1].optional = True
            return
        self._flush()
        if self._to_skip:
            self._to_skip -= 1
        elif sign in "\r\n":
            self._end_paragraph()
        elif sign in "\\{}":
            self._say(sign)
        elif sign != "-":  # where a word may be parted
            self._say(_SIGNS.get(sign, ""))

    # Words

    def _word(self, word: str, number: int | None) -> None:
        self._flush()
        group = self._groups[-1]
        first, group.fresh = group.fresh, False
        if word == "u" and number is not None:
            self._say(chr(number % 65_536))
            self._to_skip = group.skip
        elif (first and self._opens(word)) or not group.kind:
            return
        elif word in _SIGNS:
            self._say(_SIGNS[word])
        elif group.kind in ("fonts", "styles", "times"):
            self._in_head(word, number)
        elif not self._sets_words(word, number):
            self._sets_paragraph(word, number)

    def _opens(self, word: str) -> bool:
        """Whether the group is what this word says: something else than its surroundings."""
        group = self._groups[-1]
        kinds = {"fonttbl": "fonts", "stylesheet": "styles", "info": "times", "footnote": "note"}
        kinds |= {"listtext": "mark", "pntext": "mark"}
        if not group.kind:
            return True
        if word in kinds:
            group.kind = kinds[word]
            if word == "footnote":
                group.bold = group.hidden = False
        elif word == "title" and group.kind == "times":
            group.kind = "title"
        elif word == "upr":
            group.kind = _TWICE
        elif word == "ud":
            group.kind = "body"
        elif word in _UNREAD or (group.optional and word not in _READ_ANYWAY):
            group.kind = ""
        else:
            return False
        return True

    def _in_head(self, word: str, number: int | None) -> None:
        """Fonts with their code pages, styles with their names, and when the file was saved."""
        value = number or 0
        match word:
            case "f":
                self._font = value
            case "fcharset":
                self.found.fonts[self._font] = _CODE_PAGES.get(value, self._page)
            case "s":
                self._style = value
            case "outlinelevel":
                self.found.levels[self._style] = value
            case "yr" | "mo" | "dy" | "hr" | "min":
                self.found.times[word] = value  # of the last time that is told: revised stands after created
            case _:
                pass

    def _sets_words(self, word: str, number: int | None) -> bool:
        group = self._groups[-1]
        match word:
            case "ansicpg":
                self._page = (
                    f"cp{number}"
                    if number in (*range(1250, 1259), 437, 850, 932, 936, 949, 950, 874)
                    else self._page
                )
            case "uc":
                group.skip = max(0, number or 0)
            case "f" | "af":
                group.font = number if word == "f" else group.font
            case "b":
                group.bold = number != 0
            case "v" | "deleted":
                group.hidden = number != 0
            case "plain":
                group.bold = group.hidden = False
            case "bin":
                pass
            case _:
                return False
        return True

    def _sets_paragraph(self, word: str, number: int | None) -> None:
        if self._groups[-1].kind == "note":
            if word in ("par", "line", "sect"):
                self._say("\n")
            return
        match word:
            case "pard":
                self._paragraph = _Paragraph()
            case "s":
                self._paragraph.style = number or 0
            case "outlinelevel":
                self._paragraph.level = number
            case "ilvl":
                self._paragraph.depth = number or 0
            case "intbl":
                self._paragraph.in_table = True
            case "par" | "sect" | "page":
                self._end_paragraph()
            case "nestcell":
                self._say("; ")
            case "cell":
                self._table.add_cell(self._taken("body").strip(), bold=not self._plain)
                self._texts.pop("mark", None)
                self._plain = False
            case "row":
                self._table.end_row()
            case _:
                self._table.defines(word, number)

    def _close(self) -> None:
        self._flush()
        self._to_skip = 0
        group = self._groups.pop()
        if not self._groups:
            self._groups = [_Group()]  # a brace too many
        outer = self._groups[-1]
        if group.kind == "styles" and outer.kind == "styles":
            self.found.styles[self._style] = folded(self._taken("styles")).rstrip(";").strip()
            self._style = 0
        elif group.kind == "fonts":
            self._texts.pop("fonts", None)
        elif group.kind == "title" != outer.kind:
            self.found.title = self._taken("title")
        elif group.kind == "note" != outer.kind:
            self._notes += [line for line in self._taken("note").split("\n") if line.strip()]

    # Blocks

    def _end_paragraph(self) -> None:
        self._flush()
        if self._paragraph.in_table:
            self._say("\n")  # a paragraph of a cell
            return
        text, mark = self._taken("body"), folded(self._taken("mark"))
        self._plain = False
        self._end_table()
        if text.strip():
            self._add(text, mark)
        for note in self._notes:
            self.outline.paragraph(note)
        self._notes = []

    def _add(self, text: str, mark: str) -> None:
        name = self.found.styles.get(self._paragraph.style, "")
        level = self._level(name)
        if name.lower().startswith("toc "):
            return  # a table of contents
        if name.lower() == "title":
            self.title = self.title or folded(text)
            self.outline.heading(text, 1)
        elif level is not None:
            self.outline.heading(f"{mark} {text}" if mark else text, level)
        elif mark:
            number = _NUMBER.match(mark)
            self.outline.item(text, self._paragraph.depth, f"{number[1]}." if number else "-")
        else:
            for line in text.split("\n"):
                self.outline.paragraph(line)

    def _level(self, style: str) -> int | None:
        if named := _HEADING.match(style):
            return int(named[1])
        level = self._paragraph.level
        if level is None:
            level = self.found.levels.get(self._paragraph.style)
        return level + 1 if level is not None and level < 9 else None

    def _end_table(self) -> None:
        table, self._table = self._table, self._table.next()
        table.add_to(self.outline)


def _moment(times: dict[str, int]) -> datetime | None:
    try:
        return datetime(
            times["yr"], times["mo"], times["dy"], times.get("hr", 0), times.get("min", 0), tzinfo=UTC
        )
    except (KeyError, ValueError):
        return None
