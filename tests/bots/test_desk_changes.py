"""What admins change from a chat: added, removed, confirmed, interrupted, taken back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from desk_kit import ADMIN, LEAVE, SALARIES, DeskHome, desk_home, person
from desk_orders import ANA, BOSS, card, press, run

from bots.desk.domain import Attachment, Command
from brain.catalog.chats.changes import ChangeState

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[DeskHome]:
    with desk_home(tmp_path) as found:
        found.home.fill({"leave.md": LEAVE})
        found.home.fill({"salaries.md": SALARIES}, "hr")
        yield found


async def test_admins_alone_change_things(here: DeskHome) -> None:
    for line in ("documents", "add https://x.example", "remove Leave", "undo", "status", "spaces", "history"):
        said = await run(here, ANA, line)
        assert said.title == "That is for admins", line
        assert "zqsecret" not in repr(said)
    for action in ("confirm", "cancel", "space", "add", "remove"):
        assert card(await press(here, ANA, action, "1")).title == "That is for admins"
    assert await here.desk.form("add", "", ANA) is None
    names = {row.text.split()[0] for row in (await run(here, ANA, "help")).rows}
    assert names == {"ask", "why", "help"}
    assert {"add", "undo", "spaces"} <= {row.text.split()[0] for row in (await run(here, BOSS, "help")).rows}
    assert (await run(here, ANA, "nonsense")).title == "What I can do"


async def test_a_file_is_previewed_confirmed_found_and_taken_back(here: DeskHome) -> None:
    file = Attachment(
        "parking.md", b"# Parking\n\nVisitors park on level two of the garage.\n", "https://chat/p1"
    )
    preview = await run(here, BOSS, "add", file)
    assert preview.title == "Add “Parking”?"
    assert "level two" not in (await here.answer(ANA, "Where do visitors park?")).text
    ref = preview.buttons[0].ref
    done = card(await press(here, BOSS, "confirm", ref))
    assert done.title == "Added: “Parking”"
    assert " s. `undo`" in done.text
    answer = await here.answer(ANA, "Where do visitors park?")
    assert "level two" in answer.text
    assert answer.citations[0].passage.source.uri == "https://chat/p1"
    # Pressed twice, nothing more happens; a second copy is recognised.
    assert card(await press(here, BOSS, "confirm", ref)) == done
    assert "nothing left to decide" in card(await press(here, BOSS, "cancel", ref)).text
    again = await run(here, BOSS, "add", Attachment("copy.md", file.content))
    assert "The very same is there" in {row.text for row in again.rows}
    await press(here, BOSS, "cancel", again.buttons[0].ref)

    assert (await run(here, BOSS, "undo")).title == "Taken back: add “Parking”"
    assert "level two" not in (await here.answer(ANA, "Where do visitors park?")).text
    actions = [entry.action for entry in here.catalog.audit.entries()]
    assert actions == ["add confirmed", "add done", "add undone"]
    assert here.catalog.audit.verify().broken is None


async def test_what_was_confirmed_is_neither_cancelled_nor_moved(here: DeskHome) -> None:
    """Somebody presses Cancel, or chooses another space, while it is carried out."""
    here.catalog.places.create_space("it", by="admin")
    preview = await run(here, BOSS, "add", Attachment("parking.md", b"# Parking\n\nPark on level two.\n"))
    ref = preview.buttons[0].ref
    here.catalog.changes.step(int(ref), ChangeState.PROPOSED, ChangeState.CONFIRMED, ADMIN)
    for said in (await press(here, BOSS, "cancel", ref), await press(here, BOSS, "space", ref, value="it")):
        assert "is being carried out" in card(said).text
    done = card(await press(here, BOSS, "confirm", ref))
    assert done.title == "Added: “Parking”"
    assert "space general" in done.text


async def test_a_new_version_replaces_and_undo_brings_the_old_one_back(here: DeskHome) -> None:
    for words in (
        b"Visitors park on level two of the garage.",
        b"Visitors park on level nine of the garage.",
    ):
        preview = await run(here, BOSS, "add", Attachment("parking.md", b"# Parking\n\n" + words + b"\n"))
        done = card(await press(here, BOSS, "confirm", preview.buttons[0].ref))
    assert preview.title == "Replace “Parking”?"
    assert (preview.rows[0].text, preview.rows[0].detail) == (
        "Takes the place of",
        "the “parking.md” that was added before",
    )
    assert done.title == "Replaced: “Parking”"
    in_hr = card(await press(here, BOSS, "space", preview.buttons[0].ref, value="hr"))
    assert "nothing left to decide" in in_hr.text
    elsewhere = await run(here, BOSS, "add to hr", Attachment("parking.md", b"# Parking\n\nOf hr.\n"))
    assert elsewhere.title == "Add “Parking”?"
    assert "level nine" in (await here.answer(ANA, "Where do visitors park?")).text
    await run(here, BOSS, "undo")
    assert "level two" in (await here.answer(ANA, "Where do visitors park?")).text
    await run(here, BOSS, "undo")
    assert here.catalog.documents(words="parking") == []


async def test_a_file_for_a_closed_space_goes_there_and_nowhere_else(here: DeskHome) -> None:
    file = Attachment("bonus.md", b"# Bonus\n\nThe yearly bonus is paid in March.\n")
    preview = await run(here, BOSS, "add to hr", file)
    assert "hr: those who may read hr" in preview.rows[0].detail
    (menu,) = preview.menus
    assert menu.options == ("general", "hr")
    moved = card(await press(here, BOSS, "space", preview.buttons[0].ref, value="general"))
    assert "everyone" in moved.rows[0].detail
    back = card(await press(here, BOSS, "space", preview.buttons[0].ref, value="hr"))
    await press(here, BOSS, "confirm", back.buttons[0].ref)
    assert here.catalog.find_document("Bonus").space == "hr"
    here.catalog.places.allow("hr", ["slack:channel:CHR"], by="admin")
    defaulted = await run(
        here, person("UADMIN", place="CHR"), "add", Attachment("b.md", b"# B\n\nWords here.\n")
    )
    assert defaulted.rows[0].detail.startswith("hr:")


async def test_what_can_not_be_read_is_said_and_not_kept(here: DeskHome) -> None:
    said = await run(here, BOSS, "add", Attachment("broken.pdf", b"%PDF-1.7 no more than this"))
    assert said.title == "“broken.pdf” can't be added"
    large = await run(here, BOSS, "add", Attachment("large.txt", b"x" * 21_000_000))
    assert "21 MB" in large.text
    nothing = await run(here, BOSS, "add")
    assert "What shall I add?" in nothing.text
    assert "no space" in (await run(here, BOSS, "add https://x.example to nowhere")).text
    with here.catalog.database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM added_files").fetchone() == (0,)


async def test_a_document_is_removed_after_a_yes_and_comes_back_word_for_word(here: DeskHome) -> None:
    before = here.catalog.document_text(here.catalog.find_document("Leave").id)
    asked = await run(here, BOSS, "remove Leave")
    assert asked.buttons[0].label == "Remove"
    assert "27 days" in (await here.answer(ANA, "How many days of annual leave?")).text
    await press(here, BOSS, "confirm", asked.buttons[0].ref)
    assert here.catalog.documents("general") == []
    assert (await run(here, BOSS, "undo")).text == "It is back."
    assert here.catalog.document_text(here.catalog.find_document("Leave").id) == before
    assert "27 days" in (await here.answer(ANA, "How many days of annual leave?")).text
    assert here.home.index.verify().healthy


async def test_a_change_that_was_interrupted_is_carried_out_when_pressed_again(here: DeskHome) -> None:
    preview = await run(here, BOSS, "add", Attachment("parking.md", b"# Parking\n\nPark on level two.\n"))
    ref = int(preview.buttons[0].ref)
    here.catalog.changes.step(ref, ChangeState.PROPOSED, ChangeState.CONFIRMED, ADMIN)  # … and then a kill
    done = card(await press(here, BOSS, "confirm", str(ref)))
    assert done.title == "Added: “Parking”"
    assert [entry.action for entry in here.catalog.audit.entries()] == ["add confirmed", "add done"]


async def test_a_page_whose_removal_was_interrupted_goes_when_pressed_again_and_comes_back(
    here: DeskHome,
) -> None:
    leave = here.catalog.find_document("Leave")
    with here.catalog.database.writing() as connection:  # as a page is the one document of its drive
        connection.execute("UPDATE documents SET path = '/drive/general' WHERE id = ?", (leave.id,))
    asked = await run(here, BOSS, "remove Leave")
    ref = int(asked.buttons[0].ref)
    here.catalog.changes.step(ref, ChangeState.PROPOSED, ChangeState.CONFIRMED, ADMIN)
    here.catalog.removals.begin(leave.drive_id)  # … and then a kill
    done = card(await press(here, BOSS, "confirm", str(ref)))
    assert done.title == "Removed: “Leave”"
    assert here.catalog.removals.under_way() == []
    assert (await run(here, BOSS, "undo")).text == "It is back."
    assert [drive.id for drive in here.catalog.drives() if drive.id == leave.drive_id] == [leave.drive_id]
    assert "27 days" in (await here.answer(ANA, "How many days of annual leave?")).text


class Killed(BaseException):
    """Where a process ends, nothing of it goes on."""


@contextmanager
def ends_before_noting(here: DeskHome, state: ChangeState) -> Iterator[None]:
    """A process that ends when something is carried out and not yet noted as that."""
    step = here.catalog.changes.step

    def ends(change_id: int, before: ChangeState, after: ChangeState, by: str, **found: object) -> bool:
        if after is state:
            raise Killed
        return step(change_id, before, after, by, **found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(here.catalog.changes, "step", ends)
        with pytest.raises(Killed):
            yield


async def killed_before_it_is_noted(here: DeskHome, ref: str) -> None:
    with ends_before_noting(here, ChangeState.DONE):
        await press(here, BOSS, "confirm", ref)


async def test_a_new_version_that_was_interrupted_is_carried_out_and_undo_brings_the_old_one_back(
    here: DeskHome,
) -> None:
    files = [Attachment("parking.md", f"# Parking\n\nPark on level {n}.\n".encode()) for n in ("two", "nine")]
    first, second = [await run(here, BOSS, "add", file) for file in files]
    await press(here, BOSS, "confirm", first.buttons[0].ref)
    await killed_before_it_is_noted(here, second.buttons[0].ref)
    await press(here, BOSS, "confirm", second.buttons[0].ref)
    assert (await run(here, BOSS, "undo")).text == "The version before it is back."
    assert "level two" in (await here.answer(ANA, "Where do I park, on which level?")).text


async def test_a_file_whose_removal_was_interrupted_goes_and_comes_back_to_stay(here: DeskHome) -> None:
    added = await run(here, BOSS, "add", Attachment("parking.md", b"# Parking\n\nPark on level two.\n"))
    await press(here, BOSS, "confirm", added.buttons[0].ref)
    removed = await run(here, BOSS, "remove Parking")
    await killed_before_it_is_noted(here, removed.buttons[0].ref)
    await press(here, BOSS, "confirm", removed.buttons[0].ref)
    assert here.catalog.added_files.listed("general") == []
    await run(here, BOSS, "undo")
    assert [file.name for file in here.catalog.added_files.listed("general")] == ["parking.md"]


async def test_an_undo_that_was_interrupted_goes_on_with_its_own_change(here: DeskHome) -> None:
    async def added(name: str) -> None:
        preview = await run(here, BOSS, "add", Attachment(f"{name}.md", f"# {name}\n\nIt is red.\n".encode()))
        await press(here, BOSS, "confirm", preview.buttons[0].ref)

    order = Command("undo", "", BOSS, event="slack-Ev1")
    await added("Garage")
    with ends_before_noting(here, ChangeState.UNDONE):
        await here.desk.run(order)
    await added("Canteen")  # pressed before, and worked off first
    for _ in range(2):
        assert card(await here.desk.run(order)).title == "Taken back: add “Garage”"
    assert [row.title for row in here.catalog.documents("general")] == ["Canteen", "Leave"]
    assert {change.title: change.state for change in here.catalog.changes.recent(9)} == {
        "Garage": "undone",
        "Canteen": "done",
    }


async def test_an_order_about_rights_that_comes_again_is_one_change(here: DeskHome) -> None:
    for order in ("spaces allow hr here", "spaces support hr slack:channel:CHELP", "spaces auto on"):
        told = [await run(here, BOSS, order) for _ in range(2)]
        assert told[0].title == told[1].title
    assert told[1].text.startswith("I answer plain questions")
    assert (await run(here, BOSS, "spaces allow hr here")).text.endswith("may read hr: that was done before.")
    actions = [entry.action for entry in here.catalog.audit.entries()]
    assert actions == ["allow done", "set support", "auto-answer on"]
    await run(here, BOSS, "undo")
    assert (await run(here, BOSS, "undo")).title == "Nothing to take back"
    assert (await run(here, BOSS, "spaces deny hr here")).text.endswith(
        "may not read hr: that was done before."
    )


async def test_what_was_removed_stays_out_where_its_drive_was_taken_out_since(here: DeskHome) -> None:
    leave = here.catalog.find_document("Leave")
    asked = await run(here, BOSS, "remove Leave")
    await press(here, BOSS, "confirm", asked.buttons[0].ref)
    here.catalog.removals.begin(leave.drive_id)
    assert "was taken out since" in (await run(here, BOSS, "undo")).text
    assert here.catalog.documents("general") == []
    assert (await run(here, BOSS, "undo")).title == "Nothing to take back"


async def test_spaces_are_opened_and_closed_and_undone(here: DeskHome) -> None:
    assert {row.text: row.detail for row in (await run(here, BOSS, "spaces")).rows}["hr"] == "nobody yet"
    await run(here, BOSS, "spaces allow hr here")
    assert here.catalog.principals("hr") == {"slack:channel:CGEN"}
    await run(here, BOSS, "undo")
    assert here.catalog.principals("hr") == frozenset()
    await run(here, BOSS, "spaces create board")
    await run(here, BOSS, "spaces support hr slack:channel:CHELP")
    await run(here, BOSS, "spaces auto on")
    rows = {row.text: row.detail for row in (await run(here, BOSS, "spaces")).rows}
    assert rows["Answers by itself in"] == "slack:channel:CGEN"
    assert "asks slack:channel:CHELP" in rows["hr"]
    assert "Everyone reads general" in (await run(here, BOSS, "spaces deny general here")).text
    actions = [entry.action for entry in here.catalog.audit.entries()]
    assert actions == ["allow done", "allow undone", "create space", "set support", "auto-answer on"]
    assert here.catalog.audit.verify().broken is None


async def test_an_undo_that_is_carried_out_twice_takes_one_change_back(here: DeskHome) -> None:
    """As where the process was killed after the change and before anybody was told of it."""
    for name in ("it", "sales"):
        here.catalog.places.create_space(name, by="admin")
        await run(here, BOSS, f"spaces allow {name} here")
    undo = Command("undo", "", BOSS, event="discord-interaction:1")
    for _ in range(2):
        told = (await here.desk.run(undo)).card
        assert told is not None
        assert told.title.startswith("Taken back: allow")
    assert "it" in here.catalog.readable_by([BOSS.place])
    assert "sales" not in here.catalog.readable_by([BOSS.place])
    await here.desk.run(replace(undo, event="discord-interaction:2"))
    assert "it" not in here.catalog.readable_by([BOSS.place])


async def test_what_can_not_be_audited_is_not_done(here: DeskHome) -> None:
    await run(here, BOSS, "spaces allow hr slack:channel:CIT")
    with closing(sqlite3.connect(here.catalog.path)) as other, other:
        other.execute(
            "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'nothing more fits'); END"
        )
    words = ("create board", "support hr slack:channel:CHELP", "auto on", "allow hr here")
    for said in [*(f"spaces {word}" for word in words), "undo"]:
        with pytest.raises(sqlite3.IntegrityError, match="nothing more fits"):
            await run(here, BOSS, said)
    assert [space.name for space in here.catalog.spaces()] == ["general", "hr"]
    assert here.catalog.places.support() == {}
    assert here.catalog.places.auto_answer() == frozenset()
    assert here.catalog.principals("hr") == {"slack:channel:CIT"}
    assert [change.state for change in here.catalog.changes.recent(5)] == [ChangeState.DONE]


async def test_a_file_that_the_terminal_removes_stays_out(here: DeskHome) -> None:
    for name in ("one", "two"):
        file = Attachment(f"{name}.md", f"# Number {name}\n\nThis is number {name} of them.\n".encode())
        preview = await run(here, BOSS, "add", file)
        await press(here, BOSS, "confirm", preview.buttons[0].ref)
    here.catalog.remove_document(here.catalog.find_document("Number one").id)  # as `documents remove` does
    third = await run(here, BOSS, "add", Attachment("three.md", b"# Number three\n\nAnother one.\n"))
    await press(here, BOSS, "confirm", third.buttons[0].ref)
    assert [row.title for row in here.catalog.documents(words="number")] == ["Number three", "Number two"]


async def test_while_documents_are_read_in_a_change_is_put_off(
    here: DeskHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.desk.documents.library.PATIENCE_SECONDS", 0.01)
    preview = await run(here, BOSS, "add", Attachment("parking.md", b"# Parking\n\nPark on level two.\n"))
    with here.changing:
        said = card(await press(here, BOSS, "confirm", preview.buttons[0].ref))
    assert "try again in a few minutes" in said.text
    done = card(await press(here, BOSS, "confirm", preview.buttons[0].ref))
    assert done.title == "Added: “Parking”"
