"""Makes a citing set: documents to questions, a split, passages around them, masking, the check once more."""

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from brain.catalog.catalog import Catalog
from brain.domain import Passage
from brain.errors import NothingIndexed, UsageError
from brain.retrieval.hybrid import HybridRetriever
from brain.retrieval.query import Query
from brain.tuning.citing_set import plain_answer
from brain.tuning.data.cases import Case
from brain.tuning.data.distractors import Find
from brain.tuning.data.feedback import past_cases
from brain.tuning.data.headings import questions_from_headings
from brain.tuning.data.making import Made, Making, Split
from brain.tuning.data.masking import Masking
from brain.tuning.data.ordering import in_turn, without_repeats
from brain.tuning.data.row_builder import ANSWERED, OTHER_DOCUMENT, UNANSWERABLE, WITHOUT_GOLD, RowBuilder
from brain.tuning.data.splitting import Apart, apart, families
from brain.tuning.data.statements import questions_from_statements
from brain.tuning.data.tables import questions_from_tables
from brain.tuning.data.verifying import fault_of
from brain.tuning.data.wording import Letters
from brain.tuning.rows import Row

MOST_DOCUMENTS = 2000  # are read; of more, a part that the seed fixes
_FOUND = 40  # passages of a question that are looked at, the best first
_POOL = 4000  # passages to draw random distractors from
Report = Callable[[str, int, int], None]


def make(catalog: Catalog, find: Find, making: Making, report: Report) -> Made:
    """Make a set; `find` must look in `making.spaces` only.

    The same catalog, settings and seed make the same set. Raises UsageError for an unknown space and where
    nothing can be held out, NothingIndexed where the spaces hold no document.
    """
    documents, paths = _read(catalog, making, report)
    family_of = families(documents)
    dropped: Counter[str] = Counter()
    cases = [*past_cases(catalog, making.spaces, find, dropped), *_cases(documents, report)]
    asked = len(cases)
    cases = without_repeats(cases, dropped)
    if not cases:
        raise UsageError(
            "No question could be made from these documents: index some with sentences, headings or tables."
        )
    weights = Counter(case.document for case in in_turn(cases, making.seed) if case.document)
    shares = (making.held_out, making.validation)
    kept_out = [document for document, path in paths.items() if path in making.kept_out]
    out = apart(weights, family_of, paths, shares, making.seed, kept_out)
    parts = train, watched, test = _parts(documents, out, making)
    rows = _Rows(RowBuilder(find, making.distractors, making.seed, family_of, dropped), making, parts)
    for part, case in _in_parts(cases, parts, making):
        report("Making rows", sum(len(each.rows) for each in parts), making.rows)
        rows.add(part, case)
    if not train.rows or (making.held_out and not test.rows):
        raise UsageError(
            "Too few questions could be made from these documents to learn from some and test with others: "
            "index more documents, or say --held-out 0."
        )
    questions, masked = tuple(rows.questions), rows.masking.counts
    return Made(train, watched, test, questions, dropped, masked, asked, paths, len(documents))


class _Rows:
    """Fills the parts of a set with rows, and notes those to test with as questions to the catalog."""

    def __init__(self, builder: RowBuilder, making: Making, parts: tuple[Split, Split, Split]) -> None:
        self.questions: list[Mapping[str, Any]] = []
        self.masking = Masking()
        self._builder = builder
        self._making = making
        self._train, _, self._test = parts

    def add(self, part: Split, case: Case) -> None:
        """Make a row of a case and put it there, unless the part is full or the row not backed."""
        train = self._train
        if part is not train and not part.rows:  # few documents give fewer rows than were asked for
            part.most = min(part.most, max(1, round(len(train.rows) * part.most / train.most)))
        if part.full:
            return
        role, row = _built(self._builder, case, part, self._making)
        if row is None:
            return
        masked = self.masking.row(row) if self._making.mask else row
        if row.gold and (fault := fault_of(masked.answer, masked.passages)):
            self._builder.dropped[f"not backed after masking: {fault.split(':')[0]}"] += 1
            return
        part.rows.append(masked)
        part.roles[role] += 1
        if part is self._test and (question := _question(case, row, masked)):
            self.questions.append(question)


def finder(retriever: HybridRetriever, spaces: Collection[str]) -> Find:
    """The retriever in use, in these spaces: its best passages."""

    @lru_cache(maxsize=64)  # a case asks for the same question several times
    def find(question: str) -> tuple[Passage, ...]:
        return retriever.find(Query.of(question), spaces).passages[:_FOUND]

    return find


def _read(
    catalog: Catalog, making: Making, report: Report
) -> tuple[dict[int, list[Passage]], dict[int, str]]:
    rows = [row for name in making.spaces for row in catalog.documents(catalog.space(name).name)]
    if not rows:
        spaces = ", ".join(making.spaces)
        raise NothingIndexed(
            f"There is no document in {spaces} to make questions from: add some with "
            "`citewise ingest FOLDER`, or name another space with --space."
        )
    rows.sort(key=lambda row: hashlib.sha256(f"{making.seed}:{row.space}:{row.path}".encode()).hexdigest())
    chosen = sorted(rows[:MOST_DOCUMENTS], key=lambda row: (row.space, row.path, row.id))
    documents: dict[int, list[Passage]] = {}
    for number, row in enumerate(chosen):
        report("Reading documents", number, len(chosen))
        documents[row.id] = catalog.document_passages(row.id)
    return documents, {row.id: row.path for row in chosen}


def _cases(documents: Mapping[int, Sequence[Passage]], report: Report) -> Iterable[Case]:
    letters = Letters.of(passage.text for passages in documents.values() for passage in passages)
    for number, passages in enumerate(documents.values()):
        report("Asking", number, len(documents))
        for ask in (questions_from_headings, questions_from_statements, questions_from_tables):
            yield from ask(passages, letters)


def _parts(
    documents: Mapping[int, Sequence[Passage]], out: Apart, making: Making
) -> tuple[Split, Split, Split]:
    """The three parts, still empty: to learn from, to stop by, to test with.

    What may be shown: to learn from, nothing that is kept apart; to stop by, nothing that is tested with.
    """
    every = frozenset(documents)
    tested = round(making.rows * making.held_out) if out.held_out else 0
    watched = round(making.rows * making.validation) if out.validation else 0
    learnt = every - out.held_out - out.validation

    def part(own: frozenset[int], most: int, usable: frozenset[int]) -> Split:
        return Split(own, most, usable, _pool(documents, usable, making.seed))

    return (
        part(learnt, max(1, making.rows - tested - watched), learnt),
        part(out.validation, watched, every - out.held_out),
        part(out.held_out, tested, every),
    )


def _in_parts(
    cases: Sequence[Case], parts: tuple[Split, Split, Split], making: Making
) -> Iterator[tuple[Split, Case]]:
    """Each case with its part: that of its document; what is about none goes by its words."""
    train, watched, test = parts
    cases_of: dict[int, list[Case]] = {id(part): [] for part in parts}
    for case in cases:
        part = next((part for part in (test, watched) if case.document in part.documents), train)
        if not case.document:
            drawn = random.Random(f"{making.seed}:{case.questions[0]}").random()
            if test.documents and drawn < making.held_out:
                part = test
            elif watched.documents and making.held_out <= drawn < making.held_out + making.validation:
                part = watched
        cases_of[id(part)].append(case)
    for part in parts:
        for case in in_turn(cases_of[id(part)], making.seed):
            yield part, case


def _built(builder: RowBuilder, case: Case, part: Split, making: Making) -> tuple[str, Row | None]:
    """A row of a case in the role that the part lacks most, or in the case's own; None where it has none."""
    usable, pool = part.usable, part.pool
    if not case.said:
        return UNANSWERABLE, builder.refusal(case, usable, pool)
    if any(passage.source.document_id not in usable for passage in case.gold):
        builder.dropped["it cites a document that is kept apart"] += 1
        return ANSWERED, None
    if not case.first:
        for role, share, make in (
            (UNANSWERABLE, making.unanswerable, builder.unanswerable),
            (WITHOUT_GOLD, making.without_gold, builder.without_gold),
        ):
            if part.wants(role, share) and (row := make(case, usable, pool)):
                return role, row
    return ANSWERED, builder.answered(case, usable, pool)


def _pool(documents: Mapping[int, Sequence[Passage]], usable: Collection[int], seed: int) -> list[Passage]:
    every = [p for document, passages in documents.items() if document in usable for p in passages]
    long = [passage for passage in every if len(passage.text) >= 80] or every
    return random.Random(seed).sample(long, min(_POOL, len(long)))


def _question(case: Case, row: Row, masked: Row) -> dict[str, Any] | None:
    """The row as a question to the whole catalog; None where the catalog knows what the row doesn't hold."""
    if masked.question != row.question or masked.answer != row.answer:
        return None  # a stand-in stands in no document
    line: dict[str, Any] = {"id": row.id, "question": row.question}
    if not row.gold:
        # Taken away for the row, the passage is still there for a question to the catalog.
        if case.said and row.kind in (case.kind, OTHER_DOCUMENT):
            return None
        return {**line, "answers": [], "answerable": False, "gold": [], "kind": row.kind}
    gold = []
    for number in row.gold:
        source = row.passages[number - 1].source
        page = {"page": source.locator.page} if source.locator.page else {}
        gold.append({"doc": source.document, **page})
    return {**line, "answers": [plain_answer(row)], "answerable": True, "gold": gold, "kind": row.kind}
