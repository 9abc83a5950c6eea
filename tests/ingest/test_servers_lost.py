"""A server that goes away in the middle of reading: no file is blamed, all answer on, and are tried again."""

import errno
from contextlib import contextmanager, nullcontext

import pytest
from embedding_process import EmbeddingProcess, embedder_of
from object_store import Moto
from older_reader import OlderReader, read_by, without_headings
from sync_kit import POOL
from watch_kit import drive_sync_of, follow, own_clock, until

from brain.catalog.rows import DriveState
from brain.errors import ModelUnavailable
from ingest.drives import DriveUnavailable
from ingest.following.drive_sync import DriveSync
from ingest.following.keeper import Keeper
from ingest.readers.versions import CURRENT

COUNT = 300


@pytest.fixture
def embeddings():
    server = EmbeddingProcess()
    yield server
    server.kill()


@pytest.fixture
def bucket():
    server = Moto()
    yield server
    server.close()


def rules(write, count):
    for number in range(count):
        write(f"{number}.md", f"# Rule {number}\n\nRule {number} says that number{number} holds.\n")


def waiting(kit):
    return sum(kit.catalog.readings.waiting(CURRENT).values())


def assert_all_answer(kit, count):
    """Each document is found by its own word: what was read anew, and what was not yet."""
    assert kit.catalog.failures() == []
    assert kit.catalog.feed.pending_operations(1) == []
    assert {path for number in range(count) for path in kit.found(f"number{number}")} == {
        f"{number}.md" for number in range(count)
    }


class Cutting:
    """Reads so many files, and the first of all others after the server was cut off."""

    def __init__(self, proxy, left):
        self._proxy = proxy
        self._left = left

    def parse(self, path, cutting):
        self._left -= 1
        if self._left == 0:
            self._proxy.refusing = True
            self._proxy.cut()
        return POOL.parse(path, cutting)


def test_an_embedding_server_that_dies_while_an_upgrade_reads_anew_costs_no_document(kit, embeddings):
    kit.embedder = lambda: embedder_of(embeddings)
    rules(kit.write, COUNT)
    drive_id = follow(kit, every=3600.0)
    kit.sync(own_clock(kit), **read_by(OlderReader(without_headings)))
    assert waiting(kit) == COUNT
    # With the second batch it dies: some are read anew by then, and some are not.
    drive_sync = DriveSync(
        *(kit.catalog, kit.open_index, lambda: embedder_of(embeddings, dies_at=2)),
        lambda url, options: own_clock(kit),
        lambda workers: nullcontext(POOL),
    )
    with pytest.raises(ModelUnavailable, match="does not answer"):
        drive_sync.sync(drive_id)
    assert 0 < waiting(kit) < COUNT
    assert kit.catalog.followed.of(drive_id).state is DriveState.FAILING
    assert_all_answer(kit, COUNT)
    embeddings.start()
    keeper = Keeper(kit.catalog, drive_sync_of(kit))
    keeper.start()
    until(lambda: not waiting(kit), "that all are read anew")
    assert keeper.stop(60)
    assert kit.catalog.followed.of(drive_id).state is DriveState.OK
    assert_all_answer(kit, COUNT)


def test_a_drive_s_server_that_is_lost_while_an_upgrade_reads_anew_costs_no_document(kit, bucket):
    folder, count = bucket.fresh("lost"), 40
    rules(lambda path, words: bucket.write(f"{folder}/{path}", words), count)
    kit.sync(bucket.drive(folder), **read_by(OlderReader(without_headings)))
    with pytest.raises(DriveUnavailable, match="Nothing was changed"):
        kit.sync(bucket.drive(folder, bucket.hasty), **read_by(Cutting(bucket.proxy, 10)))
    assert 0 < waiting(kit) < count  # what was read before is kept
    assert_all_answer(kit, count)
    bucket.proxy.heal()
    left = waiting(kit)
    assert kit.sync(bucket.drive(folder)).reread == left
    assert waiting(kit) == 0
    assert_all_answer(kit, count)


class Stumbling:
    """A folder that does not hand out some of its files, as a dying disk or share."""

    def __init__(self, kit, *broken):
        self._folder = own_clock(kit)
        self._broken = broken
        self.url, self.uri, self.list = self._folder.url, self._folder.uri, self._folder.list
        self.check_there = self._folder.check_there
        self.asked = []

    @contextmanager
    def fetch(self, entry):
        self.asked.append(entry.path)
        if entry.path in self._broken:
            raise OSError(errno.EIO, "Input/output error")
        with self._folder.fetch(entry) as file:
            yield file


def test_a_file_that_a_sound_drive_does_not_hand_out_is_told_and_the_others_are_read(kit):
    rules(kit.write, 5)
    drive = Stumbling(kit, "2.md")
    report = kit.sync(drive)
    assert (report.added, report.failed) == (4, 1)
    assert [failure.path for failure in kit.catalog.failures()] == ["2.md"]
    assert drive.asked.count("2.md") == 2  # once more, since the drive answers


def test_where_the_folder_itself_is_gone_no_file_is_told(kit):
    rules(kit.write, 5)
    drive = Stumbling(kit, *(f"{number}.md" for number in range(5)))

    def gone():
        raise DriveUnavailable("It is gone.")

    drive.check_there = gone
    with pytest.raises(DriveUnavailable, match="It is gone"):
        kit.sync(drive)
    assert kit.catalog.failures() == []


def test_a_folder_that_is_away_or_empty_all_at_once_is_not_there(kit):
    kit.write("a.md", "Rule.")
    drive = own_clock(kit)
    drive.check_there()
    (kit.root / "a.md").unlink()
    with pytest.raises(DriveUnavailable):
        drive.check_there()
    kit.root.rmdir()
    with pytest.raises(DriveUnavailable):
        drive.check_there()
    kit.root.mkdir()
