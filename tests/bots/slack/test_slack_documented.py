"""What Slack's documentation says of errors, files and addresses, where our small Slack could be kinder."""

import asyncio
import json
from collections import Counter
from typing import Any

import aiohttp
import pytest
from fake_slack import APP_TOKEN, BOT, BOT_TOKEN, FakeSlack, Fault, blocks_of, texts, words_of
from slack_fields import faults_of
from slack_methods import ARGUMENTS, refuses
from slack_sdk.web.async_client import AsyncWebClient
from workspace import Workspace, handed_on

from bots.checks import Verdict
from bots.desk.cards import Card, Quote, Row
from bots.slack import needs, posting, words
from bots.slack.blocks import card_blocks
from bots.slack.calls import Calls
from bots.slack.diagnosis import examine
from bots.slack.events import Known, translate
from bots.slack.naming import Own
from bots.slack.organisation import Organisation
from bots.slack.service import SlackSettings

ADMIN, QUESTION = "UADMIN", "How many days of annual leave do employees get?"
EVERY_ADDRESS = Counter({f"r{number}": 5 for number in range(2_000)})


def test_every_method_that_is_called_is_described() -> None:
    assert set(ARGUMENTS) == {*needs.SCOPES_OF, "apps.connections.open"}


@pytest.mark.parametrize("code", ["rate_limited", "org_login_required", "team_added_to_org"])
async def test_an_answer_that_slack_does_not_take_just_now_is_given_later(
    workspace: Workspace, code: str
) -> None:
    slack = workspace.slack
    slack.streams = False
    slack.faults.append(Fault("chat.postMessage", 1, error=code))
    ts = await slack.mention("UANA", QUESTION)
    assert "27 days" in words_of(await slack.answer("CGEN", ts))
    assert slack.calls["chat.postMessage"] == 2
    assert workspace.written == []


@pytest.mark.parametrize("status", [404, 200])
async def test_what_its_response_address_no_longer_takes_is_said_in_another_way(
    workspace: Workspace, status: int
) -> None:
    slack = workspace.slack
    slack.uses, slack.used_up = Counter(EVERY_ADDRESS), status
    await slack.command("UANA", "help")
    (shown,) = await slack.until(lambda: slack.ephemeral)
    assert words_of(shown).startswith("What I can do")
    assert "address" not in shown
    slack.outside.add("DBETWEEN")  # what two people write to each other, where commands work too
    await slack.command("UANA", f"ask {QUESTION}", "DBETWEEN")
    (told,) = await slack.until(lambda: list(slack.channels["DUANA"].values()))
    assert "27 days" in words_of(told)
    assert slack.channels["DBETWEEN"] == {}


async def test_an_address_is_used_no_more_than_five_times(workspace: Workspace) -> None:
    slack = workspace.slack
    message = {"response_type": "ephemeral", "text": "Words", "replace_original": False}
    statuses = []
    async with aiohttp.ClientSession() as session:
        for _ in range(6):
            async with session.post(f"{slack.url}/respond/r1", json=message) as response:
                statuses.append(response.status)
    assert statuses == [200] * 5 + [404]


async def test_of_a_file_in_a_shared_channel_more_is_asked(workspace: Workspace) -> None:
    slack = workspace.slack
    slack.files["parking.md"] = b"# Parking\n\nVisitors park on level two of the garage.\n"
    url = f"{slack.url}/files/parking.md"
    slack.hidden["F1"] = {"id": "F1", "name": "parking.md", "size": 60, "url_private_download": url}
    stub = {"id": "F1", "mode": "file_access", "file_access": "check_file_info", "created": 0, "user": ""}
    preview = await slack.answer("DADMIN", await slack.say(ADMIN, "add", "DADMIN", files=[stub]))
    assert words_of(preview).startswith("Add “Parking”?")
    gone = await slack.say(ADMIN, "add", "DADMIN", files=[{**stub, "id": "F2"}])
    refused = await slack.answer("DADMIN", gone)
    assert "send it to me in a direct message" in words_of(refused)


async def test_a_workspace_without_agents_lacks_suggestions_and_nothing_else(workspace: Workspace) -> None:
    slack = workspace.slack
    slack.scopes = set(needs.SCOPES - needs.OF_AGENTS)
    opened = {"type": "app_home_opened", "user": "UANA", "channel": "DANA", "tab": "messages"}
    await slack.event({**opened, "event_ts": "1.1"})
    assert "27 days" in words_of(await slack.answer("DANA", await slack.say("UANA", QUESTION, "DANA")))
    await slack.until(lambda: slack.calls["assistant.threads.setSuggestedPrompts"])
    assert workspace.written == []
    settings = SlackSettings(BOT_TOKEN, APP_TOKEN, api_url=slack.api_url)
    found = await asyncio.to_thread(lambda: list(examine(settings, [])))
    assert [check.verdict for check in found if "assistant:write" in check.found] == [Verdict.NOTE]


async def test_an_answer_that_may_not_be_changed_any_more_gives_way_to_the_new_one(
    workspace: Workspace,
) -> None:
    slack = workspace.slack
    asked = await slack.mention("UANA", "How many weeks of notice?")
    await slack.answer("CGEN", asked)
    slack.faults.append(Fault("chat.update", 1, error="edit_window_closed"))
    await slack.edit("CGEN", asked, f"<@{BOT}> {QUESTION}")
    await slack.until(lambda: not slack._unacked)
    await slack.until(lambda: not workspace.here.catalog.inbox.queues())
    (answer,) = slack.answers("CGEN", asked)
    assert "27 days" in words_of(answer)
    assert workspace.written == []
    await slack.delete("CGEN", asked)
    await slack.until(lambda: not slack.answers("CGEN", asked))


async def test_the_new_one_is_not_posted_twice_where_slacks_answer_to_it_was_lost(
    workspace: Workspace,
) -> None:
    slack = workspace.slack
    asked = await slack.mention("UANA", "How many weeks of notice?")
    await slack.answer("CGEN", asked)
    slack.faults.append(Fault("chat.update", 2, error="cant_update_message"))
    slack.faults.append(Fault("chat.postMessage", 1, status=500, afterwards=True))
    await slack.edit("CGEN", asked, f"<@{BOT}> {QUESTION}")
    await slack.until(lambda: slack.calls["chat.update"] == 2)
    await slack.until(lambda: not workspace.here.catalog.inbox.queues())
    assert ["27 days" in words_of(shown) for shown in slack.answers("CGEN", asked)] == [True]


async def test_who_asked_where_nobody_may_write_any_more_is_told_alone(workspace: Workspace) -> None:
    slack = workspace.slack
    _, request = await handed_on(workspace)
    slack.faults.append(Fault("chat.postMessage", 1, error="restricted_action_read_only_channel"))
    await slack.say("UKIM", "On the ground floor of house B.", "CHELP", request["ts"])
    (told,) = await slack.until(lambda: list(slack.channels["DUANA"].values()))
    assert "On the ground floor of house B." in words_of(told)


async def test_a_stream_grows_and_is_ended_with_its_foot(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "_BETWEEN_APPENDS", 0.0)
    slack, noted = workspace.slack, []
    root = await slack.say("UANA", "A question", "CROOM")

    async def note(ts: str) -> None:
        noted.append(ts)

    where = {"channel": "CROOM", "root": root, "ts": root, "user": "UANA", "team": "T1"}
    calls = Calls(AsyncWebClient(BOT_TOKEN, base_url=slack.api_url))
    message = posting.AnswerMessage(calls, Own(BOT, "B1"), "key", where, note)
    for grown in ("One.", "One. ", "One. Two."):
        await message.draft(grown)
    await message.finish("One. Two. Three.", [], [])
    (stands,) = slack.answers("CROOM", root)
    assert noted == [stands["ts"]]
    assert slack.calls["chat.appendStream"] == 1
    assert words_of(stands) == "One. Two. Three."
    again = posting.AnswerMessage(calls, Own(BOT, "B1"), "key", where, note)
    await again.find()
    assert again.ts == stands["ts"]


def test_a_name_beside_the_bots_mention_is_no_word_of_the_question() -> None:
    said = f"<@{BOT}|citewise> may <@U2|ben> see <#C1|general>?"
    assert words.asked(said, BOT).strip() == "may @ben see ?"
    assert words.commanded(said, BOT) == "may slack:user:U2 see slack:channel:C1?"
    assert words.plain(said, BOT).strip() == "may @ben see #general?"


def test_who_uses_a_menu_is_of_their_own_team_and_not_of_the_places() -> None:
    body: dict[str, Any] = {"type": "message_action", "callback_id": needs.SHORTCUT, "trigger_id": "1.2"}
    body |= {"team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T2"}, "channel": {"id": "C1"}}
    known = Known(BOT, Organisation(frozenset({"T1"})), *[lambda name: False] * 4)
    new = translate({**body, "message": {"ts": "1.1", "text": "Words"}}, known)
    assert new is not None
    assert json.loads(new.payload)["team"] == "T2"


def test_addresses_and_quotes_at_their_limits_are_a_message_that_slack_takes() -> None:
    far = "https://drive.example/" + "x" * 3_000
    card = Card("Far", "", (Row("Place", "far", far),), quotes=(Quote("[1] Far", "", link=far),))
    checks = FakeSlack()
    checks._check_blocks(card_blocks(card))
    assert checks.complaints == []
    assert texts(blocks_of({"blocks": card_blocks(card)})) > 10


@pytest.mark.parametrize(
    ("block", "fault"),
    [
        ({"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}, "header: a text of 151"),
        ({"type": "rich_text", "elements": [], "words": ""}, "has ['words']"),
        ({"type": "context_actions", "elements": [{"type": "button"}]}, "['button'] in context_actions"),
        ({"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": []}]}, "of 0 elements"),
        ({"type": "table", "rows": []}, "no such type: table"),
    ],
)
def test_the_small_slack_complains_of_what_slack_refuses(block: dict[str, Any], fault: str) -> None:
    assert any(fault in found for found in faults_of(block))


def test_the_small_slack_refuses_with_slacks_own_words() -> None:
    assert refuses("chat.postMessage", "rate_limited")
    assert not refuses("chat.startStream", "feature_not_enabled")
