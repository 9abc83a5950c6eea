"""Questions about a date: found however it is written, and never answered with what is of another one.

The gate is open in these tests: what is refused is refused because of its date.
"""

from pathlib import Path

import pytest
from small_home import SmallHome, assert_backed

from brain.answering.draft import Draft, DraftSentence
from brain.answering.extracting.of_the_day import without_other_days
from brain.domain import Answer, Turn
from brain.evidence import rest_of_the_day
from brain.retrieval.query import Query
from brain.text.above import Above
from brain.text.analysis import analyse
from brain.text.asked import MOST_DATES, Fit, asked_dates
from brain.text.dated import fits
from brain.text.sentences import sentence_spans

MINUTES = """# Operations meeting

## 2026-03-04

- The old bottling line is sold to a museum.
- Ansel takes over the malt orders.

## 2026-03-11

- The stout is bottled in half-litre bottles only.
"""
ROTA = "Date,Early shift,Late shift\n2026-04-06,Ansel,Moira\n2026-04-07,Dev,Petra\n"
SALE = "The old bottling line is sold to a museum."
STOUT = "half-litre"


@pytest.fixture(scope="module")
def brewery(tmp_path_factory: pytest.TempPathFactory):
    made = SmallHome(tmp_path_factory.mktemp("brewery")).fill({"minutes.md": MINUTES, "rota.csv": ROTA})
    yield made
    made.close()


def ask(made: SmallHome, question: str, *history: Turn) -> Answer:
    return made.ask(question, history=history)


@pytest.mark.parametrize(
    "when",
    [
        "on 4 March",
        "on March 4th",
        "on the 4th of March 2026",
        "on 4.3.2026",
        "on 2026-03-04",
        "on 04-Mar-2026",
        "on Wednesday, 4 March 2026",
    ],
)
def test_minutes_are_found_by_their_date_however_it_is_written(brewery: SmallHome, when: str):
    answer = ask(brewery, f"What was decided {when}?")
    assert SALE in answer.text
    assert "malt orders" in answer.text
    assert STOUT not in answer.text
    assert_backed(answer)


@pytest.mark.parametrize(
    "question",
    [
        "Was wurde am 4. März 2026 beschlossen?",
        "Was wurde am 04/03/2026 in der Sitzung beschlossen?",
        "Qu'est-ce qui a été décidé le 4 mars ?",
        "¿Qué se decidió el 4 de marzo de 2026?",
    ],
)
def test_a_question_in_another_language_finds_them_too(brewery: SmallHome, question: str):
    answer = ask(brewery, question)
    assert SALE in answer.text
    assert STOUT not in answer.text


@pytest.mark.parametrize(
    "when",
    [
        "on 5 March",
        "on March 12th",
        "on 4 April",
        "on 4 March 2025",
        "on 2026-03-18",
        "in May",
        "on 4.5.2026",
    ],
)
def test_minutes_of_other_days_are_no_answer(brewery: SmallHome, when: str):
    answer = ask(brewery, f"What was decided in the operations meeting {when}?")
    assert answer.refused
    assert SALE not in answer.text
    assert STOUT not in answer.text


@pytest.mark.parametrize("heading", ["2026-03-11", "11 March 2026", "March 11th", "11. März", "11.3.2026"])
def test_minutes_of_one_other_day_alone_are_declined_however_it_is_written(tmp_path: Path, heading: str):
    made = SmallHome(tmp_path).fill(
        {"minutes.md": f"# Minutes\n\n## {heading}\n\nThe old bottling line is sold.\n"}
    )
    assert ask(made, "What was decided on 4 March?").refused
    assert "bottling line" in ask(made, "What was decided on 11 March?").text
    made.close()


@pytest.mark.parametrize("name", ["board-2026-03-11.md", "20260311 board.md", "board 11 March 2026.md"])
def test_the_date_may_stand_in_the_name_of_the_file_alone(tmp_path: Path, name: str):
    made = SmallHome(tmp_path)
    made.add(name, "# Board meeting\n\nThe dividend stays at four euros a share.\n")
    assert "dividend" in ask(made, "What did the board decide on March 11th?").text
    assert ask(made, "What did the board decide on 4 March?").refused
    made.close()


def test_a_row_is_of_its_own_date(brewery: SmallHome):
    assert "Petra" in ask(brewery, "Who has the late shift on 7 April?").text
    assert "Moira" in ask(brewery, "Who has the late shift on April 6th, 2026?").text
    assert ask(brewery, "Who has the late shift on 8 April?").refused


def test_the_next_question_of_a_thread_may_be_about_another_date(brewery: SmallHome):
    first = Turn("What was decided on 4 March?", SALE)
    assert STOUT in ask(brewery, "and on 11 March?", first).text
    assert ask(brewery, "and on 12 March?", first).refused


def test_a_month_is_asked_for_as_a_whole(brewery: SmallHome):
    answer = ask(brewery, "What was decided in March 2026?")
    assert SALE in answer.text
    assert STOUT in answer.text


def test_a_date_that_may_be_either_says_which_it_was_taken_for(brewery: SmallHome):
    answer = ask(brewery, "What was decided on 04/03/2026?")
    assert SALE in answer.text
    assert answer.notes[0] == "“04/03/2026” may be 4 March 2026 or 3 April 2026: this is of 4 March 2026."


def test_where_both_days_are_told_of_it_asks_which(tmp_path: Path):
    both = "# Minutes\n\n## 4 March 2026\n\nThe line is sold.\n\n## 3 April 2026\n\nThe roof is mended.\n"
    made = SmallHome(tmp_path).fill({"minutes.md": both})
    answer = ask(made, "What was decided on 04/03/2026?")
    assert answer.refused
    assert "may be 4 March 2026 or 3 April 2026: ask again with the name of the month" in answer.text
    made.close()


def test_a_document_s_date_that_may_be_either_is_neither(tmp_path: Path):
    made = SmallHome(tmp_path).fill(
        {"minutes.md": "# Minutes\n\n## 04/03/2026\n\nThe bottling line is sold.\n"}
    )
    assert ask(made, "What was decided on 4 March 2026?").refused
    assert ask(made, "What was decided on 3 April 2026?").refused
    assert "bottling line" in ask(made, "What was decided on 04/03/2026?").text  # as it is written
    made.close()


def test_the_word_that_stands_nowhere_is_the_date_as_it_was_asked(brewery: SmallHome):
    assert "“5 March”" in ask(brewery, "What was decided on 5 March?").text


def test_a_summary_of_a_day_is_of_that_day(brewery: SmallHome):
    answer = ask(brewery, "Summarise the operations meeting of 11 March 2026")
    assert STOUT in answer.text
    assert SALE not in answer.text


def test_long_minutes_of_a_day_are_told_in_short_and_their_decisions_where_they_stand_apart(tmp_path: Path):
    parts = ("Heating", "The boiler is old."), ("Dogs", "There are eleven dogs."), ("Parking", "It is full.")
    text = "".join(
        f"## {name}\n\n{said} {'It was talked about for a long time. ' * 25}\n\n" for name, said in parts
    )
    made = SmallHome(tmp_path).fill(
        {
            "2026-03-04 council.md": f"# Council\n\n{text}## Decisions\n\nThe boiler is replaced in May.\n",
            "2026-03-11 council.md": f"# Council\n\n{text}## Decisions\n\nNo more dogs are let in.\n",
        }
    )
    decided = ask(made, "What was decided on March 4th?").text
    assert "boiler is replaced" in decided
    assert "No more dogs" not in decided
    told = ask(made, "What happened in the council on 11 March 2026?")
    assert {citation.passage.source.document for citation in told.citations} == {"2026-03-11 council.md"}
    assert ask(made, "What was decided by the council on 5 March?").refused
    made.close()


def of(question: str, text: str, heading: str = "", title: str = "", file: str = "", header: str = "") -> Fit:
    """How the last line of a text fits a question's date."""
    above = Above.of([heading] if heading else [], title, file)
    spans = list(sentence_spans(text))
    return fits(asked_dates(question), text, spans, header, above)[-1][0]


ON = "What happened on 4 March 2026?"


def test_the_nearest_date_above_a_sentence_is_its_own():
    assert of(ON, "It rained.", heading="4 March") is Fit.SAME
    assert of(ON, "2026-03-11\nIt rained.", heading="4 March") is Fit.OTHER
    assert of(ON, "It rained.", heading="Weather", title="Log of 2026-03-11") is Fit.OTHER
    assert of(ON, "It rained.", title="Log", file="log/2026-03-04.md") is Fit.SAME
    assert of(ON, "It rained.", title="Log") is Fit.OPEN


def test_a_year_above_a_date_is_the_date_s():
    assert of(ON, "It rained.", heading="4 March", title="Minutes 2025") is Fit.OTHER
    assert of(ON, "It rained.", heading="4 March", title="Minutes 2026") is Fit.SAME


def test_a_bound_is_no_date_of_what_stands_with_it():
    assert of(ON, "Orders are taken until 11 March 2026.") is Fit.OPEN
    assert of(ON, "It rained on 11 March 2026.") is Fit.OTHER
    assert of(ON, "Nobody may park here.", heading="Valid from 1 January 2026") is Fit.OPEN
    assert of(ON, "2026-01-01\t2026-12-31\tAnsel", header="From\tTo\tWho") is Fit.OPEN


def test_a_day_within_a_stretch_is_of_it():
    assert of(ON, "The office was closed.", heading="2-6 March 2026") is Fit.SAME
    assert of(ON, "The office was closed.", heading="5-6 March 2026") is Fit.OTHER


def test_what_holds_may_stand_in_a_text_with_an_older_date():
    held = "What does a visit cost on 4 March 2026?"
    assert of(held, "A visit costs 5 euros.", title="Prices, 2026-01-01") is Fit.OPEN
    assert of(ON, "A visit costs 5 euros.", title="Prices, 2026-01-01") is Fit.OTHER


@pytest.mark.parametrize("bound", ["until", "before", "since", "by", "after"])
def test_a_question_about_what_was_before_or_since_is_not_about_that_day(bound: str):
    assert not asked_dates(f"What must be done {bound} 4 March?")[0].on
    assert asked_dates("What must be done on 4 March?")[0].on


def test_what_a_model_tells_of_another_day_is_dropped(brewery: SmallHome):
    query = Query.of("What was decided on 4 March?")
    passages = brewery.find("bottled stout").passages
    passage = next(one for one in passages if STOUT in one.text)
    start = passage.text.index("The stout")
    end = passage.text.index(".", start) + 1
    told = DraftSentence("Stout comes in half-litre bottles.", passage, start, end)
    left = without_other_days(Draft((told,)), query)
    assert not left.sentences
    assert "another date" in left.discarded[0][1]
    assert without_other_days(Draft((told,)), Query.of("What was decided on 11 March?")).sentences == (told,)
    assert without_other_days(Draft((told,)), Query.of("What was decided about stout?")).sentences == (told,)


def test_what_holds_may_be_told_by_a_bound(tmp_path: Path):
    returns = "# Returns\n\nPresents may be returned until 31 January.\n"
    made = SmallHome(tmp_path).fill({"returns.md": returns})
    assert "until 31 January" in ask(made, "Can presents be returned on 20 January?").text
    assert ask(made, "What was returned on 20 January?").refused
    made.close()


def test_a_long_stretch_tells_of_no_day(tmp_path: Path):
    made = SmallHome(tmp_path).fill({"heating.md": "# Heating\n\nHeating runs from 1 October to 30 April.\n"})
    assert ask(made, "What was decided about heating on 4 March?").refused
    made.close()


def test_a_day_for_which_nothing_else_is_told_is_declined(tmp_path: Path):
    made = SmallHome(tmp_path).fill({"minutes.md": MINUTES})
    retrieved = made.find("What was decided about the stout on 4 March?")
    assert rest_of_the_day(retrieved) < 1
    assert rest_of_the_day(made.find("What was decided about the stout on 11 March?")) == 1
    assert rest_of_the_day(made.find("What was decided about the stout?")) == 1
    made.close()


LEAVE = """# Leave

Everyone has 28 days of leave a year. Leave that is left over can be taken until 31 March. Requests go to
the team lead.

During the first three months the notice period is two weeks.
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory):
    made = SmallHome(tmp_path_factory.mktemp("office")).fill(
        {
            "leave.md": LEAVE,
            "gate.md": "# East gate\n\nFrom 1 May to 30 September 2026 the east gate is closed.\n",
            "hours.md": "# Office\n\nThe office is open on weekdays. On 24 December it closes at noon.\n",
            "rota.csv": "Date,Phone,Mail\n2026-03-20,Lena,Omar\n2026-03-23,Tess,Lena\n",
            "kitchen.csv": "Week from,Week to,Kitchen\n2026-04-06,2026-04-10,Sales\n",
            "round.md": "# Product round\n\n## 10 February 2026\n\n- Version 5 is shipped on 24 March 2026.\n"
            "- Omar gets a phone.\n\nOn 11 February it rained.\n",
        }
    )
    yield made
    made.close()


def test_what_holds_until_a_day_is_told_of_days_before_it_alone(office: SmallHome):
    assert "until 31 March" in ask(office, "Can leave that is left over be taken on 20 March?").text
    assert ask(office, "Can leave that is left over be taken on 17 July?").refused
    assert "east gate is closed" in ask(office, "Is the east gate closed on 17 July 2026?").text
    assert ask(office, "Is the east gate closed on 17 December 2026?").refused


def test_a_row_of_that_day_that_says_nothing_of_what_is_asked_is_no_answer(office: SmallHome):
    assert ask(office, "Is the office open on 23 March?").refused


def test_what_was_decided_is_told_by_no_rota_and_no_opening_hours(office: SmallHome):
    assert ask(office, "What was decided on 23 March 2026?").refused
    assert ask(office, "What was decided on 24 December?").refused
    assert "Tess" in ask(office, "Who has the phone on 23 March 2026?").text


def test_a_decision_may_name_another_day_than_the_one_on_which_it_was_taken(office: SmallHome):
    answer = ask(office, "What was decided on 10 February 2026?")
    assert "shipped on 24 March" in answer.text
    assert "it rained" not in answer.text


def test_a_row_with_a_beginning_and_an_end_is_of_the_days_between(office: SmallHome):
    assert "Sales" in ask(office, "Who has the kitchen on 8 April 2026?").text
    assert ask(office, "Who has the kitchen on 11 April 2026?").refused


@pytest.mark.parametrize(
    "question",
    [
        "I start on 1 April 2026, how long is my notice period?",
        "I started on Monday, 2 March. How long is my notice period?",
        "How long is my notice period if I start on 1 April?",
    ],
)
def test_a_date_of_the_asker_s_own_forbids_no_answer_that_names_none(office: SmallHome, question: str):
    assert "two weeks" in ask(office, question).text


@pytest.mark.parametrize(
    "question",
    [
        "I missed the meeting on 11 March. What was decided?",
        "I am away on 23 March, who has the phone?",
        "I missed the meeting on 11 March, what do I have to know?",
    ],
)
def test_what_is_asked_of_that_day_is_no_aside(question: str):
    assert asked_dates(question)[0].wanted


def test_a_date_of_the_asker_s_own_counts_for_nothing_that_is_of_that_day(office: SmallHome):
    row = next(one for one in office.find("phone Lena").passages if "2026-03-20" in one.text)
    aside = Query.of("If I get married on 20 March, do I get a day off?")
    assert not any("--03-20" in one.stem_set for one in analyse(row, aside.reading).sentences)
    wanted = Query.of("Who has the phone on 20 March?")
    assert any("--03-20" in one.stem_set for one in analyse(row, wanted.reading).sentences)


def test_what_holds_may_stand_behind_a_sentence_of_another_day():
    text = "On 24 December it closes at noon. Visitors register at the desk."
    assert of("We have visitors on 17 March. Where do they register?", text) is Fit.OPEN
    assert of("What happened on 17 March?", text) is Fit.OTHER


def test_a_row_of_another_day_is_not_told_beside_an_aside(office: SmallHome):
    assert of("I start on 4 March 2026. What do I get?", "2026-03-11\tAnsel", header="Date\tWho") is Fit.OTHER


def test_a_day_that_there_is_not_is_not_asked_of_its_month(brewery: SmallHome):
    assert "“31 June” stands" in ask(brewery, "What was decided on 31 June.").text
    assert ask(brewery, "What was decided on 30 February 2026?").refused


def test_a_pasted_page_of_dates_is_no_more_work_than_a_question():
    pasted = " ".join(f"on {day} {month} 2026" for month in ("March", "May", "July") for day in range(1, 29))
    assert len(asked_dates(f"What was decided {pasted}?")) == MOST_DATES
    # Read once each, and not a minute long.
    assert len(asked_dates(f"What was decided on {'4 and 5 March and ' * 2000}?")) == 2


def test_minutes_that_name_the_day_and_the_sitting_in_one_heading_are_found(tmp_path: Path):
    text = "# Protokoll\n\n## Sitzung vom 12.1.2026\n\n- Herr Brandt übernimmt die Aushänge.\n"
    other = "\n## Sitzung vom 9.2.2026\n\n- Der Parkplatz wird gesperrt.\n"
    made = SmallHome(tmp_path).fill({"betriebsrat.md": text + other})
    retrieved = made.find("Was wurde in der Sitzung am 12. Januar beschlossen?")
    assert rest_of_the_day(retrieved) == 1
    assert "Aushänge" in ask(made, "Was wurde in der Sitzung am 12. Januar beschlossen?").text
    made.close()
