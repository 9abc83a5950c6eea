"""What was answered to each question, as rows that can be kept in a file and scored later."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from brain.domain import Answer, Citation, Passage
from brain.errors import StorageFailed, UsageError
from brain.evaluation.jsonl import Row, read_rows
from brain.evaluation.questions import EvalQuestion, Reference, reference

_NUMBERS = re.compile(r"\s*\[(\d+(?:\s*,\s*\d+)*)\]")


@dataclass(frozen=True, slots=True)
class Prediction:
    """One answer without its citation numbers.

    `retrieved` is in rank order, None where it was not kept. `latency_ms` is the time from question to
    whole answer. `confidence` is how sure the evidence gate was that there is an answer (0 to 1).
    `reranker` was asked to put the passages in order, and did so if it was `reranked`.
    """

    id: str
    answer: str
    refused: bool = False
    citations: tuple[Reference, ...] = ()
    retrieved: tuple[Reference, ...] | None = None
    latency_ms: float | None = None
    confidence: float | None = None
    reranker: str = ""
    reranked: bool = False


def prediction(question_id: str, answer: Answer, latency_ms: float | None = None) -> Prediction:
    """The row for an answer of the brain."""
    reranker = answer.trace.steps.get("reranker")
    told: Mapping[str, object] = reranker if isinstance(reranker, Mapping) else {}
    return Prediction(
        id=question_id,
        answer=plain_text(answer),
        refused=answer.refused,
        citations=tuple(map(_cited, answer.citations)),
        retrieved=tuple(map(_place, answer.retrieved)),
        latency_ms=latency_ms,
        confidence=_confidence(answer),
        reranker=str(told.get("by", "")),
        reranked=bool(told) and "failed" not in told,
    )


def plain_text(answer: Answer) -> str:
    """What is said, without the numbers in brackets that point at the answer's own citations."""
    own = {citation.number for citation in answer.citations}

    def without(found: re.Match[str]) -> str:
        numbers = {int(number) for number in found[1].split(",")}
        return "" if numbers <= own else found[0]

    return _NUMBERS.sub(without, answer.text).strip()


def write_predictions(path: Path, predictions: Iterable[Prediction]) -> None:
    """Write one object a line, in the order given."""
    lines = [json.dumps(to_row(item), ensure_ascii=False) + "\n" for item in predictions]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(lines), "utf-8")
    except OSError as error:
        raise StorageFailed(f"{path} can't be written ({error.strerror}); choose another place.") from None


def to_row(item: Prediction) -> dict[str, object]:
    """The JSON object of a prediction; `confidence` and `reranker` only where there is one."""
    row: dict[str, object] = {
        "id": item.id,
        "answer": item.answer,
        "refused": item.refused,
        "citations": [{"doc": c.doc, "page": c.page, "quote": c.quote} for c in item.citations],
    }
    if item.retrieved is not None:
        row["retrieved"] = [{"doc": r.doc, "page": r.page} for r in item.retrieved]
    if item.latency_ms is not None:
        row["latency_ms"] = round(item.latency_ms, 3)
    if item.confidence is not None:
        row["confidence"] = item.confidence
    if item.reranker:
        row |= {"reranker": item.reranker, "reranked": item.reranked}
    return row


def read_predictions(path: Path, questions: Sequence[EvalQuestion]) -> tuple[Prediction, ...]:
    """The predictions in the order of the questions; each question needs one, others are passed over."""
    rows = dict(read_rows(path))
    missing = [question.id for question in questions if question.id not in rows]
    if missing:
        raise UsageError(
            f"{path} has no prediction for {len(missing)} of {len(questions)} questions, such as "
            f'"{missing[0]}"; make it with `citewise ask-batch` from the same questions.'
        )
    return tuple(_from_row(question.id, rows[question.id]) for question in questions)


def _from_row(identity: str, row: Row) -> Prediction:
    retrieved = row.objects("retrieved")
    return Prediction(
        id=identity,
        answer=row.text("answer", ""),
        refused=row.flag("refused") or False,
        citations=tuple(map(reference, row.objects("citations") or ())),
        retrieved=None if retrieved is None else tuple(map(reference, retrieved)),
        latency_ms=row.number("latency_ms"),
        confidence=row.number("confidence"),
        reranker=row.text("reranker", ""),
        reranked=row.flag("reranked") or False,
    )


def _cited(citation: Citation) -> Reference:
    source = citation.passage.source
    return Reference(source.document, source.locator.page, citation.quote)


def _place(passage: Passage) -> Reference:
    return Reference(passage.source.document, passage.source.locator.page)


def _confidence(answer: Answer) -> float | None:
    evidence = answer.trace.steps.get("evidence")
    value = evidence.get("confidence") if isinstance(evidence, Mapping) else None
    return float(value) if isinstance(value, int | float) else None
