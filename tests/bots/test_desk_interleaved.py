"""A proposal that is moved, confirmed and cancelled at the same moment."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest
from desk_kit import DeskHome, desk_home
from desk_orders import BOSS, card, press, run

from bots.desk.cards import Reply
from bots.desk.domain import Attachment
from brain.catalog.chats.changes import ChangeState

PAGE = b"<html><title>Parking</title><body><h1>Parking</h1><p>Visitors park on level two.</p></body></html>"
DECIDED = ("is being carried out", "nothing left to decide")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[DeskHome]:
    with desk_home(tmp_path) as found:
        found.catalog.places.create_space("hr", by="admin")
        yield found


class SlowPage(ThreadingHTTPServer):
    """A page whose reading can be held: `asked` tells that somebody waits for it, `let` lets it come."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.hold, self.asked, self.let = 0, Event(), Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/parking.html"


class _Handler(BaseHTTPRequestHandler):
    server: SlowPage

    def do_GET(self) -> None:
        if self.path != "/parking.html":
            self.send_error(404)
            return
        if self.server.hold:
            self.server.hold -= 1
            self.server.asked.set()
            self.server.let.wait(60)
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
async def page() -> AsyncIterator[SlowPage]:
    server = SlowPage()
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.let.set()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("decision", ["confirm", "cancel"])
async def test_what_is_decided_while_another_space_is_looked_at_stays_decided(
    here: DeskHome, page: SlowPage, decision: str
) -> None:
    preview = await run(here, BOSS, f"add {page.url}")
    ref = preview.buttons[0].ref
    page.hold = 1
    moving = asyncio.create_task(press(here, BOSS, "space", ref, value="hr"))
    assert await asyncio.to_thread(page.asked.wait, 60)
    decided = card(await press(here, BOSS, decision, ref))
    page.let.set()
    said = card(await moving)
    assert said.title == "That did not work"
    assert any(words in said.text for words in DECIDED)
    change = here.catalog.changes.find(int(ref))
    assert change is not None
    assert change.space == "general"
    assert [row.space for row in here.catalog.documents()] == ["general"] * (decision == "confirm")
    assert decided.title.startswith("Added" if decision == "confirm" else "Cancelled")


async def test_a_file_lies_where_its_change_and_its_document_are_whoever_was_quicker(here: DeskHome) -> None:
    """Moved and confirmed in one moment, again and again: whatever came first, all three agree."""
    spaces, refs = set(), []
    for number in range(4):
        words = f"# Parking {number}\n\nVisitors park on level {number}.\n".encode()
        refs.append((await run(here, BOSS, "add", Attachment(f"p{number}.md", words))).buttons[0].ref)

    async def after(turns: int, action: str, ref: str, **fields: str) -> Reply:
        for _ in range(turns):
            await asyncio.sleep(0)
        return await press(here, BOSS, action, ref, **fields)

    for number, ref in enumerate(refs):
        early, late = (0, 3 * number) if number % 2 else (3 * number, 0)
        await asyncio.gather(after(early, "space", ref, value="hr"), after(late, "confirm", ref))
        change = here.catalog.changes.find(int(ref))
        assert change is not None
        assert change.state is ChangeState.DONE
        file = here.catalog.added_files.file(int(str(change.target["file"])))
        (document,) = here.catalog.documents(words=f"Parking {number}")
        assert file.listed
        assert {file.space, document.space} == {change.space}
        spaces.add(change.space)
    assert spaces <= {"general", "hr"}
