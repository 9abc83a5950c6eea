import pytest

from brain.triage.domain import Category
from brain.triage.scoring import MixedUp, scores


def test_what_is_left_open_counts_as_wrong_but_not_among_the_answered() -> None:
    wanted = ["a", "a", "a", "b", "b", "c"]
    found = [Category(name) for name in ("a", "a", "b", "b", "", "a")]
    told = scores(wanted, found)
    assert told.tickets == 6
    assert told.accuracy == pytest.approx(3 / 6)
    assert told.left_open == pytest.approx(1 / 6)
    assert told.of_answered == pytest.approx(3 / 5)
    assert told.macro_f1 == pytest.approx((4 / 6 + 2 / 4 + 0) / 3)
    assert set(told.mixed_up) == {MixedUp("c", "a", 1), MixedUp("b", "", 1), MixedUp("a", "b", 1)}


def test_the_most_frequent_mix_up_comes_first() -> None:
    told = scores(["a", "a", "b"], [Category("b"), Category("b"), Category("a")])
    assert told.mixed_up == (MixedUp("a", "b", 2), MixedUp("b", "a", 1))
    assert told.macro_f1 == 0


def test_nothing_left_is_no_division_by_zero_and_nothing_given_is_an_error() -> None:
    assert scores(["a"], [Category()]).of_answered == 0
    for wanted, found in (([], []), (["a"], [])):
        with pytest.raises(ValueError, match="must be tickets"):
            scores(wanted, found)
