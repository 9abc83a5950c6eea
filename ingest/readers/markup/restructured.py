"""reStructuredText: docutils draws the tree, and nothing of it is run, fetched or taken from other files."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from brain.errors import UnreadableDocument
from ingest.parsed import ParsedDocument
from ingest.readers.charset import decode
from ingest.readers.markup.definitions import add_definition
from ingest.readers.merged_cells import Cell, add_table
from ingest.readers.naming import first_heading, iso_date, title_from_name
from ingest.readers.outline import Outline, raised

MEDIA_TYPE = "text/x-rst"
_LONGEST_LINE = 100_000  # characters; docutils' patterns take their time with a line's length
_DEEPEST_NAME = 5  # substitutions within substitutions
_LONGEST_NAME = 2_000  # characters that one of them may stand for
_DATES = {"date", "updated", "last_updated", "last-updated", "modified", "revised"}
_SETTINGS = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "_disable_config": True,
    "report_level": 5,  # faults in the markup are not for the reader
    "halt_level": 5,
    "warning_stream": False,
    "syntax_highlight": "none",
    "smart_quotes": False,
    "line_length_limit": _LONGEST_LINE,
}
_CODE = {"literal_block", "doctest_block", "math_block"}
_NOT_SHOWN = {
    "comment", "substitution_definition", "target", "pending", "raw", "image", "meta", "decoration",
    "transition", "footnote_reference", "label", "colspec",
}  # fmt: skip


def read_rst(data: bytes, name: str) -> ParsedDocument:
    """A page's blocks; the title is its first heading, the date that of its list of fields."""
    text = decode(data).replace("\0", "")
    if max(map(len, text.splitlines()), default=0) > _LONGEST_LINE:
        raise UnreadableDocument(
            f"{name} has a line of more than {_LONGEST_LINE:,} characters, which is no text for people: "
            "break the line and add the file again."
        )
    outline = Outline()
    try:
        walker = _Walker(outline, _tree(text))
        walker.walk()
    except RecursionError as error:
        raise UnreadableDocument(
            f"{name} has lists or quotes within each other, deeper than can be read: make them flatter."
        ) from error
    title = first_heading(outline.blocks) or title_from_name(name)
    return ParsedDocument(title, tuple(outline.blocks), MEDIA_TYPE, modified=walker.modified)


def _tree(text: str) -> Any:
    from docutils.frontend import get_default_settings
    from docutils.parsers.rst import Parser
    from docutils.utils import new_document

    import ingest.readers.markup.restructured_markup  # noqa: F401 (it takes its place in docutils)

    settings = get_default_settings(Parser)
    vars(settings).update(_SETTINGS)
    document = new_document("document", settings)
    Parser().parse(text, document)
    return document


class _Walker:
    """Follows docutils' tree once, as it was parsed: no transform has been over it."""

    def __init__(self, outline: Outline, document: Any) -> None:
        self._outline = outline
        self._document = document
        self._titles = dict(_titles(document))
        self._item: tuple[int, str] | None = None
        self.modified: datetime | None = None

    def walk(self) -> None:
        """Adds every block of the page."""
        headed = any(child.tagname == "section" for child in self._document)
        for child in self._document:
            # Fields above a page's title are for the program that makes the page.
            if child.tagname == "field_list" and headed:
                self._date(child)
            else:
                self._block(child, 0, -1)

    def _blocks(self, node: Any, level: int, depth: int) -> None:
        for child in node.children:
            self._block(child, level, depth)

    def _block(self, node: Any, level: int, depth: int) -> None:
        """Read a node of docutils' tree, by its kind."""
        match node.tagname:
            case "section":
                self._outline.heading(self._text(node[0]), level + 1)
                for child in node.children[1:]:
                    self._block(child, level + 1, depth)
            case "bullet_list" | "enumerated_list":
                self._list(node, level, depth + 1)
            case "definition_list":
                self._definitions(node, level, depth)
            case "field_list" | "docinfo":
                self._date(node)
                for field in node.children:
                    self._pair(field[0], field[-1], level, depth)
            case "option_list":
                for item in node.children:
                    self._pair(item[0], item[1], level, depth)
            case "table":
                self._table(node)
            case "line":
                self._paragraph(self._text(node))
            case "system_message":
                self._broken(node)
            case "citation":
                self._paragraph(f"[{self._text(node[0])}] {self._flat(node.children[1:])}")
            case name if name in _CODE:
                self._outline.code(node.astext())
            case name if name not in _NOT_SHOWN:
                if _is_text(node):
                    self._paragraph(self._text(node))
                else:
                    self._blocks(node, level, depth)

    def _paragraph(self, text: str) -> None:
        if self._item is not None and text.strip():
            depth, mark = self._item
            self._outline.item(text, depth, mark)
            # What follows inside the same item belongs to it but has no mark of its own.
            self._item = None
        else:
            self._outline.paragraph(text)

    def _list(self, node: Any, level: int, depth: int) -> None:
        number = int(node.get("start", 1))
        for item in node.children:
            self._item = (depth, f"{number}." if node.tagname == "enumerated_list" else "-")
            number += 1
            self._blocks(item, level, depth)
            self._item = None

    def _definitions(self, node: Any, level: int, depth: int) -> None:
        for item in node.children:
            terms = [part for part in item.children if part.tagname in ("term", "classifier")]
            meaning = [part for part in item.children if part.tagname == "definition"]
            term = " : ".join(self._text(part) for part in terms)
            self._meaning(term, meaning[-1] if meaning else None, level, depth)

    def _pair(self, term: Any, meaning: Any, level: int, depth: int) -> None:
        self._meaning(self._flat(term.children) or self._text(term), meaning, level, depth)

    def _meaning(self, term: str, meaning: Any, level: int, depth: int) -> None:
        parts = list(meaning.children) if meaning is not None else []
        if all(part.tagname in ("paragraph", *_NOT_SHOWN) for part in parts):
            texts = [self._text(part) for part in parts if part.tagname == "paragraph"]
            add_definition(self._outline, term, texts)
        else:
            self._outline.paragraph(term)
            self._blocks(meaning, level, depth)

    def _table(self, node: Any) -> None:
        for part in node.children:
            if part.tagname == "title":
                self._outline.paragraph(self._text(part))
            elif part.tagname == "tgroup":
                self._grid(part)
            else:
                self._block(part, 0, -1)

    def _grid(self, group: Any) -> None:
        rows: list[list[Cell]] = []
        header = 0
        for part in group.children:
            if part.tagname in ("thead", "tbody"):
                rows += [[self._cell(entry) for entry in row.children] for row in part.children]
                header = len(rows) if part.tagname == "thead" else header
        add_table(self._outline, rows, header or None, proof=1)

    def _cell(self, entry: Any) -> Cell:
        across, down = int(entry.get("morecols", 0)) + 1, int(entry.get("morerows", 0)) + 1
        return Cell(self._flat(entry.children), across, down)

    def _broken(self, message: Any) -> None:
        """A table whose lines don't meet, or the like: what stands in it is shown as it was typed."""
        for part in message.children:
            if part.tagname == "literal_block":
                lines = part.astext().splitlines()
                if lines and lines[0].startswith(".. "):
                    first = next((n for n, line in enumerate(lines) if not line.strip()), len(lines))
                    lines = lines[first:]
                self._outline.code("\n".join(lines))

    def _date(self, fields: Any) -> None:
        for field in fields.children:
            if field[0].astext().strip().lower() in _DATES and self.modified is None:
                self.modified = iso_date(field[-1].astext())

    def _flat(self, parts: list[Any]) -> str:
        """The words of blocks, as they stand in a cell."""
        return " ".join(filter(None, map(self._flat_one, parts)))

    def _flat_one(self, node: Any) -> str:
        if node.tagname in _CODE:
            return str(node.astext())
        return self._text(node) if _is_text(node) else self._flat(node.children)

    def _text(self, node: Any) -> str:
        words = ""
        for child in node.children:
            # A mark of a footnote needs a blank before it to be one, which belongs to no word.
            words = words.rstrip() if child.tagname == "footnote_reference" else words + self._words(child, 0)
        return words

    def _words(self, node: Any, depth: int) -> str:
        match node.tagname:
            case "#text":
                return str(node.astext())
            case "superscript":
                return raised(node.astext())
            case "citation_reference":
                return f"[{node.astext()}]"
            case "substitution_reference":
                return self._substituted(node, depth)
            case "inline" if node.get("names"):
                return self._titles.get(node["names"][0], str(node.astext()))
            case "target":  # `_`in the text``; one of its own has no words
                return str(node.astext())
            case name if name in _NOT_SHOWN or name == "system_message":
                return ""
        return "".join(self._words(child, depth) for child in node.children)

    def _substituted(self, node: Any, depth: int) -> str:
        name = node.astext()
        known = self._document.substitution_names.get(name.lower(), name)
        found = self._document.substitution_defs.get(known)
        if found is None or depth >= _DEEPEST_NAME:
            return f"|{name}|"
        words = "".join(self._words(child, depth + 1) for child in found.children)
        return words[:_LONGEST_NAME]


def _is_text(node: Any) -> bool:
    from docutils.nodes import Text, TextElement

    return isinstance(node, (Text, TextElement))


def _titles(document: Any) -> Iterator[tuple[str, str]]:
    """What the sections are called that a label stands above."""
    labels: list[str] = []
    for node in document.findall():
        if node.tagname == "target":
            labels += node.get("names", ())
        elif node.tagname == "title" and node.parent.tagname == "section":
            yield from ((label, node.astext()) for label in labels)
            labels = []
        elif node.tagname in ("paragraph", "table", "bullet_list", "enumerated_list", "literal_block"):
            labels = []
