"""What goes wrong on a drive or around it, and that nothing is lost or half done by it."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sync_kit import BROKEN, POOL

from benchmarks.word_counting import WORDS
from brain.catalog.rows import DocumentState
from brain.errors import EmbedderMismatch, StorageFailed, UsageError
from ingest.drives import DriveUnavailable, Entry, Unlisted
from ingest.indexing.reading import NoReader
from ingest.local.folder import LocalFile, LocalFolder
from ingest.locate import readable_suffixes


class FaultyFolder(LocalFolder):
    """A real folder of which one part can't be listed, as on a share that stumbles."""

    def __init__(self, root: Path, part: str):
        super().__init__(root, readable_suffixes())
        self.part = part

    def list(self, ledger):
        yield Unlisted(self.part, "input/output error")
        for item in super().list(ledger):
            if not item.path.startswith(self.part + "/"):
                yield item


def test_what_can_not_be_listed_is_not_removed(kit):
    kit.write("a.md", "Stays.")
    kit.write("hr/b.md", "Can't be seen.")
    kit.write("hr2.md", "Is really gone.")
    kit.sync()
    (kit.root / "hr2.md").unlink()
    report = kit.sync(FaultyFolder(kit.root, "hr"))
    assert (report.removed, report.unchanged) == (1, 1)
    assert [item.path for item in report.unlisted] == ["hr"]
    assert set(kit.documents()) == {"a.md", "hr/b.md"}


def test_a_missing_root_removes_nothing(kit):
    kit.write("a.md", "Stays.")
    kit.sync()
    kit.root.rename(kit.folder / "elsewhere")
    with pytest.raises(DriveUnavailable, match="Nothing was removed"):
        kit.sync()
    assert set(kit.documents()) == {"a.md"}
    (kit.folder / "elsewhere").rename(kit.root)
    assert kit.sync().unchanged == 1


def test_a_root_that_is_suddenly_empty_removes_nothing(kit):
    file = kit.write("a.md", "Stays.")
    kit.sync()
    file.rename(kit.folder / "a.md")
    with pytest.raises(DriveUnavailable, match="empty now"):
        kit.sync()
    assert set(kit.documents()) == {"a.md"}


def test_a_folder_without_documents_is_said_to_be_so(kit):
    with pytest.raises(UsageError, match="it holds no files"):
        kit.sync()
    kit.write("a.mp4", "x")
    with pytest.raises(UsageError, match="1 × a format that can't be read"):
        kit.sync()
    assert kit.catalog.drives() == []


def test_a_broken_file_is_one_failure_and_is_tried_once(kit):
    kit.write("good.md", "Readable.")
    kit.write("bad.pdf", BROKEN)
    report = kit.sync()
    assert (report.added, report.failed, report.remembered) == (1, 1, 0)
    (note,) = report.failures
    assert note.path == "bad.pdf"
    assert "bad.pdf" in note.sentence
    report = kit.sync()
    assert (report.unchanged, report.failed, report.remembered) == (1, 1, 1)
    assert kit.opened == []
    assert kit.sync(retry=True).remembered == 0
    assert "parser" in kit.opened
    kit.write("bad.pdf", BROKEN + b" again")
    assert kit.sync().remembered == 0
    (kit.root / "bad.pdf").unlink()
    assert kit.sync().failed == 0
    assert kit.catalog.failures() == []


def test_a_changed_file_that_can_not_be_read_keeps_its_last_version_and_is_reported(kit):
    kit.write("prices.md", "The licence costs 10 euros.")
    kit.sync()
    kit.write("prices.md", b"\x00\x01\x02PK\x03\x04" + bytes(range(256)) * 9)
    report = kit.sync()
    assert (report.failed, report.stale, report.changed) == (1, 1, 0)
    assert kit.found("licenc") == {"prices.md"}
    assert kit.catalog.ledger(1)["prices.md"].state is DocumentState.FAILED
    report = kit.sync()
    assert (report.remembered, report.stale) == (1, 1)
    kit.write("prices.md", "The licence costs 12 euros.")
    assert (kit.sync().changed, kit.catalog.failures()) == (1, [])
    kit.assert_in_step()
    kit.write("prices.md", BROKEN)
    kit.write("other.md", "So that the folder is not empty.")
    kit.sync()
    (kit.root / "prices.md").unlink()
    assert kit.sync().removed == 1
    assert (set(kit.documents()), kit.catalog.failures()) == ({"other.md"}, [])


def test_a_file_without_permission_is_tried_again_each_time(kit):
    kit.write("a.md", "Secret for now.")
    kit.write("b.md", "Open.")

    class Forbidding(LocalFolder):
        def fetch(self, entry):
            if entry.path == "a.md":
                raise PermissionError(13, "Permission denied")
            return super().fetch(entry)

    report = kit.sync(Forbidding(kit.root, readable_suffixes()))
    assert (report.added, report.failed) == (1, 1)
    assert "Permission denied: give" in report.failures[0].sentence
    assert kit.sync().added == 1
    kit.assert_in_step()


def test_a_file_that_goes_away_while_it_is_read_is_neither_stored_nor_failed(kit):
    kit.write("a.md", "Stays.")

    class Vanishing(LocalFolder):
        def list(self, ledger):
            yield from super().list(ledger)
            yield Entry("ghost.md", 5, 123)

    report = kit.sync(Vanishing(kit.root, readable_suffixes()))
    assert (report.added, report.failed) == (1, 0)
    assert [item.path for item in report.skipped_files] == ["ghost.md"]
    kit.assert_in_step()


def test_a_file_that_is_being_written_is_left_for_the_next_run(kit):
    file = kit.write("log.md", "Begins.")
    kit.write("b.md", "Still.")

    class Growing:
        def __enter__(self):
            return self

        def __exit__(self, *error):
            return None

        def parse(self, path, cutting):
            if path == file:
                with file.open("a") as growing:
                    growing.write("More. ")
            return POOL.parse(path, cutting)

    report = kit.sync(parser=Growing)
    assert (report.added, report.failed) == (1, 1)
    assert "written to" in report.failures[0].sentence
    os.utime(file, (1_650_000_000, 1_650_000_000))
    assert kit.sync().added == 1  # by itself, without retry
    kit.assert_in_step()


def test_one_place_belongs_to_one_space(kit):
    kit.catalog.places.create_space("hr", by="admin")
    file = kit.write("hr/pay.md", "Pay is secret.")
    kit.sync(LocalFolder(kit.root / "hr", readable_suffixes()), space="hr")
    with pytest.raises(UsageError, match="in the space “hr”"):
        kit.sync(LocalFolder(kit.root / "hr", readable_suffixes()))
    with pytest.raises(UsageError, match="in the space “hr”"):
        kit.sync()  # the folder around it, into general
    with pytest.raises(UsageError, match="lies in"):
        kit.sync(LocalFile(file), space="hr")
    with pytest.raises(UsageError, match="There is no space"):
        kit.sync(space="nothing")
    assert len(kit.catalog.documents()) == 1
    kit.catalog.removals.begin(1)
    assert kit.sync().added == 1


def test_another_embedder_is_refused_before_anything_is_written(kit):
    kit.write("a.md", "First.")
    kit.write("b.md", "Second.")
    kit.sync()
    (kit.root / "a.md").unlink()
    kit.write("c.md", "Third.")
    other = kit.embedder().__class__("other/32", 32, 64, kit.embeddings, WORDS)
    with pytest.raises(EmbedderMismatch, match="--embed-again"):
        kit.sync(embedder=lambda: other)
    assert set(kit.documents()) == {"a.md", "b.md"}


def test_an_embedder_that_fails_midway_leaves_whole_documents(kit):
    for number in range(40):
        kit.write(
            f"{number:02}.md", "\n\n".join(f"Rule {number}.{part} " + "word " * 55 for part in range(20))
        )
    calls = []

    def failing(texts):
        calls.append(len(texts))
        if len(calls) == 6:
            raise StorageFailed("The disk is full.")
        return kit.embeddings.inner.embed_documents(texts)

    kit.embeddings.embed_documents = failing
    with pytest.raises(StorageFailed):
        kit.sync()
    stored = kit.catalog.documents()
    assert 0 < len(stored) < 40
    for row in stored:
        passages = kit.catalog.document_passages(row.id)
        assert len(passages) == row.passages > 0
        text = kit.catalog.document_text(row.id)
        assert all(text[p.start : p.end] == p.text for p in passages)
    del kit.embeddings.embed_documents
    report = kit.sync()
    assert report.unchanged == len(stored)
    assert report.added == 40 - len(stored)
    kit.assert_in_step()


def test_a_full_disk_ends_the_run_with_a_sentence_and_the_next_run_goes_on(kit):
    for number in range(30):
        kit.write(
            f"{number:02}.md",
            "\n\n".join(f"Rule {number}.{part} " + os.urandom(200).hex() for part in range(9)),
        )
    with kit.catalog._database.writing() as connection:  # the disk, as SQLite sees it
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 40}")
    with pytest.raises(StorageFailed, match="full: free some space"):
        kit.sync()
    assert 0 < len(kit.catalog.documents()) < 30
    with kit.catalog._database.writing() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    kit.sync()
    kit.assert_in_step()


def test_a_fault_of_our_own_in_one_file_does_not_end_the_run(kit):
    kit.write("a.md", "Good.")
    kit.write("b.md", "Bad luck.")

    class Faulty:
        def __enter__(self):
            return self

        def __exit__(self, *error):
            return None

        def parse(self, path, cutting):
            if path.name == "b.md":
                raise IndexError("list index out of range")
            return POOL.parse(path, cutting)

    report = kit.sync(parser=Faulty)
    assert (report.added, report.failed) == (1, 1)
    assert "fault in citewise" in report.failures[0].sentence
    assert "IndexError" in kit.catalog.failures()[0].detail
    assert kit.sync(retry=True).added == 1


def test_a_worker_that_can_not_start_is_not_taken_for_a_file_that_is_gone(kit):
    kit.write("a.md", "Good.")

    class Unstartable:
        def __enter__(self):
            return self

        def __exit__(self, *error):
            return None

        def parse(self, path, cutting):
            raise FileNotFoundError(2, "No such file or directory", "python")

    with pytest.raises(NoReader, match="What is indexed stays"):
        kit.sync(parser=Unstartable)
    assert kit.catalog.failures() == []  # and no file is to blame for it
    assert kit.sync().added == 1


def test_a_folder_does_not_swallow_what_it_can_not_read(kit):
    inner = kit.write("hr/leave.md", "Staff get 25 days.")
    kit.sync(LocalFile(inner))
    kit.write("it.md", "Install the client.")
    kit.sync(FaultyFolder(kit.root, "hr"))
    assert set(kit.documents()) == {"leave.md", "it.md"}
    assert kit.sync().added == 1
    kit.assert_in_step()


def waits_for_files(thread):
    """Whether it stands in the pipeline's waiting for files that are read."""
    names = []
    frame = sys._current_frames()[thread]
    while frame is not None:
        names.append(frame.f_code.co_name)
        frame = frame.f_back
    return names[0] == "wait" and "read_all" in names


def press_ctrl_c_until(ended):
    """As a person does: while the run waits, and again where nothing follows.

    Python misses a signal that comes just before it waits, or while the garbage collector calls somebody.
    """
    thread = threading.main_thread().ident
    while not ended.is_set():
        if waits_for_files(thread):
            signal.pthread_kill(thread, signal.SIGINT)
            ended.wait(5)
        else:
            ended.wait(0.01)


def test_ctrl_c_ends_at_once_and_the_next_run_goes_on(kit):
    for number in range(6):
        kit.write(f"{number}.md", f"Rule {number}.")
    release = threading.Event()

    class Interrupted:
        """A pool whose files hang until the pool is closed, as ParsePool's do."""

        def __enter__(self):
            return self

        def __exit__(self, *error):
            release.set()

        def parse(self, path, cutting):
            if path.name == "0.md":
                press_ctrl_c_until(release)
            assert release.wait(60)
            raise RuntimeError("closed")

    with pytest.raises(KeyboardInterrupt):
        kit.sync(parser=Interrupted)
    assert release.is_set()
    assert kit.sync().added == 6
    kit.assert_in_step()


def test_importing_the_ingest_loads_no_heavy_library():
    code = (
        "import sys, ingest.sync, ingest.locate;"
        "print([m for m in ('chromadb','onnxruntime','docx','pypdfium2','lxml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
