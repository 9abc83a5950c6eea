"""How answers look: on a terminal, through a pipe, and when a document tries to take the screen over."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from bots.desk.caveats import UNSURE
from bots.desk.wording import age, place_of
from bots.terminal.answers import show_answer, show_passages
from bots.terminal.commands.why import show_trace
from bots.terminal.console import inert
from brain.domain import (
    Answer,
    Citation,
    Locator,
    Nearest,
    Passage,
    Refusal,
    RefusalReason,
    Source,
    Trace,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TRACE = Trace("t-1", "How much leave?")


def source(title: str = "Leave", locator: Locator | None = None, document: str = "hr/leave.md") -> Source:
    return Source(document, title, "general", f"file:///drive/{document}", locator or Locator(), NOW)


def answer(text: str, *citations: Citation, refusal: Refusal | None = None) -> Answer:
    return Answer(text, (), citations, refusal, TRACE)


def cited(
    number: int = 1, text: str = "You get 27 days. More on request.", quote: str = "You get 27 days."
) -> Citation:
    passage = Passage(number, text, source(locator=Locator(heading=("Leave", "Annual"))))
    return Citation(number, passage, quote)


def shown(answer: Answer, *, terminal: bool = False, width: int = 80, quotes: bool = False) -> str:
    console = Console(
        file=io.StringIO(), force_terminal=terminal, width=width, highlight=False, markup=False, emoji=False
    )
    show_answer(console, answer, quotes=quotes)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def test_an_answer_is_followed_by_its_numbered_sources() -> None:
    lines = shown(answer("You get 27 days [1].", cited())).strip().splitlines()
    assert lines[0] == "You get 27 days [1]."
    assert lines[1] == ""
    assert lines[2].startswith("[1] Leave › Annual · ")
    assert lines[2].endswith(" · hr/leave.md")
    assert len(lines) == 3


def test_an_unsure_answer_says_so_between_its_words_and_its_sources() -> None:
    text = shown(replace(answer("You get 27 days [1].", cited()), sure=False), width=120)
    assert text.index("You get 27 days") < text.index(UNSURE) < text.index("[1] Leave › Annual")


def test_what_else_was_asked_and_not_found_is_named() -> None:
    text = shown(replace(answer("You get 27 days [1].", cited()), unanswered=("And\nwho pays?",)), width=120)
    assert "I found no answer to “And who pays?”" in text
    assert UNSURE not in text


@pytest.mark.parametrize(
    ("question", "doubt", "unanswered"),
    [
        ("Wie viel Urlaub habe ich?", "Ich bin nicht sicher", "Keine Antwort gefunden auf „Wer {zahlt}?“"),
        (
            "Combien de jours ai-je ?",
            "Je ne suis pas sûr",
            "Je n'ai pas trouvé de réponse à « Wer {zahlt}? »",
        ),
        ("¿Cuántos días tengo?", "No estoy seguro", "No he encontrado respuesta a «Wer {zahlt}?»"),
        ("Quanti giorni di ferie ho?", "I'm not sure", "I found no answer to “Wer {zahlt}?”"),
    ],
)
def test_doubts_are_told_in_the_language_of_the_question(question: str, doubt: str, unanswered: str) -> None:
    asked = replace(answer("27 [1].", cited()), trace=Trace("t-2", question), sure=False)
    text = shown(replace(asked, unanswered=("Wer {zahlt}?",), left=2), width=120)
    assert text.index(unanswered) < text.index(doubt) < text.index("[1] Leave › Annual")
    assert "2" in text[: text.index("[1] Leave")].partition(unanswered)[2]


def test_questions_that_were_not_looked_at_are_told_of() -> None:
    text = shown(replace(answer("You get 27 days [1].", cited()), left=2), width=120)
    assert "I did not look at 2 more questions" in text
    assert "did not look" not in shown(answer("You get 27 days [1].", cited()))


def test_where_all_was_asked_for_it_is_said_that_there_may_be_more() -> None:
    text = shown(replace(answer("Gold and Silver [1].", cited()), partial=True), width=120)
    assert text.index("Gold and Silver") < text.index("There may be more") < text.index("[1] Leave › Annual")


def test_how_a_question_was_read_is_told_where_it_was_not_as_written() -> None:
    text = shown(replace(answer("You get 27 days [1].", cited()), read_as="how much leave?"), width=120)
    assert "I read that as “how much leave?”" in text


def test_quotes_stand_below_their_source_when_asked_for() -> None:
    assert "“You get 27 days.”" in shown(answer("You get 27 days [1].", cited()), quotes=True)


def test_a_source_that_is_quoted_twice_is_listed_once() -> None:
    text = shown(
        answer("27 days, more on request [1].", cited(), cited(quote="More on request.")), quotes=True
    )
    assert text.count("hr/leave.md") == 1
    assert "“You get 27 days.”\n    “More on request.”" in text


def test_long_lines_and_list_items_wrap_below_their_own_text() -> None:
    text = "Bring these:\n- " + "a very long item " * 8 + "[1]\n10. short [1]"
    lines = shown(answer(text, cited()), width=60).splitlines()
    item = [line for line in lines if "very long" in line]
    assert len(item) > 1
    assert item[0].startswith("- a very")
    assert all(re.match(r"  \w", line) for line in item[1:])
    assert "10. short [1]" in lines
    assert max(map(len, lines[:-3])) <= 60


def test_a_refusal_names_what_was_searched_and_the_nearest_documents() -> None:
    refusal = Refusal(
        RefusalReason.NO_EVIDENCE,
        ("general", "hr"),
        27,
        (Nearest(source("Travel policy"), "Taxis are paid."),),
    )
    text = shown(
        answer("I searched the 27 documents in general and hr and found no answer.", refusal=refusal)
    )
    assert "27 documents in general and hr" in text
    assert "Nearest to it are:" in text
    assert "Travel policy" in text
    assert "    “Taxis are paid.”" in text


def test_what_is_no_question_gets_no_list_of_documents() -> None:
    refusal = Refusal(RefusalReason.NOT_A_QUESTION, ("general",), 27)
    text = shown(answer("I could not read a question in that.", refusal=refusal))
    assert text.strip() == "I could not read a question in that."


def test_colour_and_links_only_on_a_terminal() -> None:
    plain = shown(answer("You get 27 days [1].", cited()))
    assert "\x1b" not in plain
    coloured = shown(answer("You get 27 days [1].", cited()), terminal=True)
    assert "\x1b[" in coloured
    assert "file:///drive/hr/leave.md" in coloured


HOSTILE = "\x1b[2J\x1b]0;owned\x07\x9b31mred\u202etxt.exe\x08\x00\r"


def test_nothing_from_a_document_reaches_the_terminal_alive() -> None:
    passage = Passage(
        1,
        f"{HOSTILE} words",
        Source(HOSTILE, HOSTILE, "general", f"https://x/{HOSTILE}", Locator(heading=(HOSTILE,))),
    )
    text = shown(answer(f"{HOSTILE} [1]", Citation(1, passage, HOSTILE)), quotes=True)
    assert not set("\x1b\x07\x9b\u202e\x08\x00\r") & set(text)
    assert "[bold]not markup[/bold]" in shown(answer("[bold]not markup[/bold] [1]", cited()))
    assert "[link=x]" in shown(answer("[link=x] [1]", cited()))


def test_inert_keeps_lines_tabs_and_every_letter() -> None:
    assert inert("a\tb\r\nc é 漢 😀") == "a\tb\nc é 漢 😀"


def test_the_whole_passage_marks_the_quoted_words() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=80)
    show_passages(console, [cited(), cited(quote="More on request.")])
    file = console.file
    assert isinstance(file, io.StringIO)
    assert "\x1b[1;32mYou get 27 days.\x1b[0m" in file.getvalue()
    assert "\x1b[1;32mMore on request.\x1b[0m" in file.getvalue()
    assert file.getvalue().count("[1]") == 1


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "today"), (1, "1 day old"), (13, "13 days old"), (14, "2 weeks old"), (59, "8 weeks old"),
     (60, "2 months old"), (364, "12 months old"), (365, "1 year old"), (800, "2 years old")],
)  # fmt: skip
def test_age_is_told_as_people_do(days: int, words: str) -> None:
    assert age(NOW - timedelta(days=days), NOW) == words
    assert age((NOW - timedelta(days=days)).replace(tzinfo=None), NOW) == words


@pytest.mark.parametrize(
    ("locator", "place"),
    [
        (Locator(page=3, heading=("Leave", "Annual")), "p. 3"),
        (Locator(heading=("Leave", "Annual", "Carry over")), "Annual › Carry over"),
        (Locator(heading=("Leave",)), ""),
        (Locator(heading=("Other",)), "Other"),
        (Locator(slide=4), "slide 4"),
        (Locator(sheet="Prices", row=12), "Prices, row 12"),
    ],
)
def test_a_place_is_named_without_the_title_once_more(locator: Locator, place: str) -> None:
    assert place_of(source("Leave", locator)) == place


def test_a_trace_is_shown_step_by_step() -> None:
    console = Console(file=io.StringIO(), width=120)
    steps = {
        "candidates": [
            {"document": "hr/leave.md", "dense": 0.71, "keyword": None},
            {"document": "it.md", "dense": 0.2, "keyword": 3.0},
        ],
        "evidence": {"suffices": True, "confidence": 0.93, "missing": []},
        "dropped": ["a sentence that nothing supports"],
    }
    show_trace(
        console,
        Trace("t-9", "and for part-timers?", "How much leave for part-timers?", steps, {"dense": 4.25}),
    )
    file = console.file
    assert isinstance(file, io.StringIO)
    text = file.getvalue()
    expected = [
        "and for part-timers?", "How much leave for part-timers?", "hr/leave.md", "0.710", "yes", "0.930",
        "a sentence that nothing supports", "dense 4.2 ms", "t-9",
    ]  # fmt: skip
    assert [words for words in expected if words not in text] == []
