import math

import pytest

from brain.evaluation.documents import Documents
from brain.evaluation.metrics import NAMES, score
from brain.evaluation.predictions import Prediction
from brain.evaluation.questions import EvalQuestion, Reference

HANDBOOK = "Leave\nEveryone has twenty-five days of paid leave. It’s the same for part-\ntimers.\n"
PAGES = "first page\fsecond page\f"
LEAVE = (Reference("leave.md"),)
LIBRARY = Documents({"leave.md": HANDBOOK, "plan.pdf": PAGES, "scan.png": ""}.get)


def question(*answers, answerable=True, gold=LEAVE, **more):
    return EvalQuestion("1", "How many days?", answers or ("25 days",), answerable, gold, **more)


def said(answer="25 days", **more):
    return Prediction("1", answer, **more)


def value(name, asked, given, documents=None):
    return score(asked, given, documents).value(name)


def test_the_best_gold_answer_counts():
    assert value("f1", question("nothing alike", "25 days"), said()) == 1.0
    assert value("contains", question("nothing alike", "25 days"), said("It is 25 days.")) == 1.0


@pytest.mark.parametrize(
    ("given", "correct"),
    [
        (said("You have 25 days a year, and more if you are new."), True),
        (said("25 working days"), True),
        (said("quite a lot"), False),
        (said("25 days", refused=True), False),
        (said(""), False),
    ],
)
def test_accuracy_wants_the_gold_words_or_half_of_f1(given, correct):
    scored = score(question(), given)
    assert scored.correct is correct
    assert scored.value("accuracy") == correct


def test_the_opposite_yes_or_no_is_never_correct():
    asked = question("No, part-timers have 20 days", yes_no="no")
    assert value("accuracy", asked, said("Yes, part-timers have 20 days")) == 0
    assert value("yes_no", asked, said("Yes, part-timers have 20 days")) == 0
    assert value("accuracy", asked, said("no")) == 1
    assert value("accuracy", asked, said("Part-timers have 20 days")) == 1


def test_a_right_number_is_a_correct_answer():
    asked = question("1,577", numeric=1577)
    assert value("numeric", asked, said("It comes to $1.58k all in all, each and every year")) == 1
    assert value("accuracy", asked, said("It comes to $1.58k all in all, each and every year")) == 1
    assert value("numeric", asked, said("1,577", refused=True)) == 0


@pytest.mark.parametrize(
    ("answerable", "given", "crag", "credit"),
    [
        (True, said(), 1, 1),
        (True, said("wrong"), -1, -1),
        (True, said(refused=True), 0, 0),
        (False, said(), -1, -1),
        (False, said(refused=True), 0, 1),
    ],
)
def test_crag_rewards_right_and_punishes_wrong_answers(answerable, given, crag, credit):
    asked = question(answerable=answerable)
    assert value("crag", asked, given) == crag
    assert value("crag_credit", asked, given) == credit


def test_refusing_and_answering_are_two_classes():
    answered_rightly, refused_falsely = (
        score(question(), said(refused=refused)) for refused in (False, True)
    )
    answered_falsely, refused_rightly = (
        score(question(answerable=False), said(refused=refused)) for refused in (False, True)
    )
    assert answered_rightly.counts["answer_f1"] == (2, 2)
    assert "refuse_p" in answered_rightly.counts
    assert answered_rightly.value("refuse_p") is None
    assert refused_rightly.value("refuse_p") == refused_rightly.value("refuse_r") == 1
    assert refused_falsely.value("refuse_p") == 0
    assert refused_falsely.value("refuse_r") is None
    assert refused_falsely.value("answer_r") == 0
    assert refused_falsely.value("false_refusal") == 1
    assert answered_falsely.value("refuse_r") == 0
    assert answered_falsely.value("answered_wrongly") == 1
    assert answered_falsely.value("false_refusal") is None


def test_a_question_that_nobody_decided_is_scored_nowhere():
    assert score(question(answerable=None), said()).counts == {}


def test_retrieval_ranks_distinct_documents():
    retrieved = tuple(map(Reference, ("b.md", "b.md", "leave.md", "c.md")))
    asked = question(gold=(Reference("leave.md"), Reference("other.md")))
    given = said(retrieved=retrieved)
    assert value("hit@1", asked, given) == 0
    assert value("hit@5", asked, given) == 1
    assert value("mrr", asked, given) == 1 / 2
    ideal = 1 + 1 / math.log2(3)
    assert value("ndcg@10", asked, given) == pytest.approx((1 / math.log2(3)) / ideal)
    assert value("mrr", asked, said(retrieved=())) == 0
    assert value("mrr", asked, said()) is None
    assert value("mrr", question(gold=()), given) is None


def test_retrieved_pages_may_be_one_off():
    asked = question(gold=(Reference("plan.pdf", 3),))
    far, near = Reference("plan.pdf", 5), Reference("plan.pdf", 4)
    given = said(retrieved=(far, far, near))
    assert value("page_hit@1", asked, given) == 0
    assert value("page_hit@5", asked, given) == 1
    assert value("page_hit@5", asked, said(retrieved=(Reference("plan.pdf"),))) is None
    assert value("page_hit@5", question(), given) is None


def test_citations_are_compared_as_sets_of_documents():
    asked = question(gold=(Reference("leave.md"), Reference("plan.pdf")))
    given = said(citations=(Reference("leave.md"), Reference("leave.md"), Reference("x.md")))
    assert value("cite_p", asked, given) == 1 / 2
    assert value("cite_r", asked, given) == 1 / 2
    assert value("cite_f1", asked, given) == 1 / 2
    assert value("cite_p", asked, said()) == 0
    assert value("cite_p", asked, said(refused=True)) is None


def test_a_citation_without_a_page_is_wrong_where_pages_are_wanted():
    asked = question(gold=(Reference("plan.pdf", 2), Reference("plan.pdf", 9)))
    given = said(citations=(Reference("plan.pdf", 1), Reference("plan.pdf")))
    assert value("cite_page_p", asked, given) == 1 / 2
    assert value("cite_page_r", asked, given) == 1 / 2
    assert value("cite_page_p", question(), given) is None


def cited(*references):
    return said(citations=references)


def test_what_a_citation_points_at_must_exist():
    given = cited(Reference("leave.md"), Reference("gone.md"), Reference("gone.md"))
    assert value("fabricated", question(), given, LIBRARY) == pytest.approx(2 / 3)
    assert value("fabricated", question(), given) is None
    unanswerable = question(answerable=False, gold=())
    assert value("fabricated", unanswerable, given, LIBRARY) == pytest.approx(2 / 3)


def test_pages_are_checked_where_they_are_known():
    given = cited(Reference("plan.pdf", 2), Reference("plan.pdf", 3), Reference("leave.md", 7))
    assert value("bad_page", question(), given, LIBRARY) == 1 / 2
    counted = Documents(LIBRARY.text, last_page={"plan.pdf": 3}.get)
    assert value("bad_page", question(), given, counted) == 0


@pytest.mark.parametrize(
    ("quote", "valid"),
    [
        ("Everyone has twenty-five days", 1),
        ("“everyone  has twenty–five\ndays”", 1),
        ("It's the same for parttimers", 1),
        ("Everyone has thirty days", 0),
        ("''", 0),
        ("  ", None),
    ],
)
def test_a_quote_must_stand_in_its_document(quote, valid):
    assert value("quote_valid", question(), cited(Reference("leave.md", quote=quote)), LIBRARY) == valid


def test_quotes_from_nowhere_are_invalid_and_from_textless_documents_unchecked():
    nowhere, picture = Reference("gone.md", quote="leave"), Reference("scan.png", quote="leave")
    scored = score(question(), cited(nowhere, picture), LIBRARY)
    assert scored.counts["quote_valid"] == (0, 1)
    assert (scored.quotes, scored.quotes_unchecked) == (2, 1)


def test_every_metric_that_is_counted_has_a_place_in_the_table():
    asked = question("25", yes_no="yes", numeric=25, gold=(Reference("plan.pdf", 1),))
    place = Reference("plan.pdf", 1, "first")
    given = said("Yes, 25", citations=(place,), retrieved=(place,))
    no_answer = score(question(answerable=False), given, LIBRARY)
    counted = score(asked, given, LIBRARY).counts.keys() | no_answer.counts.keys()
    assert counted == set(NAMES)
