"""What minutes decided where some of it stands under "Decisions", and people who are called like months."""

from pathlib import Path

import pytest
from small_home import SmallHome

from brain.text.above import Above
from brain.text.asked import Fit, asked_dates
from brain.text.dated import fits
from brain.text.sentences import sentence_spans

MINUTES = """# Works council minutes, 8 April 2026

Present: Ida Holm, August Berg

## Opening hours

It was decided to close the shop on Fridays. The reception stays open.

## Shed

{shed}

## Decisions

- The summer party is at the lake.
- Dogs may come to the office.
"""


def fit(question: str, text: str) -> Fit:
    spans = list(sentence_spans(text))
    above = Above.of((), "Minutes of 8 April 2026", "minutes.md")
    return fits(asked_dates(question), text, spans, "", above)[-1][0]


@pytest.mark.parametrize(
    "text",
    [
        "Present: Ida Holm, August Berg\nThe shed gets a new roof.",
        "Owner: June Hall\nThe shed gets a new roof.",
        "August Berg asks three firms for offers.",
        "The proposal of April Jones was taken up.",
    ],
)
def test_a_person_is_no_month(text: str):
    assert fit("What was decided on 8 April?", text) is Fit.SAME


def test_a_line_with_a_month_still_is_of_it():
    assert fit("What was decided on 8 April?", "August Newsletter\nThe shed gets a new roof.") is Fit.OTHER
    assert fit("What was decided on 8 April?", "Shifts: August\nThe shed gets a new roof.") is Fit.OTHER


def test_what_was_decided_is_told_from_all_of_short_minutes(tmp_path: Path):
    made = SmallHome(tmp_path).fill({"minutes.md": MINUTES.format(shed="The shed gets a new roof.")})
    answer = made.ask("What was decided on 8 April?")
    assert "close the shop on Fridays" in answer.text
    assert "summer party is at the lake" in answer.text
    made.close()


def test_decisions_that_stand_apart_are_said_not_to_be_all_where_the_talk_has_some_too(tmp_path: Path):
    made = SmallHome(tmp_path).fill(
        {"minutes.md": MINUTES.format(shed="It was talked about for a long time. " * 80)}
    )
    answer = made.ask("What was decided on 8 April?")
    assert "summer party is at the lake" in answer.text
    assert "close the shop on Fridays" in answer.text or any("not all of" in note for note in answer.notes)
    made.close()
