"""What people asked and what became of it, for those who look after the documents."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from brain.catalog.storage import Database
from brain.usage.domain import Asking, Mark, Outcome, Quoted


class AskedQuestions:
    """The questions of one catalog."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def since(self, moment: datetime) -> list[Asking]:
        """What was asked since then, the oldest first; words that ask nothing ("thanks") are left out."""
        after = moment.astimezone(UTC).isoformat()
        with self._database.reading() as connection:
            rows = connection.execute(_ASKED, (after,)).fetchall()
            marks = connection.execute(_MARKS, (after,)).fetchall()
        of_trace: dict[str, list[Mark]] = {}
        for trace_id, helpful, reason, words in marks:
            of_trace.setdefault(trace_id, []).append(Mark(bool(helpful), reason, words))
        return [_asking(row, tuple(of_trace.get(row[0], ()))) for row in rows]


_ASKED = """
    SELECT id, coalesce(nullif(standalone, ''), question), asker, thread, place, spaces, refused,
           coalesce(json_extract(steps, '$.evidence.sure'), 1), json_extract(steps, '$.asked'),
           citations, nearest, EXISTS (SELECT 1 FROM handoffs WHERE handoffs.trace_id = traces.id),
           coalesce(json_extract(timings_ms, '$.total'), 0), saved, json_extract(steps, '$.disagreements'),
           json_extract(steps, '$.untold')
    FROM traces JOIN answers ON answers.trace_id = id
    WHERE saved >= ? AND NOT (refused AND nearest = '[]')
    ORDER BY saved, traces.rowid
"""
_MARKS = """
    SELECT trace_id, helpful, reason, words FROM feedback JOIN traces ON traces.id = trace_id
    WHERE saved >= ? ORDER BY given
"""
_Row = tuple[
    *tuple[str, str, str, str, str, str, int, int],
    *tuple[str | None, str, str, int, float, str, str | None, str | None],
]


def _asking(row: _Row, marks: tuple[Mark, ...]) -> Asking:
    trace, question, person, thread, place, spaces = row[:6]
    refused, sure, asked, citations, nearest, handed, took, at, contradicting, untold = row[6:]
    parts = json.loads(asked) if asked else []
    cited = json.loads(citations)
    return Asking(
        trace,
        " ".join(question.split()),
        person,
        thread,
        place,
        frozenset(json.loads(spaces)),
        Outcome.NOT_FOUND if refused else Outcome.ANSWERED if sure else Outcome.UNSURE,
        tuple(part["read as"] or part["question"] for part in parts if not part["answered"]),
        tuple(passage for _, passage, _ in cited),
        tuple(json.loads(nearest)),
        marks,
        bool(handed),
        took,
        datetime.fromisoformat(at),
        _contradicting(json.loads(contradicting), json.loads(untold or "[]"), cited) if contradicting else (),
    )


def _contradicting(
    told: Sequence[Mapping[str, Any]],
    untold: Sequence[Mapping[str, Any]],
    cited: Sequence[tuple[int, int, str]],
) -> tuple[tuple[Quoted, Quoted, bool], ...]:
    """What contradicted what in an answer, by the numbers of its citations, and what was not told of it."""
    quoted: dict[int, Quoted] = {}
    for number, passage, quote in cited:
        quoted[number] = (passage, (*quoted.get(number, (passage, ()))[1], quote))
    pairs = [
        (quoted[one["first"]], quoted[one["other"]], bool(one["dated"]))
        for one in told
        if one["first"] in quoted and one["other"] in quoted
    ]
    besides = [
        (quoted[one["beside"]], (one["passage"], tuple(one["quotes"])), False)
        for one in untold
        if one["beside"] in quoted
    ]
    return (*pairs, *besides)
