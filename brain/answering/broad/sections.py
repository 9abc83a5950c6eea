"""A document's main parts, in its order."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from brain.domain import Passage
from brain.retrieval.document_named import without_numbering

EVEN_PARTS = 6  # that a long text without headings is taken for
_DEEPEST = 4  # level of headings


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one main heading; the name is empty before the first, and where there are none."""

    name: str
    passages: tuple[Passage, ...]


def sections_of(passages: Sequence[Passage], below: int = 0) -> list[Section]:
    """The parts of a document, or of its section whose heading path is `below` headings long.

    The main headings are the first level at which there are two; sheets and slides count as such.
    """
    ordered = sorted(passages, key=lambda passage: passage.ordinal)
    for depth in range(below, _DEEPEST):
        names = {key for passage in ordered if (key := _key(passage, depth))}
        if len(names) > 1:
            return [
                Section(without_numbering(name), tuple(group))
                for name, group in groupby(ordered, key=lambda passage: _key(passage, depth))
            ]
    if len(ordered) <= EVEN_PARTS:
        return [Section("", (passage,)) for passage in ordered]
    size = -(-len(ordered) // EVEN_PARTS)
    return [Section("", tuple(ordered[at : at + size])) for at in range(0, len(ordered), size)]


def _key(passage: Passage, depth: int) -> str:
    place = passage.source.locator
    if place.sheet:
        return place.sheet if depth == 0 else ""
    return place.heading[depth] if len(place.heading) > depth else ""
