from dataclasses import replace

import pytest

from brain.tuning.judging.comparison import Comparison, Figure
from brain.tuning.promotion import Rule, grounds

RIVALS = ("extractive", "base", "few-shot")
BETTER = Figure(0.1, 0.02, 0.18, 50)
EQUAL = Figure(0.0, -0.05, 0.05, 50)


def compared(*, answerable: int = 30, unanswerable: int = 10, **changed: Figure | None) -> Comparison:
    """An adapter that may be promoted; `changed` is by metric, against `base`."""
    usual = {"f1": BETTER, "accuracy": EQUAL, "cite_f1": EQUAL, "refuse_f1": EQUAL}
    differences = {rival: dict(usual) for rival in RIVALS}
    for metric, figure in changed.items():
        if figure is None:
            del differences["base"][metric]
        else:
            differences["base"][metric] = figure
    figures = {name: dict.fromkeys(usual, Figure(0.7, 0.6, 0.8, 50)) for name in (*RIVALS, "adapter")}
    return Comparison("adapter", answerable + unanswerable, answerable, figures, differences)


def failing(found: Comparison, rule: Rule | None = None) -> list[str]:
    return [ground.sentence for ground in grounds(found, rule) if not ground.holds]


def test_better_than_each_and_no_worse_may_be_promoted():
    found = grounds(compared())
    assert all(ground.holds for ground in found)
    assert len(found) == 1 + len(RIVALS) * 4


@pytest.mark.parametrize(("answerable", "unanswerable"), [(29, 10), (30, 9), (0, 200)])
def test_too_few_questions_tell_nothing(answerable: int, unanswerable: int):
    (why,) = failing(compared(answerable=answerable, unanswerable=unanswerable))
    assert why == (
        f"unseen questions: {answerable} answerable and {unanswerable} unanswerable; "
        "at least 30 and 10 are needed"
    )


@pytest.mark.parametrize(
    "gap",
    [
        Figure(0.1, 0.0, 0.2, 50),  # touches 0
        Figure(0.1, -0.01, 0.21, 50),  # may be chance
        Figure(-0.1, -0.2, -0.01, 50),
        Figure(),
        None,
    ],
)
def test_better_means_beyond_chance(gap: Figure | None):
    (why,) = failing(compared(f1=gap))
    assert why.startswith("answers (f1) against base: ")
    assert why.endswith("it must be better beyond chance")


@pytest.mark.parametrize("metric", ["accuracy", "cite_f1", "refuse_f1"])
@pytest.mark.parametrize(
    ("gap", "holds"),
    [
        (Figure(-0.02, -0.1, 0.06, 50), True),  # the margin itself
        (Figure(-0.021, -0.1, 0.06, 50), False),  # below the margin, though it may be chance
        (Figure(-0.01, -0.015, -0.005, 50), False),  # within the margin, but surely worse
        (Figure(0.2, 0.1, 0.3, 50), True),
        (Figure(-0.01, None, None, 50), True),
        (Figure(None, -0.1, 0.1, 50), False),
        (None, True),  # the rival cited nothing
    ],
)
def test_no_worse_is_within_the_margin_and_not_surely_below(metric: str, gap: Figure | None, holds: bool):
    why = failing(compared(**{metric: gap}))
    assert (why == []) is holds
    assert all("against base" in sentence for sentence in why)


def test_the_figures_are_told():
    (why,) = failing(compared(cite_f1=Figure(-0.1, -0.2, -0.05, 50)))
    assert why == (
        "citations (cite_f1) against base: -0.100 (-0.200 to -0.050): "
        "it may be lower by 0.02 at most, within chance"
    )


def test_an_adapter_that_cites_nothing_is_refused_by_each_rival():
    found = compared(cite_f1=None)
    figures = {name: dict(table) for name, table in found.figures.items()}
    del figures["adapter"]["cite_f1"]
    why = failing(replace(found, figures=figures))
    assert why == ["citations (cite_f1): the adapter gave none to judge"] * 3


@pytest.mark.parametrize("missing", ["extractive", "base", "few-shot"])
def test_every_rival_must_have_been_evaluated(missing: str):
    found = compared()
    figures = {name: table for name, table in found.figures.items() if name != missing}
    assert failing(replace(found, figures=figures)) == [f"{missing}: it was not evaluated"]


def test_without_the_adapter_nothing_holds():
    found = compared()
    figures = {name: table for name, table in found.figures.items() if name != "adapter"}
    assert len(failing(replace(found, figures=figures))) == 3


def test_another_rule_may_be_given():
    found = compared(answerable=1, unanswerable=0, cite_f1=Figure(-0.1, -0.2, 0.1, 1))
    assert failing(found, Rule(answerable=1, unanswerable=0, margin=0.1)) == []
