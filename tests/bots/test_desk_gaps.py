"""What people asked and the documents lack, as admins see it in a chat."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from desk_kit import LEAVE, WORD_GATE, DeskHome, desk_home, person
from desk_orders import ANA, BOSS, press, run

ZEPPELIN = "Who repairs the zqzeppelin hangar?"
KITCHEN = "Who cleans the zqkitchen?"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[DeskHome]:
    with desk_home(tmp_path, WORD_GATE) as found:
        found.home.fill({"leave.md": LEAVE})
        yield found


async def test_admins_see_what_is_missing_until_a_document_says_it(here: DeskHome) -> None:
    assert (await run(here, BOSS, "gaps")).text == "Nobody asked anything in the last 30 days."
    await here.ask(ANA, "How many days of annual leave do employees get?")
    assert "1 question in the last 30 days: an answer was found" in (await run(here, BOSS, "gaps")).text
    await here.ask(ANA, ZEPPELIN)
    shown = await run(here, BOSS, "gaps 7")
    assert shown.text.endswith("or one that did not help. The most wanted:")
    assert [row.text for row in shown.rows] == [ZEPPELIN]
    assert shown.rows[0].detail.startswith("1 question of 1 person · last today · not found")
    assert ZEPPELIN in repr((await here.desk.home(BOSS))[1:])
    assert "zqzeppelin" not in repr((await here.desk.home(person("UBEN")))[1:])
    status = {row.text: row.detail for row in (await run(here, BOSS, "status")).rows}
    assert status["Last 7 days"].startswith("2 questions: ")
    assert "1 not found" in status["Last 7 days"]

    here.home.fill({"hangar.md": "# Hangar\n\nAirmen repair the zqzeppelin hangar.\n"})
    settled = await run(here, BOSS, "gaps")
    assert settled.rows == ()
    assert settled.text.endswith("The documents answer 1 topic of these by now. Nothing is left to add.")
    assert "Asked and not found" not in {card.title for card in await here.desk.home(BOSS)}


async def test_who_says_that_an_answer_did_not_help_is_heard_by_an_admin(here: DeskHome) -> None:
    final = await here.ask(ANA, "How many days of annual leave do employees get?", private=True)
    await press(here, ANA, "not_helpful", final.answer.trace.id, reason="outdated", words="It is 28 now")
    (row,) = (await run(here, BOSS, "gaps")).rows
    assert row.text == "How many days of annual leave do employees get?"
    assert "“It is 28 now”" in row.detail


async def test_words_that_were_said_in_private_stay_there(here: DeskHome) -> None:
    await here.ask(ANA, ZEPPELIN, private=True)
    await here.ask(person("UBEN"), KITCHEN)
    shown = await run(here, BOSS, "gaps")
    assert {row.text for row in shown.rows} == {"Asked in private"}
    assert "zq" not in repr(shown)


@pytest.mark.parametrize("words", ["0", "-3", "last week", "99999", "²"])
async def test_what_is_no_number_of_days_is_refused_with_what_to_write(here: DeskHome, words: str) -> None:
    shown = await run(here, BOSS, f"gaps {words}")
    assert shown.title == "That did not work"
    assert "`gaps 90`" in shown.text


async def test_status_names_old_documents_that_answers_rely_on(here: DeskHome) -> None:
    at = (datetime.now(UTC) - timedelta(days=800)).isoformat()
    with here.catalog.database.writing() as connection:
        connection.execute("UPDATE documents SET modified = ?", (at,))
    assert "⌛" not in repr(await run(here, BOSS, "status"))
    final = await here.ask(ANA, "How many days of annual leave do employees get?")
    await press(here, ANA, "not_helpful", final.answer.trace.id, reason="outdated")
    rows = {row.text: row.detail for row in (await run(here, BOSS, "status")).rows}
    assert rows["Older than a year"] == "1 document"
    assert rows["⌛ Leave"] == "2 years old · cited in 1 answer in 90 days · called outdated 1×"
