"""Text that every database and encoder takes: no lone surrogates, no NUL, no names without end."""

import re
from dataclasses import replace

from brain.domain import Locator
from ingest.parsed import Block, ParsedDocument

# File names in a foreign encoding and escapes in JSON bring halves of surrogate pairs, which are no text.
_UNSTORABLE = re.compile("[\ud800-\udfff\0]")
LONGEST_NAME = 1_000
"""Characters of a title, heading or sheet's name. They are looked at with each of their passages, for each
question: one of a million would keep everybody waiting. As words of the text they stand there whole."""


def storable(parsed: ParsedDocument) -> ParsedDocument:
    """The document with each such character replaced by U+FFFD, and its names cut where they are too long.

    It is the same object where there is nothing of that.
    """
    names = (parsed.title, *(name for block in parsed.blocks for name in _names(block)))
    texts = (*names, *parsed.warnings, *(block.text for block in parsed.blocks))
    if not any(map(_UNSTORABLE.search, texts)) and max(map(len, names)) <= LONGEST_NAME:
        return parsed
    blocks = tuple(replace(b, text=clean(b.text), locator=_clean_locator(b.locator)) for b in parsed.blocks)
    warnings = tuple(map(clean, parsed.warnings))
    return replace(parsed, title=_name(parsed.title), blocks=blocks, warnings=warnings)


def _names(block: Block) -> tuple[str, ...]:
    at = block.locator
    return (*at.heading, at.sheet or "", at.part or "")


def _name(text: str) -> str:
    return clean(text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1].rstrip()}…")


def clean(text: str) -> str:
    """A single text made storable."""
    return _UNSTORABLE.sub("\ufffd", text)


def _clean_locator(at: Locator) -> Locator:
    return replace(
        at,
        heading=tuple(_name(part) for part in at.heading),
        sheet=at.sheet and _name(at.sheet),
        part=at.part and _name(at.part),
    )
