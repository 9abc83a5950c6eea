"""What the bot says in Slack without being asked: the weekly digest, and reminders."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from desk_kit import looked
from fake_slack import Fault, button, walk, words_of
from workspace import Workspace, opened

from brain.catalog.rows import DriveState


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Workspace]:
    """A workspace whose channel CDOCS and whose admins get the digest."""
    async with opened(tmp_path, digest=("slack:channel:CDOCS", "admins")) as workspace:
        yield workspace


def look(workspace: Workspace, moment: datetime | None = None) -> None:
    looked(workspace.here, moment or datetime.now().astimezone(), "slack")


def left(workspace: Workspace) -> int:
    with workspace.here.catalog.database.reading() as connection:
        return int(connection.execute("SELECT count(*) FROM inbox WHERE state <> 'done'").fetchone()[0])


async def test_the_digest_comes_once_whatever_is_stopped_when(there: Workspace) -> None:
    slack = there.slack
    await slack.answer("CGEN", await slack.mention("UANA", "Who repairs the zqzeppelin hangar?"))
    await slack.until(lambda: not left(there))
    slack.faults.append(Fault("chat.postMessage", 1, held=True))  # it stands, and nobody is told so
    look(there)
    await there.restart()
    await slack.until(lambda: slack.channels["CDOCS"] or slack.channels["DUADMIN"])
    await there.restart()
    for _ in range(2):
        await slack.until(lambda: not left(there))
        look(there)
        await there.restart()
    missing = {
        "CDOCS": "1 topic, asked elsewhere, or in private",
        "DUADMIN": "Missing: Who repairs the zqzeppelin hangar?",
    }
    for channel, said in missing.items():
        (digest,) = slack.channels[channel].values()
        assert words_of(digest).startswith("The week to ")
        assert said in words_of(digest)
        assert digest["text"].startswith("The week to ")
        assert "1 question of 1 person" in digest["text"]  # what a screen reader and a phone say
        assert not digest.get("thread_ts")


async def test_who_is_in_a_channel_is_asked_before_its_first_digest(there: Workspace) -> None:
    """Nobody has written there so far, so that no event told that others than one's own read it."""
    slack, catalog = there.slack, there.here.catalog
    drive = catalog.followed.follow("/srv/zqhandbook", "general", {})
    catalog.followed.set_state(drive.id, DriveState.UNREACHABLE, "The share is not mounted.")
    slack.shared.add("CDOCS")
    look(there)
    await there.restart()
    await slack.until(lambda: slack.channels["CDOCS"] and slack.channels["DUADMIN"])
    (inside,), (outside,) = (slack.channels[name].values() for name in ("DUADMIN", "CDOCS"))
    assert "zqhandbook" in words_of(inside)
    assert "zqhandbook" not in words_of(outside)


async def test_where_slack_does_not_tell_who_is_in_a_channel_nothing_is_said(there: Workspace) -> None:
    slack = there.slack
    slack.faults.append(Fault("conversations.info", 99, error="missing_scope"))
    look(there)
    await there.restart()
    await slack.until(lambda: slack.channels["DUADMIN"] and left(there) == 1)
    assert not slack.channels["CDOCS"]


async def test_a_digest_for_a_closed_channel_waits_until_somebody_lets_the_bot_in(there: Workspace) -> None:
    slack, catalog = there.slack, there.here.catalog
    slack.outside.add("CDOCS")
    look(there)
    await there.restart()
    await slack.until(lambda: slack.channels["DUADMIN"] and left(there) == 1)
    pause = await slack.until(lambda: catalog.inbox.next_due("slack"))
    assert 3_000 < pause <= 3_600
    slack.outside.clear()
    with catalog.database.writing() as connection:
        connection.execute("UPDATE inbox SET due = 0")
    await there.restart()
    await slack.until(lambda: slack.channels["CDOCS"])
    await slack.until(lambda: not left(there))
    assert len(slack.channels["DUADMIN"]) == 1


async def test_a_question_that_nobody_answers_is_brought_up_once_more(there: Workspace) -> None:
    slack, catalog = there.slack, there.here.catalog
    catalog.places.set_support("general", "slack:channel:CHELP", by="slack:user:UADMIN")
    asked = await slack.mention("UANA", "Where is the staff canteen?")
    answer = await slack.answer("CGEN", asked)
    await slack.privately(await slack.press("UANA", button(answer, "person"), "CGEN", answer))
    later = datetime.now().astimezone().replace(hour=10) + timedelta(days=14)
    for _ in range(2):
        look(there, later + timedelta(days=2) if later.weekday() >= 5 else later)
        await there.restart()
        await slack.until(lambda: not left(there))
    request, reminder = slack.channels["CHELP"].values()
    assert words_of(reminder).startswith("Still waiting for a person: “Where is the staff canteen?”")
    told = await slack.answer("CGEN", asked, 2)
    assert "No answer yet to “Where is the staff canteen?”" in words_of(told)
    assert [part["user_id"] for part in walk(told["blocks"]) if part["type"] == "user"] == ["UANA"]
    take = button(request, "claim")
    await slack.privately(await slack.press("UKIM", button(reminder, "claim"), "CHELP", reminder))
    for shown in (request, reminder):
        assert "Taken by" in words_of(shown)
        assert [part["user_id"] for part in walk(shown["blocks"]) if part.get("type") == "user"] == ["UKIM"]
    await slack.say("UKIM", "On the ground floor.", "CHELP", reminder["ts"])
    assert "On the ground floor." in words_of(await slack.answer("CGEN", asked, 3))
    late = await slack.privately(await slack.press("ULEE", take, "CHELP", request))
    assert "Someone else" in words_of(late)
