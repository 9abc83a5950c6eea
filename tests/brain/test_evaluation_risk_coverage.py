from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.errors import StorageFailed, UsageError
from brain.evaluation.risk_coverage import Bound, Point, Verdict, risk_coverage
from brain.evaluation.risk_plot import plot


def answered(confidence, correct):
    return Verdict(confidence, True, correct, True)


def refused(confidence, answerable):
    return Verdict(confidence, False, False, answerable)


CURVE = [
    refused(0.2, True),
    answered(0.6, False),
    answered(0.9, True),
    refused(0.3, False),
    answered(0.8, True),
]


def test_the_curve_goes_from_the_surest_answer_to_the_operating_point():
    curve = risk_coverage(CURVE)
    assert curve.points == (Point(0.2, 0, 0.9), Point(0.4, 0, 0.8), Point(0.6, 1 / 3, 0.6))
    assert curve.operating_point == Point(0.6, 1 / 3, 0.6)
    assert curve.aurc == curve.best_aurc == pytest.approx(1 / 9)


def test_beyond_the_operating_point_the_risk_is_bounded():
    # The unanswerable question would be answered wrongly; the answerable one perhaps.
    assert risk_coverage(CURVE).beyond == (
        Bound(0.6, 1 / 3, 1 / 3),
        Bound(0.8, 2 / 4, 2 / 4),
        Bound(1.0, 2 / 5, 3 / 5),
    )
    assert risk_coverage([answered(0.5, True)]).beyond == ()


def test_answers_of_equal_confidence_have_no_order():
    ties = [answered(0.5, correct) for correct in (True, False, True, True)]
    assert risk_coverage(ties) == risk_coverage(ties[::-1])
    assert risk_coverage(ties).points == (Point(1, 1 / 4, 0.5),)
    assert risk_coverage(ties).aurc == pytest.approx(1 / 4)


def test_an_answer_without_confidence_is_the_least_sure():
    curve = risk_coverage([answered(None, False), answered(0.0, True)])
    assert [point.risk for point in curve.points] == [0, 1 / 2]


@pytest.mark.parametrize("verdicts", [[], [refused(0.5, True)], [answered(None, True), refused(0.5, True)]])
def test_without_a_confident_answer_there_is_no_curve(verdicts):
    with pytest.raises(UsageError, match="needs answers with a confidence"):
        risk_coverage(verdicts)


SOME = st.builds(Verdict, st.sampled_from([0.1, 0.4, 0.5, 0.9]), st.just(True), st.booleans(), st.just(True))


@given(st.lists(SOME, min_size=1, max_size=30))
def test_no_order_beats_the_best_and_the_curve_ends_at_the_overall_risk(verdicts):
    curve = risk_coverage(verdicts)
    assert curve.best_aurc <= curve.aurc + 1e-9
    assert curve.aurc <= 1
    wrong = sum(not verdict.correct for verdict in verdicts)
    assert curve.operating_point.risk == pytest.approx(wrong / len(verdicts))
    assert curve.operating_point.coverage == 1


def test_a_picture_says_what_its_axes_are_and_where_the_gate_stands(tmp_path):
    path = tmp_path / "pictures" / "risk.svg"
    plot(risk_coverage(CURVE), path)
    texts = ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text")
    shown = "\n".join("".join(text.itertext()) for text in texts)
    assert "share of the questions that are answered" in shown
    assert "share of the answers that are wrong" in shown
    assert "now: answers 60%, of which 33% wrong" in shown


def test_a_picture_can_be_a_png(tmp_path):
    plot(risk_coverage(CURVE), tmp_path / "risk.png")
    assert (tmp_path / "risk.png").read_bytes().startswith(b"\x89PNG")


def test_other_formats_and_places_that_cannot_be_written_are_refused(tmp_path):
    with pytest.raises(UsageError, match=r"ends in \.png, \.svg, \.pdf"):
        plot(risk_coverage(CURVE), tmp_path / "risk.docx")
    (tmp_path / "taken.png").mkdir()
    with pytest.raises(StorageFailed, match="choose another place"):
        plot(risk_coverage(CURVE), tmp_path / "taken.png")


def test_without_matplotlib_the_remedy_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("brain.pictures.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"citewise\[plots\]: `"):
        plot(risk_coverage(CURVE), tmp_path / "risk.png")
