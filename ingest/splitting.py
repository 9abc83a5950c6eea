"""From blocks to passages: cut where the document's structure says so, never inside a sentence."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from brain.domain import Locator
from brain.text.sentences import sentence_spans
from ingest.parsed import Block, BlockKind, ParsedDocument

# Passages are closed at the first block boundary past this share of the room, so that a passage holds
# one thought; the rest of the room lets a list or a table finish.
TARGET_SHARE = 0.7
CONTEXT_SHARE = 0.25  # a deep heading path may take this much of the room before it is shortened


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage before it is stored: `text == parsed.text[start:end]`."""

    ordinal: int
    start: int
    end: int
    text: str
    context: str
    table_header: str
    locator: Locator

    @property
    def embedded_text(self) -> str:
        """What the embedder reads: the place in the document first, then the words."""
        return "\n".join(part for part in (self.context, self.table_header, self.text) if part)

    @property
    def vector_key(self) -> str:
        """SHA-256 of the embedded text: equal passages share one vector."""
        return hashlib.sha256(self.embedded_text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Unit:
    """The smallest stretch that is never cut: a sentence, a list item, a table row, a code line."""

    start: int
    end: int
    tokens: int
    opens_block: bool


def split(
    parsed: ParsedDocument, max_tokens: int, count_tokens: Callable[[str], int]
) -> tuple[Chunk, ...]:
    """Cut a document into passages that, with their context, hold at most `max_tokens` tokens."""
    text = parsed.text
    chunks: list[Chunk] = []
    for section in _sections(parsed):
        context = _context(parsed.title, section.locator.heading, int(max_tokens * CONTEXT_SHARE), count_tokens)
        header = text[section.header[0] : section.header[1]] if section.header else ""
        room = max_tokens - count_tokens(context) - count_tokens(header) - 4
        units = [u for start, block in section.blocks for u in _units(start, block, max(room, 16), count_tokens)]
        for first, last in _groups(units, max(room, 16)):
            start, end = units[first].start, units[last].end
            inside = header if section.header and start > section.header[1] else ""
            locator = _locator_at(section, start)
            chunks.append(Chunk(len(chunks), start, end, text[start:end], context, inside, locator))
    return tuple(chunks)


@dataclass(frozen=True, slots=True)
class _Section:
    """Neighbouring blocks under one heading (or of one slide, sheet or mail part), with their offsets."""

    blocks: list[tuple[int, Block]]
    locator: Locator
    header: tuple[int, int] | None


def _sections(parsed: ParsedDocument) -> Iterator[_Section]:
    offset, current, key, header = 0, list[tuple[int, Block]](), None, None
    bare_heading: tuple[int, Block] | None = None
    for block in parsed.blocks:
        place, here = _place(block), offset
        offset += len(block.text) + 1
        if block.kind is BlockKind.HEADING or place != key or block.kind is BlockKind.TABLE_HEADER:
            if current:
                yield _Section(current, current[0][1].locator, header)
            # Only a heading with nothing at all under it is worth a passage of its own.
            if bare_heading and block.kind is BlockKind.HEADING and block.level <= bare_heading[1].level:
                yield _Section([bare_heading], bare_heading[1].locator, None)
            current, header, key = [], None, place
        if block.kind is BlockKind.HEADING:
            bare_heading = (here, block)
            continue
        bare_heading = None
        if block.kind is BlockKind.TABLE_HEADER:
            header = (here, here + len(block.text))
        elif header and block.kind is not BlockKind.TABLE_ROW:
            yield _Section(current, current[0][1].locator, header)
            current, header = [], None
        current.append((here, block))
    if current:
        yield _Section(current, current[0][1].locator, header)
    if bare_heading:
        yield _Section([bare_heading], bare_heading[1].locator, None)


def _place(block: Block) -> tuple[object, ...]:
    at = block.locator
    return (at.heading, at.slide, at.sheet, at.part)


def _context(title: str, heading: tuple[str, ...], room: int, count_tokens: Callable[[str], int]) -> str:
    path = [part for part in heading if part.strip() and part.strip() != title.strip()]
    while path and count_tokens(" › ".join([title, *path])) > room:
        path.pop(0)  # the nearest heading says most
    context = " › ".join([title, *path]) if title else " › ".join(path)
    while context and count_tokens(context) > room:
        context = context.rpartition(" ")[0]
    return context


def _units(offset: int, block: Block, room: int, count_tokens: Callable[[str], int]) -> Iterator[_Unit]:
    text = block.text
    if block.kind in (BlockKind.TABLE_ROW, BlockKind.TABLE_HEADER, BlockKind.LIST_ITEM):
        spans = [(0, len(text))] if text.strip() else []
        if spans and count_tokens(text) > room:
            spans = list(sentence_spans(text))
    else:
        spans = list(sentence_spans(text))
    opens = True
    for start, end in spans:
        for a, b in _fitting(text, start, end, room, count_tokens):
            yield _Unit(offset + a, offset + b, count_tokens(text[a:b]), opens)
            opens = False


def _fitting(
    text: str, start: int, end: int, room: int, count_tokens: Callable[[str], int]
) -> Iterator[tuple[int, int]]:
    """One span, or, where a single sentence is longer than any passage may be, pieces at word gaps."""
    while count_tokens(text[start:end]) > room:
        # A token is at least one character, so `room` characters always fit; four is the English mean.
        cut, low = end, start
        length = min(end - start, room * 4)
        while length > 1 and count_tokens(text[start : start + length]) > room:
            length = int(length * 0.8)
        window = text[start : start + length]
        at = max(window.rfind(mark) for mark in ("; ", ", ", "\t", " "))
        best = max(window.rfind("; "), window.rfind("\t"))
        at = best if best > length // 2 else at
        cut = start + (at + 1 if at > 0 else length)
        yield (low, len(text[:cut].rstrip()))
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield (start, end)


def _groups(units: list[_Unit], room: int) -> Iterator[tuple[int, int]]:
    """`(first, last)` of the units that go together: near the target at a block's end, else when full."""
    target, first, held = room * TARGET_SHARE, 0, 0
    for i, unit in enumerate(units):
        full = held + unit.tokens > room
        rest = sum(u.tokens for u in units[i:]) if held > target else 0
        closes = unit.opens_block and held >= target and held + rest > room
        if i > first and (full or closes):
            yield first, i - 1
            first, held = i, 0
        held += unit.tokens
    if units:
        yield first, len(units) - 1


def _locator_at(section: _Section, start: int) -> Locator:
    locator = section.locator
    for offset, block in section.blocks:
        if offset > start:
            break
        locator = block.locator
    return locator
