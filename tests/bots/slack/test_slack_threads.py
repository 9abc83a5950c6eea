"""The thread that a ticket is in Slack: what of it reaches the Desk, and what is said of the rest."""

from datetime import UTC, datetime

import pytest
from fake_slack import BOT, Fault, words_of
from heard_orders import caught, words
from workspace import Workspace

from bots.desk.domain import Command
from bots.doors.thread_reading import FIRST_READ, LATEST_READ
from bots.slack.needs import TRIAGE_SHORTCUT
from bots.slack.words import plain

KIM = "UKIM"


@pytest.fixture
def orders(workspace: Workspace) -> list[Command]:
    """What is ordered in CHELP, whose people are support."""
    return caught(workspace.here, "slack:channel:CHELP")


async def ticket(workspace: Workspace) -> str:
    """A thread of two people and another app; returns its root."""
    slack = workspace.slack
    root = await slack.say(
        "UANA", "*Export* fails with `error_500` since <https://status.example|today>.", "CHELP"
    )
    await slack.say("UBEN", "<@UANA> Which _browser_ is it?\n&gt; Export fails", "CHELP", root)
    slack.channels["CHELP"]["1700000099.000100"] = {
        "ts": "1700000099.000100", "thread_ts": root, "bot_id": "B7", "subtype": "bot_message", "text": "",
        "attachments": [{"title": "Alert", "text": "Exports: 40 failures &amp; counting"}],
    }  # fmt: skip
    slack.channels["CHELP"]["1700000099.000200"] = {
        "ts": "1700000099.000200", "thread_ts": root, "user": "ULEE", "subtype": "channel_join", "text": ""
    }  # fmt: skip
    return root


async def test_a_mention_in_a_thread_brings_its_messages_as_plain_words(
    workspace: Workspace, orders: list[Command]
) -> None:
    slack = workspace.slack
    root = await ticket(workspace)
    await slack.mention(KIM, "Triage, please", "CHELP", root)  # other words: a question
    await slack.answer("CHELP", root)
    assert orders == []
    await slack.mention(KIM, "triage", "CHELP", root)
    (order,) = await slack.until(lambda: orders)
    assert order.words == ""
    said = words(order)
    assert said[:3] == [
        ("UANA", "Export fails with error_500 since today."),
        ("UBEN", "someone Which browser is it?\nExport fails"),
        ("B7", "Alert\nExports: 40 failures & counting"),
    ]
    assert [author for author, _ in said[3:]] == [KIM, BOT]
    assert [message.ours for message in order.messages] == [False, False, False, False, True]
    first, second = order.messages[:2]
    assert first.author == "slack:user:UANA"
    assert first.at == datetime.fromtimestamp(float(root), UTC)
    assert first.link == f"https://acme.slack.com/archives/CHELP/p{root}"
    assert second.link.startswith("https://acme.slack.com/archives/CHELP/p1")
    assert second.link.endswith(f"?thread_ts={root}&cid=CHELP")
    caller = order.caller
    assert (caller.place, caller.thread) == ("slack:channel:CHELP", f"slack:CHELP:{root}")
    assert caller.origin == f"slack:channel:CHELP/{root}"
    shown = (await slack.until(lambda: slack.ephemeral))[0]
    assert (shown["user"], shown["thread_ts"], words_of(shown)) == (KIM, root, "Caught 5 messages")
    # Said again, the orders themselves are no part of it.
    await slack.mention(KIM, "triage this", "CHELP", root)
    assert words((await slack.until(lambda: orders[1:]))[0]) == said


async def test_the_menu_of_any_message_brings_its_whole_thread(
    workspace: Workspace, orders: list[Command]
) -> None:
    slack = workspace.slack
    root = await ticket(workspace)
    reply = next(ts for ts, message in slack.channels["CHELP"].items() if message["user"] == "UBEN")
    for ts in (root, reply):
        shown = await slack.privately(await slack.shortcut(KIM, "CHELP", ts, TRIAGE_SHORTCUT))
        assert words_of(shown) == "Caught 3 messages"
    assert {order.caller.thread for order in orders} == {f"slack:CHELP:{root}"}
    assert {order.caller.origin for order in orders} == {f"slack:channel:CHELP/{root}"}
    assert words(orders[0]) == words(orders[1])


async def test_without_a_thread_and_with_other_words_nothing_is_fetched(
    workspace: Workspace, orders: list[Command]
) -> None:
    slack = workspace.slack
    root = await ticket(workspace)
    await slack.mention(KIM, "triage", "CHELP")
    await slack.mention(KIM, "triage list", "CHELP", root)
    await slack.mention(KIM, "triage #12", "CHELP", root)
    await slack.until(lambda: len(orders) == 3)
    await slack.privately(await slack.command(KIM, "triage", "CHELP"))
    assert sorted(order.words for order in orders) == ["", "", "12", "list"]
    assert {order.messages for order in orders} == {()}
    assert slack.calls["conversations.replies"] == 0


async def test_who_is_not_support_gets_a_no_and_nothing_is_fetched(
    workspace: Workspace, orders: list[Command]
) -> None:
    slack = workspace.slack
    root = await slack.say("UANA", "Export fails.", "CGEN")
    await slack.mention("UBEN", "triage", "CGEN", root)
    shown = (await slack.until(lambda: slack.ephemeral))[0]
    assert words_of(shown).startswith("That is for support")
    shown = await slack.privately(await slack.shortcut("UBEN", "CGEN", root, TRIAGE_SHORTCUT))
    assert words_of(shown).startswith("That is for support")
    assert orders == []
    assert slack.calls["conversations.replies"] == slack.calls["chat.getPermalink"] == 0


async def test_in_a_direct_message_what_stands_above_the_order_is_the_ticket(
    workspace: Workspace, orders: list[Command]
) -> None:
    slack = workspace.slack
    workspace.here.catalog.places.set_support("hr", f"slack:user:{KIM}", by="slack:user:UADMIN")
    await slack.say(KIM, "triage", "DKIM")
    await slack.until(lambda: orders)
    root = await slack.say(KIM, "A customer writes: the export fails. What now?", "DKIM")
    await slack.answer("DKIM", root)
    await slack.say(KIM, "triage", "DKIM", root)
    await slack.until(lambda: orders[1:])
    assert orders[0].messages == ()
    assert words(orders[1])[0] == (KIM, "A customer writes: the export fails. What now?")
    assert (orders[1].caller.place, orders[1].caller.thread) == ("", f"slack:DKIM:{root}")


async def test_where_the_bot_is_not_a_member_the_menus_own_message_is_used_and_that_is_said(
    workspace: Workspace, orders: list[Command]
) -> None:
    slack = workspace.slack
    workspace.here.catalog.places.set_support("hr", f"slack:user:{KIM}", by="slack:user:UADMIN")
    root = await slack.say("UANA", "Export *fails*.", "CPRIV")
    slack.outside.add("CPRIV")
    address = await slack.shortcut(KIM, "CPRIV", root, TRIAGE_SHORTCUT)
    shown = await slack.until(lambda: [m for m in slack.ephemeral if m["address"] == address][1:])
    assert words(orders[0]) == [("UANA", "Export fails.")]
    assert "/invite @citewise" in words_of(shown[0])
    assert "no more than the message that you picked" in words_of(shown[0])


@pytest.mark.parametrize("error", ["missing_scope", "invalid_arguments"])
async def test_where_slack_refuses_the_thread_a_mention_is_told_what_would_help(
    workspace: Workspace, orders: list[Command], error: str
) -> None:
    slack = workspace.slack
    root = await ticket(workspace)
    slack.faults.append(Fault("conversations.replies", 9, error=error))
    await slack.mention(KIM, "triage", "CHELP", root)
    shown = (await slack.until(lambda: slack.ephemeral))[0]
    assert words_of(shown).startswith("I can't read this thread")
    assert ("manifest" if error == "missing_scope" else "tell an admin") in words_of(shown)
    assert orders == []


async def test_limits_and_failures_of_slack_are_waited_for(
    workspace: Workspace, orders: list[Command]
) -> None:
    slack = workspace.slack
    root = await ticket(workspace)
    slack.faults.append(Fault("conversations.replies", 1, status=429, retry_after=0.2))
    slack.faults.append(Fault("chat.getPermalink", 1, status=503))
    await slack.mention(KIM, "triage", "CHELP", root)
    (order,) = await slack.until(lambda: orders)
    assert len(order.messages) == 3


@pytest.mark.parametrize("count", [500, 2_000])
async def test_of_a_long_thread_the_first_and_the_latest_messages_are_read(
    workspace: Workspace, orders: list[Command], count: int
) -> None:
    slack = workspace.slack
    root = await slack.say("UANA", "Message 0", "CHELP")
    for number in range(1, count):
        ts = f"{float(root) + number / 1000:.6f}"
        slack.channels["CHELP"][ts] = {
            "ts": ts,
            "thread_ts": root,
            "user": "UBEN",
            "text": f"Message {number}",
        }
    await slack.mention(KIM, "triage", "CHELP", root)
    (order,) = await slack.until(lambda: orders)
    numbers = [int(text.split()[1]) for _, text in words(order)]
    assert numbers == [
        *range(FIRST_READ),
        *range(count + 1 - LATEST_READ, count),
    ]  # the order itself is the latest
    shown = await slack.until(lambda: slack.ephemeral[1:])
    assert f"its first {FIRST_READ} messages and its latest {LATEST_READ}" in words_of(shown[0])


async def test_of_an_endless_thread_it_is_said_that_its_end_was_not_read(
    workspace: Workspace, orders: list[Command], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.slack.threads._MOST_PAGES", 2)
    slack = workspace.slack
    root = await slack.say("UANA", "Message 0", "CHELP")
    for number in range(1, 500):
        ts = f"{float(root) + number / 1000:.6f}"
        slack.channels["CHELP"][ts] = {
            "ts": ts, "thread_ts": root, "user": "UBEN", "text": f"Message {number}",
        }  # fmt: skip
    await slack.mention(KIM, "triage", "CHELP", root)
    (order,) = await slack.until(lambda: orders)
    assert max(int(text.split()[1]) for _, text in words(order)) < 499
    shown = words_of((await slack.until(lambda: slack.ephemeral[1:]))[0])
    assert "none after that" in shown
    assert "its latest" not in shown


async def test_pictures_and_endless_messages_are_told_of(workspace: Workspace, orders: list[Command]) -> None:
    slack = workspace.slack
    root = await slack.say("UANA", "It looks like this: " + "x" * 20_000, "CHELP")
    await slack.say("UANA", "", "CHELP", root, files=[{"name": "screen.png"}])
    await slack.mention(KIM, "triage", "CHELP", root)
    shown = await slack.until(lambda: slack.ephemeral[1:])
    assert len(orders[0].messages) == 1
    assert len(orders[0].messages[0].text) == 10_000
    assert "One message holds only files or pictures" in words_of(shown[0])
    assert "the first 10,000 characters" in words_of(shown[0])


def test_what_a_person_wrote_is_read_as_others_see_it() -> None:
    for written, read in {
        "*Bold* _it_ ~out~ *_both_*, snake_case_name, 2*3*4": "Bold it out both, snake_case_name, 2*3*4",
        "<https://a.example/x|the page> <https://b.example> <mailto:a@b.example|a@b.example>": (
            "the page https://b.example a@b.example"
        ),
        "<!here> <!subteam^S1|@hr> <#C1|general> <#C2> <@U2> <@UBOT>": "@here @hr #general a channel someone",
        "Run `a *b* _c_`:\n```\n*x* &lt;y&gt;\n```": "Run a *b* _c_:\n*x* <y>",
        "&gt; quoted\n&gt;again 1 &lt; 2 &amp; 3": "quoted\nagain 1 < 2 & 3",
        "a * b * c": "a * b * c",
    }.items():
        assert plain(written, BOT) == read
