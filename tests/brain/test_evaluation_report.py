import json

import pytest
from langchain_core.runnables import RunnableLambda

from brain.domain import Answer, Locator, Passage, Question, Refusal, RefusalReason, Source, Trace
from brain.errors import UsageError
from brain.evaluation.bootstrap import Bootstrap
from brain.evaluation.documents import Documents
from brain.evaluation.predictions import Prediction
from brain.evaluation.questions import EvalQuestion, Reference
from brain.evaluation.report import EvaluationReport, Latency, MetricRow, Outcome, build_report
from brain.evaluation.runner import evaluate

GOLD = (Reference("leave.md", quote="25 days"),)
QUESTIONS = (
    EvalQuestion("right", "How many days?", ("25 days",), True, GOLD, fields={"kind": "leave"}),
    EvalQuestion("wrong", "How many weeks?", ("five weeks",), True, GOLD, fields={"kind": "leave"}),
    EvalQuestion("falsely", "How many hours?", ("200 hours",), True, GOLD, fields={"kind": "hours"}),
    EvalQuestion("unknown", "Who is the king?", (), False, fields={"kind": "off"}),
    EvalQuestion("invented", "Who is the queen?", (), False, fields={"kind": "off"}),
    EvalQuestion("open", "Why?", (), None, fields={"kind": "off"}),
)
CITED = (Reference("leave.md", quote="25 days"),)
PREDICTIONS = (
    Prediction("right", "25 days", citations=CITED, latency_ms=10, confidence=0.9),
    Prediction("wrong", "not many", citations=CITED, latency_ms=40, confidence=0.6),
    Prediction("falsely", "", refused=True, latency_ms=20, confidence=0.2),
    Prediction("unknown", "", refused=True, latency_ms=30, confidence=0.1),
    Prediction("invented", "The queen is Ann.", latency_ms=50, confidence=0.7),
    Prediction("open", "Because.", latency_ms=5),
)
LIBRARY = Documents({"leave.md": "Everyone has 25 days."}.get)


def metric(report: EvaluationReport, name: str) -> MetricRow | None:
    return next((row for row in report.metrics if row.name == name), None)


@pytest.fixture
def report():
    return build_report(QUESTIONS, PREDICTIONS, documents=LIBRARY, by="kind", bootstrap=Bootstrap(200, 3))


def test_the_table_stands_on_all_questions(report):
    values = {row.name: (row.value, row.n) for row in report.metrics}
    assert values["accuracy"] == (pytest.approx(1 / 3), 3)
    assert values["refuse_p"] == (1 / 2, 2)
    assert values["refuse_r"] == (1 / 2, 2)
    assert values["refuse_f1"] == (1 / 2, 3)
    assert values["crag"] == (pytest.approx((1 - 1 + 0 + 0 - 1) / 5), 5)
    assert values["crag_credit"] == (pytest.approx((1 - 1 + 0 + 1 - 1) / 5), 5)
    assert values["quote_valid"] == (1, 2)
    assert "hit@1" not in values
    assert metric(report, "hit@1") is None


def test_what_the_table_stands_on_is_counted(report):
    assert report.counts == {
        "questions": 6,
        "answerable": 3,
        "unanswerable": 2,
        "unlabelled": 1,
        "refused": 2,
        "citations": 2,
        "quotes": 2,
        "quotes_unchecked": 0,
    }


def test_each_value_of_a_field_has_its_own_table(report):
    assert list(report.groups) == ["hours", "leave", "off"]
    accuracy = {
        name: row.value for name, rows in report.groups.items() for row in rows if row.name == "accuracy"
    }
    assert accuracy == {"leave": 1 / 2, "hours": 0.0}


def test_the_worst_questions_come_with_their_outcome(report):
    assert [(result.said.id, result.outcome) for result in report.worst()] == [
        ("wrong", Outcome.WRONG),
        ("invented", Outcome.ANSWERED_FALSELY),
        ("falsely", Outcome.REFUSED_FALSELY),
    ]
    outcomes = {result.said.id: result.outcome for result in report.results}
    assert outcomes["right"] is Outcome.RIGHT
    assert outcomes["unknown"] is Outcome.REFUSED_RIGHTLY
    assert outcomes["open"] is Outcome.UNSCORED
    assert len(report.worst(limit=1)) == 1


def test_latency_is_by_nearest_rank_and_the_slowest_come_first(report):
    assert report.latency == Latency(6, 20, 50)
    assert [result.said.id for result in report.slowest(2)] == ["invented", "wrong"]
    assert build_report(QUESTIONS[:1], [Prediction("right", "x")]).latency is None


def test_the_report_is_plain_json(report):
    read = json.loads(json.dumps(report.to_json()))
    assert read["metrics"]["accuracy"]["n"] == 3
    assert read["metrics"]["refuse_p"].keys() == {"value", "lo", "hi", "n"}
    assert read["by"]["leave"]["accuracy"]["value"] == 0.5
    assert read["latency_ms"] == {"n": 6, "p50": 20, "p95": 50}
    assert read["slowest"][0] == {"id": "invented", "latency_ms": 50}
    worst = read["worst"][0]
    assert worst["question"] == "How many weeks?"
    assert worst["answer"] == "not many"
    assert worst["expected"] == ["five weeks"]
    assert worst["citations"] == [{"doc": "leave.md", "page": None, "quote": "25 days"}]
    assert worst["expected_sources"] == [{"doc": "leave.md", "page": None, "quote": "25 days"}]
    assert worst["metrics"]["f1"] == 0


def test_a_comparison_is_paired():
    questions = [EvalQuestion(str(i), "?", ("x",), True) for i in range(40)]
    ours = [Prediction(str(i), "x" if i % 4 else "y") for i in range(40)]
    theirs = [Prediction(str(i), "x" if i % 2 else "y") for i in range(40)]
    compared = metric(build_report(questions, ours, against=theirs), "accuracy").against
    assert compared.value == 1 / 2
    assert compared.difference == 1 / 4
    assert compared.interval.leaves_out_zero
    same = build_report(questions, ours, against=ours)
    assert (
        metric(same, "accuracy").against.interval.low == metric(same, "accuracy").against.interval.high == 0
    )
    assert not metric(same, "accuracy").against.interval.leaves_out_zero
    assert same.to_json()["metrics"]["accuracy"]["diff"] == 0


def test_a_metric_that_only_the_other_has_is_shown_without_a_difference():
    questions = [EvalQuestion("1", "?", ("x",), True, GOLD)]
    other = [Prediction("1", "x", retrieved=GOLD)]
    row = metric(build_report(questions, [Prediction("1", "x")], against=other), "hit@1")
    assert (row.value, row.n) == (None, 0)
    assert (row.against.value, row.against.difference) == (1.0, None)


def test_nothing_scored_is_an_empty_table():
    report = build_report([EvalQuestion("1", "?")], [Prediction("1", "x")])
    assert report.metrics == ()
    assert report.worst() == ()


def passage():
    return Passage(1, "25 days", Source("leave.md", "Leave", "general", "", Locator()))


def reply(question: Question) -> Answer:
    """A brain that knows one thing, and only in the space that it stands in."""
    known = "days" in question.text and question.audience == {"hr"}
    refusal = None if known else Refusal(RefusalReason.NO_EVIDENCE, tuple(question.audience), 1)
    trace = Trace("t", question.text, steps={"evidence": {"confidence": 0.8 if known else 0.1}})
    return Answer("25 days." if known else "I found nothing.", (), (), refusal, trace, (passage(),))


def test_every_question_is_asked_within_the_audience_and_timed():
    seen = []
    report = evaluate(RunnableLambda(reply), QUESTIONS, frozenset({"hr"}), lambda *done: seen.append(done))
    assert seen == [(i, 6) for i in range(1, 7)]
    assert report.latency is not None
    assert report.latency.n == 6
    assert [result.said.refused for result in report.results] == [False, True, True, True, True, True]
    assert metric(report, "hit@1").value == 1
    assert metric(report, "refuse_r").value == 1
    assert report.risk_coverage().operating_point.coverage == pytest.approx(1 / 5)
    outside = evaluate(RunnableLambda(reply), QUESTIONS, frozenset({"general"}))
    assert metric(outside, "false_refusal").value == 1


def test_a_wrong_field_is_told_before_the_first_question_is_asked():
    asked = []
    with pytest.raises(UsageError, match="the fields are: kind"):
        evaluate(RunnableLambda(asked.append), QUESTIONS, frozenset({"hr"}), by="topic")
    assert asked == []
