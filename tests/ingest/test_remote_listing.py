"""One long folder on a server comes in pieces; where that breaks off, nothing is missed or stays open."""

from io import FileIO
from pathlib import Path

import psutil
import pytest
from azure_store import AzureStorage
from remote_servers import Apache, OpenSsh

from ingest.drives import DriveUnavailable, Entry
from ingest.remote.source import AT_ONCE

LONG = AT_ONCE + 300


@pytest.fixture(scope="module", params=[OpenSsh, Apache, AzureStorage], ids=lambda kind: kind.__name__)
def server(request):
    server = request.param()
    yield server
    server.close()


@pytest.fixture(scope="module")
def apache():
    server = Apache()
    yield server
    server.close()


@pytest.fixture
def azure():
    server = AzureStorage()
    yield server
    server.close()


def fill(server, folder):
    for number in range(LONG):
        server.write(f"{folder}/{number:05}.md", "x")


def long_folder(server):
    """The server's one long folder, which no test changes."""
    if not hasattr(server, "long_folder"):
        server.long_folder = server.fresh("long")
        fill(server, server.long_folder)
    return server.long_folder


def paths(drive):
    return {item.path for item in drive.list({}) if isinstance(item, Entry)}


def test_no_piece_is_larger_than_fits_and_all_are_told_once(server):
    drive = server.drive(long_folder(server))
    pieces = []
    listed = drive._source.list

    def watched(*asked):
        piece = listed(*asked)
        pieces.append(len(piece.infos))
        return piece

    drive._source.list = watched
    found = [item.path for item in drive.list({})]
    assert sorted(found) == [f"{number:05}.md" for number in range(LONG)]
    assert max(pieces) == AT_ONCE


def test_a_file_is_fetched_while_its_folder_is_listed(server):
    drive = server.drive(long_folder(server))
    listing = drive.list({})
    for _ in range(3):
        with drive.fetch(next(listing)) as file:
            assert file.path.read_text() == "x"
    assert len(list(listing)) == LONG - 3


def test_a_long_folder_within_another_is_listed_between_its_pieces(server):
    name = server.fresh("tree")
    fill(server, name)
    fill(server, f"{name}/00000 sub")
    assert len(paths(server.drive(name))) == 2 * LONG


def opened(server, folder):
    """How many times processes of the server hold a folder open."""
    place, held = server.files_root / folder, 0
    for process in psutil.Process(server.process.pid).children(recursive=True):
        try:
            held += sum(file.readlink() == place for file in Path(f"/proc/{process.pid}/fd").iterdir())
        except OSError:
            continue  # it ended, or is another user's
    return held


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="tells open files by /proc")
def test_the_server_closes_the_folder_when_its_listing_is_left(ssh):
    folder = long_folder(ssh)
    drive = ssh.drive(folder)
    listing = drive.list({})
    first = next(listing)
    if not opened(ssh, folder):
        pytest.skip("this account can't see what the server holds open")
    listing.close()
    with drive.fetch(first):  # on the same connection, and answered after it
        assert opened(ssh, folder) == 0


def test_a_line_that_breaks_between_two_pieces_ends_the_listing(ssh):
    drive = ssh.drive(long_folder(ssh))
    listing = drive.list({})
    next(listing)
    ssh.proxy.cut()
    with pytest.raises(DriveUnavailable, match="Nothing was changed"):
        list(listing)
    assert len(paths(drive)) == LONG


def test_a_long_answer_of_webdav_is_whole_before_any_of_it_is_used(apache):
    drive = apache.drive(long_folder(apache))
    listing = drive.list({})
    next(listing)
    apache.proxy.refusing = True
    apache.proxy.cut()
    try:
        assert len(list(listing)) == LONG - 1
    finally:
        apache.proxy.heal()


def test_a_long_answer_of_webdav_that_breaks_off_tells_nothing(apache):
    drive = apache.drive(long_folder(apache), apache.hasty)
    apache.proxy.left = 850_000  # more than a piece, and not all
    told = []
    try:
        with pytest.raises(DriveUnavailable):
            told.extend(drive.list({}))
    finally:
        apache.proxy.heal()
    assert told == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="fills a disk by /dev/full")
def test_a_disk_that_is_full_while_a_long_answer_is_kept_is_a_sentence(apache, monkeypatch):
    drive = apache.drive(long_folder(apache))
    with monkeypatch.context() as full:
        full.setattr("ingest.remote.kept.TemporaryFile", lambda **_: FileIO("/dev/full", "r+"))
        with pytest.raises(DriveUnavailable, match="the disk here is full"):
            list(drive.list({}))
    assert len(paths(drive)) == LONG


def test_azure_is_asked_by_pages_and_a_marked_folder_once(azure):
    azure.write("drive/", "")
    azure.mark("drive/sub")
    azure.write("drive/sub/a.md", "x")
    azure.mark("drive/empty")
    azure.write("drive-not/b.md", "x")
    for number in range(LONG):
        azure.write(f"drive/z{number:05}.md", "x")
    assert len(paths(azure.drive("drive"))) == LONG + 1
    of_folder = [after for prefix, after in azure.asked if prefix == "drive/"]
    assert (len(of_folder), of_folder[0]) == (2, "")
    assert [prefix for prefix, _ in azure.asked if prefix.startswith("drive/sub")] == ["drive/sub/"]
    assert not [prefix for prefix, _ in azure.asked if prefix.startswith("drive-not")]


def test_a_container_that_is_not_there_is_named(azure):
    azure.bucket = "no-such-container"
    with pytest.raises(DriveUnavailable, match="there is no container no-such-container"):
        paths(azure.drive())
