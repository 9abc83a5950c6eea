"""What the Desk does with verbs and buttons, on real parts."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from desk_kit import ADMIN, LEAVE, SALARIES, DeskHome, desk_home, person
from desk_orders import ANA, BOSS, card, press, run

from bots.desk.caveats import UNSURE
from bots.desk.wording import asks_something, in_chat
from brain.errors import UsageError

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[DeskHome]:
    with desk_home(tmp_path) as found:
        found.home.fill({"leave.md": LEAVE})
        found.home.fill({"salaries.md": SALARIES}, "hr")
        yield found


async def test_the_buttons_under_an_answer_do_what_they_say(here: DeskHome) -> None:
    final = await here.ask(ANA, "How many days of annual leave do employees get?")
    trace = final.answer.trace.id
    assert [button.action for button in final.buttons] == ["quotes", "helpful", "not_helpful", "person"]

    shown = card(await press(here, ANA, "quotes", trace)).quotes[0]
    marked = [shown.text[start:end] for start, end in shown.marks]
    assert "27 days" in marked[0]
    assert shown.label.startswith("[1] Leave › Annual leave")

    await press(here, ANA, "helpful", trace)
    await press(here, person("UBEN", place="CGEN"), "not_helpful", trace, reason="outdated", words="It is 28")
    found = {feedback.person: feedback for feedback in here.catalog.answers.feedback()}
    assert found["slack:user:UANA"].helpful
    assert (found["slack:user:UBEN"].reason, found["slack:user:UBEN"].words) == ("outdated", "It is 28")
    form = await here.desk.form("not_helpful", trace, ANA)
    assert form is not None
    assert [value for value, _ in form.fields[0].options] == [
        "wrong", "outdated", "incomplete", "wrong_source", "other",
    ]  # fmt: skip


PRICES = "Country,Full day,Partial day\nNorway,68,34\nSpain,50,25\nItaly,48,24\nMalta,50,25\n"


async def test_quotes_and_sources_of_a_row_are_that_row_s(here: DeskHome) -> None:
    """Its cells may stand in a row above, and all rows in one passage."""
    here.home.fill({"allowances.csv": PRICES})
    final = await here.ask(ANA, "What is the full day of Malta?", private=True)
    (number,) = {citation.passage.source.locator.row for citation in final.answer.citations}
    shown = card(await press(here, ANA, "quotes", final.answer.trace.id)).quotes[0]
    row = shown.text.index("Malta")
    assert all(start >= row for start, _ in shown.marks)
    assert f"row {number}" in shown.label
    (shared,) = (await press(here, ANA, "share", final.answer.trace.id)).elsewhere
    assert f"row {number}" in shared.card.rows[0].text


async def test_a_passage_whose_parts_have_numbers_of_their_own_is_quoted_under_all_of_them(
    here: DeskHome,
) -> None:
    final = await here.ask(ANA, "Summarise the leave document")
    numbers = {citation.number for citation in final.answer.citations}
    quotes = card(await press(here, ANA, "quotes", final.answer.trace.id)).quotes
    assert len(numbers) > 1
    assert {number for number in numbers if any(f"[{number}]" in quote.label for quote in quotes)} == numbers


async def test_small_talk_has_no_buttons(here: DeskHome) -> None:
    """Nobody is asked for a person under "thanks!", and a thumb there would teach what a refusal is."""
    for words in ("hello", "thanks!"):
        assert (await here.ask(ANA, words)).buttons == ()
    assert (await here.ask(ANA, "Who are you?")).buttons


async def test_a_quote_is_gone_when_its_document_is(here: DeskHome) -> None:
    final = await here.ask(ANA, "How many days of annual leave do employees get?")
    here.catalog.remove_document(here.catalog.find_document("Leave").id)
    shown = card(await press(here, ANA, "quotes", final.answer.trace.id))
    assert shown.quotes == ()
    assert "taken out" in shown.text


async def test_why_is_plain_for_people_and_has_steps_for_admins(here: DeskHome) -> None:
    assert (await run(here, ANA, "why")).title == "Nothing to explain yet"
    await here.ask(ANA, "How many days of annual leave do employees get?")
    plain, full = await run(here, ANA, "why"), await run(here, BOSS, "why")
    assert "I searched the documents in general" in plain.text
    assert plain.rows == ()
    assert "Evidence" in {row.text for row in full.rows}


async def test_a_greeting_is_answered_and_no_gap_in_the_documents(here: DeskHome) -> None:
    assert (await here.answer(ANA, "hi there!")).text.startswith("Hello!")
    assert "searched nothing" in (await run(here, ANA, "why")).text
    assert here.catalog.asked.since(LONG_AGO) == []
    assert (await here.answer(ANA, "Does the XQ-77 get paid leave?")).refused
    assert [asked.question for asked in here.catalog.asked.since(LONG_AGO)] == [
        "Does the XQ-77 get paid leave?"
    ]


async def test_a_private_answer_is_shared_only_where_all_may_read_it(here: DeskHome) -> None:
    here.catalog.places.allow("hr", ["slack:user:UANA"], by="admin")
    open_answer = await here.ask(ANA, "How many days of annual leave do employees get?", private=True)
    closed = await here.ask(ANA, "When does the pay review happen?", private=True)
    assert "October" in closed.answer.text
    assert "share" in {button.action for button in closed.buttons}
    refused = await press(here, ANA, "share", closed.answer.trace.id)
    assert refused.elsewhere == ()
    shared = await press(here, ANA, "share", open_answer.answer.trace.id)
    (delivery,) = shared.elsewhere
    assert delivery.to == "slack:channel:CGEN"
    assert "27 days" in delivery.card.text
    # Shared, its quotes are for everyone there; before, they were one person's.
    ben = person("UBEN", place="CGEN")
    assert card(await press(here, ben, "quotes", open_answer.answer.trace.id)).quotes
    assert card(await press(here, ben, "quotes", closed.answer.trace.id)).quotes == ()


async def test_what_is_shared_keeps_its_doubts_and_names_no_document_that_is_closed_there(
    here: DeskHome,
) -> None:
    async def shared(question: str) -> str:
        given = await here.ask(ANA, question, private=True)
        return (await press(here, ANA, "share", given.answer.trace.id)).elsewhere[0].card.text

    asked = "How many days of annual leave do employees get? Who repairs the zqzeppelin hangar?"
    assert (await shared(asked)).endswith(UNSURE)
    here.catalog.places.allow("hr", ["slack:user:UANA"], by="admin")
    here.home.fill({"managers.md": "# Canteen\n\nAll managers eat upstairs at noon every day."}, "hr")
    here.home.fill({"all.md": "# Canteen policy\n\nEverybody who is employed eats downstairs at one."})
    asked = "Summarise the canteen policy"
    assert "“Canteen”" in (await here.ask(ANA, asked, private=True)).answer.notes[-1]
    assert "“Canteen”" not in await shared(asked)
    here.catalog.places.allow("hr", ["slack:channel:CGEN"], by="admin")
    assert "“Canteen”" in await shared(asked)


async def test_only_that_there_is_more_is_told_where_a_channel_may_not_read(here: DeskHome) -> None:
    question = "When does the pay review for engineers happen?"
    assert not (await here.ask(ANA, question)).more_privately
    here.catalog.places.allow("hr", ["slack:user:UANA"], by="admin")
    told = await here.ask(ANA, question)
    assert told.more_privately
    assert "zqsecret" not in told.answer.text
    assert "October" in (await here.ask(person("UANA"), question)).answer.text
    here.catalog.places.allow("hr", ["slack:channel:CGEN"], by="admin")
    assert not (await here.ask(ANA, question)).more_privately


async def test_words_of_a_thread_return_only_to_those_who_may_read_them(here: DeskHome) -> None:
    here.catalog.places.allow("hr", ["slack:channel:CGEN"], by="admin")
    asked = ANA.asks("When does the pay review happen?", private=False)
    await here.ask(ANA, asked.text)
    assert len(here.desk.question(asked).history) == 1
    here.catalog.places.deny("hr", ["slack:channel:CGEN"], by="admin")
    assert here.desk.question(asked).history == ()
    assert (await run(here, ANA, "why")).title == "Nothing to explain yet"


async def test_unasked_questions_are_answered_only_when_the_evidence_is_strong(here: DeskHome) -> None:
    sure = await here.parts(
        ANA, "How many days of paid annual leave do full-time employees get?", unasked=True
    )
    assert [type(part).__name__ for part in sure] == ["Final"]
    assert await here.parts(ANA, "Shall we have lunch?", unasked=True) == []
    assert await here.parts(ANA, "Full-time employees get 27 days of paid annual leave", unasked=True) == []
    assert here.catalog.answers.last("slack:CGEN:t1").question.startswith("How many")  # type: ignore[union-attr]


async def test_a_person_answers_the_asker_is_told_and_it_becomes_a_document(here: DeskHome) -> None:
    final = await here.ask(ANA, "Where is the staff canteen?")
    trace = final.answer.trace.id
    assert card(await press(here, ANA, "person", trace)).title == "Nobody is named to be asked yet"
    here.catalog.places.set_support("general", "slack:channel:CHELP", by=ADMIN)
    asked = await press(here, ANA, "person", trace)
    (delivery,) = asked.elsewhere
    assert delivery.to == "slack:channel:CHELP"
    assert "Where is the staff canteen?" in delivery.card.title
    await here.desk.placed(delivery.ref, "slack:CHELP:t9")
    assert (await press(here, ANA, "person", trace)).elsewhere == ()

    kim, lee = (person(name, place="CHELP", thread="t9") for name in ("UKIM", "ULEE"))
    ref = delivery.card.buttons[0].ref
    assert card(await press(here, person("UEVE", place="CGEN"), "claim", ref)).title.startswith(
        "I can't go on with this question"
    )
    assert await here.desk.heard(kim, "talk in the thread") is None
    assert card(await press(here, kim, "claim", ref)).title == "Yours"
    assert card(await press(here, lee, "claim", ref)).title == "Someone else has taken this one"
    answered = await here.desk.heard(kim, "On the ground floor of house B.")
    assert answered is not None
    (told,) = answered.elsewhere
    assert told.to == "slack:channel:CGEN/t1"
    assert told.card.text == "On the ground floor of house B."
    kept = card(await press(here, kim, "keep", card(answered).buttons[0].ref))
    assert kept.title.startswith("Added")
    assert "ground floor" in (await here.answer(ANA, "Where is the staff canteen?")).text
    assert here.catalog.audit.entries()[-1].actor == "slack:user:UKIM"


async def test_a_support_channel_reads_only_what_it_may(here: DeskHome) -> None:
    ana = person("UANA")
    here.catalog.places.allow("hr", ["slack:user:UANA"], by="admin")
    here.catalog.places.set_support("hr", "slack:channel:CHELP", by=ADMIN)
    final = await here.ask(ana, "When does the pay review happen?")
    assert "October" in final.answer.text
    hidden = (await press(here, ana, "person", final.answer.trace.id)).elsewhere[0].card
    assert "zqsecret" not in repr(hidden)
    assert "October" not in repr(hidden)


async def test_home_and_prompts_show_what_the_caller_may_read(here: DeskHome) -> None:
    ana = person("UANA")
    await here.ask(ana, "Where is the staff canteen?")
    assert await here.desk.prompts(ana) == ("What does “Leave” say about Annual leave?",)
    cards = await here.desk.home(ana)
    assert [found.title for found in cards] == ["Ask me about your documents", "You asked"]
    await here.ask(ANA, "Who was the first emperor of Rome?")
    titles = [found.title for found in await here.desk.home(person("UADMIN"))]
    assert "Drives" in titles
    here.catalog.places.allow("hr", ["slack:user:UANA"], by="admin")
    assert "What does “Salaries” say about Pay review?" in await here.desk.prompts(ana)


def test_courtesies_ask_for_nothing() -> None:
    courtesies = ["Thanks!", "thank you so much", "OK, got it", "Great answer, will do", "done", "👍"]
    assert not [text for text in courtesies if asks_something(text)]
    questions = ["and for part-timers?", "what about the interns then", "no idea, is it free?", "How so?"]
    assert all(map(asks_something, questions))


async def test_status_and_history_tell_admins_the_state(here: DeskHome) -> None:
    rows = {row.text: row.detail for row in (await run(here, BOSS, "status")).rows}
    assert rows["Documents"].startswith("2 with")
    assert rows["Index"] == "in step with the catalog"
    assert (await run(here, BOSS, "history Leave")).rows[0].text == "version 1"
    assert (await run(here, BOSS, "documents leave")).rows[0].text == "Leave"
    assert "No documents" in (await run(here, BOSS, "documents nothinglikeit")).title


async def test_a_mistake_is_told_with_the_verbs_of_chats(here: DeskHome) -> None:
    wrong = await run(here, BOSS, "spaces allow nix here")
    assert wrong.text.endswith("`spaces create nix` makes one.")
    missing = await run(here, BOSS, "remove nothing of the kind")
    assert missing.text.endswith("`documents` shows what there is.")
    half = await run(here, BOSS, "spaces allow hr")
    assert half.text.startswith("Name one space and who may read it: `spaces allow SPACE WHO`.")
    assert "`spaces create hr`" in (await run(here, BOSS, "spaces create two words")).text
    assert "Write `spaces` alone" in (await run(here, BOSS, "spaces whatever")).text
    asked = in_chat(UsageError("Take it out with `citewise documents remove`, or `citewise drives list`."))
    assert asked == "Take it out with `remove`, or `citewise drives list`."
