"""From a question with its answer to a row: passages found for it, numbered, and the answer checked."""

import hashlib
import random
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from brain.answering.writing.prompt import PASSAGES, REFUSAL
from brain.domain import Passage
from brain.tuning.data.cases import Case, written
from brain.tuning.data.distractors import REACH, Find, Surroundings, chosen, rivalling, surroundings
from brain.tuning.data.unanswerable import changed
from brain.tuning.data.verifying import fault_of
from brain.tuning.rows import Row

ANSWERED, WITHOUT_GOLD, UNANSWERABLE = "answered", "without gold", "unanswerable"
OTHER_DOCUMENT = "other document"


@dataclass(frozen=True, slots=True)
class RowBuilder:
    """Sets passages around questions: what may be used, and how much of it."""

    find: Find
    distractors: int
    seed: int
    family_of: dict[int, int]
    dropped: Counter[str]

    def answered(self, case: Case, usable: Collection[int], pool: Sequence[Passage]) -> Row | None:
        """The row in which one of the passages answers."""
        gold = case.gold
        why = "its question doesn't find it"
        for question in case.questions:
            around = surroundings(question, gold, case.answer, self.find(question), usable)
            if not case.first and (around.rank is None or around.rank >= REACH):
                continue
            if around.rivals and not case.first:
                why = "another passage may answer as well"
                continue
            rng = self._rng(question, ANSWERED)
            others = chosen(
                around.hard, pool, min(self.distractors, PASSAGES - len(gold)), {p.id for p in gold}, rng
            )
            passages = self._mixed(gold, others, rng)
            numbers = {passage.id: number for number, passage in enumerate(passages, 1)}
            answer = written(case.said, numbers)
            if fault := fault_of(answer, passages):
                why = f"not backed: {fault.split(':')[0]}"
                break
            golden = tuple(sorted(numbers[passage.id] for passage in gold))
            return _row(question, passages, answer, golden, case.kind, case.origin)
        self.dropped[why] += 1
        return None

    def without_gold(self, case: Case, usable: Collection[int], pool: Sequence[Passage]) -> Row | None:
        """The row whose answering passages are taken away; None where others may answer."""
        question = case.questions[0]
        found = self.find(question)
        around = surroundings(question, case.gold, case.answer, found, usable, refuse=True)
        return self._refused(question, case, around, pool, WITHOUT_GOLD, case.kind)

    def unanswerable(self, case: Case, usable: Collection[int], pool: Sequence[Passage]) -> Row | None:
        """The row that asks for what no document says, or what only a document says that isn't given."""
        question = case.questions[0]
        rng = self._rng(question, UNANSWERABLE)
        found = [p for p in self.find(question)[:REACH] if p.source.document_id in usable]
        if new := changed(case, found, rng):
            near = [p for p in self.find(new.question)[:REACH] if p.source.document_id in usable]
            near = [p for p in near if not new.may_be_answered_by(p)]
            passages = chosen(
                *(near, pool, self._refusing, (), rng), fits=lambda p: not new.may_be_answered_by(p)
            )
            if passages:
                mixed = self._mixed((), passages, rng)
                return _row(new.question, mixed, REFUSAL, (), new.kind, case.origin)
        own = self.family_of.get(case.document)
        others = {d for d in usable if self.family_of.get(d) != own}
        around = surroundings(question, case.gold, case.answer, self.find(question), others, refuse=True)
        rest = [p for p in pool if p.source.document_id in others]
        return self._refused(question, case, around, rest, OTHER_DOCUMENT, OTHER_DOCUMENT)

    def refusal(self, case: Case, usable: Collection[int], pool: Sequence[Passage]) -> Row | None:
        """The row of a question that people found rightly declined."""
        question = case.questions[0]
        around = surroundings(question, (), "", self.find(question), usable, refuse=True)
        return self._refused(question, case, around, pool, case.kind, case.kind)

    def _refused(
        self, question: str, case: Case, around: Surroundings, pool: Sequence[Passage], role: str, kind: str
    ) -> Row | None:
        rng = self._rng(question, role)
        gold = {passage.id for passage in case.gold}
        passages = chosen(
            *(around.hard, pool, self._refusing, gold, rng),
            fits=lambda passage: not rivalling(question, case.answer, passage),
        )
        if not passages:
            return None
        return _row(question, self._mixed((), passages, rng), REFUSAL, (), kind, case.origin)

    @property
    def _refusing(self) -> int:
        """How many passages stand in a row that is to be declined: as many as in the others."""
        return min(PASSAGES, self.distractors + 1)

    def _mixed(self, gold: Sequence[Passage], others: Sequence[Passage], rng: random.Random) -> list[Passage]:
        """The others in their order, those that answer at random places."""
        mixed = list(others)
        if not gold:
            rng.shuffle(mixed)
        for passage in gold:
            mixed.insert(rng.randint(0, len(mixed)), passage)
        return mixed

    def _rng(self, question: str, role: str) -> random.Random:
        return random.Random(f"{self.seed}:{role}:{question}")


def _row(
    question: str, passages: Sequence[Passage], answer: str, gold: tuple[int, ...], kind: str, origin: str
) -> Row:
    name = hashlib.sha256(f"{question}\n{answer}\n{origin}".encode()).hexdigest()[:12]
    return Row(f"{kind.replace(' ', '-')}-{name}", question, tuple(passages), answer, gold, kind, origin)
