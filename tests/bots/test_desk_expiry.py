"""Previews that nobody confirms, on real parts: they expire, and nothing else does."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from desk_kit import LEAVE, SALARIES, DeskHome, desk_home
from desk_orders import ANA, BOSS, card, press, run

from bots.desk.domain import Attachment


@pytest.fixture
def here(tmp_path: Path) -> Iterator[DeskHome]:
    with desk_home(tmp_path) as found:
        found.home.fill({"leave.md": LEAVE})
        found.home.fill({"salaries.md": SALARIES}, "hr")
        yield found


def later(here: DeskHome, days: float) -> None:
    """Let everything that was proposed or handed over have happened so long ago."""
    then = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    with closing(sqlite3.connect(here.catalog.path)) as other, other:
        other.execute("UPDATE changes SET noted = ?", (then,))
        other.execute("UPDATE added_files SET added = ?", (then,))


def kept_files(here: DeskHome) -> list[str]:
    with here.catalog.database.reading() as connection:
        return [name for (name,) in connection.execute("SELECT name FROM added_files ORDER BY id")]


async def test_a_preview_that_nobody_confirms_expires_with_its_file(here: DeskHome) -> None:
    preview = await run(here, BOSS, "add", Attachment("parking.md", b"# Parking\n\nPark on level two.\n"))
    confirm, cancel = (button.ref for button in preview.buttons)
    later(here, 1.01)
    late = card(await press(here, BOSS, "confirm", confirm))
    assert (
        late.text == "“Parking” waited for a yes for more than a day, so nothing was changed: add it again."
    )
    assert card(await press(here, BOSS, "cancel", cancel)).text == late.text
    assert kept_files(here) == []
    assert [row.title for row in here.catalog.documents()] == ["Leave", "Salaries"]
    assert here.catalog.audit.entries() == []
    removal = await run(here, BOSS, "remove Leave")
    later(here, 1.01)
    late = card(await press(here, BOSS, "confirm", removal.buttons[0].ref))
    assert late.text.endswith("nothing was changed: ask for it again.")


async def test_expiry_spares_what_is_fresh_and_what_an_undo_needs(here: DeskHome) -> None:
    first = await run(here, BOSS, "add", Attachment("parking.md", b"# Parking\n\nPark on level two.\n"))
    await press(here, BOSS, "confirm", first.buttons[0].ref)
    second = await run(here, BOSS, "add", Attachment("parking.md", b"# Parking\n\nPark on level three.\n"))
    await press(here, BOSS, "confirm", second.buttons[0].ref)
    here.catalog.added_files.put("general", "never proposed.md", b"# A kill came first\n", "")
    later(here, 1.01)
    fresh = await run(here, BOSS, "add", Attachment("bikes.md", b"# Bikes\n\nBikes go to the cellar.\n"))
    assert kept_files(here) == ["parking.md", "parking.md", "bikes.md"]
    await press(here, BOSS, "confirm", fresh.buttons[0].ref)
    await run(here, BOSS, "undo")
    await run(here, BOSS, "undo")
    assert "level two" in (await here.answer(ANA, "On which level do I park?")).text
