"""Channels that are shared with other organisations (Slack Connect): what everyone may read stays inside."""

import asyncio
from types import SimpleNamespace

import pytest
from desk_kit import LEAVE
from fake_slack import BOT, TEAM, button, words_of
from slack_texts import Json
from workspace import Workspace

from bots.doors.inbox import Unreachable
from bots.slack.organisation import SharedChannels

ADMIN, OUTSIDER, QUESTION = "UADMIN", "UEXT", "How many days of annual leave do employees get?"
LIMITS = "# API\n\nThe rate limit of the API is 40 calls a minute.\n"


@pytest.fixture
def partners(workspace: Workspace) -> Workspace:
    """CPART is shared with another organisation; UEXT is of that one."""
    workspace.slack.shared.add("CPART")
    workspace.slack.teams[OUTSIDER] = "TOTHER"
    return workspace


async def told(workspace: Workspace, user: str, line: str, channel: str = "CPART") -> dict:
    return await workspace.slack.privately(await workspace.slack.command(user, line, channel))


async def heard(workspace: Workspace, user: str, text: str, channel: str = "CPART", **envelope: bool) -> str:
    """A mention of which the event does not say by itself that others are in its channel."""
    slack = workspace.slack
    ts = f"18000000{len(slack.channels[channel]):02}.000100"
    event = {"type": "app_mention", "user": user, "text": f"<@UBOT> {text}", "ts": ts, "channel": channel}
    event |= {"channel_type": "channel", "team": slack.teams.get(user, "T1")}
    slack.channels[channel][ts] = event
    await slack.event(event, **{"is_ext_shared_channel": False, **envelope})
    return ts


async def test_what_everyone_reads_is_not_said_where_others_listen(partners: Workspace) -> None:
    slack = partners.slack
    answer = words_of(await slack.answer("CPART", await slack.mention("UANA", QUESTION, "CPART")))
    unflagged = words_of(await slack.answer("CPART", await heard(partners, "UANA", QUESTION)))
    for said in (
        answer,
        unflagged,
        words_of(await slack.answer("CPART", await heard(partners, OUTSIDER, QUESTION))),
    ):
        assert "27 days" not in said
        assert "Leave" not in said
        assert "People from other organisations are in this channel" in said
    assert slack.ephemeral == []  # nobody is told of more, the outsider neither


async def test_what_was_opened_to_the_channel_by_name_is_said_there(partners: Workspace) -> None:
    slack = partners.slack
    partners.here.home.fill({"api.md": LIMITS}, "partners")
    await told(partners, ADMIN, "spaces allow partners here")
    answer = await slack.answer(
        "CPART", await slack.mention("UANA", "What is the rate limit of the API?", "CPART")
    )
    assert "40 calls" in words_of(answer)
    quotes = await slack.privately(await slack.press(OUTSIDER, button(answer, "quotes"), "CPART", answer))
    assert "40 calls" in words_of(quotes)
    refusal = words_of(await slack.answer("CPART", await slack.mention("UANA", QUESTION, "CPART")))
    assert "27 days" not in refusal
    assert "the one document in partners" in refusal


async def test_of_ones_own_people_each_asks_in_private_still_and_shares_nothing(
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


async def test_an_outsider_is_told_nothing_in_private_either(partners: Workspace) -> None:
    partners.here.home.fill({"api.md": LIMITS}, "partners")
    await told(partners, ADMIN, "spaces allow partners here")
    for question in (QUESTION, "What is the rate limit of the API?"):
        said = words_of(await told(partners, OUTSIDER, f"ask {question}"))
        assert "27 days" not in said
        assert "I answer people of the organisation that runs me" in said


async def test_an_outsider_who_writes_directly_is_told_that_nobody_answers(partners: Workspace) -> None:
    slack = partners.slack
    slack.shared.add("DUEXT")
    await slack.say(OUTSIDER, QUESTION, "DUEXT")
    (said,) = await slack.until(lambda: [m for m in slack.channels["DUEXT"].values() if m["user"] == BOT])
    assert "I can't answer you" in words_of(said)


async def test_nothing_of_an_outsiders_number_gives_them_rights(partners: Workspace) -> None:
    """Neither a right nor the office of an admin goes by the number of somebody in another workspace."""
    slack, catalog = partners.slack, partners.here.catalog
    slack.teams[ADMIN] = "TOTHER"
    catalog.places.allow("hr", [f"slack:user:{ADMIN}"], by="admin")
    await heard(partners, ADMIN, "status")
    assert words_of((await slack.until(lambda: slack.ephemeral))[0]).startswith("That is for admins")
    asked = await heard(partners, ADMIN, "What is the bonus pool of zqsecret salaries?")
    assert "12 percent" not in words_of(await slack.answer("CPART", asked))
    assert "direct message" not in words_of(slack.ephemeral[-1])


async def test_a_channel_that_becomes_shared_is_noticed_by_its_next_message(partners: Workspace) -> None:
    slack = partners.slack
    answer = await slack.answer("CGEN", await slack.mention("UANA", QUESTION))
    assert "27 days" in words_of(answer)
    asked = await heard(partners, "UANA", QUESTION, "CGEN", is_ext_shared_channel=True)
    assert "27 days" not in words_of(await slack.answer("CGEN", asked))
    quotes = await slack.privately(await slack.press(OUTSIDER, button(answer, "quotes"), "CGEN", answer))
    assert "I can't go on with this answer" in words_of(quotes)


async def test_a_channel_that_becomes_shared_is_noticed_by_the_first_press_from_outside(
    partners: Workspace,
) -> None:
    """They find older answers there, and Slack may have said minutes ago that nobody else was in it."""
    slack = partners.slack
    answer = await slack.answer("CGEN", await slack.mention("UANA", QUESTION))
    slack.shared.add("CGEN")
    quotes = await slack.privately(await slack.press(OUTSIDER, button(answer, "quotes"), "CGEN", answer))
    assert "27 days" not in words_of(quotes)
    assert "I can't go on with this answer" in words_of(quotes)


async def test_a_channel_that_becomes_shared_a_moment_after_it_was_looked_at_is_noticed_by_slack_s_event(
    partners: Workspace,
) -> None:
    """Who has just looked closely would not look again for ten seconds, whoever presses."""
    slack = partners.slack
    answer = await slack.answer("CGEN", await slack.mention("UANA", QUESTION))
    said = await slack.privately(await slack.press(OUTSIDER, button(answer, "quotes"), "CGEN", answer))
    assert "27 days" in words_of(said)  # nobody else is in it yet, as far as Slack tells
    slack.shared.add("CGEN")
    told = {"type": "channel_shared", "connected_team_id": "TOTHER", "channel": "CGEN", "event_ts": "1.2"}
    await slack.event(told, is_ext_shared_channel=True)
    asked = slack.calls["conversations.info"]
    said = await slack.privately(await slack.press(OUTSIDER, button(answer, "quotes"), "CGEN", answer))
    assert "I can't go on with this answer" in words_of(said)
    assert slack.calls["conversations.info"] == asked
    assert "slack:channel:CGEN" in partners.here.catalog.places.outside(["slack:channel:CGEN"])

    slack.shared.remove("CGEN")
    left = {**told, "type": "channel_unshared", "previously_connected_team_id": "TOTHER"}
    await slack.event({**left, "is_ext_shared": False})
    assert "27 days" in words_of(await slack.answer("CGEN", await slack.mention("UANA", QUESTION)))


async def test_people_of_another_organisation_are_not_answered_in_a_shared_channel(
    workspace: Workspace,
) -> None:
    slack, catalog = workspace.slack, workspace.here.catalog
    workspace.here.home.fill({"leave.md": LEAVE}, "partners")
    catalog.places.allow("partners", ["slack:channel:CGEN"], by="admin")
    shared = {"is_ext_shared_channel": True, "team_id": "TTHEM"}
    asked = {"type": "message", "channel": "CGEN", "channel_type": "channel", "text": f"<@{BOT}> {QUESTION}"}
    for kind in ("message", "app_mention"):
        stranger = {**asked, "type": kind, "user": "UTHEM", "team": "TTHEM", "ts": "1800000000.1"}
        await slack.event(stranger, **shared)
    (told,) = await slack.until(lambda: slack.ephemeral)
    assert told["user"] == "UTHEM"
    assert "the people of the one that runs me" in words_of(told)
    await slack.event({**asked, "user": "UANA", "team": TEAM, "ts": "1800000000.2"}, **shared)
    assert "27 days" in words_of(await slack.answer("CGEN", "1800000000.2"))
    more = {**asked, "text": "And of parental leave, how many weeks?", "thread_ts": "1800000000.2"}
    await slack.event({**more, "user": "UTHEM", "user_team": "TTHEM", "ts": "1800000000.3"}, **shared)
    await slack.event({**more, "user": "UANA", "team": TEAM, "ts": "1800000000.4"}, **shared)
    assert "16 weeks" in words_of(await slack.answer("CGEN", "1800000000.2", 2))
    await slack.until(lambda: workspace.here.catalog.inbox.all_waiting() == 0)
    assert len(slack.answers("CGEN", "1800000000.2")) == 2
    assert slack.answers("CGEN", "1800000000.1") == []
    assert [message["user"] for message in slack.ephemeral].count("UTHEM") == 1


async def test_an_edit_brings_nobody_from_outside_an_answer(partners: Workspace) -> None:
    slack = partners.slack
    partners.here.home.fill({"api.md": LIMITS}, "partners")
    await told(partners, ADMIN, "spaces allow partners here")
    question = "What is the rate limit of the API?"
    ts = await slack.mention(OUTSIDER, question, "CPART")
    await slack.until(lambda: [m for m in slack.ephemeral if m.get("user") == OUTSIDER])
    slack.channels["CPART"][ts]["team"] = "TOTHER"
    await slack.edit("CPART", ts, f"<@{BOT}> {question} Please.")
    own = await slack.mention("UANA", question, "CPART")
    assert "40 calls" in words_of(await slack.answer("CPART", own))
    assert slack.answers("CPART", ts) == []


async def test_an_outsider_answers_nobody_in_the_name_of_those_who_know(partners: Workspace) -> None:
    """They read where people are asked for help; what they write there must not become a document."""
    slack, catalog = partners.slack, partners.here.catalog
    catalog.places.set_support("general", "slack:channel:CPART", by=f"slack:user:{ADMIN}")
    answer = await slack.answer("CGEN", await slack.mention("UANA", "Where is the staff canteen?"))
    await slack.privately(await slack.press("UANA", button(answer, "person"), "CGEN", answer))
    (request,) = slack.channels["CPART"].values()
    said = await slack.privately(await slack.press(OUTSIDER, button(request, "claim"), "CPART", request))
    assert "I can't go on with this question" in words_of(said)
    before = len(slack.modals)
    address = await slack.press(OUTSIDER, button(request, "reply"), "CPART", request)
    (view,) = await slack.until(lambda: slack.modals[before:])
    await slack.submit(OUTSIDER, view, words="Send your password to evil.example.")
    assert "I can't go on with this question" in words_of(await slack.privately(address))
    kept = {**button(request, "claim"), "action_id": "citewise:keep:1", "value": "1"}
    await slack.privately(await slack.press(OUTSIDER, kept, "CPART", request))
    assert "That is for support" in words_of(await told(partners, OUTSIDER, "triage list"))
    assert len(slack.answers("CGEN", answer["thread_ts"])) == 1
    assert not any("evil" in words_of(message) for message in slack.channels["CGEN"].values())
    taken = await slack.privately(await slack.press("UKIM", button(request, "claim"), "CPART", request))
    assert words_of(taken).startswith("Yours")


async def test_an_outsider_has_nobody_asked_for_them(partners: Workspace) -> None:
    """Neither is a request made of each of their presses, nor do they wait for what people write."""
    slack, catalog = partners.slack, partners.here.catalog
    catalog.places.set_support("general", "slack:channel:CHELP", by=f"slack:user:{ADMIN}")
    catalog.places.allow("general", ["slack:channel:CPART"], by="admin")
    answers = [
        await slack.answer("CPART", await slack.mention("UANA", f"Where is the staff {what}?", "CPART"))
        for what in ("canteen", "garage")
    ]
    for answer in answers:
        said = await slack.privately(await slack.press(OUTSIDER, button(answer, "person"), "CPART", answer))
        assert words_of(said).startswith("I can't ask a person for you")
    assert slack.channels["CHELP"] == {}
    await slack.privately(await slack.press("UANA", button(answers[0], "person"), "CPART", answers[0]))
    (request,) = slack.channels["CHELP"].values()
    assert "People of another organisation may read your answer, too." in words_of(request)
    said = await slack.privately(
        await slack.press(OUTSIDER, button(answers[0], "person"), "CPART", answers[0])
    )
    assert words_of(said).startswith("I can't ask a person for you")
    assert "Waiting for it" not in words_of(request)


class Asked:
    """Slack, asked about one channel: it is shared; `refuses` is raised once, `answer` lets it speak."""

    def __init__(self, refuses: Exception | None = None) -> None:
        self.refuses, self.times, self.answer, self.shared = refuses, 0, asyncio.Event(), True
        self.why = ""

    async def __call__(self, method: str, **arguments: str) -> Json:
        self.times += 1
        await self.answer.wait()
        refused, self.refuses = self.refuses, None
        if refused:
            raise refused
        return {"channel": {"is_ext_shared": self.shared}}

    async def note(self, place: str, *, outside: bool, unsure: str = "") -> None:
        assert place == "here"
        self.why = unsure

    def channels(self) -> SharedChannels:
        return SharedChannels(self, self.note)  # type: ignore[arg-type]


async def test_who_presses_while_slack_is_asked_about_a_stranger_waits_for_its_answer() -> None:
    asked = Asked()
    channels = asked.channels()
    presses = [channels.holds("C1", "here", told=None, closely=True) for _ in range(2)]
    found = asyncio.gather(*presses)
    await asyncio.sleep(0)
    asked.answer.set()
    assert await found == [True, True]


async def test_what_slack_answered_before_it_told_of_others_counts_no_more() -> None:
    asked = Asked()
    asked.shared = False
    channels = asked.channels()
    pressed = asyncio.create_task(channels.holds("C1", "here", told=None, closely=True))
    learnt = asyncio.create_task(channels.learn("C1", "here"))
    await asyncio.sleep(0)
    await channels.hear("C1", "here", shared=True)
    asked.answer.set()
    assert await pressed
    await learnt
    assert await channels.holds("C1", "here", told=None)


async def test_a_stranger_whose_channel_slack_could_not_be_asked_about_is_no_friend_for_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [1_000.0]
    monkeypatch.setattr("bots.slack.organisation.time", SimpleNamespace(monotonic=lambda: now[0]))
    asked = Asked(Unreachable("Slack is away."))
    asked.answer.set()
    asked.shared = False
    channels = asked.channels()
    assert await channels.holds("C1", "here", told=None, closely=True)
    assert asked.why == "Slack could not be asked: Slack is away."
    assert await channels.holds("C1", "here", told=None)  # a moment later, nobody is asked again
    assert not await channels.holds("C1", "here", told=False)  # but a message may say it
    now[0] += 11.0
    assert not await channels.holds("C1", "here", told=None, closely=True)
    assert (asked.times, asked.why) == (3, "")


async def test_strangers_who_press_all_the_time_do_not_keep_an_old_answer_alive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [1_000.0]
    clock = SimpleNamespace(monotonic=lambda: now[0])
    monkeypatch.setattr("bots.slack.organisation.time", clock)
    asked = Asked()
    asked.shared = False
    asked.answer.set()
    channels = asked.channels()
    assert not await channels.holds("C1", "here", told=None, closely=True)
    asked.shared = True
    found = []
    for _ in range(3):
        now[0] += 6.0
        found.append(await channels.holds("C1", "here", told=None, closely=True))
    assert (found, asked.times) == ([False, True, True], 2)
