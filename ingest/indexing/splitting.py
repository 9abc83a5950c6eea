"""From blocks to passages: cut where the document's structure says so, never inside a sentence."""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from brain.domain import Locator
from brain.embedding.token_counting import CountTokens
from brain.text.sentences import sentence_spans
from ingest.indexing.cut_document import Chunk, CutDocument, Cutting
from ingest.indexing.fitting import CHARACTERS, fitting, weighed
from ingest.parsed import Block, BlockKind, ParsedDocument

# On the development sets passages of at most 160 tokens, context included, were found as well as those of
# 254 (documents first: claude-docs .97 against .95, covid-papers equal), and are embedded faster.
PASSAGE_TOKENS = 160
# A passage is closed at the first block boundary past this share of its room, so that it holds one thought;
# what is left lets a list or a table finish.
TARGET_SHARE = 0.7
# Sections smaller than this share of the room join the next one under the same heading.
SMALL_SHARE = 0.3
CONTEXT_SHARE = 0.25  # a deep heading path may take this much of the room before it is shortened

_CAPTION = 100  # characters
# What has more characters is too long for any passage, and isn't counted: a tokenizer takes a second and
# tens of bytes of memory for each million.
_COUNTED = 100_000


def cut(parsed: ParsedDocument, cutting: Cutting) -> CutDocument:
    """A document with all its passages."""
    return CutDocument(
        parsed.title,
        parsed.text,
        tuple(split(parsed, cutting.max_tokens, cutting.count_tokens)),
        parsed.media_type,
        parsed.modified,
        parsed.warnings,
        parsed.reading,
    )


def split(parsed: ParsedDocument, max_tokens: int, count_tokens: CountTokens) -> Iterator[Chunk]:
    """Cut a document into passages that, with their context, hold at most `max_tokens` tokens (or fewer).

    They come one by one, in time that grows with the text's length and no faster; little is held meanwhile.
    """
    size, text = min(max_tokens, PASSAGE_TOKENS), parsed.text
    shortened = lru_cache(maxsize=64)(_Context(parsed.title, int(size * CONTEXT_SHARE), count_tokens))
    ordinal = 0
    for section in _joined(_sections(parsed), int(size * SMALL_SHARE), count_tokens):
        context = shortened((*_sheet(section), *section.heading, *section.caption))
        header = text[section.header[0] : section.header[1]] if section.header else ""
        above = count_tokens(context) + 4
        if len(header) > _COUNTED or above + weighed(header, count_tokens) + size // 4 > max_tokens:
            header = ""  # repeated, so wide a header would push the rows themselves out of what is read
        above += weighed(header, count_tokens)
        room = max(size - above, size // 4)
        units = (unit for placed in section.blocks for unit in _units(placed, room, count_tokens))
        for group in _groups(units, room):
            start, end = group[0].start, group[-1].end
            yield Chunk(ordinal, start, end, text[start:end], context, header, _location(group))
            ordinal += 1


@dataclass(frozen=True, slots=True)
class _Placed:
    """A block and where its text begins in the document's."""

    offset: int
    block: Block

    @property
    def end(self) -> int:
        return self.offset + len(self.block.text)


@dataclass(frozen=True, slots=True)
class _Section:
    """Neighbouring blocks under one heading (or of one slide, sheet, table or mail part).

    `opening` are the headings right above that belong to no other section; `caption` is the short line over
    a table, which says what is in it.
    """

    opening: tuple[_Placed, ...]
    blocks: tuple[_Placed, ...]
    heading: tuple[str, ...]
    header: tuple[int, int] | None = None
    caption: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Unit:
    """The smallest stretch that is never cut: a sentence, a list item, a table row, a code line."""

    start: int
    end: int
    tokens: int
    opens_block: bool
    locator: Locator


def _sections(parsed: ParsedDocument) -> Iterator[_Section]:
    """Blocks that belong together: under one heading, on one page, of one table."""
    offset, headings = 0, list[_Placed]()
    blocks, place, header, caption = list[_Placed](), None, None, tuple[str, ...]()
    for block in parsed.blocks:
        placed = _Placed(offset, block)
        offset += len(block.text) + 1
        ends_table = header is not None and block.kind is not BlockKind.TABLE_ROW
        opens_table = block.kind is BlockKind.TABLE_HEADER
        if blocks and (
            block.kind is BlockKind.HEADING or _place(block) != place or opens_table or ends_table
        ):
            yield _Section(tuple(headings), tuple(blocks), blocks[0].block.locator.heading, header, caption)
            caption = _caption(blocks[-1].block, block) if opens_table else ()
            headings, blocks, header = [], [], None
        if block.kind is BlockKind.HEADING:
            # A heading over nothing at all is worth a passage of its own.
            if headings and block.level <= headings[-1].block.level:
                yield _lone(headings)
                headings = []
            headings.append(placed)
            continue
        if opens_table:
            header = (placed.offset, placed.end)
        place = _place(block)
        blocks.append(placed)
    if blocks:
        yield _Section(tuple(headings), tuple(blocks), blocks[0].block.locator.heading, header, caption)
    elif headings:
        yield _lone(headings)


def _lone(headings: list[_Placed]) -> _Section:
    return _Section((), tuple(headings), headings[-1].block.locator.heading[:-1])


def _caption(above: Block, header: Block) -> tuple[str, ...]:
    """The line right above a table, if it is short enough to be what the table is called."""
    short = above.kind is BlockKind.PARAGRAPH and len(above.text) <= _CAPTION
    return (above.text.rstrip(" :."),) if short and _place(above) == _place(header) else ()


def _place(block: Block) -> tuple[object, ...]:
    at = block.locator
    return (at.heading, at.slide, at.sheet, at.part)


def _joined(sections: Iterable[_Section], small: int, count_tokens: CountTokens) -> Iterator[_Section]:
    """Sections in order, a small one joined with the next where both stand under the same heading."""
    held: _Section | None = None
    more = list[_Placed]()  # the blocks of those that were joined to it
    tokens = 0
    for section in sections:
        if held is not None and _may_join(held, more[-1] if more else held.blocks[-1], section):
            added = (*section.opening, *section.blocks)
            more += added
            held = _Section(held.opening, held.blocks, _shared(held.heading, section.heading))
        else:
            if held is not None:
                yield _with(held, more)
            held, more, tokens, added = section, [], 0, section.blocks
        tokens += _tokens_of(added, small - tokens, count_tokens)
        if held.header or tokens >= small:
            yield _with(held, more)
            held = None
    if held is not None:
        yield _with(held, more)


def _with(section: _Section, more: list[_Placed]) -> _Section:
    return replace(section, blocks=(*section.blocks, *more)) if more else section


def _tokens_of(blocks: Iterable[_Placed], enough: int, count_tokens: CountTokens) -> int:
    """The tokens of these blocks; once there are enough of them, the rest is not counted."""
    tokens = 0
    for placed in blocks:
        text = placed.block.text
        tokens += enough if len(text) > _COUNTED else count_tokens(text)
        if tokens >= enough:
            break
    return tokens


def _may_join(first: _Section, last: _Placed, second: _Section) -> bool:
    """`last` is the last block of what the first has become."""
    if first.header or second.header:
        return False
    one, other = last.block.locator, second.blocks[0].block.locator
    if (one.slide, one.sheet, one.part) != (other.slide, other.sheet, other.part):
        return False
    shared = _shared(first.heading, second.heading)
    # Siblings, or a section and its own subsection; never two chapters of a document.
    return bool(shared) and len(shared) >= max(len(first.heading), len(second.heading)) - 1


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    length = 0
    while length < min(len(one), len(other)) and one[length] == other[length]:
        length += 1
    return one[:length]


_UNNAMED_SHEET = re.compile(r"(?:sheet|tabelle|feuil|hoja|blad)\s?\d*", re.IGNORECASE)


def _sheet(section: _Section) -> tuple[str, ...]:
    """The name that somebody gave to the sheet, which says what its table is of."""
    sheet = section.blocks[0].block.locator.sheet
    return (sheet,) if sheet and not _UNNAMED_SHEET.fullmatch(sheet.strip()) else ()


@dataclass(frozen=True, slots=True)
class _Context:
    """What stands above a passage: the title and as much of the heading path as there is room for."""

    title: str
    room: int
    count_tokens: CountTokens

    def __call__(self, heading: tuple[str, ...]) -> str:
        longest, title = self.room * CHARACTERS, self.title
        # What goes beyond is cut off in any case: a title without end must not be read for each heading.
        path = [part[:longest] for part in heading if part.strip() and part.strip() != title.strip()]
        title = title[:longest]
        while path and self.count_tokens(" › ".join([title, *path])) > self.room:
            path.pop(0)  # the nearest heading says most
        context = (" › ".join([title, *path]) if title else " › ".join(path))[:longest]
        while context and self.count_tokens(context) > self.room:
            context = context.rpartition(" ")[0]
        return context


def _units(placed: _Placed, room: int, count_tokens: CountTokens) -> Iterator[_Unit]:
    block, text = placed.block, placed.block.text
    whole = block.kind in (BlockKind.TABLE_ROW, BlockKind.TABLE_HEADER, BlockKind.LIST_ITEM)
    if whole and len(text) <= _COUNTED and text.strip() and weighed(text, count_tokens) <= room:
        spans: Iterable[tuple[int, int]] = [(0, len(text))]
    else:
        spans = sentence_spans(text)
    opens = True
    for begin, end in spans:
        for start, stop, tokens in fitting(text, begin, end, room, count_tokens):
            yield _Unit(placed.offset + start, placed.offset + stop, tokens, opens, block.locator)
            opens = False


def _location(units: list[_Unit]) -> Locator:
    """The first unit's place, with where in the passage each further page (or row) and heading begins."""
    turns: list[tuple[int, int]] = []
    sections: list[tuple[int, tuple[str, ...]]] = []
    first = units[0].locator
    reached, above = _number(units[0]), first.heading
    for unit in units:
        number, heading = _number(unit), unit.locator.heading
        if number is not None and number != reached:
            turns.append((unit.start - units[0].start, number))
            reached = number
        if heading != above:
            sections.append((unit.start - units[0].start, heading))
            above = heading
    return replace(first, turns=tuple(turns), sections=tuple(sections)) if turns or sections else first


def _number(unit: _Unit) -> int | None:
    return unit.locator.row if unit.locator.page is None else unit.locator.page


def _groups(units: Iterator[_Unit], room: int) -> Iterator[list[_Unit]]:
    """The units that go together: near the target at a block's end, else when full."""
    ahead, waiting = deque[_Unit](), 0  # what comes next, as far as it matters whether all of it still fits
    group, held = list[_Unit](), 0
    while True:
        while not ahead or held + waiting <= room:
            if (coming := next(units, None)) is None:
                break
            ahead.append(coming)
            waiting += coming.tokens
        if not ahead:
            break
        unit = ahead.popleft()
        # Past the target a new block opens a new passage, unless all that is left still fits.
        ripe = unit.opens_block and held >= room * TARGET_SHARE and held + waiting > room
        if group and (ripe or held + unit.tokens > room):
            yield group
            group, held = [], 0
        group.append(unit)
        held += unit.tokens
        waiting -= unit.tokens
    if group:
        yield group
