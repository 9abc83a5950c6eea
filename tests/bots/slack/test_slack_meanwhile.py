"""What changes while the bot works, or between an answer and what is pressed under it."""

import pytest
from fake_slack import BOT, Fault, button, walk, words_of
from workspace import Workspace, handed_on

from bots.slack.needs import TRIAGE_SHORTCUT

QUESTION = "How many days of annual leave do employees get?"
REVIEW = "When does the pay review for zqsecret engineers happen?"


async def settled(workspace: Workspace) -> None:
    await workspace.slack.until(lambda: not workspace.slack._unacked)
    await workspace.slack.until(lambda: not workspace.here.catalog.inbox.queues())


async def pressed(workspace: Workspace, user: str, action: str, answer: dict, channel: str = "CGEN") -> str:
    slack = workspace.slack
    return words_of(await slack.privately(await slack.press(user, button(answer, action), channel, answer)))


async def test_edited_and_deleted_while_it_is_answered_a_question_ends_with_what_it_says_last(
    workspace: Workspace,
) -> None:
    slack = workspace.slack
    slack.faults.append(Fault("chat.stopStream", 2, status=429, retry_after=1))
    changed, gone = [await slack.mention(user, QUESTION) for user in ("UANA", "UBEN")]
    await slack.until(lambda: slack.calls["chat.stopStream"])
    await slack.edit("CGEN", changed, f"<@{BOT}> How long is parental leave?")
    await slack.delete("CGEN", gone)
    await slack.until(lambda: "16 weeks" in "".join(map(words_of, slack.answers("CGEN", changed))))
    await settled(workspace)
    (answer,) = slack.answers("CGEN", changed)
    assert "27 days" not in words_of(answer)
    assert slack.answers("CGEN", gone) == []
    assert workspace.written == []


async def test_who_takes_the_bot_out_while_it_answers_is_told_directly(workspace: Workspace) -> None:
    slack = workspace.slack
    slack.faults.append(Fault("chat.stopStream", 1, status=429, retry_after=0.5))
    await slack.mention("UANA", QUESTION)
    await slack.until(lambda: slack.calls["chat.stopStream"])
    slack.faults.append(Fault("chat.stopStream", 9, error="not_in_channel"))
    slack.faults.append(Fault("chat.update", 9, error="channel_not_found"))
    slack.faults.append(Fault("conversations.replies", 9, error="not_in_channel"))
    slack.faults.append(Fault("chat.postEphemeral", 9, error="not_in_channel"))
    (told,) = await slack.until(lambda: list(slack.channels["DUANA"].values()))
    assert "I can't answer you there" in words_of(told)
    assert {"type": "channel", "channel_id": "CGEN"} in walk(told["blocks"])
    await settled(workspace)
    assert len(slack.channels["DUANA"]) == 1


async def test_where_a_channel_loses_a_space_nothing_more_of_it_is_shown_there(workspace: Workspace) -> None:
    slack, catalog = workspace.slack, workspace.here.catalog
    catalog.places.allow("hr", ["slack:channel:CPAY"], by="admin")
    catalog.places.allow("hr", ["slack:user:UANA"], by="admin")
    asked = await slack.mention("UANA", REVIEW, "CPAY")
    answer = await slack.answer("CPAY", asked)
    assert "October" in words_of(answer)
    private = await slack.privately(await slack.command("UANA", f"ask {REVIEW}", "CPAY"))
    catalog.places.deny("hr", ["slack:channel:CPAY"], by="admin")
    for action in ("quotes", "person", "helpful"):
        assert "October" not in await pressed(workspace, "UBEN", action, answer, "CPAY")
    assert "October" in await pressed(workspace, "UANA", "quotes", answer, "CPAY")  # they may still
    assert "can't be shared here" in await pressed(workspace, "UANA", "share", private, "CPAY")
    await slack.say("UBEN", "And how large is the bonus pool?", "CPAY", asked)
    assert "12 percent" not in words_of(await slack.answer("CPAY", asked, 2))
    catalog.places.deny("hr", ["slack:user:UANA"], by="admin")
    for shown in (answer, private):
        assert "October" not in await pressed(workspace, "UANA", "quotes", shown, "CPAY")


async def test_an_answer_is_shared_once_however_often_that_is_pressed(workspace: Workspace) -> None:
    slack = workspace.slack
    private = await slack.privately(await slack.command("UANA", f"ask {QUESTION}", "CGEN"))
    addresses = [await slack.press("UANA", button(private, "share"), "CGEN", {}) for _ in range(3)]
    told = [words_of(await slack.privately(address)) for address in addresses]
    assert ["Shared with the channel" in words for words in told] == [True] * 3
    assert len(slack.channels["CGEN"]) == 1
    slack.channels["CGEN"].clear()  # somebody deleted it
    await slack.privately(await slack.press("UANA", button(private, "share"), "CGEN", {}))
    assert len(slack.channels["CGEN"]) == 1


async def test_whose_question_was_deleted_is_told_a_persons_answer_alone(workspace: Workspace) -> None:
    slack = workspace.slack
    asked, request = await handed_on(workspace)
    await slack.delete("CGEN", asked)
    await slack.until(lambda: not slack.answers("CGEN", asked))
    slack.channels["CGEN"].pop(asked, None)  # with its last reply, Slack takes away what was left of it
    await slack.say("UKIM", "On the ground floor.", "CHELP", request["ts"])
    (told,) = await slack.until(lambda: list(slack.channels["DUANA"].values()))
    assert "On the ground floor." in words_of(told)
    await settled(workspace)
    assert slack.channels["CGEN"] == {}
    assert workspace.written == []


async def test_a_reply_to_a_ticket_that_was_deleted_says_so(workspace: Workspace) -> None:
    slack = workspace.slack
    workspace.here.catalog.places.set_support("general", "slack:channel:CHELP", by="slack:user:UADMIN")
    root = await slack.say("UANA", f"Hello! {QUESTION}", "CHELP")
    card = await slack.privately(await slack.shortcut("UKIM", "CHELP", root, TRIAGE_SHORTCUT))
    await slack.delete("CHELP", root)
    assert "has been deleted" in await pressed(workspace, "UKIM", "case_send", {**card, "ts": ""}, "CHELP")
    assert slack.channels["CHELP"] == {}


async def test_who_has_left_can_be_handed_nothing_and_nobody_waits_for_that(workspace: Workspace) -> None:
    """The person who is asked for help was deactivated since: whoever asks for them is told."""
    slack = workspace.slack
    workspace.here.catalog.places.set_support("general", "slack:user:UKIM", by="slack:user:UADMIN")
    answer = await slack.answer("CGEN", await slack.mention("UANA", "Where is the staff canteen?"))
    slack.faults.append(Fault("conversations.open", 1, error="user_disabled"))
    assert "can't be written to on Slack: they left" in await pressed(workspace, "UANA", "person", answer)
    await settled(workspace)


@pytest.mark.parametrize("code", ["is_archived", "not_in_channel", "channel_not_found"])
async def test_under_an_answer_of_an_archived_channel_one_still_sees_its_quotes(
    workspace: Workspace, code: str
) -> None:
    slack = workspace.slack
    asked = await slack.say("UANA", "Hello!", "CGEN")
    await slack.mention("UANA", QUESTION, "CGEN", asked)
    answer = await slack.answer("CGEN", asked)
    slack.faults.append(Fault("chat.postEphemeral", 9, error=code))
    assert "27 days" in await pressed(workspace, "UANA", "quotes", answer)


@pytest.mark.parametrize("ref", ["", "no-such-answer", "9" * 40])
@pytest.mark.parametrize("action", ["quotes", "share", "claim", "confirm", "case_send", "once_upon_a_time"])
async def test_a_button_of_long_ago_says_that_it_does_nothing_any_more(
    workspace: Workspace, action: str, ref: str
) -> None:
    slack = workspace.slack
    old = {"type": "button", "action_id": f"citewise:{action}:{ref}", "value": ref}
    told = words_of(await slack.privately(await slack.press("UADMIN", old, "CGEN", {"ts": "1.1"})))
    assert "did not expect" not in told
    assert told
    assert workspace.written == []


@pytest.mark.parametrize("status", [500, 503])
async def test_that_slack_shows_no_status_holds_no_answer_up(workspace: Workspace, status: int) -> None:
    slack = workspace.slack
    slack.faults.append(Fault("assistant.threads.setStatus", 99, status=status))
    ts = await slack.mention("UANA", QUESTION)
    assert "27 days" in words_of(await slack.answer("CGEN", ts))
    await settled(workspace)
    assert slack.calls["chat.startStream"] == 1
