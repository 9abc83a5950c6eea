"""What a writer made of a row's own passages, and how good that is by the project's own metrics."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from brain.answering.citations import Checked
from brain.evaluation.documents import Documents
from brain.evaluation.metrics import Counts, Score, score
from brain.evaluation.predictions import Prediction
from brain.evaluation.questions import Reference
from brain.tuning.citing_set import as_question
from brain.tuning.rows import Row


@dataclass(frozen=True, slots=True)
class Reply:
    """A writer's words, and what of them survived the citation check.

    `answer` is what survived, without numbers; `citations` are numbers of the row's passages with what is
    quoted of them. `refused`: it says that the passages don't answer. `dropped` are the sentences that were
    taken out, with the reason; `kept` is how many were not. Of the `named` numbers in brackets, `made_up`
    are of no passage that was given.
    """

    id: str
    written: str
    answer: str = ""
    citations: tuple[tuple[int, str], ...] = ()
    refused: bool = False
    kept: int = 0
    dropped: tuple[tuple[str, str], ...] = ()
    named: int = 0
    made_up: int = 0

    @property
    def silenced(self) -> bool:
        """Whether it did not decline, and nothing of what it said was backed."""
        return not self.refused and not self.kept


def reply_of(row: Row, written: str, result: Checked, *, refused: bool, named: Sequence[int] = ()) -> Reply:
    """The reply to a row, checked over passages whose ids are their numbers."""
    refused = refused and not result.sentences  # then what it said is no claim that could be dropped
    return Reply(
        row.id,
        written,
        " ".join(sentence.text for sentence in result.sentences),
        tuple((citation.passage.id, citation.quote) for citation in result.citations),
        refused=refused,
        kept=len(result.sentences),
        dropped=tuple((gone["sentence"], gone["why"]) for gone in result.dropped if not refused),
        named=len(named),
        made_up=sum(not 1 <= number <= len(row.passages) for number in named),
    )


def scored(row: Row, reply: Reply) -> Score:
    """The metrics of one reply: those of `citewise eval`, where each passage counts as a document.

    Besides: `dropped`, the share of its sentences that the check took out; `silenced`, whether that was all
    of them. What `fabricated` tells is of the numbers as they were written, before the check.
    """
    texts = {
        _key(row, number): f"{passage.table_header}\n{passage.context}\n{passage.text}"
        for number, passage in enumerate(row.passages, 1)
    }
    gold = tuple(Reference(_key(row, number)) for number in row.gold)
    question = replace(as_question(row), gold=gold)
    cited = tuple(Reference(_key(row, number), quote=quote) for number, quote in reply.citations)
    said = Prediction(row.id, reply.answer, reply.refused, cited)
    found = score(question, said, Documents(text=texts.get))
    more: Counts = {"silenced": (reply.silenced, 1)}
    if sentences := reply.kept + len(reply.dropped):
        more["dropped"] = (len(reply.dropped), sentences)
    if reply.named:
        more["fabricated"] = (reply.made_up, reply.named)
    return replace(found, counts={**found.counts, **more})


def _key(row: Row, number: int) -> str:
    known = 1 <= number <= len(row.passages)
    return f"[{number}] {row.passages[number - 1].source.document if known else ''}"
