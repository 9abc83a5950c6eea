import json

import pytest

from brain.domain import (
    Answer,
    Citation,
    Locator,
    Passage,
    Refusal,
    RefusalReason,
    Sentence,
    Source,
    Trace,
)
from brain.errors import StorageFailed, UsageError
from brain.evaluation.predictions import Prediction, prediction, read_predictions, to_row, write_predictions
from brain.evaluation.questions import EvalQuestion, Reference, group_by, read_questions


def lines(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def test_a_question_is_read_with_all_that_is_known_about_it(tmp_path):
    row = {
        "id": 7,
        "question": "How many days?",
        "answers": ["25"],
        "answerable": True,
        "gold": [{"doc": ".\\hr\\leave.pdf", "page": 2, "quote": "25 days"}, "faq.md"],
        "yes_no": "no",
        "numeric": 25,
        "kind": "leave",
    }
    (read,) = read_questions(lines(tmp_path / "q.jsonl", row))
    gold = (Reference("hr/leave.pdf", 2, "25 days"), Reference("faq.md"))
    assert read == EvalQuestion("7", "How many days?", ("25",), True, gold, "no", 25.0, row)


def test_answerable_may_be_left_out_or_left_open(tmp_path):
    path = lines(
        tmp_path / "q.jsonl",
        {"id": "a", "question": "?", "answers": ["x"]},
        {"id": "b", "question": "?"},
        {"id": "c", "question": "?", "answers": ["x"], "answerable": None},
        {"id": "d", "question": "?", "answerable": False},
    )
    assert [question.answerable for question in read_questions(path)] == [True, None, None, False]


def test_lines_end_at_newlines_only_and_a_byte_order_mark_is_no_text(tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_text('\ufeff{"id": "a", "question": "one\u2028line"}\r\n\r\n', "utf-8")
    assert [question.text for question in read_questions(path)] == ["one\u2028line"]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('{"id": "b"', "line 2 is not JSON"),
        ("[1]", "line 2 is not an object"),
        ('{"question": "?"}', 'line 2: "id" is missing'),
        ('{"id": true, "question": "?"}', 'line 2: "id" is true'),
        ('{"id": "a", "question": "?"}', 'the id "a" is used more than once'),
        ('{"id": "b"}', 'line 2: "question" is missing; write a text'),
        ('{"id": "b", "question": " "}', "write the question to ask"),
        ('{"id": "b", "question": "?", "answers": "25"}', "write a list of texts"),
        ('{"id": "b", "question": "?", "answerable": "yes"}', "true or false without quotes"),
        ('{"id": "b", "question": "?", "yes_no": "maybe"}', 'write "yes" or "no"'),
        ('{"id": "b", "question": "?", "numeric": "25"}', "a plain number without quotes"),
        ('{"id": "b", "question": "?", "gold": {"doc": "a"}}', "write a list of objects"),
        ('{"id": "b", "question": "?", "gold": [3]}', "write each entry as an object"),
        ('{"id": "b", "question": "?", "gold": [{"page": 3}]}', 'line 2, gold: "doc" is missing'),
        ('{"id": "b", "question": "?", "gold": [{"doc": "a", "page": "3"}]}', 'gold: "page" is "3"'),
    ],
)
def test_a_wrong_line_is_named_with_the_remedy(tmp_path, line, complaint):
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": "a", "question": "?"}\n' + line + "\n", "utf-8")
    with pytest.raises(UsageError) as caught:
        read_questions(path)
    assert str(path) in caught.value.sentence
    assert complaint in caught.value.sentence


def test_a_file_that_is_absent_empty_or_no_text_is_named(tmp_path):
    empty, binary = tmp_path / "empty.jsonl", tmp_path / "binary.jsonl"
    empty.write_text("\n")
    binary.write_bytes(b"\xff\xfe\x00")
    for path, complaint in (
        (tmp_path / "none.jsonl", "There is no file"),
        (tmp_path, "can't be read"),
        (empty, "is empty"),
        (binary, "not UTF-8"),
    ):
        with pytest.raises(UsageError, match=complaint) as caught:
            read_questions(path)
        assert str(path) in caught.value.sentence


def test_grouping_by_a_field_that_no_question_has_lists_those_there_are():
    questions = tuple(EvalQuestion(i, "?", fields={"kind": i}) for i in "ba")
    assert group_by(questions, "kind") == {"a": [1], "b": [0]}
    with pytest.raises(UsageError, match=r'"topic"; the fields are: kind'):
        group_by(questions, "topic")


ASKED = (EvalQuestion("a", "?"), EvalQuestion("b", "?"))
FULL = Prediction(
    "a",
    "25 days",
    False,
    (Reference("x.pdf", 2, "25"),),
    (Reference("x.pdf", 2), Reference("y.md")),
    12.5,
    0.75,
)


def test_predictions_come_back_as_they_were_written_in_the_order_of_the_questions(tmp_path):
    path = tmp_path / "new folder" / "p.jsonl"
    other = Prediction("b", "Nothing found.", refused=True)
    write_predictions(path, [other, FULL, Prediction("c", "extra")])
    assert read_predictions(path, ASKED) == (FULL, other)


def test_a_row_has_the_schema_of_ask_batch():
    assert to_row(FULL) == {
        "id": "a",
        "answer": "25 days",
        "refused": False,
        "citations": [{"doc": "x.pdf", "page": 2, "quote": "25"}],
        "retrieved": [{"doc": "x.pdf", "page": 2}, {"doc": "y.md", "page": None}],
        "latency_ms": 12.5,
        "confidence": 0.75,
    }
    assert to_row(Prediction("a", "x")).keys() == {"id", "answer", "refused", "citations"}


def test_a_question_without_prediction_is_an_error(tmp_path):
    path = lines(tmp_path / "p.jsonl", {"id": "a", "answer": "x"})
    with pytest.raises(UsageError, match='no prediction for 1 of 2 questions, such as "b"'):
        read_predictions(path, ASKED)


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(StorageFailed, match="choose another place"):
        write_predictions(tmp_path, [FULL])


def passage(identity, document, page=None):
    return Passage(identity, "25 days", Source(document, "Leave", "general", "", Locator(page=page)))


def answer(text, citations=(), refusal=None, steps=None):
    trace = Trace("t", "?", steps=steps or {})
    return Answer(
        text, (Sentence(text, (1,)),), citations, refusal, trace, (passage(2, "y.md"), passage(1, "x.pdf", 3))
    )


def test_an_answer_becomes_a_row_without_its_citation_numbers():
    cited = (Citation(1, passage(1, "x.pdf", 3), "25 days"), Citation(2, passage(2, "y.md"), "25"))
    given = answer("25 days [1], as ruled [12] in [1, 2].[2]", cited, steps={"evidence": {"confidence": 1}})
    assert prediction("q", given, 8.0) == Prediction(
        id="q",
        answer="25 days, as ruled [12] in.",
        refused=False,
        citations=(Reference("x.pdf", 3, "25 days"), Reference("y.md", None, "25")),
        retrieved=(Reference("y.md"), Reference("x.pdf", 3)),
        latency_ms=8.0,
        confidence=1.0,
    )


@pytest.mark.parametrize("steps", [{}, {"evidence": "none"}, {"evidence": {"confidence": "high"}}])
def test_a_refusal_becomes_a_refused_row_and_confidence_may_be_unknown(steps):
    refusal = Refusal(RefusalReason.NO_EVIDENCE, ("general",), 3)
    row = prediction("q", answer("I found nothing about that.", refusal=refusal, steps=steps))
    assert row.refused
    assert row.confidence is None
