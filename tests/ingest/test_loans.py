"""Copies of files in the folder for temporary files: gone after use, and after a kill with the next start."""

import errno
import subprocess
import sys
import tempfile

import pytest

from brain.errors import UnreadableDocument
from ingest import loans
from ingest.loans import loan, sweep

HOLD = """
import sys
from ingest.loans import loan
with loan() as folder:
    (folder / "secret.txt").write_text("wombats")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(loans, "_swept", False)
    return tmp_path


@pytest.fixture
def holder():
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def test_a_loan_is_gone_afterwards_also_where_reading_fails(place):
    def read():
        with loan() as folder:
            assert folder.parent == place
            (folder / "a.txt").write_text("words")
            raise UnreadableDocument("No.")

    with pytest.raises(UnreadableDocument):
        read()
    assert list(place.iterdir()) == []


def test_where_no_file_can_be_locked_files_are_lent_still_and_nobodys_folder_is_swept(place, monkeypatch):
    def refuse(*args):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("ingest.loans.fcntl.flock", refuse)
    with loan() as folder:
        (folder / "a.txt").write_text("words")
        assert sweep() == 0
        assert (folder / "a.txt").read_text() == "words"
    assert list(place.iterdir()) == []


def test_what_a_kill_left_is_taken_away_by_the_next_process(place, holder):
    folder = holder.stdout.readline().strip()
    with loan() as other:
        assert {str(path) for path in place.iterdir()} == {folder, str(other)}  # it lives: it keeps its loan
    holder.kill()
    holder.wait()
    assert sweep() == 1
    assert list(place.iterdir()) == []


def test_a_process_sweeps_before_its_first_loan(place, holder):
    folder = holder.stdout.readline().strip()
    holder.kill()
    holder.wait()
    with loan() as other:
        assert list(place.iterdir()) == [other]
    assert folder != str(other)


def test_what_is_not_surely_left_by_citewise_stays(place):
    elsewhere = place / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".lock").touch()
    (place / "citewise-loan-link").symlink_to(elsewhere)
    (place / "citewise-loan-notes").mkdir()
    (place / "citewise-loan-file").touch()
    (place / "citewise-tide").mkdir()
    (place / "citewise-tide" / ".lock").touch()
    assert sweep() == 0
    assert len(list(place.iterdir())) == 5
    assert (elsewhere / ".lock").exists()
