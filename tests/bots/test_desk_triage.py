"""Tickets at the Desk: triaged, replied to, handed on and closed, on real parts."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from desk_kit import ADMIN, LEAVE, WORD_GATE, DeskHome, desk_home, person
from desk_orders import ANA, BOSS, card, run
from triage_kit import (
    HELP,
    KIM,
    LEE,
    QUESTION,
    REVIEW,
    buttons,
    ordered,
    pressed,
    ref_of,
    rows,
    said,
    support_home,
)

from bots.desk import Command, Desk
from brain.catalog.tickets.cases import CaseState, CategoryRow, Example
from brain.errors import ModelUnavailable
from brain.triage.domain import Request, Triage


@pytest.fixture
def here(tmp_path: Path) -> Iterator[DeskHome]:
    with support_home(tmp_path) as found:
        yield found


async def test_a_ticket_is_triaged_with_what_each_part_rests_on(here: DeskHome) -> None:
    shown = await ordered(here, KIM, "", QUESTION, said("Ask me again.", "slack:app", ours=True), "triage")
    assert shown.title == "Triage: no category fits"
    assert "27 days" in shown.text
    assert "[1]" in shown.text
    told = rows(shown)
    assert "none is set up yet" in told["Category"]
    assert told["Urgency"].startswith("high: “")
    assert "“How many days" in told["Summary"]
    assert told["Summary"].endswith("(slack:user:UANA)")
    assert told["Similar"] == "no earlier case here is like it"
    assert told["Owner"].startswith("slack:channel:CHELP could take it") or "nobody" in told["Owner"]
    assert any(text.startswith("[1] Leave › Annual leave") for text in told)
    assert list(buttons(shown)) == ["case_send", "case_edit", "case_assign", "case_resolve"]
    case = here.catalog.cases.find(int(ref_of(shown)))
    assert case is not None
    assert {button.ref.partition(":")[0] for button in shown.buttons} == {str(case.id)}
    assert (case.place, case.origin, case.link) == (HELP, "slack:channel:CHELP/t1", "https://chat/p1")
    assert case.text == QUESTION
    # How the suggested reply came about is told as of any answer, and to this person alone.
    assert "I searched the documents in general" in (await run(here, KIM, "why")).text
    assert (await run(here, LEE, "why")).title == "Nothing to explain yet"
    # The same thread again is the same case.
    again = await ordered(here, LEE, "", QUESTION, "And for part-timers?")
    assert {button.ref.partition(":")[0] for button in again.buttons} == {str(case.id)}
    assert len(here.catalog.cases.listed()) == 1


async def test_a_refusal_is_no_reply_and_a_person_may_write_one(tmp_path: Path) -> None:
    with desk_home(tmp_path, WORD_GATE) as here:
        here.home.fill({"leave.md": LEAVE})
        here.catalog.places.set_support("general", HELP, by=ADMIN)
        shown = await ordered(here, KIM, "", "Who repairs the zqprinter on the second floor?")
        assert "found no answer" in shown.text
        assert list(buttons(shown)) == ["case_edit", "case_assign", "case_resolve"]
        ref = ref_of(shown)
        refused = await pressed(here, KIM, "case_send", ref)
        assert card(refused).title == "There is no reply to send"
        assert refused.elsewhere == ()
        form = await here.desk.form("case_edit", ref, KIM)
        assert form is not None
        assert form.fields[0].value == ""
        (delivery,) = (await pressed(here, KIM, "case_edit", ref, words="I do, tomorrow.")).elsewhere
        assert delivery.card.text == "I do, tomorrow."
        assert delivery.card.title.startswith("A person answered")
        # What was asked and not found is a gap; that it was in a ticket is no reason to show it to others.
        assert "zqprinter" not in repr((await here.desk.home(person("UADMIN")))[1:])


def key_of(here: DeskHome, ref: str) -> str:
    """What a reply is sent once under: the case's number, and when it was opened, as numbers come again."""
    case = here.catalog.cases.find(int(ref))
    assert case is not None
    return f"case:{ref}:reply:{case.opened.timestamp():.6f}"


async def test_the_reply_goes_into_the_thread_once_whoever_presses_and_however_often(here: DeskHome) -> None:
    ref = ref_of(await ordered(here, KIM, "", QUESTION))
    first = await pressed(here, KIM, "case_send", ref)
    (delivery,) = first.elsewhere
    assert delivery.to == "slack:channel:CHELP/t1"
    assert (delivery.key, delivery.ref) == (key_of(here, ref), f"case:{ref}:reply")
    assert "27 days" in delivery.card.text
    assert delivery.card.rows[0].text.startswith("[1] Leave")
    assert rows(card(first))["Reply"] == "was sent by slack:user:UKIM"
    assert list(buttons(card(first))) == ["case_assign", "case_resolve"]

    # The process was killed before it was delivered: the event comes again, and so does the delivery.
    assert (await pressed(here, KIM, "case_send", ref)).elsewhere == (delivery,)
    # Someone else presses meanwhile: the same reply under the same key, which stands there once.
    other = await pressed(here, LEE, "case_send", ref)
    assert other.elsewhere == (delivery,)
    assert "slack:user:UKIM sent the same" in card(other).text
    # … or has written other words: they are left out, and the first ones are delivered.
    edited = await pressed(here, LEE, "case_edit", ref, words="Ask Bob.")
    assert edited.elsewhere == (delivery,)
    assert "sent other words" in card(edited).text
    assert "Send again" in {button.label for button in (await ordered(here, KIM, ref)).buttons}

    await here.desk.placed(delivery.ref, "slack:CHELP:t1")
    await here.desk.placed(delivery.ref, "slack:CHELP:t1")
    for caller, action in ((KIM, "case_send"), (LEE, "case_send"), (LEE, "case_edit")):
        assert (await pressed(here, caller, action, ref, words="Ask Bob.")).elsewhere == ()
    case = here.catalog.cases.find(int(ref))
    assert case is not None
    assert (case.state, case.reply_by, case.reply_at) == (
        CaseState.REPLIED, "slack:user:UKIM", "slack:CHELP:t1",
    )  # fmt: skip
    assert [entry.action for entry in here.catalog.audit.entries()][1:] == ["reply to"]
    # It is an answer of the thread now, with the buttons of one, for everybody in it.
    trace = delivery.card.buttons[0].ref
    assert card(await pressed(here, person("UANA", place="CHELP"), "quotes", trace)).quotes


async def test_of_replies_at_the_same_moment_one_is_sent(here: DeskHome) -> None:
    ref = ref_of(await ordered(here, KIM, "", QUESTION))
    people = [person(f"U{number}", place="CHELP") for number in range(8)]
    replies = await asyncio.gather(
        *(pressed(here, who, "case_edit", ref, words=f"So says {who.person}.") for who in people)
    )
    assert len({delivery.card.text for reply in replies for delivery in reply.elsewhere}) == 1
    assert {delivery.key for reply in replies for delivery in reply.elsewhere} == {key_of(here, ref)}
    assert [card(reply).title for reply in replies].count("A reply was sent already") == len(people) - 1


async def test_a_reply_is_delivered_after_a_kill_as_it_was_taken_down(tmp_path: Path) -> None:
    with desk_home(tmp_path) as before:
        before.home.fill({"leave.md": LEAVE})
        before.catalog.places.set_support("general", HELP, by=ADMIN)
        ref = ref_of(await ordered(before, KIM, "", QUESTION))
    killed = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, str(Path(__file__).with_name("killed_reply.py")), str(tmp_path), ref],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        timeout=120,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with desk_home(tmp_path) as after:
        case = after.catalog.cases.find(int(ref))
        assert case is not None
        assert (case.reply_by, case.reply_at) == ("slack:user:UKIM", "")
        (delivery,) = (await pressed(after, KIM, "case_send", ref)).elsewhere  # the event comes again
        assert (delivery.key, delivery.card.text) == (key_of(after, ref), case.reply)
        assert delivery.card.rows[0].text.startswith("[1] Leave")


async def test_an_edited_reply_is_a_persons_and_keeps_the_sources_that_it_names(here: DeskHome) -> None:
    ref = ref_of(await ordered(here, KIM, "", QUESTION))
    form = await here.desk.form("case_edit", ref, KIM)
    assert form is not None
    assert form.ref.partition(":")[0] == ref
    assert "27 days" in form.fields[0].value
    reply = await pressed(here, KIM, "case_edit", ref, words="It is 27 days [1]. Ask me about the rest.")
    (delivery,) = reply.elsewhere
    assert delivery.card.title.startswith("A person answered")
    assert [row.text[:9] for row in delivery.card.rows] == ["[1] Leave"]
    assert delivery.card.buttons == ()
    assert await here.desk.form("case_edit", ref, KIM) is None
    # Without the number it has no source.
    other = replace(KIM, thread="slack:CHELP:t2", origin="slack:channel:CHELP/t2")
    ref = ref_of(await ordered(here, other, "", QUESTION))
    (delivery,) = (await pressed(here, other, "case_edit", ref, words="It is 27 days.")).elsewhere
    assert delivery.card.rows == ()
    assert (await pressed(here, other, "case_edit", "77", words="x")).elsewhere == ()


async def test_a_case_is_given_to_somebody_who_is_told(here: DeskHome) -> None:
    here.catalog.cases.set_category(CategoryRow("leave", "days off", "slack:user:UBOB"), by=ADMIN)
    here.catalog.cases.learn([Example(QUESTION, "leave")], by=ADMIN)
    shown = await ordered(here, KIM, "", QUESTION)
    assert "owns leave" in rows(shown)["Owner"]
    ref = ref_of(shown)
    form = await here.desk.form("case_assign", ref, KIM)
    assert form is not None
    assert (form.fields[0].person, form.fields[0].value) == (True, "slack:user:UBOB")
    # Suggested, it is not theirs yet.
    assert (await ordered(here, person("UBOB"), ref)).title == "That is for support"
    given = await pressed(here, KIM, "case_assign", ref, owner="slack:user:UBOB")
    (delivery,) = given.elsewhere
    assert delivery.to == "slack:user:UBOB"
    assert delivery.card.title == f"Case {ref} is yours: leave"
    assert delivery.card.rows[0].link == "https://chat/p1"
    assert "27 days" in delivery.card.text
    assert rows(card(given))["Owner"] == "slack:user:UBOB, as slack:user:UKIM decided"
    # Twice is once for whoever is told.
    assert [
        d.key for d in (await pressed(here, LEE, "case_assign", ref, owner="slack:user:UBOB")).elsewhere
    ] == [delivery.key]
    assert (await pressed(here, LEE, "case_assign", ref, owner="slack:user:ULEE")).elsewhere == ()
    # Given back, it is told once more.
    (again,) = (await pressed(here, LEE, "case_assign", ref, owner="slack:user:UBOB")).elsewhere
    assert again.key != delivery.key
    await pressed(here, LEE, "case_assign", ref, owner="slack:user:ULEE")
    for owner in ("Bob", "discord:user:5", "terminal:owner"):
        said = await pressed(here, KIM, "case_assign", ref, owner=owner)
        assert card(said).title == "That did not work"
        assert said.elsewhere == ()
    assert here.catalog.cases.find(int(ref)).owner == "slack:user:ULEE"  # type: ignore[union-attr]


async def test_a_suggested_channel_takes_a_case_where_nobody_is_picked(here: DeskHome) -> None:
    here.catalog.cases.set_category(CategoryRow("leave", "", "slack:channel:CPEOPLE"), by=ADMIN)
    here.catalog.cases.learn([Example(QUESTION, "leave")], by=ADMIN)
    ref = ref_of(await ordered(here, KIM, "", QUESTION))
    form = await here.desk.form("case_assign", ref, KIM)
    assert form is not None
    field = form.fields[0]
    assert (field.value, field.optional, field.hint) == ("", True, "Left empty: slack:channel:CPEOPLE")
    (delivery,) = (await pressed(here, KIM, "case_assign", ref)).elsewhere
    assert delivery.to == "slack:channel:CPEOPLE"
    assert "27 days" in delivery.card.text


async def test_what_solved_a_case_is_kept_and_becomes_a_document_once(here: DeskHome) -> None:
    ticket = "The zqcanteen door does not open with my badge."
    ref = buttons(await ordered(here, KIM, "", ticket))["case_resolve"].ref
    form = await here.desk.form("case_resolve", ref, KIM)
    assert form is not None
    assert form.fields[0].optional
    closed = await pressed(
        here, KIM, "case_resolve", ref, words="The zqcanteen badge must be charged in house B."
    )
    assert closed.elsewhere == ()
    (keep,) = card(closed).buttons
    assert (keep.action, keep.label) == ("case_keep", "Add to general")
    late = await pressed(here, LEE, "case_resolve", ref, words="It was me")
    assert card(late).title == "This case is closed already"
    assert await here.desk.form("case_resolve", ref, KIM) is None
    for action in ("case_send", "case_edit"):
        assert (await pressed(here, KIM, action, ref, words="Too late")).elsewhere == ()
    assert card(await pressed(here, KIM, "case_assign", ref, owner="slack:user:ULEE")).title == (
        "This case is closed"
    )
    assert card(await pressed(here, KIM, "case_keep", ref)).title.startswith("Added")
    assert card(await pressed(here, LEE, "case_keep", ref)).title == "It is a document already"
    assert "house B" in (await here.answer(ANA, "Where is a zqcanteen badge charged?")).text


async def test_what_solved_a_case_from_closed_documents_stays_among_their_readers(here: DeskHome) -> None:
    here.catalog.places.allow("hr", [HELP], by="admin")
    ref = ref_of(await ordered(here, KIM, "", REVIEW))
    closed = await pressed(here, KIM, "case_resolve", ref, words="It was moved to May.")
    assert card(closed).buttons[0].label == "Add to hr"
    here.catalog.places.deny("hr", [HELP], by="admin")  # even where the place lost it since
    await pressed(here, KIM, "case_keep", ref)
    assert [row.space for row in here.catalog.documents(words="pay review")] == ["hr"]


async def test_the_open_cases_are_listed_and_counted(here: DeskHome) -> None:
    assert (await ordered(here, KIM)).title == "No open cases here"
    refs = []
    for number, text in enumerate(("Where is the canteen?", "The server is down, it is urgent.", "How so?")):
        caller = replace(KIM, thread=f"slack:CHELP:t{number}")
        refs.append(ref_of(await ordered(here, caller, "", text)))
    await pressed(here, KIM, "case_resolve", refs[2])
    await pressed(here, KIM, "case_edit", refs[0], words="In house B.")
    listed = await ordered(here, KIM, "list")
    assert listed.title == "2 open cases"
    assert listed.rows[0].text == "“The server is down, it is urgent.”"
    assert "replied to" in listed.rows[1].detail
    assert listed.rows[0].link == "https://chat/p1"
    status = rows(await run(here, BOSS, "status"))
    assert status["Open cases"] == "2 cases, 1 of them replied to"
    assert "triage 12" in (await ordered(here, KIM, "nonsense")).text
    assert "no words" in (await ordered(here, KIM, "", said("Here you go.", "slack:app", ours=True))).text
    assert "triage" in {row.text.split()[0] for row in (await run(here, KIM, "help")).rows}
    assert here.desk.reads_thread("triage")
    assert not here.desk.reads_thread("why")


async def test_what_there_is_no_room_for_is_shown_all_the_same(
    here: DeskHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    with here.catalog.database.writing() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    here.catalog.database._writer.execute(f"PRAGMA max_page_count = {pages}")
    shown = await ordered(here, KIM, "", QUESTION + " " + "And so on and on. " * 20_000)
    assert shown.buttons == ()
    assert shown.menus == ()
    assert "27 days" in shown.text
    assert "tell an admin" in rows(shown)["Not kept"]
    here.catalog.database._writer.execute("PRAGMA max_page_count = 1073741823")
    assert (await ordered(here, KIM, "", QUESTION)).buttons


async def test_without_what_answers_the_person_is_told_so(here: DeskHome) -> None:
    def away(request: Request) -> Triage:
        raise ModelUnavailable("The model server does not answer: tell an admin.")

    desk = Desk(here.catalog, lambda: here.home.brain(), triage=away)
    said_so = card(await desk.run(Command("triage", "", KIM, messages=(said(QUESTION),))))
    assert (said_so.title, said_so.buttons) == ("That did not work", ())
    assert said_so.text == "The model server does not answer: tell an admin."
    assert here.catalog.cases.listed() == []


async def test_what_can_not_be_audited_is_not_done(here: DeskHome) -> None:
    here.catalog.cases.set_category(CategoryRow("leave"), by=ADMIN)
    ref = ref_of(await ordered(here, KIM, "", QUESTION))
    with closing(sqlite3.connect(here.catalog.path)) as other, other:
        other.execute(
            "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'nothing more fits'); END"
        )
    for action in ("case_send", "case_edit", "case_assign", "case_resolve", "case_category"):
        with pytest.raises(sqlite3.IntegrityError, match="nothing more fits"):
            await pressed(here, KIM, action, ref, words="w", owner="slack:user:UBOB", value="leave")
    case = here.catalog.cases.find(int(ref))
    assert case is not None
    assert (case.state, case.reply, case.owner_by, case.category_by) == (CaseState.OPEN, "", "", "")


async def test_without_documents_a_ticket_is_triaged_and_told_so(tmp_path: Path) -> None:
    with desk_home(tmp_path) as found:
        found.catalog.places.set_support("general", HELP, by=ADMIN)
        shown = await ordered(found, KIM, "", QUESTION)
        assert rows(shown)["Urgency"].startswith("high")
        assert "case_send" not in buttons(shown)
        assert "case_resolve" in buttons(shown)
        assert shown.text


async def test_what_a_triage_rests_on_is_told_after_a_restart_to_support(here: DeskHome) -> None:
    here.catalog.cases.learn([Example(QUESTION, "leave")], by=ADMIN)
    shown = await ordered(here, KIM, "", QUESTION)
    assert "1 labelled ticket of it: too few to say how sure" in rows(shown)["Category"]
    assert "%" not in rows(shown)["Category"]
    found_out = {name: rows(shown)[name] for name in ("Category", "Urgency", "Summary", "Owner")}
    assert "like 1 message that was learnt" in found_out["Category"]
    assert found_out["Summary"].endswith("(slack:user:UANA)")

    def again(request: Request) -> Triage:
        raise AssertionError(request)

    fresh = replace(here, desk=Desk(here.catalog, here.home.brain, triage=again))
    assert found_out.items() <= rows(await ordered(fresh, KIM, ref_of(shown))).items()
    assert found_out.items() <= rows(await run(fresh, KIM, "why")).items()


async def test_what_support_is_told_of_a_ticket_is_not_told_to_who_asked(here: DeskHome) -> None:
    here.catalog.places.set_support("general", "slack:group:SHELP", by=ADMIN)
    kim, ana = person("UKIM", "slack:group:SHELP", place="CTICKETS"), person("UANA", place="CTICKETS")
    shown = await ordered(here, kim, "", QUESTION)
    (delivery,) = (await pressed(here, kim, "case_send", buttons(shown)["case_send"].ref)).elsewhere
    await here.desk.placed(delivery.ref, ana.thread)
    assert "Urgency" in rows(await run(here, kim, "why"))
    told = await run(here, ana, "why")
    assert "I searched the documents in general" in told.text
    assert told.rows == ()


async def test_a_thread_that_grew_long_is_triaged_by_its_beginning_and_its_end(here: DeskHome) -> None:
    between = [said(f"I look at number {number} now. " + "It says nothing. " * 60) for number in range(298)]
    opener = said(f"The VPN is down for all customers! {QUESTION}")
    shown = await ordered(here, KIM, "", opener, *between, said("It works again, thanks!"))
    assert "27 days" in shown.text
    assert rows(shown)["Summary"].startswith("“The VPN is down for all customers!”")
    assert rows(shown)["Urgency"] == "low: “It works again, thanks!”"
