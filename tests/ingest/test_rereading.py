"""Files that an older citewise read in another way are read anew, as they are."""

import pytest
from older_reader import OLD, OlderReader, ToldReader, read_by, without_headings, without_tables
from sync_kit import BROKEN
from watch_kit import Watcher, fill

from ingest.readers.versions import ANY, CURRENT, READERS, mark

LEAVE = "# Leave\n\nStaff get 25 days of leave.\n\n| Country | Days |\n| --- | --- |\n| Chile | 15 |\n"


def waiting(kit):
    return sum(kit.catalog.readings.waiting(CURRENT).values())


def passages(kit, path):
    return kit.catalog.document_passages(kit.catalog.find_document(path).id)


def test_an_unchanged_file_is_read_anew_once_after_an_upgrade(kit):
    kit.write("leave.md", LEAVE)
    kit.sync(**read_by(OlderReader(without_tables)))
    before = kit.catalog.find_document("leave.md")
    assert (kit.found("chile"), waiting(kit)) == (set(), 1)

    report = kit.sync()
    assert (report.reread, report.changed, report.added, report.unchanged) == (1, 0, 0, 0)
    assert (kit.found("chile"), waiting(kit)) == ({"leave.md"}, 0)
    after = kit.catalog.find_document("leave.md")
    assert (after.id, after.version) == (before.id, before.version + 1)
    assert [version.content_hash for version in kit.catalog.history.versions(after.id)] == [
        after.content_hash
    ] * 2
    kit.assert_in_step()
    again = kit.sync()
    assert (again.reread, again.unchanged, kit.opened) == (0, 1, [])


def test_what_reads_as_before_keeps_passages_and_vectors(kit):
    kit.write("leave.md", LEAVE)
    kit.sync(**read_by(OlderReader()))
    before = [(one.id, one.text) for one in passages(kit, "leave.md")]
    report = kit.sync()
    assert (report.reread, report.embedded, kit.embeddings.embedded) == (1, 0, [])
    assert [(one.id, one.text) for one in passages(kit, "leave.md")] == before
    assert kit.catalog.find_document("leave.md").version == 1
    kit.assert_in_step()


def test_a_passage_below_another_heading_now_is_embedded_with_it(kit):
    text = "Chile\n=====\n\nStaff get fifteen days.\n"
    kit.write("leave.md", text)
    kit.write("copy.md", text)
    kit.sync(**read_by(OlderReader(without_headings)))
    kit.sync()
    assert any("Chile\nStaff get fifteen days." in words for words in kit.embeddings.embedded)
    assert {one.source.locator.heading for one in passages(kit, "leave.md")} == {("Chile",)}
    kit.assert_in_step()


def test_equal_files_keep_sharing_their_vectors(kit):
    for name in ("one.md", "two.md", "three.md"):
        kit.write(name, "Staff get fifteen days.")
    kit.sync(**read_by(OlderReader()))
    assert len(kit.embeddings.embedded) == 1, "though each is called otherwise"
    report = kit.sync()
    assert (report.reread, kit.embeddings.embedded) == (3, [])


def test_what_changed_is_read_before_what_is_only_read_anew(kit):
    fill(kit, 5)
    kit.sync(**read_by(OlderReader()))
    kit.write("3.md", "Another rule.")
    kit.write("z.md", "A new rule.")
    told = ToldReader()
    report = kit.sync(**read_by(told), threads=1)
    assert (report.changed, report.added, report.reread) == (1, 1, 4)
    assert told.read[:2] == ["3.md", "z.md"]


def test_reading_anew_gives_way_and_goes_on_with_the_next_run(kit):
    fill(kit, 4)
    kit.sync(**read_by(OlderReader()))
    report = kit.sync(gives_way=lambda: True)
    assert (report.reread, report.unchanged, waiting(kit)) == (1, 3, 3)
    assert kit.sync(reread=False).unchanged == 4
    assert (kit.sync().reread, waiting(kit)) == (3, 0)


def test_a_run_that_ends_in_the_middle_goes_on_where_it_was(kit):
    fill(kit, 4)
    kit.sync(**read_by(OlderReader()))

    class Killed(BaseException):
        pass

    def progress(stage, done, total):
        if (stage, done) == ("stored", 2):
            raise Killed

    with pytest.raises(Killed):
        kit.sync(progress=progress)
    assert (waiting(kit), len(kit.found("rule"))) == (2, 4)
    assert kit.sync().reread == 2
    kit.assert_in_step()


def test_a_file_that_can_not_be_read_any_more_keeps_its_old_reading_and_is_told(kit):
    kit.write("leave.md", LEAVE)
    kit.sync(**read_by(OlderReader()))
    report = kit.sync(**read_by(ToldReader("leave.md")))
    assert (report.reread, report.failed, report.stale, report.unchanged) == (0, 1, 1, 0)
    assert [note.path for note in report.failures] == ["leave.md"]
    assert (kit.found("chile"), waiting(kit)) == ({"leave.md"}, 0)
    again = kit.sync()
    assert (again.remembered, kit.opened) == (1, [])


def test_a_file_that_an_older_citewise_could_not_read_is_tried_again_once(kit):
    kit.write("a.md", "Readable.")
    kit.write("broken.pdf", BROKEN)
    kit.sync()
    with kit.catalog.database.writing() as connection:
        assert connection.execute("SELECT reading FROM failures").fetchall() == [(ANY,)]
        connection.execute("UPDATE failures SET reading = ''")
    told = ToldReader()
    assert kit.sync(**read_by(told)).remembered == 0
    assert told.read == ["broken.pdf"]
    assert kit.sync(**read_by(told)).remembered == 1


def test_what_could_not_be_read_is_tried_again_after_all_others_and_gives_way(kit):
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        kit.write(name, BROKEN)
    fill(kit, 2)
    kit.sync()
    kit.catalog.readings.forget(kit.catalog.drives()[0].id)
    kit.write("new.md", "A new rule.")
    told = ToldReader()
    rest = iter((False, False, True))
    report = kit.sync(**read_by(told), threads=1, gives_way=lambda: next(rest))
    assert told.read == ["new.md", "0.md", "1.md", "a.pdf"]
    assert (report.added, report.reread, report.unchanged) == (1, 2, 0)
    assert (report.failed, report.remembered) == (3, 2)
    report = kit.sync(**read_by(told), threads=1)
    assert told.read[4:] == ["b.pdf", "c.pdf"]
    assert (report.failed, report.remembered, report.unchanged) == (3, 1, 3)


def test_a_file_that_could_be_read_once_is_stale_until_it_is_read_again(kit):
    kit.write("leave.md", LEAVE)
    kit.sync()
    kit.write("leave.md", LEAVE + "More.")
    assert kit.sync(**read_by(ToldReader("leave.md"))).stale == 1
    kit.catalog.readings.forget(kit.catalog.drives()[0].id)
    report = kit.sync(**read_by(ToldReader("leave.md")))
    assert (report.failed, report.remembered, report.stale, report.changed) == (1, 0, 1, 0)
    kit.catalog.readings.forget(kit.catalog.drives()[0].id)
    report = kit.sync()
    assert (report.failed, report.stale, report.changed, report.reread) == (0, 0, 1, 0)
    kit.assert_in_step()


def test_a_new_time_or_a_comparison_of_contents_does_not_hide_that_it_is_outdated(kit):
    kit.write("leave.md", LEAVE)
    kit.sync(**read_by(OlderReader()))
    kit.write("leave.md", LEAVE)
    assert kit.sync(reread=False).unchanged == 1
    kit.write("leave.md", LEAVE)
    report = kit.sync(check_contents=True)
    assert (report.reread, report.changed, waiting(kit)) == (1, 0, 0)
    assert (kit.sync().unchanged, kit.opened) == (1, [])


def test_what_is_forgotten_is_read_anew_whoever_read_it(kit):
    fill(kit, 2)
    kit.write("broken.pdf", BROKEN)
    kit.sync()
    kit.catalog.readings.forget(kit.catalog.drives()[0].id)
    assert waiting(kit) == 2
    report = kit.sync()
    assert (report.reread, report.failed, report.remembered, report.embedded) == (2, 1, 0, 0)


def test_a_followed_drive_does_not_let_such_files_settle(kit):
    kit.write("leave.md", LEAVE)
    kit.sync(**read_by(OlderReader()))
    watcher = Watcher(kit, settle=3600.0)
    report = watcher.look()
    assert (report.reread, report.unsettled) == (1, ())


def test_those_that_wait_are_told_page_by_page(kit):
    fill(kit, 5)
    kit.sync(**read_by(OlderReader()))
    with kit.catalog.database.writing() as connection:
        connection.execute("UPDATE documents SET reading = '' WHERE path IN ('1.md', '4.md')")
    from brain.catalog.drives.readings import Outdated

    found, last = [], Outdated("", "")
    while page := kit.catalog.readings.next(1, CURRENT, last, 2):
        found += page
        last = page[-1]
    assert found == [("", "1.md"), ("", "4.md"), (OLD, "0.md"), (OLD, "2.md"), (OLD, "3.md")]


def test_each_reader_has_a_number_and_a_mail_follows_all(monkeypatch):
    from ingest.readers import SUPPORTED, versions

    assert {known.reader for known in SUPPORTED.values()} == set(READERS)
    before = mark("mail")
    monkeypatch.setattr(versions, "_ALL", versions._ALL + 1)
    assert mark("mail") != before
