"""The weekly digest: what it says to whom, and when."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from desk_kit import ADMIN, LEAVE, SALARIES, WORD_GATE, DeskHome, desk_home, person
from desk_orders import ANA, press

from bots.desk.cards import Card, Delivery
from bots.desk.notices import Deliver
from bots.working_days import week_of, working_days
from brain.catalog.rows import DriveState

CHANNEL = "slack:channel:CDOCS"
ZEPPELIN, BONUS, KITCHEN, GARDEN = (
    "Who repairs the zqzeppelin hangar?",
    "Who decides on the zqgondola bonus?",
    "Who cleans the zqkitchen?",
    "Who waters the zqgarden?",
)


def now() -> datetime:
    return datetime.now().astimezone()


@pytest.fixture
def here(tmp_path: Path) -> Iterator[DeskHome]:
    with desk_home(tmp_path, WORD_GATE, digest=(CHANNEL, "admins")) as found:
        found.home.fill({"leave.md": LEAVE})
        found.home.fill({"salaries.md": SALARIES}, "hr")
        yield found


def shown(here: DeskHome, to: str) -> Card:
    assert here.desk.digest is not None
    return here.desk.digest.card(to, now())


def rows(card: Card) -> dict[str, str]:
    return {row.text: row.detail for row in card.rows}


def collecting(into: list[Delivery], *, reached: bool = True) -> Deliver:
    async def deliver(delivery: Delivery) -> bool:
        into.append(delivery)
        return reached

    return deliver


async def test_an_admin_is_told_of_the_week_and_how_to_go_on(here: DeskHome) -> None:
    nothing = shown(here, ADMIN)
    assert nothing.text == "Nobody asked anything."
    assert list(rows(nothing)) == ["To go on"]
    await here.ask(ANA, ZEPPELIN)
    final = await here.ask(person("UBEN", place="CGEN"), "How many days of annual leave do employees get?")
    await press(here, ANA, "helpful", final.answer.trace.id)
    here.catalog.handoffs.open("t", "slack:user:UANA", "slack:user:UANA", "general", CHANNEL, KITCHEN)
    drive = here.catalog.followed.follow("/srv/handbook", "general", {})
    here.catalog.followed.set_state(drive.id, DriveState.UNREACHABLE, "The share is not mounted.")
    at = (datetime.now(UTC) - timedelta(days=800)).isoformat()
    with here.catalog.database.writing() as connection:
        connection.execute("UPDATE documents SET modified = ?", (at,))
    card = shown(here, ADMIN)
    assert card.title == f"The week to {now().day} {now():%B}"
    assert card.text == (
        "2 questions of 2 people: 1 answered, 0 not sure, 1 not found; 1 marked helpful, 0 not helpful."
    )
    found = rows(card)
    assert found[f"Missing: {ZEPPELIN}"].startswith("1 question of 1 person · last today · not found")
    assert found["Old: Leave"] == "2 years old · cited in 1 answer in 90 days"
    assert found["Failing: /srv/handbook"] == "The share is not mounted."
    assert found["Waiting for a person"] == "1 question, the first asked today"
    assert "`gaps 7`" in found["To go on"]


async def test_a_channel_is_told_nothing_that_is_not_for_it(here: DeskHome) -> None:
    here.catalog.places.allow("hr", ["slack:channel:CHR"], by="admin")
    await here.ask(person("UANA", place="CDOCS"), ZEPPELIN)
    await here.ask(person("UBEN", place="CCLOSED"), GARDEN)  # a private channel, for all that is known
    await here.ask(person("UHR", place="CHR"), BONUS)
    private = await here.ask(person("UBEN", place="CGEN"), KITCHEN, private=True)
    await press(here, person("UBEN", place="CGEN"), "not_helpful", private.answer.trace.id, words="zqsecret")
    await here.ask(person("UHR", place="CHR"), "When does the pay review for zqsecret engineers happen?")
    drive = here.catalog.followed.follow("/srv/hr", "hr", {})
    here.catalog.followed.set_state(drive.id, DriveState.FAILING, "The disk is full.")
    at = (datetime.now(UTC) - timedelta(days=800)).isoformat()
    with here.catalog.database.writing() as connection:
        connection.execute("UPDATE documents SET modified = ?", (at,))
    card = shown(here, CHANNEL)
    found = rows(card)
    assert f"Missing: {ZEPPELIN}" in found
    assert found["Missing, too"] == "3 topics, asked elsewhere, or in private"
    for words in ("zqsecret", "zqgondola", "zqkitchen", "zqgarden", "Salaries", "/srv/hr", "disk"):
        assert words not in repr(card)
    assert card.text.startswith("5 questions of 3 people")
    # An admin is told what `gaps` tells, and the channel what was opened to it.
    told = repr(shown(here, ADMIN))
    assert all(
        words in told for words in ("zqgondola", "zqgarden", "zqkitchen", "zqsecret", "/srv/hr", "Salaries")
    )
    here.catalog.places.allow("hr", [CHANNEL], by="admin")
    await here.ask(person("UHR", place="CDOCS"), "Who signs for the zqferry bonus?")
    opened = repr(shown(here, CHANNEL))
    assert "zqferry" in opened
    assert "Old: Salaries" in opened
    assert "zqgondola" not in opened
    assert "zqkitchen" not in opened


def test_where_people_from_outside_are_what_everyone_reads_is_not_told(here: DeskHome) -> None:
    here.catalog.places.set_outside(CHANNEL, outside=True)
    drive = here.catalog.followed.follow("/srv/handbook", "general", {})
    here.catalog.followed.set_state(drive.id, DriveState.UNREACHABLE, "The share is not mounted.")
    assert list(rows(shown(here, CHANNEL))) == ["To go on"]


def test_it_is_due_once_a_week_from_monday_morning_on(here: DeskHome) -> None:
    def keys(moment: datetime) -> set[str]:
        return {notice.key for notice in here.desk.notices.due(moment)}

    monday = datetime(2026, 11, 23, 9, tzinfo=UTC)
    week = keys(monday)
    assert week == {
        f"digest:2026-W48:{CHANNEL}",
        f"digest:2026-W48:{ADMIN}",
        "digest:2026-W48:discord:user:5003",
    }
    assert keys(monday + timedelta(days=6, hours=23)) == week
    assert keys(monday - timedelta(minutes=1)).isdisjoint(week)
    assert keys(monday + timedelta(days=7)).isdisjoint(week)


def test_it_comes_on_a_week_s_first_working_day_and_tells_what_weeks_off_left_untold(tmp_path: Path) -> None:
    off = working_days(["mon-fri"], ["2026-11-23", "2026-12-24..2027-01-01"])
    with desk_home(tmp_path, WORD_GATE, digest=(CHANNEL,), calendar=off) as here:
        assert here.desk.digest is not None

        def weeks(moment: datetime) -> list[str]:
            return [notice.key.split(":")[1] for notice in here.desk.notices.due(moment)]

        tuesday = datetime(2026, 11, 24, 9, tzinfo=UTC)
        assert weeks(tuesday - timedelta(minutes=1)) == []
        assert weeks(tuesday) == ["2026-W48"]
        assert weeks(datetime(2026, 12, 30, 12, tzinfo=UTC)) == []
        assert weeks(datetime(2027, 1, 4, 9, tzinfo=UTC)) == ["2027-W01"]
        card = here.desk.digest.card(CHANNEL, datetime(2027, 1, 4, 9, tzinfo=UTC))
        assert card.title == "The 2 weeks to 4 January"
        assert "`gaps 14`" in rows(card)["To go on"]


async def test_a_week_that_is_over_and_a_reader_who_is_none_any_more_are_told_nothing(here: DeskHome) -> None:
    said: list[Delivery] = []
    for key in (f"digest:2020-W01:{CHANNEL}", f"digest:{week_of(now())}:slack:channel:COTHER"):
        assert await here.desk.notices.say(key, now(), collecting(said))
    assert said == []
    key = f"digest:{week_of(now())}:{CHANNEL}"
    assert await here.desk.notices.say(key, now(), collecting(said))
    assert not await here.desk.notices.say(key, now(), collecting(said, reached=False))
    assert [delivery.to for delivery in said] == [CHANNEL] * 2
    assert len({delivery.key for delivery in said}) == 1
