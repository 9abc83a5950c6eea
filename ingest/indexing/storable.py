"""Text that every database and encoder takes: no lone surrogates, no NUL."""

import re
from dataclasses import replace

from brain.domain import Locator
from ingest.parsed import Block, ParsedDocument

# File names in a foreign encoding and escapes in JSON bring halves of surrogate pairs, which are no text.
_UNSTORABLE = re.compile("[\ud800-\udfff\0]")


def storable(parsed: ParsedDocument) -> ParsedDocument:
    """The document with each such character replaced by U+FFFD; the same object where there is none."""
    texts = (parsed.title, *parsed.warnings, *(part for block in parsed.blocks for part in _texts(block)))
    if not any(_UNSTORABLE.search(text) for text in texts):
        return parsed
    blocks = tuple(replace(b, text=clean(b.text), locator=_clean_locator(b.locator)) for b in parsed.blocks)
    warnings = tuple(map(clean, parsed.warnings))
    return replace(parsed, title=clean(parsed.title), blocks=blocks, warnings=warnings)


def _texts(block: Block) -> tuple[str, ...]:
    at = block.locator
    return (block.text, *at.heading, at.sheet or "", at.part or "")


def clean(text: str) -> str:
    """A single text made storable."""
    return _UNSTORABLE.sub("\ufffd", text)


def _clean_locator(at: Locator) -> Locator:
    return replace(
        at,
        heading=tuple(clean(part) for part in at.heading),
        sheet=at.sheet and clean(at.sheet),
        part=at.part and clean(at.part),
    )
