"""Followed drives and web pages after an upgrade: read anew in the background, changes first."""

import threading
from contextlib import nullcontext

import pytest
from older_reader import OlderReader, ToldReader, read_by
from sync_kit import BROKEN, POOL
from watch_kit import PATIENCE, fill, follow, own_clock, until
from web_server import web_server

from brain.catalog.drives.readings import Outdated
from ingest.addresses import AddressPolicy
from ingest.following.drive_sync import DriveSync
from ingest.following.keeper import Keeper
from ingest.locate import readable_suffixes
from ingest.readers.versions import CURRENT
from ingest.web.page import WebPage
from ingest.web.sitemap import Sitemap


class HeldReader(ToldReader):
    """Waits before each file from the second on, until it is let go."""

    def __init__(self):
        super().__init__()
        self.go = threading.Event()

    def parse(self, path, cutting):
        if self.read:
            assert self.go.wait(PATIENCE)
        return super().parse(path, cutting)


@pytest.fixture
def keeping(kit):
    """Start a keeper whose files are read by that reader."""
    keepers = []

    def start(reader, open_drive=None):
        kit.embedder()
        opened = open_drive or (lambda url, options: own_clock(kit))
        drive_sync = DriveSync(
            kit.catalog, kit.open_index, kit.embedder, opened, lambda workers: nullcontext(reader)
        )
        keepers.append(Keeper(kit.catalog, drive_sync))
        keepers[-1].start()
        return keepers[-1]

    yield start
    for keeper in keepers:
        assert keeper.stop(PATIENCE)


def waiting(kit):
    return sum(kit.catalog.readings.waiting(CURRENT).values())


def outdated_drive(kit, count, **options):
    fill(kit, count)
    drive_id = follow(kit, **options)
    kit.sync(own_clock(kit), **read_by(OlderReader()))
    assert waiting(kit) == count
    return drive_id


def test_a_followed_drive_is_read_anew_by_itself_and_no_lag_is_told_of_it(kit, keeping):
    drive_id = outdated_drive(kit, 5, every=3600.0)
    keeper = keeping(POOL)
    until(lambda: not waiting(kit), "that all are read anew")
    assert [row.outdated for row in keeper.status()] == [0]
    assert kit.catalog.followed.of(drive_id).lags == ()
    assert {row.version for row in kit.catalog.documents()} == {1}
    assert keeper.stop(PATIENCE)
    kit.assert_in_step()


def test_a_change_passes_by_what_is_only_read_anew(kit, keeping):
    outdated_drive(kit, 60, every=3600.0)
    reader = HeldReader()
    keeper = keeping(reader)
    until(lambda: reader.read, "the first file")
    (row,) = keeper.status()
    assert row.mode == "events"
    (kit.root / "new.md").write_text("Zebras sleep at four.")
    until(lambda: len(keeper._followers[1]._hints), "the hint")
    reader.go.set()
    until(lambda: kit.found("zebra") == {"new.md"}, "the new file")
    until(lambda: not waiting(kit), "the others")
    place = reader.read.index("new.md")
    assert place < 40, "it did not wait for all of them"
    assert len(reader.read) == 61, "and none was read twice"


def test_a_change_passes_by_what_could_not_be_read_before(kit, keeping):
    for number in range(60):
        kit.write(f"{number}.pdf", BROKEN)
    kit.write("a.md", "A rule.")
    drive_id = follow(kit, every=3600.0)
    kit.sync(own_clock(kit))
    with kit.catalog.database.writing() as connection:
        connection.execute("UPDATE failures SET reading = '', tries = 3, next_try = NULL")
    reader = HeldReader()
    keeper = keeping(reader)
    until(lambda: reader.read, "the first file")
    (kit.root / "new.md").write_text("Zebras sleep at four.")
    until(lambda: len(keeper._followers[1]._hints), "the hint")
    reader.go.set()
    until(lambda: kit.found("zebra") == {"new.md"}, "the new file")
    until(lambda: not kit.catalog.readings.next(drive_id, CURRENT, Outdated("", ""), 1), "the others")
    assert reader.read.index("new.md") < 40, "it did not wait for all of them"
    assert len(reader.read) == 61, "and none was tried twice"


def test_a_drive_without_parts_is_read_anew_when_it_is_listed(kit, keeping):
    class Whole:
        """The kit's drive, which can only be listed as a whole."""

        def __init__(self):
            inner = own_clock(kit)
            self.url, self.list, self.fetch, self.uri = inner.url, inner.list, inner.fetch, inner.uri

    drive_id = outdated_drive(kit, 5, every=3600.0)
    keeper = keeping(POOL, lambda url, options: Whole())
    until(lambda: not waiting(kit), "that all are read anew")
    assert keeper.follows(drive_id)


def test_whoever_asks_for_a_look_gets_all_of_it(kit, keeping):
    drive_id = outdated_drive(kit, 5, every=3600.0)
    keeper = keeping(POOL)
    until(lambda: not waiting(kit), "the first pass")
    kit.catalog.readings.forget(drive_id)
    report = keeper.sync_now(drive_id, timeout=PATIENCE)
    assert (report.reread, report.unchanged, report.documents, waiting(kit)) == (5, 0, 5, 0)


def test_a_page_that_did_not_change_is_fetched_whole_to_be_read_anew(kit):
    pages = [ANY_ADDRESS, readable_suffixes()]
    with web_server() as server:
        body = b"<html><body><h1>Travel</h1><p>Trains are booked in second class.</p></body></html>"
        server.pages["/a"] = (200, {"Content-Type": "text/html", "ETag": '"v1"'}, body)
        url = server.url("/a")
        kit.sync(WebPage(url, pages[1], pages[0]), **read_by(OlderReader(lambda blocks: blocks[:1])))
        assert "second class" not in kit.catalog.document_text(kit.catalog.find_document(url).id)
        report = kit.sync(WebPage(url, pages[1], pages[0]))
    assert (report.reread, report.changed, waiting(kit)) == (1, 0, 0)
    assert "second class" in kit.catalog.document_text(kit.catalog.find_document(url).id)
    assert [headers.get("If-None-Match") for _, headers in server.seen] == [None, '"v1"', None]


def test_the_pages_of_a_sitemap_are_read_anew(kit):
    with web_server() as server:
        for name in ("a", "b"):
            body = f"<html><body><h1>{name}</h1><p>Page {name} tells of trains.</p></body></html>".encode()
            server.pages[f"/{name}"] = (200, {"Content-Type": "text/html", "ETag": f'"{name}"'}, body)
        places = "".join(f"<url><loc>{server.url(f'/{name}')}</loc></url>" for name in ("a", "b"))
        server.pages["/sitemap.xml"] = (
            200,
            {"Content-Type": "application/xml"},
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</urlset>'.encode(),
        )
        given = (server.url("/sitemap.xml"), readable_suffixes(), ANY_ADDRESS)
        kit.sync(Sitemap(*given), **read_by(OlderReader(lambda blocks: blocks[:1])))
        report = kit.sync(Sitemap(*given))
    assert (report.reread, report.changed, waiting(kit)) == (2, 0, 0)
    assert len(kit.found("train")) == 2


ANY_ADDRESS = AddressPolicy(allow_private=True)
