"""`python -m benchmarks.disagreements NAME=QUESTIONS@HOME … [--show]`: contradictions of documents.

Each set is a file of `benchmarks/questions` and a home in which its documents are indexed; what the questions
may not read lies in another space than `general`. Where a question says whether its documents disagree
(`disagrees`), an answer that tells of it is right or a false alarm; it is right only if it has a wording of
each side (`both`). Of other sets the answers that tell of a contradiction are counted, to be read with
`--show`. Whatever has a wording of `unseen` was not to be seen. Prints a table and writes
`results/disagreements.json`.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from benchmarks.everyday import Outcome, asked_set, plain
from benchmarks.recording import Row, percentile, record, show
from brain.evaluation.questions import EvalQuestion


class Told(StrEnum):
    """What an answer made of documents that disagree, or that don't."""

    RIGHT = "told"
    ONE_SIDE = "told, but not both sides"
    MISSED = "missed"
    FALSE_ALARM = "false alarm"
    QUIET = "rightly quiet"
    UNLABELLED = "told in other sets"
    SEEN = "seen though closed"


def told(found: Outcome) -> Told:
    """Judge one answer."""
    question, answer = found.question, found.answer
    said = plain(answer.text)
    if any(plain(wording) in said for wording in _wordings(question, "unseen")):
        return Told.SEEN
    if "disagrees" not in question.fields:
        return Told.UNLABELLED if answer.disagreements else Told.QUIET
    if not question.fields["disagrees"]:
        return Told.FALSE_ALARM if answer.disagreements else Told.QUIET
    if not answer.disagreements:
        return Told.MISSED
    groups: Sequence[Sequence[str]] = question.fields["both"]  # type: ignore[assignment]
    both = all(any(plain(wording) in said for wording in group) for group in groups)
    return Told.RIGHT if both else Told.ONE_SIDE


def _wordings(question: EvalQuestion, field: str) -> Sequence[str]:
    return question.fields.get(field, ())  # type: ignore[return-value]


def row(name: str, outcomes: Sequence[Outcome]) -> Row:
    """One line of the table; milliseconds are those that looking for contradictions took."""
    counts = Counter(map(told, outcomes))
    times = (found.answer.trace.timings_ms.get("disagree") for found in outcomes)
    took = [spent for spent in times if spent is not None]
    return {
        "set": name,
        "questions": len(outcomes),
        "answered": sum(not found.answer.refused for found in outcomes),
        **{kind.value: counts[kind] for kind in Told},
        "ms": round(percentile(took, 0.5), 1) if took else None,
        "ms, 95 %": round(percentile(took, 0.95), 1) if took else None,
    }


def main() -> None:
    """Read the arguments, ask, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", metavar="NAME=QUESTIONS@HOME")
    parser.add_argument("--show", action="store_true", help="print what was told, missed or seen")
    given = parser.parse_args()
    rows = []
    for text in given.sets:
        name, outcomes = asked_set(text)
        for found in outcomes if given.show else ():
            if (verdict := told(found)) is not Told.QUIET:
                print(f"{verdict}: {found.question.text}\n  said: {found.answer.text}\n")
        rows.append(row(name, outcomes))
    show("Documents that disagree", rows)
    print(f"Written to {record('disagreements', rows)}.")


if __name__ == "__main__":
    main()
