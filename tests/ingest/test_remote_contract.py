"""What every kind of remote drive keeps, tried on real servers: found, compared, fetched, and never lost."""

import contextlib
import hashlib
from itertools import count

import pytest
from azure_store import AzureStorage
from object_store import Moto
from remote_servers import Apache, OpenSsh, Samba
from remote_stores import Azurite, GoogleStorage
from server_process import PASSWORD

from brain.catalog.rows import DocumentState
from brain.errors import UnreadableDocument, UsageError
from ingest.drives import DriveUnavailable, Entry, Skipped, Unlisted
from ingest.options import DriveOptions
from ingest.reconciling.skipping import HIDDEN, TEMPORARY, UNKNOWN_FORMAT

KINDS = [Samba, OpenSsh, Apache, Moto, GoogleStorage, AzureStorage, Azurite]
_numbers = count()


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.__name__)
def server(request):
    server = request.param()
    yield server
    server.close()


@pytest.fixture
def folder(server):
    yield server.fresh(f"drive {next(_numbers)}")
    server.proxy.heal()


def entries(drive):
    return {item.path: item for item in drive.list({}) if isinstance(item, Entry)}


def test_nested_folders_and_all_names_are_listed_and_fetched(server, folder):
    names = ["a b.md", "Ümläut ß.md", "emoji 😀.md", "50% off.md", "a%41#b&c+d;e=f.md", "x" * 180 + ".txt"]
    names += ["deep/er/and/deeper.md", "deep/é/ё.md", "deep/UPPER.MD"]
    names += ["deep/new\nline.md"] if server.names_with_newline else []
    for number, name in enumerate(names):
        server.write(f"{folder}/{name}", f"Document {number}.")
    for left_alone in (".hidden.md", "~$lock.docx", "deep/half.md.part", ".git/inside.md", "film.mp4"):
        server.write(f"{folder}/{left_alone}", "no document")
    drive = server.drive(folder)
    found = list(drive.list({}))
    listed = {item.path: item for item in found if isinstance(item, Entry)}
    assert set(listed) == set(names)
    reasons = {item.path: item.reason for item in found if isinstance(item, Skipped)}
    assert reasons[".hidden.md"] == reasons.get(".git", HIDDEN) == HIDDEN
    assert (reasons["~$lock.docx"], reasons["deep/half.md.part"]) == (TEMPORARY, TEMPORARY)
    assert reasons["film.mp4"] == UNKNOWN_FORMAT
    for number, name in enumerate(names):
        with drive.fetch(listed[name]) as file:
            assert file.path.read_text() == f"Document {number}."
            assert (file.path.suffix, file.entry.size) == (name[name.rindex(".") :], listed[name].size)
            assert file.entry == listed[name]
    assert not any(PASSWORD in shown for shown in (repr(drive), drive.url, drive.uri(listed["a b.md"])))
    assert drive.uri(listed["a b.md"]).endswith("/a%20b.md")


def test_what_changes_between_two_listings_reaches_the_catalog(server, folder, kit):
    for name in ("same.md", "longer.md", "swapped.md", "gone.md", "sub/old name.md"):
        server.write(f"{folder}/{name}", f"This is {name}.")
    drive = server.drive(folder)
    first = kit.sync(drive)
    assert (first.added, first.failures) == (5, ())
    assert kit.documents() == server.content(folder)
    kit.sync(drive)  # what was just written has no time that can be relied on, and is hashed once more
    server.write(f"{folder}/longer.md", "This is longer.md, and it grew.", 1_600_000_050)
    server.write(f"{folder}/swapped.md", "That is swapped.md.", 1_600_000_060)
    server.delete(f"{folder}/gone.md")
    server.rename(f"{folder}/sub/old name.md", f"{folder}/other/new name.md")
    server.write(f"{folder}/born.md", "Just born.")
    report = kit.sync(drive)
    assert (report.added, report.changed, report.moved, report.removed) == (1, 2, 1, 1)
    assert (report.unchanged, report.failed, report.embedded) == (1, 0, 3)
    assert kit.documents() == server.content(folder)
    assert kit.found("grew") == {"longer.md"}
    again = kit.sync(server.drive(folder))
    assert (again.unchanged, again.embedded, again.removed) == (5, 0, 0)
    uris = [row.uri for row in kit.catalog.documents()]
    assert not any(PASSWORD in uri for uri in uris)


def test_a_server_that_dies_while_it_is_listed_takes_nothing_away(server, folder, kit):
    for number in range(6):
        server.write(f"{folder}/{number}/a.md", f"Rule {number}.")
    drive = server.drive(folder, server.hasty)
    kit.sync(server.drive(folder))
    listing = drive.list({})
    assert next(listing).path == "0/a.md"
    server.kill()
    with pytest.raises(DriveUnavailable, match="Nothing was changed"):
        list(listing)
    with pytest.raises(DriveUnavailable):
        kit.sync(drive)
    assert len(kit.documents()) == 6
    server.proxy.heal()
    if server.process is not None and server.process.poll() is not None:
        server.start()
    assert kit.sync(drive).unchanged == 6
    assert kit.documents() == server.content(folder)


def test_a_line_that_breaks_while_a_file_is_fetched_is_made_good_by_the_next_run(server, folder, kit):
    server.write(f"{folder}/a.md", "Small.")
    kit.sync(server.drive(folder))
    server.write(f"{folder}/big.txt", ("All work and no play. " * 40 + "\n") * 1200)
    drive = server.drive(folder, server.hasty)
    (big,) = (entry for path, entry in entries(drive).items() if path == "big.txt")
    server.proxy.left = 300_000
    with pytest.raises((DriveUnavailable, UnreadableDocument)) as broken, drive.fetch(big):
        pytest.fail("half a file was lent")
    assert broken.value.retryable
    server.proxy.heal()
    drive = server.drive(folder, server.hasty)
    with drive.fetch(big) as file:
        assert hashlib.sha256(file.path.read_bytes()).hexdigest() == server.content(folder)["big.txt"]
    assert set(kit.documents()) == {"a.md"}


def test_a_file_that_can_not_be_fetched_now_is_read_by_the_next_run(server, folder, kit):
    server.write(f"{folder}/a.md", "Small.")
    drive = server.drive(folder, server.hasty)

    class Dying:
        """A drive whose server goes silent once it has been listed."""

        url, uri, fetch = drive.url, drive.uri, drive.fetch

        def list(self, ledger):
            yield from drive.list(ledger)
            server.proxy.silent = True

    report = kit.sync(Dying())
    assert (report.added, report.failed) == (0, 1)  # a drive that can't be asked how it is
    assert kit.catalog.failures()[0].retryable
    assert PASSWORD not in kit.catalog.failures()[0].sentence + kit.catalog.failures()[0].detail
    Dying.check_there = lambda self: drive.check_there()
    server.proxy.heal()
    with pytest.raises(DriveUnavailable) as gone:
        kit.sync(Dying(), retry=True)
    assert PASSWORD not in gone.value.sentence + gone.value.detail
    server.proxy.heal()
    server.proxy.cut()
    assert kit.sync(server.drive(folder)).added == 1
    assert kit.documents() == server.content(folder)


def listed_by_the_impatient(drive):
    """What one lists that waits a few seconds only: a busy machine may need longer, but not each time."""
    for _ in range(5):
        with contextlib.suppress(DriveUnavailable):
            return set(entries(drive))
    return set(entries(drive))


def test_a_server_that_falls_silent_never_holds_up_a_run(server, folder):
    server.write(f"{folder}/a.md", "Small.")
    drive = server.drive(folder, server.hasty)
    assert listed_by_the_impatient(drive) == {"a.md"}
    server.proxy.silent = True
    with pytest.raises(DriveUnavailable, match="answer"):
        list(drive.list({}))
    with pytest.raises(DriveUnavailable, match="answer"):
        list(server.drive(folder, server.hasty).list({}))  # also where it is silent from the start
    server.proxy.heal()
    assert listed_by_the_impatient(drive) == {"a.md"}


def test_a_dropped_connection_is_made_anew(server, folder):
    server.write(f"{folder}/a.md", "Small.")
    drive = server.drive(folder)
    assert set(entries(drive)) == {"a.md"}
    server.proxy.cut()
    found = entries(drive)
    assert set(found) == {"a.md"}
    server.proxy.cut()
    with drive.fetch(found["a.md"]) as file:
        assert file.path.read_text() == "Small."


def test_a_wrong_password_is_a_sentence_without_it(server, folder, kit):
    if not server.refuses_password:
        pytest.skip("this server lets everybody in")
    server.write(f"{folder}/a.md", "Small.")
    kit.sync(server.drive(folder))
    wrong = server.wrong_password()
    with pytest.raises(DriveUnavailable, match=r"correct (it|them) in /home/bot/credentials.toml") as refused:
        kit.sync(server.drive(folder, **wrong))
    assert f'under ["{server.place(folder)}"]' in refused.value.sentence
    secret = next(iter(wrong.values()))
    assert secret not in refused.value.sentence + refused.value.detail
    assert set(kit.documents()) == {"a.md"}


def test_a_folder_that_is_not_there_is_said_to_be_so(server, kit):
    with pytest.raises(DriveUnavailable, match="is not there"):
        kit.sync(server.drive("nothing of that name"))
    assert kit.catalog.drives() == []


def test_one_folder_without_permission_is_left_in_the_index(server, folder, kit):
    if not server.enforces_rights:
        pytest.skip("this server knows no rights")
    server.write(f"{folder}/open.md", "Open.")
    server.write(f"{folder}/shut/closed.md", "Closed later.")
    kit.sync(server.drive(folder))
    server.forbid(f"{folder}/shut")
    try:
        report = kit.sync(server.drive(folder))
    finally:
        server.forbid(f"{folder}/shut", 0o755)
    assert [(part.path, part.reason) for part in report.unlisted] == [("shut", "permission denied")]
    assert (report.removed, report.unchanged) == (0, 1)
    assert kit.sync(server.drive(folder)).unchanged == 2


def test_one_file_without_permission_is_one_failure(server, folder, kit):
    if not server.enforces_rights:
        pytest.skip("this server knows no rights")
    server.write(f"{folder}/open.md", "Open.")
    server.write(f"{folder}/closed.md", "Closed.")
    server.forbid(f"{folder}/closed.md")
    report = kit.sync(server.drive(folder))
    assert (report.added, [note.path for note in report.failures]) == (1, ["closed.md"])
    assert "Permission denied" in report.failures[0].sentence
    server.forbid(f"{folder}/closed.md", 0o644)
    assert kit.sync(server.drive(folder)).added == 1


def test_a_file_that_changes_while_it_is_fetched_is_not_lent(server, folder):
    server.write(f"{folder}/a.md", "Before. " * 1000)
    drive = server.drive(folder)
    (entry,) = entries(drive).values()
    opened = drive._source.open

    def meddling(files, path, chunk):
        found = opened(files, path, chunk)
        server.write(f"{folder}/a.md", "After!! " * 1000, 1_600_000_099)
        return found

    drive._source.open = meddling
    with pytest.raises(UnreadableDocument) as changed, drive.fetch(entry):
        pytest.fail("a mixture was lent")
    assert changed.value.retryable
    drive._source.open = opened
    with drive.fetch(entry) as file:
        assert file.path.read_text().startswith("After!!")
        assert file.entry != entry


def test_a_file_that_is_gone_and_one_that_is_too_large(server, folder):
    server.write(f"{folder}/a.md", "12345678")
    drive = server.drive(folder)
    with pytest.raises(FileNotFoundError), drive.fetch(Entry("ghost.md", 3, 1)):
        pytest.fail("a ghost was lent")
    (entry,) = entries(drive).values()
    drive._limits = type(drive._limits)(size=7)
    with pytest.raises(UnreadableDocument, match="larger than"), drive.fetch(entry):
        pytest.fail("too much was fetched")


def test_a_long_listing_is_complete(server, folder):
    many = server.many
    for number in range(many):
        server.write(f"{folder}/{number:05}.md", "x")
    server.write(f"{folder}/a/first.md", "x")
    server.write(f"{folder}/z/last.md", "x")
    drive = server.drive(folder)
    left_midway = drive.list({})
    next(left_midway)
    left_midway.close()
    drive.close()
    found = entries(drive)
    assert len(found) == many + 2
    assert {"a/first.md", "z/last.md", "00000.md", f"{many - 1:05}.md"} <= set(found)


def test_a_root_that_is_suddenly_empty_removes_nothing(server, folder, kit):
    server.write(f"{folder}/a.md", "Small.")
    drive = server.drive(folder)
    kit.sync(drive)
    server.delete(f"{folder}/a.md")
    with pytest.raises(DriveUnavailable, match="Nothing was removed"):
        kit.sync(drive)
    assert set(kit.documents()) == {"a.md"}


def test_times_of_a_clock_that_is_wrong_do_no_harm(server, folder, kit):
    ahead, behind = 4_000_000_000, 100
    server.write(f"{folder}/ahead.md", "From the future.", ahead)
    server.write(f"{folder}/behind.md", "From long ago.", behind)
    kit.sync(server.drive(folder))
    kit.sync(server.drive(folder))
    server.write(f"{folder}/ahead.md", "Of the future!!!", ahead + 1)
    report = kit.sync(server.drive(folder))
    assert (report.changed, report.unchanged) == (1, 1)
    assert kit.documents() == server.content(folder)
    assert all(row.state is DocumentState.CURRENT for row in kit.catalog.ledger(1).values())


def test_readers_that_the_source_can_not_tell_are_refused(server, folder):
    with pytest.raises(UsageError, match="reader"):
        server.drive(folder, options=DriveOptions(readers=("group:hr@example.org",)))


def test_a_setting_that_is_misspelt_is_refused(server, folder):
    with pytest.raises(UsageError, match="has no setting pasword"):
        server.drive(folder, pasword="x")


def test_nothing_is_concluded_of_what_is_unlisted(server, folder):
    server.write(f"{folder}/sub/a.md", "Small.")
    drive = server.drive(folder)
    listed = drive._source.list

    def stumbling(files, at, rest=None):
        if at.endswith("/sub"):
            raise OSError(5, "Input/output error")
        return listed(files, at, rest)

    drive._source.list = stumbling
    assert [item for item in drive.list({}) if isinstance(item, Unlisted)] == [
        Unlisted("sub", "the server reports an error")
    ]
