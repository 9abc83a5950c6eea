"""One run after another over a real folder and a real catalog: what each kind of change does and costs."""

import os
from dataclasses import replace

import pytest

from ingest.local.folder import LocalFile, LocalFolder
from ingest.locate import readable_suffixes
from ingest.report import Stage


def test_new_files_become_documents(kit):
    kit.write("leave.md", "Staff get 25 days of leave.\n\nParents get 16 weeks.")
    kit.write("it/vpn.txt", "Install the client first.")
    report = kit.sync()
    assert (report.added, report.changed, report.unchanged, report.failed) == (2, 0, 0, 0)
    assert report.embedded == report.passages == len(kit.embeddings.embedded) > 0
    kit.assert_in_step()
    row = kit.catalog.find_document("it/vpn.txt")
    assert row.uri == (kit.root / "it/vpn.txt").as_uri()
    assert row.modified is not None


def test_unchanged_files_open_neither_embedder_nor_index_nor_parser(kit):
    for number in range(5):
        kit.write(f"{number}.md", f"Text number {number}.")
    kit.sync()
    report = kit.sync()
    assert (report.unchanged, report.added, report.embedded) == (5, 0, 0)
    assert kit.opened == []


def test_a_changed_file_embeds_only_its_new_passages(kit):
    paragraphs = [f"Rule {number} " + "is long and clear " * 12 + "." for number in range(8)]
    kit.write("rules.md", "\n\n".join(paragraphs))
    before = kit.sync()
    ids = {p.text: p.id for p in kit.catalog.document_passages(kit.catalog.find_document("rules.md").id)}
    paragraphs[3] = paragraphs[3].replace("Rule 3", "Order 3")
    kit.write("rules.md", "\n\n".join(paragraphs))
    report = kit.sync()
    assert (report.changed, report.added) == (1, 0)
    assert 0 < report.embedded < before.passages / 2
    after = {p.text: p.id for p in kit.catalog.document_passages(kit.catalog.find_document("rules.md").id)}
    kept = [text for text in after if text in ids]
    assert len(kept) > len(after) / 2
    assert all(after[text] == ids[text] for text in kept)
    kit.assert_in_step()


def test_a_new_time_with_old_content_is_only_noted(kit):
    file = kit.write("a.md", "The same as ever.")
    kit.sync()
    os.utime(file, (1_650_000_000, 1_650_000_000))
    report = kit.sync()
    assert (report.unchanged, report.changed, report.embedded) == (1, 0, 0)
    assert kit.opened == []
    (known,) = kit.catalog.ledger(1).values()
    assert known.mtime_ns == 1_650_000_000 * 10**9


def test_new_content_behind_an_old_size_and_time_is_found_when_asked(kit):
    kit.write("a.md", "Costs 10 euros.", mtime=1_600_000_000)
    kit.sync()
    kit.write("a.md", "Costs 99 euros.", mtime=1_600_000_000)

    class WithoutChangeTime(LocalFolder):
        """As a share whose server has no such time."""

        def list(self, ledger):
            yield from (replace(item, etag="") for item in super().list(ledger))

    folder = WithoutChangeTime(kit.root, readable_suffixes())
    assert kit.sync(folder).unchanged == 1
    assert kit.sync(folder, check_contents=True).changed == 1
    kit.assert_in_step()


def test_files_of_equal_size_and_time_that_change_places_are_told_apart(kit):
    kit.write("a.md", "Costs 10 euros.", mtime=1_600_000_000)
    kit.write("b.md", "Costs 99 euros.", mtime=1_600_000_000)
    kit.sync()
    (kit.root / "a.md").rename(kit.root / "c")
    (kit.root / "b.md").rename(kit.root / "a.md")
    (kit.root / "c").rename(kit.root / "b.md")
    report = kit.sync()
    assert (report.changed, report.embedded) == (2, 0)  # equal content shares its vectors
    kit.assert_in_step()


def test_a_moved_file_is_not_looked_at_again(kit):
    kit.write("a.md", "Stays.")
    kit.sync()
    (kit.root / "a.md").rename(kit.root / "b.md")
    kit.sync()
    assert kit.catalog.ledger(1)["b.md"].etag == next(kit.drive().list({})).etag


def test_a_file_written_at_this_very_moment_is_hashed_again_next_time(kit):
    file = kit.root / "a.md"
    file.write_text("Costs 10 euros.")
    far = 4_000_000_000_000_000_000
    kit.sync()
    stamp = file.stat().st_mtime_ns
    if kit.catalog.ledger(1)["a.md"].mtime_ns == 0:
        file.write_text("Costs 99 euros.")
        os.utime(file, ns=(stamp, stamp))
        assert kit.sync().changed == 1
    os.utime(file, ns=(far, far))
    kit.sync()
    assert kit.catalog.ledger(1)["a.md"].mtime_ns == far
    kit.assert_in_step()


def test_moves_and_renames_keep_ids_and_embed_nothing(kit):
    kit.write("a/leave.md", "Staff get 25 days of leave.")
    kit.write("b.md", "Something else.")
    kit.sync()
    before = kit.catalog.find_document("a/leave.md")
    (passage,) = kit.catalog.document_passages(before.id)
    (kit.root / "archive").mkdir()
    (kit.root / "a/leave.md").rename(kit.root / "archive/leave of absence.md")
    report = kit.sync()
    assert (report.moved, report.added, report.removed, report.embedded) == (1, 0, 0, 0)
    assert "embedder" not in kit.opened
    after = kit.catalog.find_document("archive/leave of absence.md")
    assert after.id == before.id
    assert after.title == "leave of absence"  # the title was the file's name
    assert after.uri.endswith("archive/leave%20of%20absence.md")
    assert kit.catalog.passages([passage.id])[passage.id].source.document == after.path
    kit.assert_in_step()


def test_a_change_of_case_is_a_move(kit):
    kit.write("Leave.MD", "Staff get 25 days.")
    kit.sync()
    (kit.root / "Leave.MD").rename(kit.root / "leave.md")
    assert kit.sync().moved == 1
    kit.assert_in_step()


def test_two_files_that_change_places_embed_nothing(kit):
    kit.write("a.md", "Text of the first one.")
    kit.write("b.md", "Words of number two, which are more.")
    kit.sync()
    (kit.root / "a.md").rename(kit.root / "c")
    (kit.root / "b.md").rename(kit.root / "a.md")
    (kit.root / "c").rename(kit.root / "b.md")
    report = kit.sync()
    assert report.changed == 2
    kit.assert_in_step()


def test_a_moved_file_is_told_from_its_copy(kit):
    kit.write("x/notes.md", "Same words.")
    kit.write("y/notes.md", "Same words.")
    report = kit.sync()
    assert (report.added, report.embedded) == (2, 1)  # identical files are embedded once
    (kit.root / "x/notes.md").unlink()
    (kit.root / "y/notes.md").rename(kit.root / "y/renamed.md")
    report = kit.sync()
    assert (report.moved, report.removed, report.embedded) == (1, 1, 0)
    kit.assert_in_step()


def test_removed_files_are_removed(kit):
    kit.write("a.md", "Stays.")
    kit.write("b.md", "Goes.")
    kit.sync()
    (kit.root / "b.md").unlink()
    report = kit.sync()
    assert (report.removed, report.unchanged) == (1, 1)
    kit.assert_in_step()


def test_a_single_file_is_a_drive_of_one(kit):
    file = kit.write("handbook/leave.md", "Staff get 25 days.")
    assert kit.sync(LocalFile(file)).added == 1
    assert list(kit.documents()) == ["leave.md"]
    file.write_text("Staff get 26 days.")
    assert kit.sync(LocalFile(file)).changed == 1


def test_a_folder_takes_over_what_was_indexed_inside_it(kit):
    file = kit.write("handbook/leave.md", "Staff get 25 days.")
    kit.sync(LocalFile(file))
    report = kit.sync()
    assert (report.added, report.embedded) == (1, 0)
    assert list(kit.documents()) == ["handbook/leave.md"]
    assert [drive.url for drive in kit.catalog.drives()] == [kit.root.as_uri()]
    kit.assert_in_step()


def test_progress_reaches_its_totals(kit):
    for number in range(6):
        kit.write(f"{number}.md", f"Text number {number}.")
    seen: dict[Stage, tuple[int, int | None]] = {}
    report = kit.sync(progress=lambda stage, done, total: seen.__setitem__(stage, (done, total)))
    assert seen[Stage.FOUND] == (6, None)
    assert seen[Stage.PARSED] == seen[Stage.STORED] == (6, 6)
    assert seen[Stage.EMBEDDED][0] == report.embedded == 6
    assert set(report.seconds) >= {"list", "hash", "parse", "embed", "store", "index"}


def test_a_time_that_no_database_takes_ends_no_look(kit):
    kit.write("a.md", "Hello there.")
    if kit.write("far.md", "Written in the year 2350.", mtime=12_000_000_000).stat().st_mtime < 10**10:
        pytest.skip("this file system knows no such time")
    assert kit.sync().added == 2
    assert kit.sync().unchanged == 2
    kit.assert_in_step()


def test_names_that_are_no_unicode_are_indexed(kit):
    raw = os.fsencode(kit.root) + b"/caf\xe9.md"
    with open(raw, "wb") as file:
        file.write(b"Coffee is free.")
    kit.write("naïve\nname 🎉.md", "Odd but valid.")
    assert kit.sync().added == 2
    assert set(kit.documents()) == {"caf\\xe9.md", "naïve\nname 🎉.md"}
    assert kit.catalog.find_document("caf\\xe9.md").uri.endswith("caf%E9.md")
    assert kit.sync().unchanged == 2


def test_a_reader_that_is_missing_for_once_removes_nothing(kit):
    kit.write("a.md", "Text.")
    kit.write("b.txt", "Read while there was a reader.")
    kit.sync()
    report = kit.sync(LocalFolder(kit.root, {".md"}))
    assert (report.removed, report.skipped, report.unchanged) == (0, 1, 1)
    kit.assert_in_step()


def test_left_out_suffixes_are_counted_not_failed(kit):
    kit.write("a.md", "Text.")
    kit.write("movie.mp4", "x")
    kit.write("photo.raw", "x")
    report = kit.sync()
    assert (report.added, report.skipped, report.failed) == (1, 2, 0)
    assert {item.path for item in report.skipped_files} == {"movie.mp4", "photo.raw"}
    assert kit.sync().unchanged == 1


def test_what_of_a_document_could_not_be_read_is_kept_until_it_can(kit):
    mail = b"From: a@example.org\nSubject: Hours\nMIME-Version: 1.0\n"
    mail += b"Content-Type: multipart/mixed; boundary=x\n\n"
    text = b"--x\nContent-Type: text/plain\n\nThe pool is closed on Mondays.\n"
    film = b"--x\nContent-Type: video/mp4\nContent-Disposition: attachment; filename=film.mp4\n\nx\n"
    kit.write("hours.eml", mail + text + film + b"--x--\n")
    kit.sync()
    (row,) = kit.catalog.documents()
    assert row.left_out == ("Attachments in formats that can't be read were left out: film.mp4.",)
    kit.write("hours.eml", mail + text + b"--x--\n")
    kit.sync()
    (row,) = kit.catalog.documents()
    assert row.left_out == ()
