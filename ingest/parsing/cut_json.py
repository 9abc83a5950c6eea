"""Cut documents as JSON, so that nothing a worker sends can run code where it is received.

A worker reads hostile files; were its replies pickled, whoever took the worker over would own the parent too.
They are sent in small pieces: while JSON is read, no other thread of the process that reads it gets a turn.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from brain.domain import Locator
from ingest.indexing.cut_document import Chunk, CutDocument
from ingest.parsed import ParsedDocument

_CHARACTERS = 100_000  # of text in one line to the parent …
_PASSAGES = 250  # … and passages at most


def text_pieces(text: str) -> Iterator[dict[str, Any]]:
    """A document's text in messages."""
    for start in range(0, len(text), _CHARACTERS):
        yield {"text": text[start : start + _CHARACTERS]}


def passage_pieces(chunks: Iterable[Chunk]) -> Iterator[dict[str, Any]]:
    """Passages in messages, as they come; what several of a message have in common is sent once."""
    for group in _groups(chunks):
        words: dict[str, int] = {}
        places: dict[Locator, int] = {}
        passages = [
            [
                chunk.start,
                chunk.end,
                words.setdefault(chunk.context, len(words)),
                words.setdefault(chunk.table_header, len(words)),
                places.setdefault(chunk.locator, len(places)),
            ]
            for chunk in group
        ]
        yield {"passages": passages, "words": list(words), "places": [_place(place) for place in places]}


def head(parsed: ParsedDocument) -> dict[str, Any]:
    """What is known of a document beside its text."""
    return {
        "title": parsed.title,
        "media_type": parsed.media_type,
        "modified": parsed.modified.isoformat() if parsed.modified else None,
        "warnings": list(parsed.warnings),
        "reading": parsed.reading,
    }


def document(known: Mapping[str, Any], pieces: Iterable[Mapping[str, Any]]) -> CutDocument:
    """The document whose head and pieces these are."""
    texts, groups = list[str](), list[Mapping[str, Any]]()
    for piece in pieces:
        if "text" in piece:
            texts.append(piece["text"])
        else:
            groups.append(piece)
    text = "".join(texts)
    return CutDocument(
        known["title"],
        text,
        tuple(_chunks(text, groups)),
        known["media_type"],
        datetime.fromisoformat(known["modified"]) if known["modified"] else None,
        tuple(known["warnings"]),
        known["reading"],
    )


def encode(message: Mapping[str, Any]) -> bytes:
    """One message with its length before it, as both ends of the pipe send it."""
    # Lone surrogates in the names of files can't be written as UTF-8; as escapes they pass.
    body = json.dumps(message, separators=(",", ":")).encode("ascii")
    return len(body).to_bytes(8, "big") + body


def _groups(chunks: Iterable[Chunk]) -> Iterator[list[Chunk]]:
    """So few passages, or letters, that the one who waits soon hears of them."""
    group, held = list[Chunk](), 0
    for chunk in chunks:
        group.append(chunk)
        held += chunk.end - chunk.start
        if len(group) == _PASSAGES or held >= _CHARACTERS:
            yield group
            group, held = [], 0
    if group:
        yield group


def _place(place: Locator) -> list[Any]:
    turns = [list(turn) for turn in place.turns]
    sections = [[offset, list(heading)] for offset, heading in place.sections]
    return [place.page, list(place.heading), place.slide, place.sheet, place.row, place.part, turns, sections]


def _locator(
    page: int | None, heading: list[str], slide: int | None, sheet: str | None, row: int | None,
    part: str | None, turns: list[list[int]], sections: list[tuple[int, list[str]]],
) -> Locator:  # fmt: skip
    return Locator(
        page,
        tuple(heading),
        slide,
        sheet,
        row,
        part,
        tuple((offset, number) for offset, number in turns),
        tuple((offset, tuple(above)) for offset, above in sections),
    )


def _chunks(text: str, groups: Iterable[Mapping[str, Any]]) -> Iterator[Chunk]:
    ordinal = 0
    for group in groups:
        words = group["words"]
        places = [_locator(*place) for place in group["places"]]
        for start, end, context, header, place in group["passages"]:
            yield Chunk(ordinal, start, end, text[start:end], words[context], words[header], places[place])
            ordinal += 1
