"""HTML: headings, paragraphs, lists, tables and code; scripts, menus and page furniture are left out."""

from typing import Any

from ingest.parsed import ParsedDocument
from ingest.readers.charset import decode
from ingest.readers.markup.furniture import remove_furniture
from ingest.readers.merged_cells import Cell, add_table
from ingest.readers.naming import first_heading, iso_date, real_title, title_from_name
from ingest.readers.outline import Outline, raised

_SKIPPED = {"script", "style", "template", "noscript", "svg", "head", "iframe", "object", "button", "select",
            "input", "textarea", "canvas", "audio", "video", "datalist", "nav", "dialog"}  # fmt: skip
_UNREAD_ROLES = {"navigation", "banner", "contentinfo", "search", "menu", "menubar"}
_NOTE_ROLES = ("doc-noteref", "doc-backlink")
_NOTE_MARKS = {"footnote-ref", "footnote-back", "footnote-backref", "footnote-reference"}
_BLOCKS = {"p", "div", "section", "article", "main", "header", "footer", "aside", "blockquote", "figure",
           "figcaption", "address", "form", "fieldset", "details", "summary", "dl", "dt", "dd", "center",
           "hr",
           "ul", "ol", "li", "table", "caption", "pre", "body", "html", "h1", "h2", "h3", "h4", "h5", "h6",
           "tr", "td", "th", "thead", "tbody", "tfoot", "legend", "hgroup", "menu"}  # fmt: skip
_DATE_NAMES = {"article:modified_time", "article:published_time", "last-modified", "date", "dcterms.modified",
               "dc.date", "datemodified", "datepublished", "revised"}  # fmt: skip


def read_html(data: bytes, name: str) -> ParsedDocument:
    """A page's blocks; the title is `<title>`, else the first heading."""
    soup = _soup(decode(data, _declared_charset(data)))
    head, date = soup.find("title"), _date_of(soup)
    remove_furniture(soup)
    outline = Outline()
    add_html(outline, soup)
    title = real_title(head.get_text() if head else None) or first_heading(outline.blocks)
    return ParsedDocument(title or title_from_name(name), tuple(outline.blocks), "text/html", modified=date)


def add_html(outline: Outline, source: Any) -> None:
    """Adds the blocks of a parsed page or of a fragment given as text."""
    soup = _soup(source) if isinstance(source, str) else source
    _settle_raised(soup)
    main = soup.find("main") or soup.find(attrs={"role": "main"}) or _only_article(soup)
    # A page that marks its main part tells what is furniture; otherwise only whole-page bars are.
    whole = main is None or len(main.get_text()) * 2 < len(soup.get_text())
    _Walker(outline).walk((soup.body or soup) if whole else main, top=True)


def _settle_raised(soup: Any) -> None:
    """Marks of footnotes go, since they are no words of their sentence; other raised figures stay raised."""
    for tag in soup.find_all(["a", "sup"]):
        if _is_note_mark(tag):
            tag.extract()
    for tag in soup.find_all("sup"):
        if len(tag.contents) == 1 and isinstance(tag.contents[0], str):
            tag.string = raised(tag.contents[0])


def _is_note_mark(tag: Any) -> bool:
    classes = tag.get("class") or ()
    # Wikipedia raises its `reference`; Sphinx gives that name to every link.
    raised_reference = tag.name == "sup" and "reference" in classes
    return raised_reference or tag.get("role") in _NOTE_ROLES or not _NOTE_MARKS.isdisjoint(classes)


def _only_article(soup: Any) -> Any:
    articles = soup.find_all("article", limit=2)
    return articles[0] if len(articles) == 1 else None


def _soup(text: str) -> Any:
    from bs4 import BeautifulSoup

    return BeautifulSoup(text, "lxml")


def _declared_charset(data: bytes) -> str | None:
    from bs4.dammit import EncodingDetector

    return EncodingDetector.find_declared_encoding(data[:4096], is_html=True)


def _date_of(soup: Any) -> Any:
    for meta in soup.find_all("meta"):
        named = str(meta.get("property") or meta.get("name") or meta.get("itemprop") or "").casefold()
        if named in _DATE_NAMES and (date := iso_date(str(meta.get("content") or ""))):
            return date
    return None


_LISTS = ("ul", "ol", "menu")
_SHORT_MEANING = 300  # letters
_DEEPEST = 200  # elements within elements; what lies deeper is taken as text, before Python's stack ends


class _Walker:
    """Goes through the tree once; loose text between blocks becomes paragraphs of its own."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._loose: list[str] = []
        self._item: tuple[int, str] | None = None
        self._level = 0

    def walk(self, node: Any, *, top: bool = False, depth: int = -1) -> None:
        self._children(node, depth, furniture=top)
        self._flush()

    def _children(self, node: Any, depth: int, *, furniture: bool = False) -> None:
        from bs4.element import Tag

        for child in node.children:
            if not isinstance(child, Tag):
                self._string(child)
            elif not furniture or child.name not in ("header", "footer") or child.find(["h1", "h2", "p"]):
                self._element(child, depth, furniture=furniture)

    def _string(self, string: Any) -> None:
        from bs4.element import PreformattedString

        if not isinstance(string, PreformattedString):  # such as a comment
            self._loose.append(str(string))

    def _element(self, tag: Any, depth: int, *, furniture: bool) -> None:
        name = tag.name
        if _is_unread(tag):
            return
        if self._level == _DEEPEST:
            self._loose.append(tag.get_text(" "))
            return
        self._level += 1
        if name == "br":
            self._break()
        elif name not in _BLOCKS:
            self._children(tag, depth)
        else:
            self._flush()
            self._block(tag, depth, furniture=furniture)
            self._flush()
        self._level -= 1

    def _block(self, tag: Any, depth: int, *, furniture: bool) -> None:
        name = tag.name
        if name[0] == "h" and name[1:].isdecimal():
            self._outline.heading(_inline_text(tag), int(name[1:]))
        elif name == "pre":
            self._outline.code(tag.get_text())
        elif name in _LISTS:
            self._list(tag, depth + 1)
        elif name == "table" and not tag.find("table"):
            self._table(tag)
        elif name == "summary":
            self._outline.paragraph(_inline_text(tag))
        elif tag.find("dt", recursive=False):
            self._definitions(tag, depth)
        else:
            # A wrapper that holds the whole page is looked through for page bars.
            self._children(tag, depth, furniture=furniture and name in ("body", "div"))

    def _list(self, tag: Any, depth: int) -> None:
        number = _number(tag.get("start"), 1)
        for child in tag.children:
            if getattr(child, "name", None) != "li":
                if getattr(child, "name", None):
                    self._element(child, depth, furniture=False)
                continue
            number = _number(child.get("value"), number)
            self._item = (depth, f"{number}." if tag.name == "ol" else "-")
            number += 1
            self._children(child, depth)
            self._flush()
            self._item = None

    def _table(self, tag: Any) -> None:
        if caption := tag.find("caption"):
            self._outline.paragraph(_inline_text(caption))
        rows = [row for tr in tag.find_all("tr") if (row := tr.find_all(["td", "th"]))]
        if not rows:
            self._children(tag, -1)
            return
        if max(map(len, rows)) == 1 or tag.find(["h1", "h2"]):
            # A table that lays out the page: its cells are parts of it, one after another.
            for cell in (cell for row in rows for cell in row):
                self._children(cell, -1)
                self._flush()
            return
        header = 0
        while header < len(rows) and _names_columns(rows[header]):
            header += 1
        told = header or tag.find("th") is not None
        add_table(
            self._outline, [[_cell(cell) for cell in row] for row in rows], header if told else None, proof=1
        )

    def _definitions(self, tag: Any, depth: int) -> None:
        """Terms and what they mean, as rows of two cells where the meaning is short; what else is there."""
        from bs4.element import Tag

        terms: list[str] = []
        for child in tag.children:
            if not isinstance(child, Tag):
                self._string(child)
            elif _is_unread(child):
                continue
            elif child.name == "dt":
                self._flush()
                terms.append(_inline_text(child))
            elif child.name == "dd" and terms and _is_short(child):
                self._flush()
                self._outline.row([", ".join(terms), _inline_text(child)])
                terms = []
            else:
                self._terms(terms)
                terms = []
                self._element(child, depth, furniture=False)
        self._terms(terms)

    def _terms(self, terms: list[str]) -> None:
        self._flush()
        for term in terms:
            self._outline.paragraph(term)

    def _break(self) -> None:
        if self._item is None:
            self._flush()
        else:
            self._loose.append(" ")

    def _flush(self) -> None:
        text, self._loose = "".join(self._loose), []
        if not text.strip():
            return
        if self._item is not None:
            depth, mark = self._item
            self._outline.item(text, depth, mark)
            # What follows inside the same item belongs to it but has no mark of its own.
            self._item = None
        else:
            self._outline.paragraph(text)


def _is_unread(tag: Any) -> bool:
    return tag.name in _SKIPPED or tag.has_attr("hidden") or tag.get("role") in _UNREAD_ROLES


def _is_short(meaning: Any) -> bool:
    parts = [*_LISTS, "table", "pre", "dl"]
    return len(meaning.get_text()) <= _SHORT_MEANING and not meaning.find(parts)


def _names_columns(row: list[Any]) -> bool:
    return all(cell.name == "th" for cell in row) or row[0].find_parent("thead") is not None


def _cell(cell: Any) -> Cell:
    return Cell(_inline_text(cell), _number(cell.get("colspan"), 1), _number(cell.get("rowspan"), 1))


def _inline_text(tag: Any) -> str:
    for line_break in tag.find_all("br"):
        line_break.replace_with("\n")
    return str(tag.get_text(" " if tag.find(list(_BLOCKS)) else ""))


def _number(text: Any, fallback: int) -> int:
    return int(text) if str(text or "").strip().lstrip("-").isdecimal() else fallback
