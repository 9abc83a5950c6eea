"""Which document, or which section of one, is meant by a name such as "the travel policy"."""

import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from brain.catalog.catalog import Catalog
from brain.domain import Passage, Source
from brain.index.keyword_query import Weights
from brain.index.search_index import SearchIndex
from brain.retrieval.by_date import on_days
from brain.retrieval.outdated import asks_of_the_past, is_outdated
from brain.text.asked import Asked, asked_dates, is_date_name, stems_with_dates, without_dates
from brain.text.terms import content_stems, content_words, stem

LOOKED_AT = 40  # documents, and passages under fitting headings, of each space
NEAR = 0.15  # so little behind the best, another document may as well be meant
OTHERS = 3  # of those are named
_KIND_COUNTS = 0.1  # "policy" in both names
_OUTDATED = 0.5  # what no longer holds is seldom meant
_PATH = 0.9  # a file's name is shorter than a title, and means less
# What kind of text is meant: "the laptop rules" may be called anything.
_KINDS = frozenset(
    stem(word)
    for word in (
        "policy guide guideline document doc page file handbook manual rule term paper report article note"
        " minute memo deck slide presentation sheet spreadsheet list table faq howto instruction procedure"
        " process text overview information info section chapter conditions regulation mail email"
        # … and which one of several
        " old new current latest recent previous former whole entire full complete"
    ).split()
)
# What is agreed or said somewhere, and may stand in a text of its own.
_AGREED = frozenset(map(stem, "plan contract meeting strategy agenda agreement statement scheme".split()))
_OF = re.compile(r"\b(?:of|for|on|in|at|about|from|with|to|by)\b", re.IGNORECASE)
_TITLES = Weights(title=4.0, heading=1.0, body=0.2)
_HEADINGS = Weights(title=1.0, heading=4.0, body=0.0)
_LONGEST_NAME = 100  # characters
_NUMBERING = re.compile(r"^\s*(?:\d{1,2}(?:\.\d{1,2})*\.?|[IVX]+\.|[A-Z]\.)\s+")


@dataclass(frozen=True, slots=True)
class Named:
    """A document, or the section of it under `heading`; `others` are documents that are named as well."""

    source: Source
    passages: tuple[Passage, ...]
    heading: tuple[str, ...] = ()
    others: tuple[Source, ...] = ()

    @property
    def title(self) -> str:
        """What it is called: `Employee Handbook 2026 › Sick leave`, each in one line and not too long."""
        title = in_short(self.source.title or self.source.document)
        return f"{title} › {in_short(without_numbering(self.heading[-1]))}" if self.heading else title


def in_short(name: str) -> str:
    """A title or heading in one line, cut at a word where it is a paragraph."""
    return textwrap.shorten(name, _LONGEST_NAME, placeholder="…") or name[:_LONGEST_NAME]


def without_numbering(heading: str) -> str:
    """`Sick leave` of `3.3 Sick leave`."""
    return _NUMBERING.sub("", heading).strip().rstrip(":") or heading


def document_named(name: str, spaces: Iterable[str], index: SearchIndex, catalog: Catalog) -> Named | None:
    """The document of these spaces whose title or file name holds all telling words of the name, if any.

    Words for the kind of a text need not stand there, unless the name has no others ("the handbook").
    """
    wanted = telling_stems(name)
    if not wanted:
        return None
    allowed = frozenset(spaces)
    found: list[tuple[float, Source, tuple[Passage, ...]]] = []
    dates = asked_dates(name)
    for document_id in _candidates(name, dates, sorted(allowed), index, catalog):
        first = catalog.neighbours(document_id, 0, 0)
        if not first or first[0].source.space not in allowed:
            continue
        worth = _likeness(name, wanted, first[0].source, dates)
        if worth > 0:
            found.append((worth, first[0].source, tuple(first)))
    if not found:
        return None
    found.sort(key=lambda one: (-one[0], one[1].document))
    best, source, _ = found[0]
    near = [other for worth, other, _ in found[1:] if worth >= best - NEAR][:OTHERS]
    passages = tuple(catalog.document_passages(source.document_id))
    return Named(source, passages, others=tuple(near))


def section_named(
    name: str, spaces: Iterable[str], index: SearchIndex, catalog: Catalog, within: Named | None = None
) -> Named | None:
    """The section whose headings (with the title above) hold all telling words of the name, if any.

    Its own heading must hold half of them.
    """
    wanted = telling_stems(name)
    if not wanted:
        return None
    if within is not None:
        passages: Sequence[Passage] = within.passages
    else:
        allowed = frozenset(spaces)
        terms = content_words(without_dates(name))
        numbers = [
            number
            for space in sorted(allowed)
            for number, _ in index.keyword(space, terms, LOOKED_AT, _HEADINGS)
        ]
        numbers += _dated(asked_dates(name), terms, sorted(allowed), index)
        known = catalog.passages(numbers)
        passages = [known[n] for n in numbers if n in known and known[n].source.space in allowed]
    dates = asked_dates(name)
    best: tuple[float, Passage, tuple[str, ...]] | None = None
    for passage in passages:
        for depth in range(1, len(passage.source.locator.heading) + 1):
            path = passage.source.locator.heading[:depth]
            worth = _section_likeness(wanted, path, passage.source, dates)
            if worth > 0 and (best is None or worth > best[0]):
                best = (worth, passage, path)
    if best is None:
        return None
    _, found, path = best
    whole = within.passages if within else tuple(catalog.document_passages(found.source.document_id))
    return Named(found.source, tuple(p for p in whole if p.source.locator.heading[: len(path)] == path), path)


def is_generic(name: str) -> bool:
    """Whether only a kind of text is named: "the documents", "the latest page"."""
    return frozenset(content_stems(name)) <= _KINDS


def asks_for_text(name: str) -> bool:
    """Whether a text is asked for: "the pension plan", but not "the benefits of the pension plan"."""
    head = content_stems(_OF.split(name, maxsplit=1)[0])[-1:]
    return bool(head) and head[0] in _KINDS | _AGREED


def telling_stems(name: str) -> frozenset[str]:
    """A name's stems without those for the kind of text, unless it has no others; of dates their names."""
    stems = frozenset(content_stems(without_dates(name))) | {date.name for date in asked_dates(name)}
    return stems - _KINDS or stems


def _candidates(
    name: str, dates: Sequence[Asked], spaces: Sequence[str], index: SearchIndex, catalog: Catalog
) -> list[int]:
    terms = content_words(without_dates(name))
    found = [
        number for space in spaces for number, _ in index.keyword_documents(space, terms, LOOKED_AT, _TITLES)
    ]
    passages = catalog.passages(_dated(dates, terms, spaces, index))
    return list(dict.fromkeys([*found, *(passage.source.document_id for passage in passages.values())]))


def _dated(
    dates: Sequence[Asked], terms: Sequence[str], spaces: Sequence[str], index: SearchIndex
) -> list[int]:
    found = on_days(dates, terms, spaces, index, LOOKED_AT)
    return [number for numbers in found.values() for number in numbers[:LOOKED_AT]]


def _likeness(name: str, wanted: frozenset[str], source: Source, dates: Sequence[Asked]) -> float:
    """How well the name fits the document's, from 0 (words are missing) to a little over 1."""
    path = PurePosixPath(source.document)
    called = frozenset(stems_with_dates(f"{source.title} {path.with_suffix('')}".replace("_", " "), dates))
    if not wanted <= called:
        return 0.0
    parts = [source.title, *re.split(r"\s[–—|-]\s|:\s", source.title)]
    names = [(frozenset(stems_with_dates(part, dates)), 1.0) for part in parts]
    names.append((frozenset(stems_with_dates(path.stem.replace("_", " "), dates)), _PATH))
    own = max((_dice(wanted, _without_kinds(stems)) * share for stems, share in names), default=0.0)
    kinds = frozenset(content_stems(name)) & _KINDS & called
    past = is_outdated(source) and not asks_of_the_past(name)
    return max(0.01, own + _KIND_COUNTS * bool(kinds) - _OUTDATED * past)


def _section_likeness(
    wanted: frozenset[str], path: tuple[str, ...], source: Source, dates: Sequence[Asked]
) -> float:
    own = frozenset(stems_with_dates(path[-1], dates))
    above = frozenset(stems_with_dates(" ".join((source.title, source.document, *path[:-1])), dates))
    if not wanted <= own | above or len(wanted & own) * 2 < len(wanted):
        return 0.0
    past = is_outdated(source)
    return max(0.01, _dice(wanted, own) - _OUTDATED * past)


def _without_kinds(stems: frozenset[str]) -> frozenset[str]:
    bare = frozenset(one for one in stems - _KINDS if is_date_name(one) or not one.isdigit())
    return bare or stems


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0
