"""Readers of an older citewise: real ones that read less, and leave the mark of their time."""

from contextlib import nullcontext
from dataclasses import replace

from sync_kit import POOL

from ingest.indexing.cut_document import CutDocument
from ingest.indexing.splitting import cut
from ingest.parsed import Block, BlockKind
from ingest.readers import read

OLD = "markdown 0.1"


class OlderReader:
    """Reads files as today, less what `forget` leaves out of the blocks."""

    def __init__(self, forget=lambda blocks: blocks):
        self._forget = forget

    def parse(self, path, cutting):
        parsed = read(path)
        return cut(replace(parsed, blocks=tuple(self._forget(parsed.blocks)), reading=OLD), cutting)


class ToldReader:
    """Reads files as today and tells in which order; fails at the names that are given."""

    def __init__(self, *broken):
        self.read: list[str] = []
        self._broken = broken

    def parse(self, path, cutting) -> CutDocument:
        from brain.errors import UnreadableDocument

        self.read.append(path.name)
        if path.name in self._broken:
            raise UnreadableDocument(f"{path.name} is damaged.")
        return POOL.parse(path, cutting)


def read_by(reader):
    """What the kit's `parser` may be."""
    return {"parser": lambda: nullcontext(reader)}


def without_tables(blocks: tuple[Block, ...]) -> list[Block]:
    """Tables were not read then."""
    tables = (BlockKind.TABLE_HEADER, BlockKind.TABLE_ROW)
    return [block for block in blocks if block.kind not in tables]


def without_headings(blocks: tuple[Block, ...]) -> list[Block]:
    """Headings were read as paragraphs then."""
    return [
        replace(
            block,
            kind=BlockKind.PARAGRAPH if block.kind is BlockKind.HEADING else block.kind,
            level=0,
            locator=replace(block.locator, heading=()),
        )
        for block in blocks
    ]
