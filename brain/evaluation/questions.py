"""Questions with known answers: what `citewise eval` asks, and what it holds the answers against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from brain.errors import UsageError
from brain.evaluation.jsonl import Row, read_rows


@dataclass(frozen=True, slots=True)
class Reference:
    """A place in a document: gold evidence, a citation, or something retrieved.

    `doc` is the path under the ingested folder with forward slashes; `page` counts from 1.
    """

    doc: str
    page: int | None = None
    quote: str = ""


@dataclass(frozen=True, slots=True)
class EvalQuestion:
    """A question and what is right about it.

    `answerable` None means that nobody has decided: it is asked and counted, but scored nowhere.
    `fields` keeps the whole line, so that a report can be broken down by any of them.
    """

    id: str
    text: str
    answers: tuple[str, ...] = ()
    answerable: bool | None = None
    gold: tuple[Reference, ...] = ()
    yes_no: str | None = None
    numeric: float | None = None
    fields: Mapping[str, object] = field(default_factory=dict)


def read_questions(path: Path) -> tuple[EvalQuestion, ...]:
    """The questions of a JSON-lines file in its order; UsageError names file, line and remedy."""
    return tuple(_question(identity, row) for identity, row in read_rows(path))


def reference(row: Row) -> Reference:
    """One entry of `gold`, `citations` or `retrieved`."""
    doc = row.text("doc").replace("\\", "/")
    while doc.startswith("./"):
        doc = doc[2:]
    return Reference(doc, row.page(), row.text("quote", ""))


def _question(identity: str, row: Row) -> EvalQuestion:
    text = row.text("question")
    if not text.strip():
        raise row.wrong("question", "write the question to ask")
    answers, gold = row.texts("answers"), tuple(map(reference, row.objects("gold") or ()))
    answerable = row.flag("answerable")
    if "answerable" not in row.values and (answers or gold):
        answerable = True
    yes_no = row.text("yes_no", "") or None
    if yes_no not in ("yes", "no", None):
        raise row.wrong("yes_no", 'write "yes" or "no", or leave it out')
    return EvalQuestion(identity, text, answers, answerable, gold, yes_no, row.number("numeric"), row.values)


def group_by(questions: Sequence[EvalQuestion], name: str) -> dict[str, list[int]]:
    """Positions of the questions for each value of one of their fields, the values sorted."""
    if not any(name in question.fields for question in questions):
        known = sorted({key for question in questions for key in question.fields} - {"id", "question"})
        raise UsageError(f'No question has a field "{name}"; the fields are: {", ".join(known)}.')
    groups: dict[str, list[int]] = {}
    for position, question in enumerate(questions):
        groups.setdefault(str(question.fields.get(name)), []).append(position)
    return dict(sorted(groups.items()))
