"""Figures over labelled tickets, worked out by hand."""

import pytest

from brain.triage.scores import Confusion, score


def test_figures_are_those_worked_out_by_hand() -> None:
    rows = [("a", "a"), ("a", "b"), ("a", ""), ("b", "b"), ("b", "a"), ("b", "a"), ("c", "c"), ("c", "")]
    scores = score(rows)
    assert (scores.rows, scores.labels) == (8, 3)
    assert scores.accuracy == pytest.approx(3 / 8)
    assert scores.accuracy_told == pytest.approx(3 / 6)
    assert scores.left_open == pytest.approx(2 / 8)
    # a: TP 1, FP 2, FN 2; b: TP 1, FP 1, FN 2; c: TP 1, FP 0, FN 1
    assert scores.macro_f1 == pytest.approx((2 / 6 + 2 / 5 + 2 / 3) / 3)
    assert scores.confused == (Confusion("b", "a", 2), Confusion("a", "b", 1))


def test_a_category_that_no_row_has_counts_against_the_others_only() -> None:
    scores = score([("a", "x"), ("a", "a")])
    assert scores.macro_f1 == pytest.approx(2 / 3)
    assert score([("a", "")]).accuracy_told == 0.0
    with pytest.raises(ValueError, match="no rows"):
        score([])
