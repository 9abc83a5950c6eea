"""Channels of which Slack does not tell who is in them: what is for one's own people stays with them."""

from pathlib import Path

import pytest
from desk_kit import desk_home
from fake_slack import BOT, Fault, button, walk, words_of
from workspace import Workspace

from bots.slack.needs import TRIAGE_SHORTCUT
from brain.catalog.tickets.cases import CategoryRow

ADMIN, OUTSIDER, QUESTION = "UADMIN", "UEXT", "How many days of annual leave do employees get?"


@pytest.fixture(params=["channel_not_found", "missing_scope", "ekm_access_denied", 429])
def unknown(workspace: Workspace, request: pytest.FixtureRequest) -> Workspace:
    """Slack refuses to tell of any channel, or has been asked too much; UEXT is of another organisation."""
    fault = Fault("conversations.info", 999, error=request.param)
    if request.param == 429:
        fault = Fault("conversations.info", 999, status=429, retry_after=60)
    workspace.slack.faults.append(fault)
    workspace.slack.teams[OUTSIDER] = "TOTHER"
    return workspace


async def told(workspace: Workspace, user: str, line: str, channel: str = "CNEW") -> dict:
    return await workspace.slack.privately(await workspace.slack.command(user, line, channel))


async def pressed(workspace: Workspace, user: str, message: dict, action: str, channel: str = "CNEW") -> str:
    slack = workspace.slack
    return words_of(await slack.privately(await slack.press(user, button(message, action), channel, message)))


async def test_a_stranger_is_none_of_ones_own_people_there(unknown: Workspace) -> None:
    said = words_of(await told(unknown, OUTSIDER, f"ask {QUESTION}"))
    assert "27 days" not in said
    assert "can't find you among them. One of them can ask for you." in said
    assert "That is for admins" in words_of(await told(unknown, OUTSIDER, "status"))


async def test_nor_where_they_find_an_answer_and_press_what_is_under_it(unknown: Workspace) -> None:
    slack = unknown.slack
    answer = await slack.answer("CNEW", await slack.mention("UANA", QUESTION, "CNEW"))
    assert "27 days" in words_of(answer)  # Slack said with the question that nobody else was there
    for action in ("quotes", "person"):
        assert "27 days" not in await pressed(unknown, OUTSIDER, answer, action)


async def test_of_ones_own_people_each_asks_in_private_still_and_an_admin_sees_why_nothing_is_shared(
    unknown: Workspace,
) -> None:
    slack = unknown.slack
    private = await told(unknown, "UANA", f"ask {QUESTION}")
    assert "27 days" in words_of(private)
    assert "27 days" in words_of(
        await slack.privately(await slack.press("UANA", button(private, "quotes"), "CNEW", {}))
    )
    refused = await slack.privately(await slack.press("UANA", button(private, "share"), "CNEW", {}))
    assert "I can't find out who reads this channel" in words_of(refused)
    assert slack.channels["CNEW"] == {}
    status = await told(unknown, ADMIN, "status", "CADM")
    why = {"channel_not_found": "/invite @citewise", "missing_scope": "citewise doctor"}
    (code,) = {fault.error for fault in slack.faults}
    assert why.get(code, code or "Slack could not be asked") in words_of(status)
    assert {"type": "channel", "channel_id": "CNEW"} in walk(status["blocks"])


async def test_once_slack_tells_it_is_a_channel_like_all_others(unknown: Workspace) -> None:
    slack = unknown.slack
    private = await told(unknown, "UANA", f"ask {QUESTION}")
    slack.faults.clear()  # somebody invites the bot, and says hello
    await slack.answer("CNEW", await slack.mention("UANA", QUESTION, "CNEW"))
    said = words_of(await slack.privately(await slack.press("UANA", button(private, "share"), "CNEW", {})))
    assert "Shared with the channel" in said
    assert unknown.here.catalog.places.unsure() == {}


async def test_a_question_with_which_slack_does_not_tell_it_either_is_answered_from_nothing(
    unknown: Workspace,
) -> None:
    slack = unknown.slack
    asked = {"type": "app_mention", "user": "UANA", "text": f"<@{BOT}> {QUESTION}", "ts": "1800000000.1"}
    slack.channels["CNEW"]["1800000000.1"] = asked
    await slack.event({**asked, "channel": "CNEW", "team": "T1"}, is_ext_shared_channel=None)
    said = words_of(await slack.answer("CNEW", "1800000000.1"))
    assert "27 days" not in said
    assert "I can't find out who reads this channel" in said
    assert "Ask me in a direct message" in said


async def test_alone_with_the_bot_a_stranger_is_one_too(unknown: Workspace) -> None:
    said = words_of(await told(unknown, OUTSIDER, f"ask {QUESTION}", "DUEXT"))
    assert "27 days" not in said
    assert "can't find you among them" in said
    home = {"type": "app_home_opened", "user": OUTSIDER, "tab": "home", "channel": "DUEXT"}
    await unknown.slack.event(home, is_ext_shared_channel=True)
    view = await unknown.slack.until(lambda: unknown.slack.homes.get(OUTSIDER))
    assert "I can't answer you here" in words_of(view)
    assert "Annual leave" not in words_of(view)


async def test_nor_does_another_strangers_home_page_tell_who_they_are(workspace: Workspace) -> None:
    """UGRID is of a larger organisation's other workspace, and Slack says so; of UEXT it says nothing."""
    slack = workspace.slack
    slack.teams[OUTSIDER] = "TOTHER"
    slack.teams["UGRID"] = "TGRID"
    opened = {"type": "app_home_opened", "tab": "home"}
    grid = {"team_id": "TGRID", "is_ext_shared_channel": False}
    await slack.event({**opened, "user": "UGRID", "channel": "DUGRID"}, **grid)
    await slack.until(lambda: slack.homes.get("UGRID"))
    team = {"team_id": "TOTHER", "is_ext_shared_channel": None}
    await slack.event({**opened, "user": OUTSIDER, "channel": "DUEXT"}, **team)
    view = await slack.until(lambda: slack.homes.get(OUTSIDER))
    assert "I can't answer you here" in words_of(view)


async def test_of_a_larger_organisation_whoever_slack_calls_ones_own_goes_on_alone(
    unknown: Workspace,
) -> None:
    """Their team is another, and what they write comes with Slack's word that nobody else is there."""
    slack = unknown.slack
    answer = await slack.answer("DUEXT", await slack.say(OUTSIDER, QUESTION, "DUEXT"))
    assert "27 days" in await pressed(unknown, OUTSIDER, answer, "quotes", "DUEXT")


async def test_a_request_shows_people_of_whom_nobody_knew_yet_only_what_they_may_read(
    workspace: Workspace,
) -> None:
    """Nobody has ever written where the request goes, so that its readers are found out for it."""
    slack = workspace.slack
    slack.shared.add("CHELP")
    workspace.here.catalog.places.set_support("general", "slack:channel:CHELP", by=f"slack:user:{ADMIN}")
    answer = await slack.answer("CGEN", await slack.mention("UANA", QUESTION))
    await slack.privately(await slack.press("UANA", button(answer, "person"), "CGEN", answer))
    (request,) = slack.channels["CHELP"].values()
    assert "27 days" not in words_of(request)
    assert "documents that are not shown here" in words_of(request)


async def test_a_private_answer_is_not_shared_with_a_channel_that_others_have_joined_a_moment_ago(
    workspace: Workspace,
) -> None:
    slack = workspace.slack
    private = await told(workspace, "UANA", f"ask {QUESTION}")
    slack.shared.add("CNEW")
    said = words_of(await slack.privately(await slack.press("UANA", button(private, "share"), "CNEW", {})))
    assert "This can't be shared here" in said
    assert slack.channels["CNEW"] == {}


async def test_a_reply_is_not_sent_from_elsewhere_where_others_have_joined_a_moment_ago(
    workspace: Workspace,
) -> None:
    slack, kim = workspace.slack, "UKIM"
    workspace.here.catalog.places.set_support("general", "slack:channel:CHELP", by=f"slack:user:{ADMIN}")
    root = await slack.say("UANA", f"Hello! {QUESTION}", "CHELP")
    await slack.say("UBEN", "Nobody here knows.", "CHELP", root)
    await slack.privately(await slack.shortcut(kim, "CHELP", root, TRIAGE_SHORTCUT))
    shown = await told(workspace, kim, "triage 1", "DKIM")
    slack.shared.add("CHELP")
    said = await pressed(workspace, kim, {**shown, "ts": ""}, "case_send", "DKIM")
    assert "not everyone in the thread may read" in said
    assert slack.answers("CHELP", root) == []


async def test_a_case_is_given_to_people_of_whom_nobody_knew_yet_with_only_what_they_may_read(
    workspace: Workspace,
) -> None:
    """A category is a channel's, in which nobody has ever written to the bot: others are in it."""
    slack, kim, catalog = workspace.slack, "UKIM", workspace.here.catalog
    catalog.places.set_support("general", "slack:channel:CHELP", by=f"slack:user:{ADMIN}")
    catalog.cases.set_category(CategoryRow("leave", owner="slack:channel:CNEW"), by=f"slack:user:{ADMIN}")
    slack.shared.add("CNEW")
    root = await slack.say("UANA", f"Hello! {QUESTION}", "CHELP")
    shown = await slack.privately(await slack.shortcut(kim, "CHELP", root, TRIAGE_SHORTCUT))
    here = {"ts": "", "thread_ts": shown.get("thread_ts")}
    chosen = button(shown, "case_category")
    shown = await slack.privately(await slack.press(kim, chosen, "CHELP", here, value="leave"))
    assert "27 days" in words_of(shown)
    address = await slack.press(kim, button(shown, "case_assign"), "CHELP", here)
    (view,) = await slack.until(lambda: slack.modals)
    await slack.submit(kim, view)
    await slack.privately(address)
    (given,) = slack.channels["CNEW"].values()
    assert "27 days" not in words_of(given)
    assert "documents that may not be shown here" in words_of(given)


async def test_what_is_remembered_of_channels_is_bounded_and_forgotten_on_the_closed_side(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.slack.organisation._REMEMBERED", 3)
    slack = workspace.slack
    for number in range(8):
        await told(workspace, "UANA", "help", f"C{number}")
        await told(workspace, OUTSIDER, "help", f"DEXT{number}")
    channels = slack.calls["conversations.info"]
    assert channels == 8
    await told(workspace, "UANA", "help", "C7")
    assert slack.calls["conversations.info"] == channels  # known still
    slack.shared.add("C1")
    await told(workspace, "UANA", "help", "C1")
    assert "slack:channel:C1" in workspace.here.catalog.places.outside(["slack:channel:C1"])


def test_who_is_in_a_place_is_noted_and_why_that_is_not_known(tmp_path: Path) -> None:
    with desk_home(tmp_path) as here:
        places, (one, two) = here.catalog.places, ("slack:channel:C1", "slack:channel:C2")
        places.set_outside(one, outside=True, unsure="Slack does not say.")
        places.set_outside(two, outside=True)
        assert places.outside([one, two]) == {one, two}
        assert places.unsure() == {one: "Slack does not say."}
        assert places.unsure(since="9999-01-01") == {}
        places.set_outside(one, outside=False)
        places.set_outside(two, outside=False)
        assert (places.outside([one, two]), places.unsure()) == (frozenset(), {})
