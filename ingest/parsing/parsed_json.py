"""Parsed documents as JSON, so that nothing a worker sends can run code where it is received.

A worker reads hostile files; were its replies pickled, whoever took the worker over would own the parent too.
"""

import json
from datetime import datetime
from typing import Any

from brain.domain import Locator
from ingest.parsing.parsed import Block, BlockKind, ParsedDocument


def to_json(document: ParsedDocument) -> dict[str, Any]:
    """A document as plain lists and dicts; equal locators are sent once."""
    places: dict[Locator, int] = {}
    blocks = [
        [block.kind.value, block.text, places.setdefault(block.locator, len(places)), block.level]
        for block in document.blocks
    ]
    return {
        "title": document.title,
        "media_type": document.media_type,
        "modified": document.modified.isoformat() if document.modified else None,
        "warnings": list(document.warnings),
        "reading": document.reading,
        "places": [
            [place.page, list(place.heading), place.slide, place.sheet, place.row, place.part]
            for place in places
        ],
        "blocks": blocks,
    }


def from_json(data: dict[str, Any]) -> ParsedDocument:
    """The document that `to_json` was given."""
    places = [
        Locator(page, tuple(heading), slide, sheet, row, part)
        for page, heading, slide, sheet, row, part in data["places"]
    ]
    return ParsedDocument(
        data["title"],
        tuple(
            Block(BlockKind(kind), text, places[place], level) for kind, text, place, level in data["blocks"]
        ),
        data["media_type"],
        datetime.fromisoformat(data["modified"]) if data["modified"] else None,
        tuple(data["warnings"]),
        data["reading"],
    )


def encode(message: dict[str, Any]) -> bytes:
    """One message with its length before it, as both ends of the pipe send it."""
    # Lone surrogates from broken files can't be written as UTF-8; as escapes they pass.
    body = json.dumps(message, separators=(",", ":")).encode("ascii")
    return len(body).to_bytes(8, "big") + body
