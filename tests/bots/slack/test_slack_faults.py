"""What goes wrong between us and Slack: every question still gets one answer."""

import asyncio
import random
from collections import Counter

import pytest
from fake_slack import BOT, BOT_TOKEN, Fault, button, walk, words_of
from workspace import Workspace

from bots.doors.inbox import Unreachable
from bots.slack.calls import SlackRefused
from bots.slack.service import SlackService, SlackSettings
from brain.catalog.chats.inbox import Limits
from brain.errors import UsageError

QUESTION = "How many days of annual leave do employees get?"


def unfinished(workspace: Workspace) -> int:
    with workspace.here.catalog.database.reading() as connection:
        return int(connection.execute("SELECT count(*) FROM inbox WHERE state <> 'done'").fetchone()[0])


async def all_answered(workspace: Workspace, asked: list[tuple[str, str]]) -> None:
    slack = workspace.slack
    for channel, ts in asked:
        await slack.answer(channel, ts)
    await slack.until(lambda: not slack._unacked)
    await slack.until(lambda: not unfinished(workspace))
    assert {len(slack.answers(channel, ts)) for channel, ts in asked} == {1}


@pytest.mark.parametrize(
    "fault",
    [
        Fault("chat.stopStream", 2, status=429, retry_after=0.2),
        Fault("chat.startStream", 1, status=500),
        Fault("chat.startStream", 1, status=500, afterwards=True),
        Fault("chat.stopStream", 1, status=503, afterwards=True),
        Fault("chat.startStream", 1, error="internal_error"),
        Fault("assistant.threads.setStatus", 1, error="missing_scope"),
        Fault("assistant.threads.setStatus", 99, status=429, retry_after=600),
        Fault("usergroups.list", 1, error="missing_scope"),
        Fault("chat.stopStream", 1, status=503, page="<html>We are having trouble</html>"),
        Fault("chat.stopStream", 1, status=502, page=""),
        Fault("chat.startStream", 1, page="<html>Sign in to the network</html>"),
    ],
    ids=lambda f: f"{f.method} {f.status} {f.error} {'after' * f.afterwards}{f.page or ''}".strip(),
)
async def test_a_failing_call_neither_loses_nor_doubles_the_answer(
    workspace: Workspace, fault: Fault
) -> None:
    workspace.slack.faults.append(fault)
    ts = await workspace.slack.mention("UANA", QUESTION)
    await all_answered(workspace, [("CGEN", ts)])
    assert "27 days" in words_of(workspace.slack.answers("CGEN", ts)[0])


async def test_a_post_whose_answer_was_lost_is_found_and_not_repeated(workspace: Workspace) -> None:
    slack = workspace.slack
    slack.streams = False
    slack.faults.append(Fault("chat.postMessage", 1, status=500, afterwards=True))
    ts = await slack.mention("UANA", QUESTION)
    await all_answered(workspace, [("CGEN", ts)])
    assert slack.calls["conversations.replies"] == 1


async def test_an_answer_whose_stream_was_cut_off_and_stopped_unheard_is_shown_whole(
    workspace: Workspace,
) -> None:
    slack = workspace.slack
    slack.faults.append(Fault("chat.startStream", 1, held=True))
    ts = await slack.mention("UANA", QUESTION)
    await slack.until(lambda: slack.answers("CGEN", ts))
    slack.faults.append(Fault("chat.stopStream", 1, status=500, afterwards=True))
    await workspace.restart()
    await all_answered(workspace, [("CGEN", ts)])
    assert "27 days" in words_of(slack.answers("CGEN", ts)[0])


async def test_of_a_question_that_was_deleted_while_the_bot_was_stopped_nothing_is_said(
    workspace: Workspace,
) -> None:
    slack = workspace.slack
    slack.streams = False
    slack.faults.append(Fault("chat.postMessage", 99, status=503))
    ts = await slack.mention("UANA", QUESTION)
    await slack.until(lambda: slack.calls["chat.postMessage"])
    await workspace.service.stop()
    await slack.delete("CGEN", ts)
    slack.faults.clear()
    await workspace.restart()
    await slack.until(lambda: not slack._unacked and not unfinished(workspace))
    assert (slack.ephemeral, workspace.written) == ([], [])
    assert slack.channels["CGEN"] == {}
    assert slack.channels["DUANA"] == {}


async def test_what_the_bot_does_is_not_shown_any_more_when_an_answer_was_found_after_a_restart(
    workspace: Workspace,
) -> None:
    slack = workspace.slack
    slack.streams = False
    slack.faults.append(Fault("chat.postMessage", 1, held=True))
    ts = await slack.mention("UANA", QUESTION)
    await slack.until(lambda: slack.answers("CGEN", ts))
    await workspace.restart()
    await all_answered(workspace, [("CGEN", ts)])
    assert [told["status"] for told in slack.statuses][-2:] == ["is looking through your documents…", ""]
    assert len(workspace.here.catalog.answers.given()) == 1  # it is counted as one question


async def test_an_answer_far_down_in_a_long_thread_is_found_and_not_repeated(workspace: Workspace) -> None:
    slack = workspace.slack
    slack.streams = False
    root = await slack.say("UANA", "Hello!", "CGEN")
    before = slack.calls["conversations.replies"]
    for number in range(1, 350):
        ts = f"{float(root) + number / 1000:.6f}"
        said = {"ts": ts, "thread_ts": root, "user": "UBEN", "text": f"Message {number}"}
        slack.channels["CGEN"][ts] = said
    slack.faults.append(Fault("chat.postMessage", 1, status=500, afterwards=True))
    await slack.mention("UANA", QUESTION, "CGEN", root)
    await slack.until(lambda: slack.answers("CGEN", root) and not unfinished(workspace))
    assert len(slack.answers("CGEN", root)) == 1
    assert slack.calls["conversations.replies"] == before + 1  # what came before the question is not read


async def test_sockets_that_drop_and_refresh_lose_nothing(workspace: Workspace) -> None:
    slack, asked = workspace.slack, []
    for number in range(12):
        asked.append(("CGEN", await slack.mention(f"U{number}", QUESTION)))
        if number == 3:
            await slack.ask_to_reconnect("warning")
        if number == 6:
            await slack.ask_to_reconnect("refresh_requested")
        if number == 9:
            await slack.drop()
    await all_answered(workspace, asked)


@pytest.mark.parametrize("moment", ["received", "posted", "finished"])
async def test_a_stop_at_any_moment_is_made_good_after_the_next_start(
    workspace: Workspace, moment: str
) -> None:
    slack, catalog = workspace.slack, workspace.here.catalog
    hold = {"received": "chat.startStream", "posted": "chat.stopStream", "finished": ""}[moment]
    if hold:
        slack.faults.append(Fault(hold, 10_000, status=429, retry_after=5))
    ts = await slack.mention("UANA", QUESTION)
    await slack.until(lambda: slack.calls[hold] if hold else slack.answers("CGEN", ts))
    await workspace.service.stop()
    slack.faults.clear()
    if moment == "posted":
        with catalog.database.writing() as writer:  # killed after Slack had it, before we noted it
            writer.execute("UPDATE inbox SET posted = '', state = 'working'")
    await workspace.restart()
    await all_answered(workspace, [("CGEN", ts)])
    assert words_of(slack.answers("CGEN", ts)[0]).count("27 days") == 1


async def test_a_burst_is_acknowledged_at_once_and_worked_off(workspace: Workspace) -> None:
    slack = workspace.slack
    await workspace.restart(limits=Limits(waiting=1_000, of_person=1_000, of_place=1_000))
    await slack.until(lambda: slack._sockets)
    asked = [(f"C{n}", await slack.mention(f"U{n}", QUESTION, f"C{n}")) for n in range(40)]
    await all_answered(workspace, asked)
    assert len(slack.acked) == 80


async def test_people_who_ask_too_much_are_told_politely(workspace: Workspace) -> None:
    slack = workspace.slack
    await workspace.restart(limits=Limits(waiting=100, of_person=3, of_place=100))
    await slack.until(lambda: slack._sockets)
    asked = [("CGEN", await slack.mention("UANA", QUESTION)) for _ in range(5)]
    await all_answered(workspace, asked)
    said = [words_of(slack.answers("CGEN", ts)[0]) for _, ts in asked]
    assert sum("27 days" in words for words in said) == 3
    assert sum("One after the other" in words for words in said) == 2


async def test_those_who_wait_see_how_many_are_before_them(workspace: Workspace) -> None:
    slack = workspace.slack
    await workspace.restart(workers=1)
    await slack.until(lambda: slack._sockets)
    slack.faults.append(Fault("usergroups.list", 1, status=429, retry_after=1))
    asked = [("CGEN", await slack.mention(f"U{n}", QUESTION)) for n in range(5)]
    await slack.until(lambda: [s for s in slack.statuses if "before yours" in s["status"]])
    await all_answered(workspace, asked)


async def test_failures_are_told_in_words_for_people(workspace: Workspace) -> None:
    slack = workspace.slack
    ts = await slack.mention("UANA", "x" * 5_000 + "?")
    assert "fewer words" in words_of(await slack.answer("CGEN", ts))
    for document in workspace.here.catalog.documents():
        workspace.here.catalog.remove_document(document.id)
    ts = await slack.mention("UANA", QUESTION)
    said = words_of(await slack.answer("CGEN", ts))
    assert "nothing to answer from here yet" in said
    assert "citewise ingest" not in said
    workspace.here.desk._questions._brain = lambda: 1 / 0  # type: ignore[assignment,return-value]
    workspace.here.home.fill({"leave.md": "# Leave\n\nWords.\n"})
    ts = await slack.mention("UANA", QUESTION)
    said = words_of(await slack.answer("CGEN", ts))
    assert "did not expect" in said
    assert "division" not in said
    assert isinstance(workspace.written[-1], ZeroDivisionError)


async def test_on_a_full_disk_nothing_is_acknowledged_that_was_not_kept(workspace: Workspace) -> None:
    slack, database = workspace.slack, workspace.here.catalog.database
    slack.redelivery = 0.3
    with database.writing() as writer:  # SQLite then fails as it does where the disk is full
        pages = writer.execute("PRAGMA page_count").fetchone()[0]
        writer.execute(f"PRAGMA max_page_count = {pages}")
    words = f"<@{BOT}> {QUESTION} {'please ' * 400}"
    asked = [("CGEN", await slack.say(f"U{number}", words)) for number in range(15)]
    await slack.until(lambda: max(Counter(slack.pushed).values()) >= 3)
    with database.writing() as writer:
        writer.execute("PRAGMA max_page_count = 1000000")
    await all_answered(workspace, asked)


async def test_an_event_that_can_not_be_read_is_written_down_and_not_sent_again(workspace: Workspace) -> None:
    slack = workspace.slack
    await slack.event({"type": "message", "subtype": "message_deleted", "channel": "CGEN", "ts": "1"})
    await slack.event({"type": "app_mention", "user": "UANA", "text": "hello", "channel": None})
    await slack.until(lambda: len(workspace.written) == 2 and not slack._unacked)
    ts = await slack.mention("UANA", "How many days of annual leave do employees get?")
    assert "27 days" in words_of(await slack.answer("CGEN", ts))


async def test_a_storm_of_changes_that_ask_nothing_is_not_even_kept(workspace: Workspace) -> None:
    slack = workspace.slack
    ts = await slack.mention("UANA", "How many days of annual leave do employees get?")
    await slack.answer("CGEN", ts)
    asked = dict(slack.channels["CGEN"][ts])
    changed = {"type": "message", "subtype": "message_changed", "channel": "CGEN", "hidden": True}
    for number in range(150):
        unfurled = {**asked, "attachments": [{"text": str(number)}], "reply_count": number}
        await slack.event({**changed, "message": unfurled, "previous_message": asked})
        ours = {"user": "UBOT", "bot_id": "B1", "ts": "1800000000.7", "text": f"draft {number}"}
        await slack.event({**changed, "message": ours, "previous_message": {**ours, "text": "draft"}})
    await slack.until(lambda: not slack._unacked)
    with workspace.here.catalog.database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM inbox").fetchone()[0] == 1
    assert len(slack.answers("CGEN", ts)) == 1


async def test_a_channel_that_is_gone_stops_nothing(workspace: Workspace) -> None:
    slack = workspace.slack
    slack.outside.add("CGONE")
    await slack.mention("UANA", QUESTION, "CGONE")
    ts = await slack.mention("UANA", QUESTION)
    await all_answered(workspace, [("CGEN", ts)])
    assert any(isinstance(error, SlackRefused) for error in workspace.written)


@pytest.mark.parametrize(
    "code", ["restricted_action_read_only_channel", "is_archived", "not_in_channel", "no_permission"]
)
async def test_where_the_bot_may_not_write_the_asker_is_told_directly(
    workspace: Workspace, code: str
) -> None:
    slack = workspace.slack
    for method in ("chat.startStream", "chat.postMessage", "chat.postEphemeral"):
        times = 2 if method == "chat.postMessage" else 9  # the answer, then the apology
        slack.faults.append(Fault(method, times, error=code))
    ts = await slack.mention("UANA", QUESTION)
    (told,) = await slack.until(lambda: list(slack.channels["DUANA"].values()))
    assert words_of(told).startswith("I can't answer you there Slack does not let me write in")
    assert {"type": "channel", "channel_id": "CGEN"} in walk(told["blocks"])
    assert slack.answers("CGEN", ts) == []
    await slack.until(lambda: not unfinished(workspace))


@pytest.mark.parametrize("code", ["expired_trigger_id", "internal_error"])
async def test_a_press_whose_form_did_not_open_is_not_done_without_it(
    workspace: Workspace, code: str
) -> None:
    slack, catalog = workspace.slack, workspace.here.catalog
    answer = await slack.answer("CGEN", await slack.mention("UANA", QUESTION))
    slack.faults.append(Fault("views.open", 9, error=code))
    told = await slack.privately(await slack.press("UBEN", button(answer, "not_helpful"), "CGEN", answer))
    assert "Press again, please" in words_of(told)
    assert catalog.answers.feedback() == []
    assert slack.calls["views.open"] == 1
    told = await slack.privately(await slack.command("UADMIN", "remove"))
    assert "Which document?" in words_of(told)


async def test_wrong_tokens_are_an_error_at_the_start(workspace: Workspace) -> None:
    await workspace.service.stop()
    workspace.slack.faults.append(Fault("auth.test", 9, error="invalid_auth"))
    with pytest.raises(Unreachable, match=r"does not accept SLACK_BOT_TOKEN \(invalid_auth\)"):
        await workspace.service.start()
    workspace.slack.faults.clear()
    assert not (await workspace.service.status()).running
    for code, kind in (("missing_scope", UsageError), ("not_allowed_token_type", Unreachable)):
        workspace.slack.faults.append(Fault("apps.connections.open", 9, error=code))
        with pytest.raises(kind, match=rf"does not accept SLACK_APP_TOKEN \({code}\)"):
            await workspace.service.start()
        workspace.slack.faults.clear()
    workspace.slack.faults.append(Fault("apps.connections.open", 4, status=503))
    with pytest.raises(Unreachable, match="can't be reached"):
        await workspace.service.start()
    await workspace.restart()
    assert "connected in socket mode" in (await workspace.service.status()).sentence


async def test_what_does_not_reconnect_is_started_anew_and_says_why(workspace: Workspace) -> None:
    slack, service = workspace.slack, workspace.service
    slack.faults.append(Fault("apps.connections.open", 99, error="token_revoked"))
    await slack.drop()
    async with asyncio.timeout(60):
        while "reconnecting" not in (await service.status()).sentence:
            await asyncio.sleep(0.01)
    status = await service.status()
    assert (status.running, status.well) == (True, False)  # as /readyz tells: connected again by itself
    service.reconnects_within = 0.0
    status = await service.status()
    assert (status.running, "has not been connected for" in status.sentence) == (False, True)
    await service.stop()  # as the supervisor does, before it starts it again
    with pytest.raises(Unreachable, match=r"does not accept SLACK_APP_TOKEN \(token_revoked\)"):
        await service.start()
    slack.faults.clear()
    await workspace.restart()
    assert (await workspace.service.status()).running


async def test_a_token_that_is_taken_back_is_told_to_the_admin(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    slack = workspace.slack
    revoked = ("conversations.info", "usergroups.list", "chat.startStream")
    slack.faults += [Fault(method, 9_999, error="token_revoked") for method in revoked]
    await slack.mention("UANA", QUESTION)
    await slack.mention("UBEN", QUESTION)
    await slack.until(lambda: caplog.records)
    status = await workspace.service.status()
    assert status.running
    assert "Slack does not accept SLACK_BOT_TOKEN (token_revoked): `citewise doctor`" in status.sentence
    await slack.until(lambda: slack.calls["usergroups.list"] == 2)
    (record,) = caplog.records
    assert record.fields["reason"] == "usergroups.list: token_revoked"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("mode", "missing"), [("http", "SLACK_SIGNING_SECRET"), ("socket", "SLACK_APP_TOKEN")]
)
async def test_without_what_keeps_strangers_out_it_does_not_start(
    workspace: Workspace, mode: str, missing: str
) -> None:
    settings = SlackSettings(
        BOT_TOKEN, mode=mode, api_url=workspace.slack.api_url, host="127.0.0.1", http_port=0
    )
    bare = SlackService(settings, workspace.here.desk, workspace.here.catalog)
    with pytest.raises(UsageError, match=missing):
        await bare.start()
    assert not (await bare.status()).running


async def test_a_small_soak_with_everything_that_goes_wrong_at_once(workspace: Workspace) -> None:
    slack, chance = workspace.slack, random.Random(5)
    await workspace.restart(limits=Limits(waiting=1_000, of_person=1_000, of_place=1_000))
    await slack.until(lambda: slack._sockets)
    asked = []
    for number in range(40):
        channel = f"C{chance.randint(1, 12)}"
        asked.append((channel, await slack.mention(f"U{chance.randint(1, 20)}", QUESTION, channel)))
        method = chance.choice(["chat.startStream", "chat.stopStream", "chat.appendStream", "chat.update"])
        if chance.random() < 0.3:
            slack.faults.append(Fault(method, 1, status=429, retry_after=0.05))
        if chance.random() < 0.2:
            slack.faults.append(Fault(method, 1, status=500, afterwards=chance.random() < 0.5))
        if number % 20 == 10:
            await slack.drop()
        if number % 20 == 15:
            await workspace.restart(limits=Limits(waiting=1_000, of_person=1_000, of_place=1_000))
        await asyncio.sleep(0)
    await all_answered(workspace, asked)
