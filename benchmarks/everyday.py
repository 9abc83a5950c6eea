"""`python -m benchmarks.everyday NAME=QUESTIONS@HOME … [--show]`: questions as people type them in chat.

Each set is a file of `benchmarks/questions` (or one like it) and a home in which its documents alone are
indexed. The questions mostly don't use the documents' words. A question's `must` are groups of wordings: an
answer is right that says one of each group, half right that says one of some, and wrong that says any of its
`must_not`. What stands in `before` is asked first, in the same thread. Of answers that are told as unsure it
counts how many are right, wrong, or to near misses; of refusals, how many show the nearest sentence, and how
many of these say what was wanted. Prints a table and writes `results/everyday.json`; `--show` prints what was
not right, or answered though no document answers it; `--by half` gives a line for each half of the
`overviews-*.jsonl`, of which one was held out.
"""

import argparse
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from statistics import fmean

from langchain_core.runnables import Runnable

from benchmarks.recording import Row, record, show
from bots.settings import load_settings
from bots.wiring import Citewise
from brain.domain import Answer, Question, Turn
from brain.evaluation.questions import EvalQuestion, read_questions


class Verdict(StrEnum):
    """What became of a question: the first four where it has an answer, the others where it has none."""

    RIGHT = "right"
    HALF = "half right"
    WRONG = "wrong"
    REFUSED = "refused"
    RIGHTLY_REFUSED = "rightly refused"
    ANSWERED = "answered though there is no answer"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question, what was said and what that is worth."""

    question: EvalQuestion
    answer: Answer
    verdict: Verdict

    @property
    def near(self) -> str:
        """The words that stand beneath a refusal."""
        nearest = self.answer.refusal.nearest if self.answer.refusal else ()
        return " ".join(one.words for one in nearest if one.words)

    @property
    def near_says_it(self) -> bool:
        """Whether these words say what was wanted."""
        if self.verdict is not Verdict.REFUSED:
            return False
        return _verdict(self.question, self.near) is Verdict.RIGHT


def outcome(question: EvalQuestion, answer: Answer) -> Outcome:
    """Judge one answer by the wordings that it must have."""
    if not question.answerable:
        return Outcome(question, answer, Verdict.RIGHTLY_REFUSED if answer.refusal else Verdict.ANSWERED)
    if answer.refusal:
        return Outcome(question, answer, Verdict.REFUSED)
    return Outcome(question, answer, _verdict(question, answer.text))


def _verdict(question: EvalQuestion, text: str) -> Verdict:
    groups: Sequence[Sequence[str]] = question.fields["must"]  # type: ignore[assignment]
    said = plain(text)
    held = [any(plain(wording) in said for wording in group) for group in groups]
    verdict = Verdict.RIGHT if all(held) else Verdict.HALF if any(held) else Verdict.WRONG
    banned: Sequence[str] = question.fields.get("must_not", ())  # type: ignore[assignment]
    return Verdict.WRONG if any(plain(wording) in said for wording in banned) else verdict


def plain(text: str) -> str:
    """Words as they are compared: without marks of Markdown, numbers of citations, addresses and case."""
    bare = re.sub(r"\[\d+\]|\(https?[^)]*\)|[*_`\[\]]", "", text.lower().replace("’", "'"))
    return re.sub(r"\s+", " ", bare).strip()


def asked(brain: Runnable[Question, Answer], questions: Sequence[EvalQuestion]) -> list[Outcome]:
    """Ask each in a thread of its own, after what was asked `before`."""
    return [outcome(question, _asked(brain, question)) for question in questions]


def asked_set(described: str) -> tuple[str, list[Outcome]]:
    """The name and the outcomes of a set that is described as NAME=QUESTIONS@HOME."""
    name, _, places = described.partition("=")
    questions, _, home = places.rpartition("@")
    with Citewise(load_settings(Path(home))) as citewise:
        return name, asked(citewise.brain, read_questions(Path(questions)))


def _asked(brain: Runnable[Question, Answer], question: EvalQuestion) -> Answer:
    before: Sequence[str] = question.fields.get("before", ())  # type: ignore[assignment]
    thread: tuple[Turn, ...] = ()
    for earlier in before:
        thread = (*thread, Turn(earlier, brain.invoke(Question(earlier, history=thread)).text))
    return brain.invoke(Question(question.text, history=thread))


def row(name: str, outcomes: Sequence[Outcome]) -> Row:
    """One line of the table: shares of the answerable questions, and what became of the others."""
    counts = Counter(found.verdict for found in outcomes)
    none = counts[Verdict.RIGHTLY_REFUSED] + counts[Verdict.ANSWERED]
    total = len(outcomes) - none
    shares = {
        f"{verdict} %": round(100 * counts[verdict] / total, 1)
        for verdict in (Verdict.RIGHT, Verdict.HALF, Verdict.WRONG, Verdict.REFUSED)
    }
    words = [len(found.answer.text.split()) for found in outcomes if not found.answer.refusal]
    unsure = Counter(found.verdict for found in outcomes if not (found.answer.refusal or found.answer.sure))
    with_words = Counter(found.verdict for found in outcomes if found.near)
    return {
        "set": name,
        "questions": total,
        **shares,
        "near misses": none,
        "of them refused": counts[Verdict.RIGHTLY_REFUSED],
        "unsure: right": unsure[Verdict.RIGHT],
        "unsure: wrong": unsure[Verdict.WRONG],
        "unsure: near misses": unsure[Verdict.ANSWERED],
        "refused, with a sentence": with_words[Verdict.REFUSED],
        "that says it": sum(found.near_says_it for found in outcomes),
        "near misses, with one": with_words[Verdict.RIGHTLY_REFUSED],
        "words": round(fmean(words)) if words else None,
    }


def shown(found: Outcome) -> str:
    """An outcome to be read: the verdict, the question, what was said, and what was wanted."""
    wanted = "; ".join(found.question.answers) or "–"
    asked = " >> ".join((*found.question.fields.get("before", ()), found.question.text))  # type: ignore[misc]
    near = f"  beneath: {found.near}\n" if found.near else ""
    return f"{found.verdict}: {asked}\n  said: {found.answer.text}\n{near}  wanted: {wanted}\n"


def rows_by(field: str, name: str, outcomes: Sequence[Outcome]) -> list[Row]:
    """A line for each value of a field of the questions that has some with an answer."""
    grouped: dict[str, list[Outcome]] = {}
    for found in outcomes:
        grouped.setdefault(str(found.question.fields.get(field, "–")), []).append(found)
    return [
        row(f"{name}: {value}", group)
        for value, group in sorted(grouped.items())
        if any(found.question.answerable for found in group)
    ]


def main() -> None:
    """Read the arguments, ask, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", metavar="NAME=QUESTIONS@HOME")
    parser.add_argument("--show", action="store_true", help="print what was not right")
    parser.add_argument("--by", metavar="FIELD", help="a line for each value of that field, too")
    given = parser.parse_args()
    rows = []
    for text in given.sets:
        name, outcomes = asked_set(text)
        for found in outcomes if given.show else ():
            if found.verdict not in (Verdict.RIGHT, Verdict.RIGHTLY_REFUSED):
                print(shown(found))
        rows.append(row(name, outcomes))
        if given.by:
            rows += rows_by(given.by, name, outcomes)
    show("Everyday questions", rows, "shares are of the questions that have an answer")
    print(f"Written to {record('everyday', rows)}.")


if __name__ == "__main__":
    main()
