"""A ticket in Slack from its thread to its end, and a reply that is sent once, whatever happens."""

from pathlib import Path
from typing import Any

import pytest
from desk_kit import ADMIN, LEAVE, WORD_GATE, desk_home
from fake_slack import FakeSlack, Fault, blocks_of, button, links_of, walk, words_of
from workspace import Workspace

from benchmarks.chat_soak import Bot
from benchmarks.slack_soak import TESTS
from bots.slack.needs import TRIAGE_SHORTCUT
from brain.catalog.tickets.cases import CaseState, CategoryRow

Json = dict[str, Any]
KIM, LEE = "UKIM", "ULEE"
PROBLEM = "How many days of annual leave do employees get? I need to know it today, it is urgent."
REPLY = "Employees get 27 days. [1]\nAsk me if you need more."


@pytest.fixture
def helped(workspace: Workspace) -> Workspace:
    """The workspace with a channel of support, CHELP, and two categories."""
    workspace.here.catalog.places.set_support("general", "slack:channel:CHELP", by=ADMIN)
    for name in ("leave", "payroll"):
        workspace.here.catalog.cases.set_category(CategoryRow(name), by=ADMIN)
    return workspace


async def ticket(workspace: Workspace, text: str = PROBLEM, channel: str = "CHELP") -> str:
    """A thread of two people; returns its root."""
    slack = workspace.slack
    root = await slack.say("UANA", f"Hello! {text}", channel)
    await slack.say("UBEN", "I asked my team already, nobody knows.", channel, root)
    return root


async def card(workspace: Workspace, user: str, root: str, channel: str = "CHELP") -> Json:
    """The card of a thread, by the menu of its first message."""
    return await workspace.slack.privately(
        await workspace.slack.shortcut(user, channel, root, TRIAGE_SHORTCUT)
    )


async def pressed(workspace: Workspace, user: str, shown: Json, action: str, **how: Any) -> Json:
    """What was told for a button or menu of a card."""
    here = {"ts": "", "thread_ts": shown.get("thread_ts")}
    return await workspace.slack.privately(
        await workspace.slack.press(user, button(shown, action), "CHELP", here, **how)
    )


async def filled_in(workspace: Workspace, user: str, shown: Json, action: str, **values: str) -> Json:
    """What was told for a form that a button opened."""
    slack = workspace.slack
    before = len(slack.modals)
    address = await slack.press(user, button(shown, action), "CHELP", {"ts": "", "thread_ts": None})
    view = (await slack.until(lambda: slack.modals[before:]))[0]
    await slack.submit(user, view, **values)
    return await slack.privately(address)


def replies(workspace: Workspace, root: str, channel: str = "CHELP") -> list[Json]:
    return workspace.slack.answers(channel, root)


def named(message: Json) -> set[str]:
    """Whose names a message shows."""
    return {part["user_id"] for part in walk(blocks_of(message)) if part.get("type") == "user"}


async def test_a_ticket_from_triage_to_its_end_and_the_next_one_like_it(helped: Workspace) -> None:
    slack, cases = helped.slack, helped.here.catalog.cases
    root = await ticket(helped)
    await slack.mention(KIM, "triage", "CHELP", root)
    (shown,) = await slack.until(lambda: slack.ephemeral)
    assert [status["status"] for status in slack.statuses] == ["is reading the thread…", ""]
    assert (shown["user"], shown["thread_ts"]) == (KIM, root)
    said = words_of(shown)
    assert said.startswith("Triage: no category fits")
    assert "27 days of paid annual leave" in said
    assert "Leave › Annual leave" in said
    assert "I need to know it today" in said
    assert "UANA" in named(shown)
    assert "slack:user" not in said
    case = cases.in_thread(f"slack:CHELP:{root}")
    assert case is not None
    assert (case.place, case.origin, case.opened_by) == (
        "slack:channel:CHELP", f"slack:channel:CHELP/{root}", "slack:user:UKIM",
    )  # fmt: skip

    corrected = await pressed(helped, KIM, shown, "case_category", value="leave")
    assert corrected["replace_original"] is True
    assert words_of(corrected).startswith("Triage: leave")
    lowered = await pressed(helped, KIM, corrected, "case_urgency", value="low")
    assert "UKIM" in named(lowered)
    assert "low, as" in words_of(lowered)
    assigned = await filled_in(helped, KIM, lowered, "case_assign", owner=LEE)
    assert {"ULEE", "UKIM"} <= named(assigned)
    (theirs,) = slack.channels["DULEE"].values()
    assert words_of(theirs).startswith(f"Case {case.id} is yours: leave")

    # Whoever it was given to goes on with it, in private.
    before = len(slack.modals)
    await slack.press(LEE, button(theirs, "case_edit"), "DULEE", theirs)
    view = (await slack.until(lambda: slack.modals[before:]))[0]
    assert "27 days" in view["blocks"][0]["element"]["initial_value"]
    await slack.submit(LEE, view, words=REPLY)
    (reply,) = await slack.until(lambda: replies(helped, root))
    assert "Employees get 27 days. [1]" in words_of(reply)
    assert "A person answered" in words_of(reply)
    assert "[1] Leave › Annual leave" in words_of(reply)
    await slack.until(lambda: cases.find(case.id).reply_at)  # type: ignore[union-attr]
    late = await pressed(helped, KIM, assigned, "case_send")
    assert "A reply was sent already" in words_of(late)
    assert len(replies(helped, root)) == 1

    closed = await filled_in(
        helped, KIM, assigned, "case_resolve", words="The handbook was unclear: 27 days."
    )
    assert words_of(closed).startswith(f"Case {case.id} is closed")
    assert len(replies(helped, root)) == 1  # the thread is told nothing
    assert cases.find(case.id).state is CaseState.RESOLVED  # type: ignore[union-attr]

    again = await ticket(helped)
    similar = await card(helped, LEE, again)
    assert words_of(similar).startswith("Triage: leave")
    assert f"like case {case.id}" in words_of(similar)
    assert "solved by: “The handbook was unclear: 27 days.”" in words_of(similar)
    assert f"https://acme.slack.com/archives/CHELP/p{root}" in links_of(similar)


async def test_open_cases_are_listed_where_they_are_and_shown_by_number(helped: Workspace) -> None:
    slack, places = helped.slack, helped.here.catalog.places
    root = await ticket(helped)
    ref = button(await card(helped, KIM, root), "case_assign")["value"]
    listed = await slack.privately(await slack.command(KIM, "triage", "CHELP"))
    assert words_of(listed).startswith("1 open case")
    assert f"case {ref}" in words_of(listed)
    assert links_of(listed) == [f"https://acme.slack.com/archives/CHELP/p{root}"]
    assert "1 open case" in words_of(await slack.privately(await slack.command(KIM, "triage list", "DKIM")))
    shown = await slack.privately(await slack.command(LEE, f"triage {ref}", "CHELP"))
    assert button(shown, "case_assign")["value"] == ref
    # Another channel of support sees nothing of it; an admin does, wherever they are.
    places.set_support("hr", "slack:channel:COTHER", by=ADMIN)
    for line, said in (("triage", "No open cases here"), (f"triage {ref}", "I don't know of this case")):
        assert said in words_of(await slack.privately(await slack.command("UMAX", line, "COTHER")))
    assert "No open cases" in words_of(await slack.privately(await slack.command("UMAX", "triage", "COTHER")))
    assert button(await slack.privately(await slack.command("UADMIN", f"triage {ref}", "CGEN")), "case_edit")
    refused = await slack.privately(await slack.command("UMAX", f"triage {ref}", "CGEN"))
    assert words_of(refused).startswith("That is for support")
    # What is pressed elsewhere on the same case does nothing either.
    said = await slack.privately(await slack.press("UMAX", button(shown, "case_send"), "COTHER", {"ts": ""}))
    assert "I don't know of this case" in words_of(said)
    assert replies(helped, root) == []


async def test_nothing_from_a_ticket_becomes_live(helped: Workspace) -> None:
    slack = helped.slack
    evil = (
        "<!channel> <@UBOSS> slack:user:UBOSS *How* many days of annual leave `do` we get, @here? "
        "<https://evil.example|x>"
    )
    root = await slack.say("UANA", evil, "CHELP")
    await slack.say("UBEN", "See https://evil.example/y and <mailto:a@evil.example>.", "CHELP", root)
    shown = await card(helped, KIM, root)
    reply = await filled_in(helped, KIM, shown, "case_edit", words=f"{evil} https://evil.example [1]")
    (posted,) = await slack.until(lambda: replies(helped, root))
    for message in (shown, reply, posted):
        assert not any("evil" in link for link in links_of(message))
        kinds = {part["type"] for part in walk(blocks_of(message)) if "type" in part}
        assert not kinds & {"usergroup", "channel", "broadcast", "mrkdwn", "emoji"}
        assert named(message) <= {"UANA", "UBEN", KIM}  # who wrote, and who acted; nobody that the words name
    assert named(posted) == set()
    assert "slack:user:UBOSS" in words_of(shown)
    assert "<!channel>" not in posted["text"]
    assert "://evil" not in posted["text"].replace("\u2060", " ")
    assert (posted["parse"], posted["link_names"], posted["unfurl_links"]) == ("none", False, False)


async def test_a_reply_is_not_sent_where_the_bot_is_no_member_and_then_it_is(helped: Workspace) -> None:
    slack = helped.slack
    root = await ticket(helped)
    shown = await card(helped, KIM, root)
    slack.outside.add("CHELP")
    refused = await pressed(helped, KIM, shown, "case_send")
    assert "/invite @citewise" in words_of(refused)
    slack.outside.clear()
    sent = await pressed(helped, KIM, shown, "case_send")
    assert "was sent by" in words_of(sent)
    assert KIM in named(sent)
    assert len(replies(helped, root)) == 1


async def test_a_long_reply_is_filled_in_and_sent_whole(helped: Workspace) -> None:
    root = await ticket(helped)
    shown = await card(helped, KIM, root)
    words = "\n".join(f"Step {number}: " + "look at the page and read it. " * 3 for number in range(70))
    assert 6_000 < len(words) < 8_000
    await filled_in(helped, KIM, shown, "case_edit", words=words)
    (posted,) = await helped.slack.until(lambda: replies(helped, root))
    said = words_of(posted)
    assert [number for number in range(70) if f"Step {number}:" not in said] == []
    assert "more than fits" not in said


async def test_the_reply_is_sent_once_whoever_presses_at_the_same_time(helped: Workspace) -> None:
    slack = helped.slack
    root = await ticket(helped)
    first, second = await card(helped, KIM, root), await card(helped, LEE, root)
    before = len(slack.modals)
    await slack.press(LEE, button(second, "case_edit"), "CHELP", {"ts": ""})
    view = (await slack.until(lambda: slack.modals[before:]))[0]
    addresses = [
        await slack.press(user, button(shown, "case_send"), "CHELP", {"ts": ""})
        for user, shown in ((KIM, first), (LEE, second), (KIM, first))
    ]
    await slack.submit(LEE, view, words="Other words.")
    for address in addresses:
        await slack.privately(address)
    said = await slack.until(lambda: len(slack.ephemeral) >= 6 and slack.ephemeral)  # two cards, four replies
    assert sum("A reply was sent already" in words_of(message) for message in said) >= 2
    assert len(replies(helped, root)) == 1


async def test_a_reply_far_up_in_a_long_thread_is_found(helped: Workspace) -> None:
    slack = helped.slack
    root = await ticket(helped)
    shown = await card(helped, KIM, root)
    for number in range(1, 350):
        ts = f"{float(root) + 50 + number / 1000:.6f}"
        slack.channels["CHELP"][ts] = {
            "ts": ts,
            "thread_ts": root,
            "user": "UBEN",
            "text": f"Message {number}",
        }
    await pressed(helped, KIM, shown, "case_send")
    with helped.here.catalog.database.writing() as writer:  # killed before it was noted
        writer.execute("UPDATE cases SET reply_at = '', state = 'open'")
    await pressed(helped, LEE, shown, "case_send")
    assert len(replies(helped, root)) == 1


@pytest.mark.parametrize(
    "fault",
    [Fault("chat.postMessage", held=True), Fault("chat.postMessage", 9, status=429, retry_after=15)],
    ids=["after it was posted", "before it was posted"],
)
async def test_a_process_killed_while_it_sends_a_reply_sends_it_once(tmp_path: Path, fault: Fault) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with desk_home(home, WORD_GATE) as here:
        here.home.fill({"leave.md": LEAVE})
        here.catalog.places.set_support("general", "slack:channel:CHELP", by=ADMIN)
    async with FakeSlack(redelivery=2.0) as slack:
        command = ("-m", "benchmarks.slack_soak", "--bot", str(home), slack.api_url)
        async with Bot(command, TESTS) as bot:
            await slack.connected()
            root = await slack.say("UANA", PROBLEM, "CHELP")
            shown = await slack.privately(await slack.shortcut(KIM, "CHELP", root, TRIAGE_SHORTCUT))
            posts = slack.calls["chat.postMessage"]
            slack.faults.append(fault)
            pressed = await slack.press(KIM, button(shown, "case_send"), "CHELP", {"ts": ""})
            await slack.until(lambda: slack.calls["chat.postMessage"] > posts)
            if fault.held:
                await slack.until(lambda: slack.answers("CHELP", root))
            await bot.kill()
            slack.faults.clear()
            await bot.start()
            assert "was sent by" in words_of(await slack.privately(pressed))
            again = await slack.press(LEE, button(shown, "case_send"), "CHELP", {"ts": ""})
            assert "A reply was sent already" in words_of(await slack.privately(again))
            assert len(slack.answers("CHELP", root)) == 1


async def test_a_triage_that_was_killed_while_it_was_told_is_kept_once(helped: Workspace) -> None:
    slack = helped.slack
    root = await ticket(helped)
    slack.faults.append(Fault("chat.postEphemeral", held=True))
    await slack.mention(KIM, "triage", "CHELP", root)
    await slack.until(lambda: slack.ephemeral)
    await helped.restart()
    first, again = await slack.until(lambda: slack.ephemeral[1:] and slack.ephemeral)
    assert button(again, "case_send")["value"] == button(first, "case_send")["value"]
    assert len(helped.here.catalog.answers.given()) == 1
