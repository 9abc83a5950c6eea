"""What a reader makes of a file: its text in blocks, each with its place in the document."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from brain.domain import Locator


class BlockKind(StrEnum):
    """What a stretch of text is, as far as splitting and quoting care."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE_HEADER = "table_header"
    TABLE_ROW = "table_row"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Block:
    r"""One paragraph, heading, list item or table row, in reading order.

    `text` holds the document's own words, whitespace folded (code keeps its line breaks). A list item
    opens with `- ` or its number (`1. `), indented two spaces a level; a table row's cells are parted
    by tabs. `locator.heading` is the path of headings above the block; for a heading block it ends with
    the heading itself. `level` is 1–6 for headings, the depth from 0 for list items, otherwise 0.
    """

    kind: BlockKind
    text: str
    locator: Locator = field(default_factory=Locator)
    level: int = 0


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A file's blocks in reading order; `modified` is the document's own date, where it carries one.

    `reading` is the mark of the reader that made it (`ingest.readers.versions`); readers leave it empty.
    """

    title: str
    blocks: tuple[Block, ...]
    media_type: str
    modified: datetime | None = None
    warnings: tuple[str, ...] = ()
    reading: str = ""

    @property
    def text(self) -> str:
        """All blocks, each ended by a newline: the text that passages' offsets count in."""
        return "".join(block.text + "\n" for block in self.blocks)
