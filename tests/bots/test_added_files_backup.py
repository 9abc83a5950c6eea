"""Files that were handed over in a chat lie in the catalog: a backup takes them to another machine."""

import asyncio
import shutil
import time
from dataclasses import replace
from pathlib import Path

from desk_kit import ADMIN, DeskHome, desk_home, person

from bots.desk.domain import Attachment, Command, Press
from bots.serving.reread_files import RereadFiles
from brain.catalog.backup import backup, restore
from brain.catalog.documents.added_files import SCHEME
from brain.catalog.home import Home
from brain.embedding.embedder import Embedder
from brain.errors import ModelUnavailable
from ingest.readers.versions import CURRENT

ANA = person("UANA", place="CGEN")
BOSS = person("UADMIN", place="CGEN")
PARKING = b"# Parking\n\n## Visitors\n\nVisitors park on level seven, next to the lift.\n"


async def add(here: DeskHome, name: str, content: bytes) -> None:
    preview = await here.desk.run(Command("add", "", BOSS, (Attachment(name, content),)))
    assert preview.card is not None
    await here.desk.press(Press("confirm", preview.card.buttons[0].ref, BOSS))


async def test_a_file_added_in_chat_is_answered_from_after_a_restore_on_another_machine(
    tmp_path: Path,
) -> None:
    first, second, copy = tmp_path / "first", tmp_path / "second", tmp_path / "copy.db"
    first.mkdir()
    with desk_home(first) as here:
        await add(here, "parking.md", PARKING)
        backup(here.catalog, copy)
    shutil.rmtree(first)
    restore(Home(second), copy)
    with desk_home(second) as here:
        answer = await here.answer(ANA, "On which level do visitors park?")
        assert "level seven" in answer.text
        assert answer.citations[0].passage.source.document == "parking.md"
        (file,) = here.catalog.added_files.listed("general")
        assert here.catalog.added_files.content(file.id) == PARKING

        again = here.library.bring_in(f"{SCHEME}general", "general")
        assert (again.unchanged, again.removed, again.embedded) == (1, 0, 0)
        assert here.catalog.audit.entries()[0].actor == ADMIN
        await here.desk.run(Command("undo", "", BOSS))
        assert here.catalog.documents() == []


async def test_files_added_in_chat_are_read_anew_by_serve_and_whoever_adds_one_waits_for_no_other(
    tmp_path: Path,
) -> None:
    with desk_home(tmp_path) as here:
        await add(here, "parking.md", PARKING)
        with here.catalog.database.writing() as connection:
            connection.execute("UPDATE documents SET reading = 'markdown 0.1', title = 'Old title'")
        await add(here, "bikes.md", b"# Bikes\n\nBikes stand in the yard.\n")
        assert sum(here.catalog.readings.waiting(CURRENT).values()) == 1, "it was left for later"

        service = RereadFiles(lambda: here.library)
        service.start()
        deadline = time.monotonic() + 60
        while here.catalog.readings.waiting(CURRENT) or "wait to" in service.status().sentence:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        service.stop(60)
        assert "Old title" not in {row.title for row in here.catalog.documents()}
        assert {row.version for row in here.catalog.documents()} == {1}
        assert here.catalog.feed.pending_operations(1) == []


async def test_where_the_embeddings_are_away_files_added_in_chat_are_tried_again_soon(tmp_path: Path) -> None:
    with desk_home(tmp_path) as here:
        await add(here, "parking.md", PARKING)
        with here.catalog.database.writing() as connection:
            connection.execute("UPDATE documents SET reading = 'markdown 0.1'")
        tries = 0

        def embedder() -> Embedder:
            nonlocal tries
            tries += 1
            if tries == 1:
                raise ModelUnavailable("The embeddings endpoint does not answer.")
            return here.home.embedder

        library = replace(here.library, embedder=embedder)
        service = RereadFiles(lambda: library, again=0.05)
        service.start()
        deadline = time.monotonic() + 60
        while here.catalog.readings.waiting(CURRENT):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        service.stop(60)
        assert tries == 2
        assert here.catalog.failures() == []
