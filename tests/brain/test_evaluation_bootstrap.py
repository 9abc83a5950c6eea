import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.evaluation.bootstrap import Bootstrap, Interval, RatioTable, intervals
from brain.evaluation.metrics import Score


def table(*pairs):
    return RatioTable.of([Score({"m": pair} if pair else {}) for pair in pairs], ["m"])


def interval(counts, **options):
    return intervals(Bootstrap(**options).ratios(counts))[0]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))
def test_the_interval_holds_the_value_and_the_seed_decides(pairs):
    counts = table(*((min(above, below), below) for above, below in pairs))
    found = interval(counts, times=400, seed=7)
    assert found == interval(counts, times=400, seed=7)
    value = counts.values()[0]
    if np.isnan(value):
        assert found == Interval()
    else:
        assert found.low - 1e-9 <= value <= found.high + 1e-9


def test_another_seed_gives_another_interval():
    counts = table(*((i % 7, 7) for i in range(50)))
    assert interval(counts, seed=1) != interval(counts, seed=2)


def test_the_width_is_that_of_the_normal_approximation():
    # 200 of 400 right: standard error .025, so about .5 ± .049.
    found = interval(table(*((i % 2, 1) for i in range(400))), times=4000)
    assert found.low == pytest.approx(0.451, abs=0.006)
    assert found.high == pytest.approx(0.549, abs=0.006)


def test_a_value_is_a_ratio_of_sums_over_the_questions_where_it_applies():
    counts = table((1, 1), (0, 3), None)
    assert counts.values()[0] == 1 / 4
    assert counts.sizes() == [2]


def test_many_questions_are_resampled_in_blocks_with_the_same_result(monkeypatch):
    counts = table(*((i % 3, 2) for i in range(60)))
    whole = Bootstrap(times=100).ratios(counts)
    monkeypatch.setattr("brain.evaluation.bootstrap._BLOCK", 600)
    assert np.array_equal(whole, Bootstrap(times=100).ratios(counts))


def test_tables_of_equal_length_are_resampled_alike():
    counts = table(*((i % 3, 2) for i in range(60)))
    better = RatioTable(counts.above + counts.below * 0.1, counts.below)
    gap = intervals(Bootstrap().ratios(better) - Bootstrap().ratios(counts))[0]
    assert gap.low == pytest.approx(0.1)
    assert gap.high == pytest.approx(0.1)
    assert gap.leaves_out_zero


def test_resampling_at_least_once():
    with pytest.raises(ValueError, match="at least 1"):
        Bootstrap(times=0)
