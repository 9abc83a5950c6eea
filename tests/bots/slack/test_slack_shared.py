"""Channels that are shared with other organisations (Slack Connect): what everyone may read stays inside."""

import pytest
from fake_slack import button, words_of
from workspace import Workspace

ADMIN, OUTSIDER, QUESTION = "UADMIN", "UEXT", "How many days of annual leave do employees get?"


@pytest.fixture
def partners(workspace: Workspace) -> Workspace:
    """CPART is shared with another organisation; UEXT is of that one."""
    workspace.slack.shared.add("CPART")
    workspace.slack.teams[OUTSIDER] = "TOTHER"
    return workspace


async def told(workspace: Workspace, user: str, line: str, channel: str = "CPART") -> dict:
    return await workspace.slack.privately(await workspace.slack.command(user, line, channel))


async def test_what_everyone_reads_is_not_said_where_others_listen(partners: Workspace) -> None:
    slack = partners.slack
    for user in ("UANA", OUTSIDER):
        answer = words_of(await slack.answer("CPART", await slack.mention(user, QUESTION, "CPART")))
        assert "27 days" not in answer
        assert "Leave" not in answer
        assert "People from other organisations are in this channel" in answer
    assert slack.ephemeral == []  # nobody is told of more, the outsider neither


async def test_what_was_opened_to_the_channel_by_name_is_said_there(partners: Workspace) -> None:
    slack, catalog = partners.slack, partners.here.catalog
    catalog.create_space("partners")
    partners.here.home.fill(
        {"api.md": "# API\n\nThe rate limit of the API is 40 calls a minute.\n"}, "partners"
    )
    await told(partners, ADMIN, "spaces allow partners here")
    asked = await slack.mention(OUTSIDER, "What is the rate limit of the API?", "CPART")
    answer = await slack.answer("CPART", asked)
    assert "40 calls" in words_of(answer)
    quotes = await slack.privately(await slack.press(OUTSIDER, button(answer, "quotes"), "CPART", answer))
    assert "40 calls" in words_of(quotes)
    why = await slack.answer("CPART", await slack.mention(OUTSIDER, QUESTION, "CPART"))
    assert "27 days" not in words_of(why)
    assert "the 1 document in partners" in words_of(why)


async def test_of_ones_own_people_each_still_asks_in_private_and_shares_no_secret(
    partners: Workspace,
) -> None:
    slack = partners.slack
    private = await told(partners, "UANA", f"ask {QUESTION}")
    assert "27 days" in words_of(private)
    quotes = await slack.privately(await slack.press("UANA", button(private, "quotes"), "CPART", {}))
    assert "27 days" in words_of(quotes)
    shared = await slack.privately(await slack.press("UANA", button(private, "share"), "CPART", {}))
    assert "This can't be shared here" in words_of(shared)
    assert slack.channels["CPART"] == {}


async def test_nothing_of_an_outsiders_number_gives_them_rights(partners: Workspace) -> None:
    """Neither a right nor the office of an admin goes by the number of somebody in another workspace."""
    slack, catalog = partners.slack, partners.here.catalog
    slack.teams[ADMIN] = "TOTHER"
    catalog.allow("hr", f"slack:user:{ADMIN}")
    await slack.mention(ADMIN, "status", "CPART")
    assert words_of((await slack.until(lambda: slack.ephemeral))[0]).startswith("That is for admins")
    asked = await slack.mention(ADMIN, "What is the bonus pool of zqsecret salaries?", "CPART")
    assert "12 percent" not in words_of(await slack.answer("CPART", asked))
    assert "direct message" not in str(slack.ephemeral)


async def test_a_channel_that_becomes_shared_is_noticed_by_its_next_message(partners: Workspace) -> None:
    slack = partners.slack
    answer = await slack.answer("CGEN", await slack.mention("UANA", QUESTION))
    assert "27 days" in words_of(answer)
    event = {
        "type": "app_mention",
        "user": "UANA",
        "text": f"<@UBOT> {QUESTION}",
        "ts": "1800000000.000100",
        "channel": "CGEN",
        "channel_type": "channel",
        "team": "T1",
    }
    slack.channels["CGEN"][event["ts"]] = event
    await slack.event(event, shared=True)
    assert "27 days" not in words_of(await slack.answer("CGEN", event["ts"]))
    quotes = await slack.privately(await slack.press(OUTSIDER, button(answer, "quotes"), "CGEN", answer))
    assert "no longer here" in words_of(quotes)
