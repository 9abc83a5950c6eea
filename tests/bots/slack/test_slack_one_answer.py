"""One visible answer to each question, also where Slack refuses to change, or to stream, what was begun."""

import asyncio
from pathlib import Path

import pytest
from fake_slack import BOT, BOT_TOKEN, Fault, words_of
from slack_sdk.web.async_client import AsyncWebClient
from workspace import Workspace, opened

from bots.slack import posting
from bots.slack.blocks import paragraphs
from bots.slack.calls import Calls
from bots.slack.naming import Own
from brain.answering.extracting.extractive import ExtractiveAnswerer

QUESTION = "How many days of annual leave do employees get?"


async def test_an_answer_that_is_there_at_once_is_posted_as_a_whole(tmp_path: Path) -> None:
    """Streamed, its number would stand in a paragraph of its own, and lead nowhere."""
    async with opened(tmp_path, ExtractiveAnswerer()) as workspace:
        (answer,) = await asked_and_settled(workspace)
        assert answer.startswith("Full-time employees get 27 days of paid annual leave in a calendar year.")
        calls = workspace.slack.calls
        assert (calls["chat.startStream"], calls["chat.update"], calls["chat.postMessage"]) == (0, 0, 1)


async def settled(workspace: Workspace) -> None:
    await workspace.slack.until(lambda: not workspace.slack._unacked)
    await workspace.slack.until(lambda: not workspace.here.catalog.inbox.queues())


async def asked_and_settled(workspace: Workspace, channel: str = "CGEN") -> list[str]:
    """What the bot says below a question, once all is done."""
    ts = await workspace.slack.mention("UANA", QUESTION, channel)
    await workspace.slack.until(lambda: workspace.slack.answers(channel, ts))
    await settled(workspace)
    return [words_of(message) for message in workspace.slack.answers(channel, ts)]


@pytest.mark.parametrize("code", ["cant_update_message", "edit_window_closed", "update_failed"])
async def test_half_a_stream_that_can_not_be_changed_is_taken_away(workspace: Workspace, code: str) -> None:
    slack = workspace.slack
    slack.faults.append(Fault("chat.stopStream", 1, error="message_not_in_streaming_state"))
    slack.faults.append(Fault("chat.update", 1, error=code))
    (answer,) = await asked_and_settled(workspace)
    assert answer.count("27 days") == 1
    assert "Leave › Annual leave" in answer
    assert workspace.written == []


async def test_half_a_stream_that_can_not_be_taken_away_says_where_the_answer_is(
    workspace: Workspace,
) -> None:
    slack = workspace.slack
    slack.faults.append(Fault("chat.stopStream", 1, error="message_not_in_streaming_state"))
    slack.faults.append(Fault("chat.update", 1, error="update_failed"))
    slack.faults.append(Fault("chat.delete", 1, error="cant_delete_message"))
    before, answer = await asked_and_settled(workspace)
    assert before == "The answer is below."
    assert answer.startswith("Full-time employees get 27 days")
    assert workspace.written == []


async def test_an_answer_below_half_a_stream_that_slack_lets_nobody_touch_says_that_it_holds(
    workspace: Workspace,
) -> None:
    slack = workspace.slack
    slack.faults.append(Fault("chat.stopStream", 1, error="message_not_in_streaming_state"))
    slack.faults.append(Fault("chat.update", 9, error="edit_window_closed"))
    slack.faults.append(Fault("chat.delete", 9, error="cant_delete_message"))
    *_, answer = await asked_and_settled(workspace)
    assert answer.startswith("This takes the place of what I wrote above.")
    assert "Leave › Annual leave" in answer
    assert workspace.written == []


async def test_an_edited_question_whose_old_answer_can_not_be_touched_has_one_that_holds(
    workspace: Workspace,
) -> None:
    slack = workspace.slack
    ts = await slack.mention("UANA", QUESTION)
    await slack.answer("CGEN", ts)
    await settled(workspace)
    slack.faults.append(Fault("chat.update", 9, error="edit_window_closed"))
    slack.faults.append(Fault("chat.delete", 9, error="cant_delete_message"))
    await slack.edit("CGEN", ts, f"<@{BOT}> How long is parental leave?")
    said = words_of(await slack.answer("CGEN", ts, 2))
    assert said.startswith("This takes the place of what I wrote above.")
    assert "16 weeks" in said


async def test_a_stream_that_had_not_ended_and_can_not_be_changed_is_taken_away(workspace: Workspace) -> None:
    slack = workspace.slack
    slack.faults.append(Fault("chat.stopStream", 1, error="invalid_blocks"))
    slack.faults.append(Fault("chat.update", 1, error="streaming_state_conflict"))
    slack.faults.append(Fault("chat.update", 1, error="edit_window_closed"))
    (answer,) = await asked_and_settled(workspace)
    assert "Leave › Annual leave" in answer
    assert workspace.written == []


async def test_a_stream_that_is_gone_is_followed_by_the_whole_answer(workspace: Workspace) -> None:
    slack = workspace.slack
    slack.faults.append(Fault("chat.stopStream", 1, error="message_not_found"))
    slack.faults.append(Fault("chat.update", 1, error="message_not_found"))
    *_, answer = await asked_and_settled(workspace)
    assert "Leave › Annual leave" in answer
    assert slack.calls["chat.delete"] == 0
    assert workspace.written == []


@pytest.mark.parametrize("moment", ["chat.delete", "chat.postMessage"])
async def test_killed_while_it_replaces_what_can_not_be_changed_it_ends_with_one_answer(
    workspace: Workspace, moment: str
) -> None:
    slack = workspace.slack
    slack.faults.append(Fault("chat.stopStream", 1, error="message_not_in_streaming_state"))
    slack.faults.append(Fault("chat.update", 1, error="cant_update_message"))
    slack.faults.append(Fault(moment, 1, held=True))
    ts = await slack.mention("UANA", QUESTION)
    await slack.until(lambda: slack.calls[moment])
    await workspace.restart()
    await settled(workspace)
    (answer,) = slack.answers("CGEN", ts)
    assert "27 days" in words_of(answer)
    assert "Leave › Annual leave" in words_of(answer)


async def test_an_answer_that_somebody_deleted_does_not_come_back_with_an_edit(workspace: Workspace) -> None:
    slack = workspace.slack
    ts = await slack.mention("UANA", QUESTION)
    answer = await slack.answer("CGEN", ts)
    await settled(workspace)
    del slack.channels["CGEN"][answer["ts"]]
    await slack.edit("CGEN", ts, f"<@{BOT}> How long is parental leave?")
    await slack.until(lambda: slack.calls["chat.update"])
    await settled(workspace)
    assert slack.answers("CGEN", ts) == []
    assert (slack.ephemeral, workspace.written) == ([], [])


async def test_where_too_many_streams_begin_the_whole_answer_is_posted_at_once(workspace: Workspace) -> None:
    """Slack takes twenty a minute, and a message each second: who asks then need not wait for a stream."""
    slack = workspace.slack
    slack.faults.append(Fault("chat.startStream", 99, status=429, retry_after=60))
    asked = [await slack.mention(f"U{number}", QUESTION, "CGEN") for number in range(3)]
    async with asyncio.timeout(30):
        for ts in asked:
            assert "27 days" in words_of(await slack.answer("CGEN", ts))
    await settled(workspace)
    assert [len(slack.answers("CGEN", ts)) for ts in asked] == [1, 1, 1]


async def test_whose_turn_it_was_is_not_remembered_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.slack.calls._PACED_AT_MOST", 5)
    monkeypatch.setattr("bots.slack.calls._PACE", {"chat.update": 0.001})
    calls = Calls(None)  # type: ignore[arg-type]
    for number in range(40):
        await calls._keep_pace("chat.update", f"C{number}")
        await calls._keep_pace("chat.update", f"C{number}")  # has to wait, so that its first turn is over
    assert len(calls._free) <= 5


@pytest.mark.parametrize(
    "fault",
    [
        Fault("chat.appendStream", 1, status=500, afterwards=True),
        Fault("chat.appendStream", 1, status=500),
        Fault("chat.appendStream", 9, status=429, retry_after=60),
    ],
    ids=["lost", "failed", "too many"],
)
async def test_no_piece_of_a_stream_is_read_twice(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    monkeypatch.setattr(posting, "_BETWEEN_APPENDS", 0.0)
    slack = workspace.slack
    root = await slack.say("UANA", "A question", "CROOM")

    async def note(ts: str) -> None:
        assert ts

    where = {"channel": "CROOM", "root": root, "ts": root, "user": "UANA", "team": "T1"}
    calls = Calls(AsyncWebClient(BOT_TOKEN, base_url=slack.api_url))
    message = posting.AnswerMessage(calls, Own(BOT, "B1"), "key", where, note)
    slack.faults.append(fault)
    for grown in ("One.", "One. Two.", "One. Two. Three."):
        await message.draft(grown)
    await message.finish("One. Two. Three. Four.", paragraphs("One. Two. Three. Four."), [])
    (stands,) = slack.answers("CROOM", root)
    assert words_of(stands) == "One. Two. Three. Four."
    assert not stands["streaming"]
    assert slack.calls["chat.appendStream"] == 1
