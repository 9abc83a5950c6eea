"""Figures of two sentences: the same in other words, such as cannot both hold, or of other things."""

import pytest

from brain.text.quantities import Bound, quantities


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("90 days", "three months"),
        ("12 months", "a period of one year"),
        ("8 am", "08:00"),
        ("half past six", "6:30 am"),
        ("7 h 30", "7:30 Uhr"),
        ("12 hotels", "twelve hotels"),
        ("125 000 euros", "125,000 EUR"),
        ("150.000 Euro", "150000 €"),
        ("in 2024/25", "in 2024–2025"),
        ("1,500 euros", "€1.500,00"),
        ("3 to 5 days", "4 days"),
        ("ten working days", "two weeks"),
        ("12 %", "12 percent"),
        ("weekly", "every 7 days"),
        ("0.8 kg", "800 grams"),
        ("31 March", "31 March 2026"),
    ],
)
def test_one_figure_in_other_words_or_units_is_the_same(one: str, other: str) -> None:
    (mine,), (its,) = quantities(one), quantities(other)
    assert mine.comparable(its)
    assert mine.same_as(its)
    assert not mine.rules_out(its)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("26 days", "28 days"),
        ("48 hours", "24 hours"),
        ("11 am", "10:00"),
        ("7:00 to 10:30", "6:30 to 10:00"),
        ("45 euros a night", "60 euros a night"),
        ("31 March", "30 June"),
        ("twice a day", "three times a day"),
        ("the fourth day", "the third day"),
        ("extension 310", "extension 440"),
        ("within 30 days", "within 14 days"),
        ("free of charge", "3.50 euros"),
    ],
)
def test_figures_that_cannot_both_hold_rule_each_other_out(one: str, other: str) -> None:
    (mine,), (its,) = quantities(one), quantities(other)
    assert mine.comparable(its)
    assert mine.rules_out(its)
    assert its.rules_out(mine)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("at least 12 characters", "at most 64 characters"),
        ("at least 8 rooms", "10 rooms"),
        ("20 euros a month", "240 euros a year"),
        ("12 rooms", "4 countries"),
        ("5 March 2025", "7 March 2026"),
        ("version 3.5", "version 4.1"),
    ],
)
def test_figures_of_other_things_do_not(one: str, other: str) -> None:
    (mine,), (its,) = quantities(one), quantities(other)
    assert not (mine.comparable(its) and mine.rules_out(its))


def test_a_bound_is_read_before_and_behind_a_figure() -> None:
    bounds = [quantities(text)[0].bound for text in ("up to 5 days", "three weeks in advance", "5 days")]
    assert bounds == [Bound.MOST, Bound.LEAST, Bound.EXACT]
