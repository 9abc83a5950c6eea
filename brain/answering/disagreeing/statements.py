"""What a sentence or a table's cell states: about what, on which conditions, and with which figures."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from brain.answering.disagreeing.scope_words import (
    CONDITION,
    DENIAL,
    DENYING,
    EXAMPLE,
    HEDGE,
    NEUTRAL,
    NO_DENIAL,
    ONCE,
    REASON,
)
from brain.answering.extracting.cleaning import without_marks
from brain.answering.extracting.rows import cells_of
from brain.domain import Locator, Passage, Source
from brain.languages.english import ENGLISH
from brain.languages.language import Language
from brain.text.folding import fold
from brain.text.pronouns import points_back
from brain.text.quantities import Quantity, may_hold_figure, quantities
from brain.text.sentences import sentence_spans
from brain.text.terms import content_stems
from brain.text.written_figures import CURRENCIES, DATED, MEASURES, UNITS, Kind

_CLOSING = " )]\"'”’»"
_ITEM = re.compile(r"^\s*(?:[-•*]|\d{1,3}[.)])\s")
_DAYS_AND_MONTHS = frozenset(stem for name in DATED for stem in content_stems(name))
SHORT = 2  # stems: fewer don't say what a sentence is about
_NOWHERE = Passage(0, "", Source("", "", "", "", Locator()))
_NAME = re.compile(r"[^\W\d_][\w’'&-]*")
_OPENS = re.compile(r"(?:^|[.!?:;]\s|[–—•(\"“]\s?|\t|^- )$")


@dataclass(frozen=True, slots=True)
class Statement:
    """`about` are its stems without figures and what says nothing; `above` those that stand above it.

    `names` are its runs of capitalised words, as stems. `row` is what a table's row is about, `column` what
    its cell tells; both empty in prose.
    """

    passage: Passage
    start: int
    end: int
    text: str
    about: frozenset[str]
    above: frozenset[str]
    figures: tuple[Quantity, ...]
    names: tuple[frozenset[str], ...]
    conditions: frozenset[str]
    denies: bool
    hedged: bool
    passing: bool
    """Said as an example, or of how something was or will be."""
    row: frozenset[str] = frozenset()
    column: frozenset[str] = frozenset()
    value: str = ""
    beside: tuple[tuple[frozenset[str], frozenset[str]], ...] = ()
    """The row's other cells that hold words: their columns and what they say, as stems."""
    mould: tuple[str, ...] = ()
    """The sentence without its figures, word by word: an older edition's has the same."""
    leans_on: str = ""
    """The sentence before, where it can't be understood without that."""


def statements(passage: Passage, spans: Iterable[tuple[int, int]], language: Language) -> Iterator[Statement]:
    """What stands at these spans of a passage: of a row, one for each cell but the first."""
    for start, end in spans:
        text = passage.text[start:end]
        above = _above(passage, start, language)
        if "\t" in text:
            if text != passage.table_header:
                yield from _of_row(passage, start, end, above, language)
        elif _is_said(passage.text, start, text):
            before = _before(passage, start) if points_back(text) else ""
            yield replace(_of_sentence(text, before, above, language), passage=passage, start=start, end=end)


def _is_said(whole: str, start: int, text: str) -> bool:
    """Whether it is a sentence or an item of a list, and no question, heading or button of a page."""
    if text.rstrip(_CLOSING).endswith((".", "!", "…")):
        return True
    line = whole[whole.rfind("\n", 0, start) + 1 : start + len(text)]
    return bool(_ITEM.match(line)) and not text.rstrip().endswith(("?", ":"))


def may_contradict(told: Statement, text: str) -> bool:
    """Whether a text has a figure, where a statement has one, or denies where that doesn't: a quick look."""
    flat = fold(text)
    return bool(told.figures and may_hold_figure(flat)) or told.denies != bool(DENYING.search(flat))


def _before(passage: Passage, start: int) -> str:
    """The sentence that stands before, in the same block."""
    line = passage.text[passage.text.rfind("\n", 0, start) + 1 : start].strip()
    spans = list(sentence_spans(line))
    return line[spans[-1][0] : spans[-1][1]] if spans else ""


def _above(passage: Passage, start: int, language: Language) -> tuple[str, frozenset[str]]:
    """The heading right above, in words, and the stems of all that stands above."""
    place = passage.source.locator.at(start)
    heading = place.heading[-1] if place.heading else ""
    stems = frozenset(
        content_stems(f"{passage.source.title} {passage.context} {' '.join(place.heading)}", language)
    )
    return heading, stems


@lru_cache(maxsize=8192)
def _of_sentence(text: str, before: str, above: tuple[str, frozenset[str]], language: Language) -> Statement:
    heading, stems = above
    bare = without_marks(text)
    flat = fold(bare)
    figures = quantities(bare)
    mould = tuple(re.findall(r"[^\W_]+", _without(flat, figures))) if figures else ()
    if (reason := REASON.search(flat)) and not any(one.end > reason.start() for one in figures):
        flat = flat[: reason.start()]
    about = _stems(flat, figures, language)
    if heading and (
        not _stems_left(flat, figures, language) or (len(about) < SHORT and heading.endswith("?"))
    ):
        # "Three months.", right under "How long is the probation period?"
        about |= _stems(fold(heading), quantities(heading), language)
        bare = f"{heading} {bare}"
    if before:  # "They must be taken by 31 March."
        stems |= _stems(fold(before), quantities(before), language)
        bare = f"{before} {bare}"
    denial = (language.says.denial if language.says else None) if language is not ENGLISH else None
    undenied = NO_DENIAL.sub(" ", flat)
    denies = bool(DENIAL.search(undenied) or (denial and denial.search(undenied)))
    conditions = frozenset(
        stem
        for found in CONDITION.finditer(_without(flat, figures))
        for stem in content_stems(NEUTRAL.sub(" ", found[1]), language)
    )
    return Statement(
        _NOWHERE,
        0,
        0,
        bare,
        about,
        stems,
        figures,
        _without_dates(names_of(text, language)),
        conditions,
        denies,
        bool(HEDGE.search(flat)),
        bool(EXAMPLE.search(flat) or ONCE.search(flat)),
        mould=mould,
        leans_on=before,
    )


def _without_dates(names: tuple[frozenset[str], ...]) -> tuple[frozenset[str], ...]:
    bare = (name - _DAYS_AND_MONTHS for name in names)
    return tuple(name for name in bare if name)


def _of_row(
    passage: Passage, start: int, end: int, above: tuple[str, frozenset[str]], language: Language
) -> Iterator[Statement]:
    """Of `Extra bed | 35.00 | night`: that the price of an extra bed is 35."""
    cells = cells_of(passage.text[start:end], passage.table_header)
    if len(cells) < 2 or not all(cell.name for cell in cells):
        return
    subject, others = cells[0], cells[1:]
    columns = [cell.name for cell in cells]
    if _comes_again(passage.text, subject.value) or len(set(columns)) < len(columns):
        return  # "Coffee, small" and "Coffee, large"; "Hours" of one week and of the next
    row = frozenset(content_stems(subject.value, language))
    worded = {
        cell.start: (
            frozenset(content_stems(cell.name, language)),
            frozenset(content_stems(cell.value, language)),
        )
        for cell in others
        if not quantities(cell.value)
    }
    for cell in others:
        column = frozenset(content_stems(cell.name, language))
        told = f"{subject.value} – {cell.name}: {cell.value}"
        figures = _of_cell(cell.name, cell.value, column)
        yield Statement(
            passage,
            start,
            end,
            told,
            row | frozenset(content_stems(_without_units(fold(cell.name)), language)),
            above[1],
            figures,
            (),
            frozenset(),
            bool(DENIAL.search(fold(cell.value))),
            bool(HEDGE.search(fold(cell.value))),
            False,
            row,
            column,
            cell.value,
            tuple(said for start, said in worded.items() if start != cell.start),
        )


def _comes_again(table: str, subject: str) -> bool:
    """Whether several rows of a table begin with the same cell."""
    return sum(line.partition("\t")[0].strip() == subject for line in table.split("\n") if "\t" in line) > 1


def _without_units(flat: str) -> str:
    """`price (gbp)` without what its figures are in, and what says nothing."""
    words = re.findall(r"[^\W_]+", NEUTRAL.sub(" ", flat))
    return " ".join(word for word in words if not (word in CURRENCIES or word in UNITS or word in MEASURES))


def _of_cell(name: str, value: str, column: frozenset[str]) -> tuple[Quantity, ...]:
    """The figures of a cell; a bare number is of what its column says: `Price (EUR)`, `Days`, `Phone`."""
    found = quantities(value)
    if len(found) != 1 or found[0].kind not in (Kind.COUNT, Kind.YEAR):
        return found
    [one] = found
    if one.end - one.start < len(value.strip()) - 1:
        return found  # "2 per shelf": what it is of stands beside it
    flat = fold(name)
    for word in (
        flat.partition("(")[2].rstrip(") ") or flat,
        *reversed(re.findall(r"[^\W_]+|[€$£%°]", flat)),
    ):
        measured = [q for q in quantities(f"{value.strip()} {word}") if q.kind not in (Kind.COUNT, Kind.YEAR)]
        if len(measured) == 1:
            return (measured[0],)
    return (replace(one, kind=Kind.COUNT, unit=column),)


def about_of(text: str, language: Language) -> frozenset[str]:
    """What a text is about, read as a statement is."""
    return _stems(fold(text), quantities(text), language)


def _stems(flat: str, figures: Sequence[Quantity], language: Language) -> frozenset[str]:
    """What is left without figures and neutral words; without figures alone, where that is nothing."""
    return _stems_left(flat, figures, language) or frozenset(content_stems(_without(flat, figures), language))


def _stems_left(flat: str, figures: Sequence[Quantity], language: Language) -> frozenset[str]:
    return frozenset(content_stems(NEUTRAL.sub(" ", _without(flat, figures)), language))


def _without(flat: str, figures: Sequence[Quantity]) -> str:
    for figure in reversed(figures):
        flat = f"{flat[: figure.start]} {flat[figure.end :]}"
    return flat


@lru_cache(maxsize=8192)
def names_of(text: str, language: Language) -> tuple[frozenset[str], ...]:
    """Runs of words with a capital inside a sentence, as stems, and words with a figure in them.

    Where every noun has a capital, only words of capitals alone count.
    """
    found: list[list[str]] = []
    last = -2
    tokens = list(_NAME.finditer(text))
    for at, token in enumerate(tokens):
        word = token.group()
        opens = bool(_OPENS.search(text[: token.start()])) or token.start() == 0
        capital = word[0].isupper() and (not opens or (word.isupper() and len(word) > 1))
        if language.capital_nouns:
            capital = word.isupper() and len(word) > 1
        if opens and word[0].isupper() and at + 1 < len(tokens) and tokens[at + 1].group()[0].isupper():
            capital = capital or (
                not language.capital_nouns and text[token.end() : tokens[at + 1].start()] == " "
            )
        if not capital or word == "I":
            continue
        between = text[tokens[at - 1].end() : token.start()] if at else ""
        if last == at - 1 and between in (" ", "-", " & "):
            found[-1] += content_stems(word)
        else:
            found.append(content_stems(word))
        last = at
    return tuple(dict.fromkeys(frozenset(run) for run in found if run))
