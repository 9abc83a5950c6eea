"""Messages in Slack that are edited and deleted."""

from threading import Event

import pytest
from fake_slack import BOT, words_of
from workspace import Workspace, handed_on

ADMIN, QUESTION = "UADMIN", "How many days of annual leave do employees get?"


async def test_an_edited_question_is_answered_in_place_and_a_deleted_one_takes_its_answer_along(
    workspace: Workspace,
) -> None:
    slack = workspace.slack
    ts = await slack.mention("UANA", QUESTION)
    first = await slack.answer("CGEN", ts)
    await slack.edit("CGEN", ts, f"<@{BOT}> How long is parental leave?")
    await slack.until(lambda: "16 weeks" in words_of(slack.answers("CGEN", ts)[0]))
    assert [message["ts"] for message in slack.answers("CGEN", ts)] == [first["ts"]]
    assert "27 days" not in words_of(slack.answers("CGEN", ts)[0])
    await slack.delete(
        "CGEN", ts
    )  # with its answer below it, it comes as a change: "This message was deleted."
    await slack.until(lambda: not slack.answers("CGEN", ts))
    below = await slack.mention("UANA", QUESTION, root=await slack.say("UBEN", "About leave"))
    root = slack.channels["CGEN"][below]["thread_ts"]
    await slack.answer("CGEN", root)
    await slack.delete("CGEN", below)  # a reply that has none below it
    await slack.until(lambda: not slack.answers("CGEN", root))


async def test_an_edit_that_can_not_be_answered_takes_the_old_answer_away(workspace: Workspace) -> None:
    slack, catalog = workspace.slack, workspace.here.catalog
    ts = await slack.mention("UANA", QUESTION)
    first = await slack.answer("CGEN", ts)
    for document in catalog.documents():
        workspace.here.library.take_out(document.id)
    await slack.edit("CGEN", ts, f"<@{BOT}> How long is parental leave?")
    await slack.until(lambda: "27 days" not in words_of(slack.answers("CGEN", ts)[0]))
    (told,) = slack.answers("CGEN", ts)
    assert told["ts"] == first["ts"]
    assert "There is nothing to answer from here yet" in words_of(told)


async def test_edits_and_deletions_of_what_was_not_asked_are_not_even_kept(workspace: Workspace) -> None:
    slack = workspace.slack
    ts = await slack.say("UANA", "Between us.")
    await slack.edit("CGEN", ts, "Between the two of us.")
    await slack.delete("CGEN", ts)
    await slack.until(lambda: not slack._unacked)
    with workspace.here.catalog.database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM inbox").fetchone()[0] == 0


async def test_what_an_edit_makes_a_command_is_done_and_no_question(workspace: Workspace) -> None:
    slack = workspace.slack
    ts = await slack.mention(ADMIN, "statsu")
    await slack.answer("CGEN", ts)
    await slack.edit("CGEN", ts, f"<@{BOT}> status")
    await slack.until(lambda: slack.ephemeral)
    assert words_of(slack.ephemeral[-1]).startswith("Status")
    await slack.until(lambda: not slack.answers("CGEN", ts))  # what was said to the slip is taken away
    await slack.edit("CGEN", ts, f"<@{BOT}> help")
    await slack.until(lambda: slack.ephemeral[1:])
    assert words_of(slack.ephemeral[-1]).startswith("What I can do")
    await slack.edit("CGEN", ts, f"<@{BOT}> {QUESTION}")
    assert "27 days" in words_of(await slack.answer("CGEN", ts))
    await slack.edit("CGEN", ts, f"<@{BOT}> How long is parental leave?")
    await slack.until(lambda: "16 weeks" in words_of(slack.answers("CGEN", ts)[0]))
    await slack.delete("CGEN", ts)
    await slack.until(lambda: not slack.answers("CGEN", ts))


async def test_an_edited_undo_takes_no_second_change_back(workspace: Workspace) -> None:
    slack, catalog = workspace.slack, workspace.here.catalog
    for channel in ("CONE", "CTWO"):
        catalog.changes.grant(True, f"slack:user:{ADMIN}", "hr", f"slack:channel:{channel}")
    ts = await slack.mention(ADMIN, "undo")
    await slack.until(lambda: slack.ephemeral)
    await slack.edit("CGEN", ts, f"<@{BOT}>  Undo")
    await slack.until(lambda: slack.ephemeral[1:])
    assert "This one, and no other" in words_of(slack.ephemeral[-1])
    assert catalog.principals("hr") == {"slack:channel:CONE"}


async def test_what_was_not_for_the_bot_is_answered_once_an_edit_mentions_it(workspace: Workspace) -> None:
    slack = workspace.slack
    ts = await slack.say("UANA", QUESTION)
    await slack.edit("CGEN", ts, f"<@{BOT}> {QUESTION}")
    assert "27 days" in words_of(await slack.answer("CGEN", ts))
    await slack.edit("CGEN", ts, f"<@{BOT}> How long is parental leave?")
    await slack.until(lambda: "16 weeks" in words_of(slack.answers("CGEN", ts)[0]))
    assert len(slack.answers("CGEN", ts)) == 1


async def test_who_corrects_an_answer_for_somebody_has_it_told_once_more(workspace: Workspace) -> None:
    slack, (asked, request) = workspace.slack, await handed_on(workspace)
    ts = await slack.say("UKIM", "In house A.", "CHELP", request["ts"])
    await slack.answer("CGEN", asked, 2)
    await slack.edit("CHELP", ts, "In house B.")
    told = await slack.answer("CGEN", asked, 3)
    assert words_of(told).startswith("A person wrote again about")
    assert "In house B." in words_of(told)


@pytest.mark.parametrize("channel", ["CGEN", "DUANA"])
async def test_an_edit_that_comes_before_its_question_is_answered_in_its_place(
    workspace: Workspace, channel: str
) -> None:
    slack = workspace.slack
    await workspace.service.stop()
    call = "" if channel.startswith("D") else f"<@{BOT}> "
    ts = await slack.say("UANA", f"{call}How many days of annual leave do employees get?", channel)
    missed = [slack._unacked.pop(envelope["envelope_id"])[0] for envelope in slack.sent]
    await workspace.restart()
    await slack.connected()
    await slack.edit(channel, ts, f"{call}How long is parental leave?")
    assert "16 weeks" in words_of(await slack.answer(channel, ts))
    for envelope in missed:  # Slack tries again, a minute later
        await slack.send("events_api", envelope["payload"])
    await slack.until(lambda: not slack._unacked)
    with workspace.here.catalog.database.reading() as connection:
        assert connection.execute("SELECT kind, state FROM inbox").fetchall() == [("question", "done")]
    assert len(slack.answers(channel, ts)) == 1


async def test_a_question_and_its_edit_that_come_at_once_are_answered_as_it_was_edited(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack, kept, came = workspace.slack, Event(), list[str]()
    opens_form = workspace.service._opens_form

    async def noted(door: object, body: dict[str, str]) -> bool:
        came.append(body["type"])
        return await opens_form(door, body)  # type: ignore[arg-type]

    monkeypatch.setattr(workspace.service, "_opens_form", noted)
    workspace.service._inbox._thread.submit(kept.wait)  # until then nothing is written down
    ts = await slack.say("UANA", "How many days of annual leave do employees get?", "DUANA")
    await slack.edit("DUANA", ts, "How long is parental leave?")
    await slack.until(lambda: len(came) == 2)
    kept.set()
    await slack.until(lambda: "16 weeks" in "".join(map(words_of, slack.answers("DUANA", ts))))
    assert len(slack.answers("DUANA", ts)) == 1


async def test_an_old_question_that_the_bot_never_had_is_not_answered_for_an_edit(
    workspace: Workspace,
) -> None:
    slack = workspace.slack
    old = {"user": "UANA", "text": f"<@{BOT}> How long is leave?", "ts": "1690000000.000100"}
    slack.channels["CGEN"][old["ts"]] = old
    await slack.edit("CGEN", old["ts"], f"<@{BOT}> How long is parental leave?")
    await slack.until(lambda: not slack._unacked)
    assert not workspace.here.catalog.inbox.all_waiting()
    assert slack.answers("CGEN", old["ts"]) == []


@pytest.mark.parametrize("channel", ["CGEN", "DUANA"])
@pytest.mark.parametrize("replied", [False, True], ids=["alone", "with a reply"])
async def test_a_question_that_was_deleted_before_the_bot_heard_of_it_has_no_answer(
    workspace: Workspace, channel: str, replied: bool
) -> None:
    slack = workspace.slack
    await workspace.service.stop()
    call = "" if channel.startswith("D") else f"<@{BOT}> "
    ts = await slack.say("UANA", f"{call}How many days of annual leave do employees get?", channel)
    missed = [slack._unacked.pop(envelope["envelope_id"])[0] for envelope in slack.sent]
    if replied:  # its place is kept by a stone
        reply = {"type": "message", "user": "UBEN", "text": "I know.", "ts": "1900000000.000100"}
        slack.channels[channel][reply["ts"]] = {**reply, "thread_ts": ts}
    await workspace.restart()
    await slack.connected()
    await slack.delete(channel, ts)
    for envelope in missed:  # Slack tries again, a minute later
        await slack.send("events_api", envelope["payload"])
    await slack.until(lambda: not slack._unacked and not workspace.here.catalog.inbox.queues())
    assert slack.answers(channel, ts) == []
    assert slack.ephemeral == []
    with workspace.here.catalog.database.reading() as connection:
        assert connection.execute("SELECT kind FROM inbox").fetchall() == [("deleted",)]


async def test_a_sweep_of_old_messages_and_the_bots_own_is_not_kept(workspace: Workspace) -> None:
    slack = workspace.slack
    slack.channels["DUANA"]["1690000000.000100"] = {"user": "UANA", "text": "Hi", "ts": "1690000000.000100"}
    await slack.delete("DUANA", "1690000000.000100")
    asked = await slack.say("UANA", "How long is parental leave?", "DUANA")
    answer = await slack.answer("DUANA", asked)
    await slack.delete("DUANA", answer["ts"])
    await slack.until(lambda: not slack._unacked)
    with workspace.here.catalog.database.reading() as connection:
        assert connection.execute("SELECT kind FROM inbox").fetchall() == [("question",)]
