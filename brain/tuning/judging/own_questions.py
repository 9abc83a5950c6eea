"""An admin's own questions as a judge of an adapter: only those about what it has not learnt."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from brain.errors import UsageError
from brain.evaluation.questions import EvalQuestion
from brain.tuning.citing_set import CitingSet


@dataclass(frozen=True, slots=True)
class OwnQuestions:
    """The questions that are `asked`, and how many of the `whole` file are not, for each reason.

    `learnt` are about a document that the adapter learnt from or was stopped by; of the `untold` nobody can
    say, since they name no document, nor of the `unknown`, since no document has that name; of the
    `undecided` nobody has said what is right.
    """

    asked: tuple[EvalQuestion, ...]
    whole: int
    learnt: int
    untold: int
    undecided: int
    unknown: int = 0

    @property
    def sentence(self) -> str:
        """How many are asked, and why the others aren't."""
        reasons = (
            (self.learnt, "about documents that the adapter learnt from or was stopped by"),
            (self.untold, "that name no document in `gold`"),
            (self.unknown, "that name a document in `gold` that is not indexed under that name"),
            (self.undecided, "of which nobody has decided whether they can be answered"),
        )
        left_out = ", ".join(f"{count:,} {why}" for count, why in reasons if count)
        asked = f"{len(self.asked):,} of {self.whole:,} questions can judge it"
        return f"{asked}; left out: {left_out}." if left_out else f"{asked}."


def own_questions(
    questions: Sequence[EvalQuestion], data: CitingSet, indexed: Collection[str]
) -> OwnQuestions:
    """The questions that an adapter which learnt from `data` can be judged by; UsageError where none can.

    `indexed` are the documents' paths: of another name, nobody can tell whether it was learnt.
    """
    learnt = {
        name
        for row in (*data.train(), *(data.validation() if data.has_validation else ()))
        for name in (row.origin, *(passage.source.document for passage in row.passages))
    }
    decided = [question for question in questions if question.answerable is not None]
    told = [question for question in decided if question.gold or not question.answerable]
    unseen = [q for q in told if not any(reference.doc in learnt for reference in q.gold)]
    asked = tuple(q for q in unseen if all(reference.doc in indexed for reference in q.gold))
    found = OwnQuestions(
        asked,
        len(questions),
        learnt=len(told) - len(unseen),
        untold=len(decided) - len(told),
        undecided=len(questions) - len(decided),
        unknown=len(unseen) - len(asked),
    )
    if not asked:
        raise UsageError(
            f"{found.sentence[:-1]}. Ask about other documents, by the names in `citewise documents`, "
            "or make a set that keeps these out with `citewise tune data --keep-out FILE` and train again."
        )
    return found
