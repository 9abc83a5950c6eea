"""Things side by side in a table: as rows of it with the same columns, or as columns with the same rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from brain.answering.draft import DraftSentence, Form
from brain.answering.extracting.cleaning import ended
from brain.answering.extracting.rows import Cell, cells_of
from brain.domain import Passage
from brain.retrieval.comparison_wanted import ComparisonWanted
from brain.text.analysis import analyse
from brain.text.terms import content_stems

MOST_COLUMNS, MOST_ROWS = 6, 7
_PLACES = 10  # of a row, that are told apart
LONGEST_CELL = 160  # characters, where it wasn't asked for: an answer must fit into a message


@dataclass(frozen=True, slots=True)
class Thing:
    """One of the things: its stems, those that a cell may leave out, and those that may stand above it."""

    name: str
    stems: frozenset[str]
    common: frozenset[str]
    above: frozenset[str] = frozenset()

    @property
    def own(self) -> frozenset[str]:
        """What must stand in the cell itself."""
        return self.stems - self.common - self.above or self.stems

    def fit(self, text: str, above: frozenset[str]) -> int | None:
        """How many words of a cell are not the thing's, the fewer the better; None where it isn't named."""
        stems = frozenset(content_stems(text))
        if not self.own <= stems or not self.above <= stems | above:
            return None
        return len(stems - self.stems)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table with its cells."""

    passage: Passage
    start: int
    end: int
    cells: tuple[Cell, ...]

    def told(self, about: str, cells: Sequence[Cell], also: Sequence[Cell] = ()) -> DraftSentence:
        """`Harbour – Price: 75.00; Users: 40`, each cell of it quoted."""
        words = ended(f"{about} – {'; '.join(cell.told for cell in cells)}")
        spans = sorted((self.start + a, self.start + b) for a, b in (cell.span for cell in (*also, *cells)))
        return DraftSentence(words, self.passage, self.start, self.end, Form.ITEM, tuple(spans))


@dataclass(frozen=True, slots=True)
class SideBySide:
    """What a table says of the things: which of them are `found`, and by thing the cells that were asked.

    `exact`: the cells that name them hold no other words.
    """

    sentences: tuple[DraftSentence, ...]
    found: tuple[bool, ...]
    values: tuple[tuple[Cell, ...], ...] = ()
    exact: bool = True


def things_of(wanted: ComparisonWanted) -> tuple[Thing, ...]:
    """The things with their stems: a noun that is no name ("plan") needn't stand in a table's cell."""
    all_stems = [frozenset(content_stems(name)) for name in wanted.things]
    shared = frozenset[str].intersection(*all_stems)
    found = []
    for name, stems in zip(wanted.things, all_stems, strict=True):
        last = name.split()[-1]
        noun = frozenset(content_stems(last)) if last.islower() and last.isalpha() else frozenset[str]()
        small = frozenset(s for s in shared if not s.isdigit() and s in content_stems(_small_words(name)))
        named = any(map(str.isupper, name))
        common = small | (noun if named or noun <= shared else frozenset())
        common = common if common < stems else frozenset()
        found.append(Thing(name, stems, common, noun - common if noun < stems else frozenset()))
    return tuple(found)


def _small_words(name: str) -> str:
    return " ".join(word for word in name.split() if word.islower())


def side_by_side(
    tables: Sequence[Sequence[Passage]], things: Sequence[Thing], attributes: Sequence[tuple[str, ...]]
) -> SideBySide | None:
    """The best table's rows or columns; each of `tables` is one table's passages, the likeliest first.

    None where no table holds one of the things with something of what is asked.
    """
    best: SideBySide | None = None
    for table in tables:
        rows = _rows(table)
        for found in (_as_columns(rows, things, attributes), _as_rows(rows, things, attributes)):
            if found and (best is None or sum(found.found) > sum(best.found)):
                best = found
    return best


def _rows(table: Iterable[Passage]) -> list[Row]:
    found = []
    for passage in table:
        for sentence in analyse(passage).sentences:
            text = passage.text[sentence.start : sentence.end]
            if "\t" in text and text != passage.table_header:
                cells = tuple(cells_of(text, passage.table_header))
                if len(cells) > 1:
                    found.append(Row(passage, sentence.start, sentence.end, cells))
    return found


def _above(passage: Passage) -> frozenset[str]:
    return frozenset(content_stems(f"{passage.context} {passage.table_header}"))


def _as_rows(
    rows: Sequence[Row], things: Sequence[Thing], attributes: Sequence[tuple[str, ...]]
) -> SideBySide | None:
    chosen = _matched([[_row_fit(row, thing) for row in rows] for thing in things])
    picked = [
        (rows[at], _subject(rows[at], thing), thing)
        for at, thing in zip(chosen, things, strict=True)
        if at >= 0
    ]
    if not picked:
        return None
    columns = _columns([row for row, *_ in picked], [subject.name for _, subject, _ in picked], attributes)
    if not columns:
        return None
    told, values = [], []
    for row, subject, _ in picked:
        cells = [cell for cell in row.cells if cell.name in columns and cell is not subject]
        if not cells:
            return None
        told.append(row.told(subject.value, cells, [subject]))
        values.append(tuple(cells))
    exact = all(thing.fit(subject.value, _above(row.passage)) == 0 for row, subject, thing in picked)
    return SideBySide(tuple(told), tuple(at >= 0 for at in chosen), tuple(values), exact)


def _row_fit(row: Row, thing: Thing) -> int | None:
    above = _above(row.passage)
    fits = [
        _PLACES * fit + min(place, _PLACES - 1)  # a row is about what stands first
        for place, cell in enumerate(row.cells)
        if (fit := thing.fit(cell.value, above)) is not None
    ]
    return min(fits, default=None)


def _subject(row: Row, thing: Thing) -> Cell:
    above = _above(row.passage)
    return min(
        (cell for cell in row.cells if thing.fit(cell.value, above) is not None),
        key=lambda cell: (thing.fit(cell.value, above), cell.start),
    )


def _matched(fits: Sequence[Sequence[int | None]]) -> list[int]:
    """For each thing the place that fits it, -1 for none; no place twice, the fewest foreign words."""
    options = []
    for of_thing in fits:
        good = sorted((fit, at) for at, fit in enumerate(of_thing) if fit is not None)
        options.append([at for _, at in good[: len(fits)]] + [-1])
    best, best_worth = [-1] * len(fits), (0, 0, 0)
    for choice in _choices(options):
        taken = [at for at in choice if at >= 0]
        if len(set(taken)) < len(taken):
            continue
        foreign = sum(fits[thing][at] or 0 for thing, at in enumerate(choice) if at >= 0)
        worth = (-len(taken), foreign, sum(taken))
        if worth < best_worth:
            best, best_worth = list(choice), worth
    return best


def _choices(options: Sequence[Sequence[int]]) -> Iterable[tuple[int, ...]]:
    if not options:
        yield ()
        return
    for first in options[0]:
        for rest in _choices(options[1:]):
            yield (first, *rest)


def _columns(
    rows: Sequence[Row], subjects: Sequence[str], attributes: Sequence[tuple[str, ...]]
) -> frozenset[str]:
    """The columns to be told: those that are asked for, else those in which the rows differ."""
    names = list(dict.fromkeys(cell.name for row in rows for cell in row.cells if cell.name))
    names = [name for name in names if name not in subjects]
    for group in attributes:
        stems = frozenset(stem for word in group for stem in content_stems(word))
        shared = {name: stems & frozenset(content_stems(name)) for name in names}
        most = max(map(len, shared.values()), default=0)
        if most:
            return frozenset(name for name, found in shared.items() if len(found) == most)
    if named := _columns_holding(rows, names, attributes):
        return named
    if attributes and not any(
        stem in _above(rows[0].passage)
        for group in attributes
        for word in group
        for stem in content_stems(word)
    ):
        return frozenset()
    values = {name: {_value(row, name) for row in rows} for name in names}
    names = [name for name in names if all(len(value) <= LONGEST_CELL for value in values[name])]
    differing = [name for name in names if len(values[name]) > 1] if len(rows) > 1 else names
    return frozenset((differing or names)[:MOST_COLUMNS])


def _columns_holding(
    rows: Sequence[Row], names: Sequence[str], attributes: Sequence[tuple[str, ...]]
) -> frozenset[str]:
    """The columns in which one of the rows says what is asked for: "colour" of what printers can do."""
    stems = frozenset(stem for group in attributes[:1] for word in group for stem in content_stems(word))
    return frozenset(
        name for name in names if any(stems & frozenset(content_stems(_value(row, name))) for row in rows)
    )


def _value(row: Row, name: str) -> str:
    return next((cell.value for cell in row.cells if cell.name == name), "")


def _as_columns(
    rows: Sequence[Row], things: Sequence[Thing], attributes: Sequence[tuple[str, ...]]
) -> SideBySide | None:
    if not rows:
        return None
    names = list(dict.fromkeys(cell.name for row in rows for cell in row.cells))
    above = _above(rows[0].passage)
    chosen = _matched([[thing.fit(name, above) if name else None for name in names] for thing in things])
    if any(at < 0 for at in chosen):
        return None
    columns = [names[at] for at in chosen]
    told: list[tuple[Row, Cell, list[Cell]]] = []
    for row in rows:
        cells = [cell for name in columns for cell in row.cells if cell.name == name]
        subject = row.cells[0]
        if len(cells) == len(columns) and subject.name not in columns:
            told.append((row, subject, cells))
    asked = _asked_rows(told, attributes)
    if not asked:
        return None
    sentences = tuple(row.told(subject.value, cells, [subject]) for row, subject, cells in asked[:MOST_ROWS])
    by_thing = tuple(tuple(cells[at] for _, _, cells in asked) for at in range(len(things)))
    return SideBySide(sentences, (True,) * len(things), by_thing)


def _asked_rows(
    rows: Sequence[tuple[Row, Cell, list[Cell]]], attributes: Sequence[tuple[str, ...]]
) -> list[tuple[Row, Cell, list[Cell]]]:
    for group in attributes:
        stems = frozenset(stem for word in group for stem in content_stems(word))
        shared = [len(stems & frozenset(content_stems(subject.value))) for _, subject, _ in rows]
        most = max(shared, default=0)
        if most:
            return [row for row, count in zip(rows, shared, strict=True) if count == most]
    if attributes and not any(
        stem in _above(row.passage)
        for row, _, _ in rows[:1]
        for group in attributes
        for w in group
        for stem in content_stems(w)
    ):
        return []
    short = [one for one in rows if all(len(cell.value) <= LONGEST_CELL for cell in one[2])]
    return [one for one in short if len({cell.value for cell in one[2]}) > 1]
