"""Questions about months, weeks, quarters and stretches, and about what was decided in them.

The gate is open in these tests: what is refused is refused because of its date, or because nothing decides.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from small_home import SmallHome, assert_backed

from brain.answering.refusal import way_on
from brain.retrieval.query import Query
from brain.text.above import Above
from brain.text.asked import Fit, asked_dates
from brain.text.dated import fits, is_of
from brain.text.dates import mentions, version_as_date
from brain.text.deciding import decides, of_decisions
from brain.text.sentences import sentence_spans
from brain.text.weeks import weeks

ROTA = """Week,On call,Telephone
30 March – 5 April,Marga,32
6–12 April,Tilde,33
4–10 May,Rhona,36
"""
LOG = """# Caretaker's log 2026

## 2 March

The bell failed.

## 10 March

A fox was found in the shed.

## 12 March

The lift was stuck.

## 15 April

Two windows were replaced.
"""
MINUTES = """# Staff meeting 2026

## 3 March

Present: Ines and Corin.

- Phones are collected before the first lesson.

## 14 April

- Each class plants a bed.
"""
GOVERNORS = """# Governors' meeting

## Reports

The head told of the water damage in the gym.

## Decisions

A second caretaker is hired.

## Next meeting

The next meeting is on 6 May 2026.
"""
MAIL = """From: office@school.example
Subject: Lost property
Date: Thu, 12 Mar 2026 08:20:00 +0000

The lost property box is full of gloves again.
"""


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory):
    made = SmallHome(tmp_path_factory.mktemp("school")).fill(
        {
            "on-call.csv": ROTA,
            "log.md": LOG,
            "minutes/staff.md": MINUTES,
            "2026-02-11 governors.md": GOVERNORS,
            "terms.md": "# Terms\n\n| What | When |\n| --- | --- |\n| Science week | 9–13 March |\n",
        }
    )
    yield made
    made.close()


def test_a_rota_tells_who_is_on_call_in_a_month_and_not_in_another(school: SmallHome):
    april = school.ask("Who is on call in April?")
    assert "Tilde" in april.text
    assert "Marga" in april.text  # her week ends in it
    assert "Rhona" not in april.text
    assert_backed(april)
    assert "Rhona" in school.ask("Who is on call in May 2026?").text
    august = school.ask("Who is on call in August?")
    assert not any(name in august.text for name in ("Tilde", "Marga", "Rhona"))


@pytest.mark.parametrize(
    "when",
    [
        "in the second week of March",
        "between 8 and 14 March",
        "from 8 to 14 March 2026",
        "since 8 March 2026",
        "after 7 March",
    ],
)
def test_a_stretch_has_what_lies_in_it(school: SmallHome, when: str):
    answer = school.ask(f"What did the caretaker's log note {when}?").text
    assert "fox" in answer
    assert "lift" in answer
    assert "bell" not in answer


def test_what_lies_before_a_day_or_in_a_quarter(school: SmallHome):
    before = school.ask("What was decided in the staff meeting before 10 March 2026?").text
    assert "Phones" in before
    assert "bed" not in before
    second = school.ask("What was decided in the staff meeting in Q2 2026?").text
    assert "bed" in second
    assert "Phones" not in second
    assert school.ask("What was decided in the staff meeting in Q3 2026?").refused


def test_a_week_that_was_counted_is_told_as_its_days(school: SmallHome):
    answer = school.ask("What happened in the second week of March?")
    assert "“second week of March” is taken as 8 March to 14 March." in answer.notes


def test_what_was_decided_is_told_by_minutes_and_by_no_log_of_the_day(school: SmallHome):
    refused = school.ask("What was decided on 12 March 2026?")
    assert refused.refused
    assert "Of “12 March 2026” there is Caretaker's log 2026, in which I found nothing" in refused.text
    happened = school.ask("What happened on 12 March 2026?")
    assert "lift" in happened.text
    assert not any("Terms" in note for note in happened.notes)  # Science week merely covers the day
    phones = school.ask("What was decided on 3 March 2026?").text
    assert "Phones" in phones
    assert "Present" not in phones


def test_what_was_decided_stands_under_decisions_where_minutes_have_them(school: SmallHome):
    answer = school.ask("What was decided on 11 February 2026?").text
    assert "second caretaker" in answer
    assert "water damage" not in answer
    assert school.ask("What was decided on 6 May 2026?").refused  # the next meeting is no decision


def test_the_words_of_a_refusal_are_in_the_question_s_language(school: SmallHome):
    asked = "Was wurde am 12. März 2026 beschlossen?"
    assert "dass etwas beschlossen wurde, fand ich darin nicht" in way_on(asked, school.find(asked))


def test_a_mail_s_day_is_that_of_all_of_it(tmp_path: Path):
    made = SmallHome(tmp_path).fill(
        {"a.eml": MAIL, "b.eml": MAIL.replace("is full of gloves again", "was emptied, we decided to sell")}
    )
    above = Above.of([], "Lost property", "a.eml", datetime(2026, 3, 12, tzinfo=UTC))
    assert of("What happened on 12 March 2026?", "Gloves.", above) is Fit.SAME
    assert of("What happened on 13 March 2026?", "Gloves.", above) is Fit.OTHER
    decided = made.ask("What was decided on 12 March 2026?").text
    assert "we decided to sell" in decided
    assert "gloves" not in decided
    made.close()


def of(question: str, text: str, above: Above, header: str = "") -> Fit:
    """How the last line of a text fits a question's date."""
    asked = Query.of(question).dates or asked_dates(question)
    return fits(asked, text, list(sentence_spans(text)), header, above)[-1][0]


def under(title: str = "", heading: str = "", document: str = "a.md", changed: int = 0) -> Above:
    modified = datetime(changed, 6, 1, tzinfo=UTC) if changed else None
    return Above.of([heading] if heading else [], title, document, modified)


MARCH = "What happened on 4 March 2026?"


@pytest.mark.parametrize(
    ("above", "fit"),
    [
        (under("Minutes 2025"), Fit.OTHER),
        (under("2025 budget"), Fit.OTHER),
        (under(document="2025/log.md"), Fit.OTHER),
        (under(document="log_2025_a.md"), Fit.OTHER),
        (under("Sitting of 12 January 2025"), Fit.OTHER),
        (under("Log", heading="2025"), Fit.OTHER),
        (under("Log", changed=2025), Fit.OTHER),  # nobody wrote it before it was
        (under("Minutes 2026"), Fit.SAME),
        (under("Log", changed=2026), Fit.SAME),
        (under("Sitting of 12 December 2025"), Fit.SAME),  # in March it may be the next year
        (under("Log"), Fit.SAME),
        (under("The 2019-nCoV outbreak"), Fit.SAME),
        (under("2000 trees"), Fit.SAME),
        (under("Plans 2024–2026"), Fit.SAME),
    ],
)
def test_a_date_without_a_year_has_the_one_that_its_document_names(above: Above, fit: Fit):
    assert of(MARCH, "On 4 March it rained.", above) is fit


def test_calendar_weeks_have_the_year_that_stands_above_them():
    assert weeks("KW 15") == []
    assert weeks("KW 15", 2026)[0].first.name == "2026-04-06"
    assert weeks("week 15 of 2026, 2026-W16")[1].last.name == "2026-04-19"
    assert weeks("week 3", 2026) == []  # of a course, perhaps
    assert weeks("KW 53 2025") == []
    row, above = "KW 15\tUlrike", under("Hortdienst 2026")
    assert of("Wer hat am 8. April Frühdienst?", row, above, "Woche\tFrüh") is Fit.SAME
    assert of("Wer hat am 13. April Frühdienst?", row, above, "Woche\tFrüh") is Fit.OTHER


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("in the first week of March 2026", "2026-03-01..2026-03-07"),
        ("in the last week of February", "--02-22..--02-28"),
        ("in the first two weeks of May", "--05-01..--05-14"),
        ("in the second half of June", "--06-16..--06-30"),
        ("in Q1 2026", "2026-01-01..2026-03-31"),
        ("in the fourth quarter of 2026", "2026-10-01..2026-12-31"),
        ("in the first half of 2026", "2026-01-01..2026-06-30"),
        ("between March and May 2026", "2026-03..2026-05"),
        ("since 1 March 2026", "2026-03-01..9999-12-31"),
        ("before March 2026", "0001-01-01..2026-02-31"),
        ("entre le 4 et le 18 mars", "--03-04..--03-18"),
    ],
)
def test_stretches_that_questions_name(words: str, days: str):
    assert [date.name for date in Query.of(f"What was decided {words}?").dates] == [days]


@pytest.mark.parametrize(
    "question",
    [
        "I'm getting married in June, do I get a day off?",
        "When is the salary for March paid?",
        "Can I take leave in August?",
        "What must be done before 4 March?",
    ],
)
def test_a_month_that_tells_of_the_asker_is_no_stretch(question: str):
    assert not any(date.is_stretch for date in Query.of(question).dates)


def test_a_document_is_of_a_date_that_opens_it_and_not_of_one_in_passing():
    asked = Query.of(MARCH).dates[0]

    def told(line: str, above: Above) -> bool:
        return is_of(asked, line, 0, len(line), above)

    assert told("On 4 March 2026 it rained.", under("Log"))
    assert told("4 March 2026\tAnsel", under("Rota"))
    assert told("It rained.", under("Log of 4 March 2026"))
    assert not told("It has rained since the flood of 4 March 2026.", under("Log"))
    assert not told("Closed.", under("Valid from 1 to 31 March 2026"))
    assert not told("1–31 March 2026\tclosed", under("Rota"))


@pytest.mark.parametrize(
    "text", ["version 4.3.2026", "release 4.3.2026", "Version: v4.3.2026", "versions 4.2.2026 and 4.3.2026"]
)
def test_a_version_is_no_date(text: str):
    assert mentions(text) == ()


def test_nor_is_what_stands_in_a_column_of_versions():
    header, above = "Version\tWhat is new", under("Releases")
    assert of(MARCH, "4.3.2026\ttablets", above, header) is not Fit.SAME
    assert of(MARCH, "4.3.2026\ttablets", above, "Version date\tWhat is new") is Fit.SAME
    assert version_as_date("what's new in release 4.3.2026?") == "what's new in release of 4.3.2026?"
    assert mentions("the release of 4.3.2026")


@pytest.mark.parametrize(
    ("sentence", "decided"),
    [
        ("We decided to move.", True),
        ("Decision: from 28 °C there is a break.", True),
        ("The committee agrees on these terms.", True),
        ("Es wurde beschlossen, den Parkplatz zu sperren.", True),
        ("Il a été décidé de fermer.", True),
        ("Overtime is agreed with your manager before it is worked.", False),
        ("Nothing was decided.", False),
        ("It has not been decided yet who pays.", False),
        ("The incident was resolved at 13:40.", False),
    ],
)
def test_what_sentences_decide(sentence: str, decided: bool):
    assert decides(sentence) is decided


def test_headings_of_decisions_and_of_talk():
    assert of_decisions("3. Decisions taken") is True
    assert of_decisions("Next meeting") is False
    assert of_decisions("Heating") is None


def test_thousands_of_dates_in_a_question_are_read_in_time_that_grows_with_their_number():
    pasted = "4 and 5 March and the second week of March and Q1 2026 and KW 15 2026 " * 500
    assert len(Query.of(f"What was decided on {pasted}?").dates) <= 8  # and not a minute long
