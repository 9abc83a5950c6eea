"""Markdown: the words without their marks, in the blocks that the marks draw."""

import re
from typing import TYPE_CHECKING, Any

from ingest.parsed import ParsedDocument
from ingest.readers.charset import decode
from ingest.readers.markup.hypertext import add_html
from ingest.readers.markup.template_tags import without_front_matter, without_tags
from ingest.readers.naming import first_heading, iso_date, real_title, title_from_name
from ingest.readers.outline import Outline
from ingest.readers.wrapping import joined_lines, margin_of

if TYPE_CHECKING:
    from markdown_it.token import Token

_DATES = ("last_updated", "updated", "modified", "lastmod", "last_modified", "date")
_HTML_NAMES = {
    "a", "abbr", "b", "bdi", "bdo", "big", "br", "cite", "code", "del", "dfn", "div", "em", "font",
    "i", "img", "ins", "kbd", "mark", "p", "q", "s", "samp", "small", "span", "strike", "strong",
    "sub", "sup", "td", "th", "tr", "table", "tbody", "thead", "tt", "u", "ul", "ol", "li", "var",
    "wbr", "details", "summary", "center", "hr"
}  # fmt: skip
_ESCAPABLE = set("\\`*_{}[]()#+.!|<>~-")
# `[^1]` behind a sentence refers to a footnote, `[^1]:` opens it.
_NOTE_MARK = re.compile(r"\[\^[^\[\]\s]+\](?::[ \t]*)?")
_HTML_TAG = re.compile(r"</?([a-zA-Z][\w-]*)[^>]*>")


def read_markdown(data: bytes, name: str) -> ParsedDocument:
    """A page's blocks; the title is the front matter's, else the first heading."""
    body, fields = without_front_matter(decode(data))
    outline = Outline()
    _MarkdownWalker(outline, without_tags(body)).walk()
    if not outline.blocks:
        # A page that only redirects still says what it is about.
        outline.heading(fields.get("title", ""), 1)
    title = real_title(fields.get("title")) or first_heading(outline.blocks) or title_from_name(name)
    modified = next((date for key in _DATES if (date := iso_date(fields.get(key)))), None)
    return ParsedDocument(title, tuple(outline.blocks), "text/markdown", modified=modified)


class _MarkdownWalker:
    """Follows the parser's flat list of tokens, holding the lists and table that are open."""

    def __init__(self, outline: Outline, source: str) -> None:
        from markdown_it import MarkdownIt

        self._outline = outline
        self._lines = source.split("\n")
        self._margin = margin_of(source)
        self._tokens = (
            MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable("text_join").parse(source)
        )
        self._lists: list[bool] = []
        self._mark: str | None = None
        self._rows: list[list[str]] | None = None
        self._seen_heading = False

    def walk(self) -> None:
        """Adds every block of the page."""
        opened: Token | None = None
        for token in self._tokens:
            match token.type:
                case "heading_open" | "paragraph_open" | "th_open" | "td_open":
                    opened = token
                case "inline" if opened is not None:
                    self._inline(token, opened)
                case "bullet_list_open" | "ordered_list_open":
                    self._lists.append(token.type[0] == "o")
                case "bullet_list_close" | "ordered_list_close":
                    self._lists.pop()
                case "list_item_open":
                    self._mark = f"{token.info}." if self._lists[-1] else "-"
                case "list_item_close":
                    self._mark = None
                case "table_open":
                    self._rows = []
                case "tr_open" if self._rows is not None:
                    self._rows.append([])
                case "table_close" if self._rows is not None:
                    self._outline.table(self._rows, header=any(self._rows[0]))
                    self._rows = None
                case "fence" | "code_block":
                    self._outline.code(token.content)
                case "html_block":
                    add_html(self._outline, re.sub(r"<!--[\s\S]*?(-->|\Z)", "", token.content))

    def _inline(self, token: "Token", opened: "Token") -> None:
        first, past = token.map or [0, 0]
        source = self._lines[first:past]
        lines = _shown_lines(token.children or [], source)
        if self._rows is not None:
            self._rows[-1].append(" ".join(lines))
        elif opened.type == "heading_open":
            self._heading(" ".join(lines), opened)
        elif self._lists:
            self._list_text(lines, source)
        else:
            for paragraph in joined_lines(lines, self._margin, source=source):
                self._outline.paragraph(paragraph)

    def _list_text(self, lines: list[str], source: list[str]) -> None:
        for text in joined_lines(lines, self._margin, source=source):
            if self._mark is None:
                self._outline.paragraph(text)
            else:
                self._outline.item(text, len(self._lists) - 1, self._mark)
                self._mark = None

    def _heading(self, text: str, opened: "Token") -> None:
        # Scraped pages hold code without fences, whose `# comments` look like titles.
        if opened.markup == "#" and self._seen_heading and self._touches_text(opened):
            self._outline.paragraph(f"# {text}")
            return
        self._seen_heading = True
        self._outline.heading(text, int(opened.tag[1]))

    def _touches_text(self, opened: "Token") -> bool:
        first, past = opened.map or [0, 0]
        above = self._lines[first - 1] if first else ""
        below = self._lines[past] if past < len(self._lines) else ""
        return bool(above.strip() or below.strip())


def _shown_lines(children: list["Token"], source: list[str]) -> list[str]:
    """The words that a reader sees, line by line as in the source."""
    parts: list[str] = []
    line = 0
    for number, child in enumerate(children):
        match child.type:
            case "text" | "code_inline":
                parts.append(child.content)
            case "text_special":
                # `\*` hides a mark; a backslash before anything else is part of some code.
                escaped = child.info == "escape" and child.content not in _ESCAPABLE
                parts.append(child.markup if escaped else child.content)
            case "softbreak":
                parts.append("\n")
            case "hardbreak":
                # The parser takes the backslash of a shell command that goes on for a mark.
                kept = " \\" if source[min(line, len(source) - 1)].endswith("\\") else ""
                parts.append(kept + "\n")
            case "image":
                parts.append(child.content)
            case "html_inline":
                parts.append(_shown_html(child.content))
            case "em_open" | "em_close" if child.markup == "*" and _inside_word(parts, children, number):
                # `HLA-A*02 and B*03` holds two stars, not an emphasis.
                parts.append("*")
        line += child.type in ("softbreak", "hardbreak")
    text = "".join(parts)
    if "[^" in text and not any(child.type == "code_inline" for child in children):
        text = _NOTE_MARK.sub("", text)
    return [line for line in text.split("\n") if line.strip()]


def _inside_word(parts: list[str], children: list[Any], number: int) -> bool:
    before = "".join(parts[-1:])[-1:]
    after = next((child.content for child in children[number + 1 :] if child.content), "")[:1]
    return before.isalnum() and after.isalnum()


def _shown_html(source: str) -> str:
    tag = _HTML_TAG.fullmatch(source)
    if tag is None:
        return ""
    if tag[1].lower() == "br":
        return "\n"
    # `<your name>` is a blank to fill in, not markup.
    return "" if tag[1].lower() in _HTML_NAMES else source
