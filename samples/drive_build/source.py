"""A source file as blocks: Markdown with a few lines of front matter, ready for any format."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

NOTES = "Notes: "


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 6."""

    level: int
    runs: Runs


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    runs: Runs


@dataclass(frozen=True, slots=True)
class Item:
    """A list item; `number` is None for a bullet."""

    number: int | None
    runs: Runs


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; the first row is the header."""

    rows: tuple[tuple[Runs, ...], ...]


Block = Heading | Paragraph | Item | Table


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """What the front matter says, and the blocks in reading order."""

    title: str
    author: str
    date: datetime
    footer: str
    blocks: tuple[Block, ...]


def plain(runs: Runs) -> str:
    """The words without their styles."""
    return "".join(run.text for run in runs)


def read_source(path: Path) -> SourceDocument:
    """The document in `path`; raises KeyError where title, author or date is missing."""
    _, front, body = path.read_text("utf-8").split("---\n", 2)
    fields = dict(line.split(": ", 1) for line in front.splitlines())
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    return SourceDocument(
        title=fields["title"],
        author=fields["author"],
        date=datetime.fromisoformat(fields["date"] + "T09:00:00"),
        footer=fields.get("footer", fields["title"]),
        blocks=tuple(_blocks(tokens)),
    )


def _blocks(tokens: list[Token]) -> Iterator[Block]:
    rows: list[tuple[Runs, ...]] = []
    cells: list[Runs] = []
    counters: list[int | None] = []
    level = 0
    in_table = False
    for token in tokens:
        match token.type:
            case "heading_open":
                level = int(token.tag[1])
            case "heading_close":
                level = 0
            case "bullet_list_open":
                counters.append(None)
            case "ordered_list_open":
                counters.append(0)
            case "bullet_list_close" | "ordered_list_close":
                counters.pop()
            case "list_item_open" if counters[-1] is not None:
                counters[-1] += 1
            case "table_open":
                in_table, rows = True, []
            case "tr_open":
                cells = []
            case "tr_close":
                rows.append(tuple(cells))
            case "table_close":
                in_table = False
                yield Table(tuple(rows))
            case "inline":
                runs = tuple(_runs(token.children or []))
                if in_table:
                    cells.append(runs)
                elif level:
                    yield Heading(level, runs)
                elif counters:
                    yield Item(counters[-1], runs)
                else:
                    yield Paragraph(runs)


def _runs(tokens: list[Token]) -> Iterator[Run]:
    bold = italic = False
    for token in tokens:
        match token.type:
            case "strong_open" | "strong_close":
                bold = token.type == "strong_open"
            case "em_open" | "em_close":
                italic = token.type == "em_open"
            case "code_inline":
                yield Run(token.content, bold, italic, code=True)
            case "softbreak":
                yield Run(" ", bold, italic)
            case _ if token.content:
                yield Run(token.content, bold, italic)
