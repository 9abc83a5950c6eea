"""What a scan of a real folder lists, leaves alone, and says it could not look at."""

import os
import socket

import pytest

from brain.errors import UnreadableDocument, UsageError
from ingest.drives import DriveUnavailable, Entry, Skipped, Unlisted
from ingest.local.folder import LocalFile, LocalFolder
from ingest.locate import open_drive
from ingest.web.page import WebPage

SUFFIXES = frozenset({".md", ".txt", ".docx"})


def listed(folder, **options):
    items = list(LocalFolder(folder, SUFFIXES, **options).list({}))
    return (
        {item.path: item for item in items if isinstance(item, Entry)},
        {item.path: item.reason for item in items if isinstance(item, Skipped)},
        {item.path: item.reason for item in items if isinstance(item, Unlisted)},
    )


def fill(folder, *paths):
    for path in paths:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")


def test_files_are_listed_with_size_and_time_in_a_steady_order(tmp_path):
    fill(tmp_path, "b.md", "a/z.txt", "a/c/y.TXT", "A.md")
    entries, skipped, unlisted = listed(tmp_path)
    assert list(entries) == ["A.md", "b.md", "a/z.txt", "a/c/y.TXT"]
    assert entries["b.md"].size == 1
    assert entries["b.md"].mtime_ns == (tmp_path / "b.md").stat().st_mtime_ns
    assert (skipped, unlisted) == ({}, {})


@pytest.mark.parametrize(
    "name",
    [
        "~$report.docx",
        "x.tmp",
        "x.md.part",
        ".DS_Store",
        "Thumbs.db",
        "notes.md~",
        ".hidden.md",
        ".~lock.a.md#",
    ],
)
def test_files_that_are_no_documents_are_skipped(tmp_path, name):
    fill(tmp_path, name, "a.md")
    entries, skipped, _ = listed(tmp_path)
    assert list(entries) == ["a.md"]
    assert list(skipped) == [name]


def test_hidden_folders_and_the_own_home_are_not_entered(tmp_path):
    fill(tmp_path, ".git/config.md", "state/catalog.md", "a.md", "$RECYCLE.BIN/b.md")
    entries, skipped, _ = listed(tmp_path, left_out=[tmp_path / "state"])
    assert list(entries) == ["a.md"]
    assert set(skipped) == {".git", "state", "$RECYCLE.BIN"}


def test_unknown_formats_are_skipped_and_said(tmp_path):
    fill(tmp_path, "a.md", "b.mp4", "README")
    _, skipped, _ = listed(tmp_path)
    assert skipped == {"b.mp4": "a format that can't be read", "README": "a format that can't be read"}


def test_pipes_and_sockets_are_never_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.md")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.fspath(tmp_path / "socket.md"))
        entries, skipped, _ = listed(tmp_path)
    assert entries == {}
    assert set(skipped) == {"pipe.md", "socket.md"}


def test_links_stay_within_the_folder(tmp_path):
    root, outside = tmp_path / "root", tmp_path / "outside"
    fill(tmp_path, "root/real.md", "root/sub/deep.md", "outside/secret.md", "root-secret/s.md")
    (root / "link.md").symlink_to(root / "real.md")
    (root / "out.md").symlink_to(outside / "secret.md")
    (root / "sibling.md").symlink_to(tmp_path / "root-secret" / "s.md")
    (root / "outfolder").symlink_to(outside)
    (root / "again").symlink_to(root / "sub")
    (root / "sub" / "up").symlink_to(root)
    (root / "loop.md").symlink_to(root / "loop.md")
    (root / "broken.md").symlink_to(root / "nothing.md")
    entries, skipped, unlisted = listed(root)
    assert set(entries) == {"real.md", "link.md", "sub/deep.md"}
    assert set(skipped) == {"out.md", "sibling.md", "outfolder", "again", "sub/up", "loop.md", "broken.md"}
    assert unlisted == {}


def test_a_file_that_became_a_link_out_is_not_handed_out(tmp_path):
    fill(tmp_path, "root/a.md", "secret.md")
    folder = LocalFolder(tmp_path / "root", SUFFIXES)
    (entry,) = folder.list({})
    (tmp_path / "root/a.md").unlink()
    (tmp_path / "root/a.md").symlink_to(tmp_path / "secret.md")
    with pytest.raises(UnreadableDocument, match="link out"), folder.fetch(entry):
        pass


def test_a_file_that_became_a_pipe_is_not_opened(tmp_path):
    fill(tmp_path, "a.md")
    folder = LocalFolder(tmp_path, SUFFIXES)
    (entry,) = folder.list({})
    (tmp_path / "a.md").unlink()
    os.mkfifo(tmp_path / "a.md")
    with pytest.raises(UnreadableDocument, match="no regular file"), folder.fetch(entry):
        pass


def test_a_folder_that_can_not_be_opened_is_reported_not_missed(tmp_path):
    fill(tmp_path, "z.md")
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):  # 5,000 characters deep: more than any path may have
        os.mkdir("d" * 250, dir_fd=here)
        below = os.open("d" * 250, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    entries, _, unlisted = listed(tmp_path)
    assert list(entries) == ["z.md"]
    assert list(unlisted.values()) == ["file name too long"]


def test_a_folder_that_is_not_there_is_unavailable(tmp_path):
    with pytest.raises(DriveUnavailable, match="Nothing was removed"):
        list(LocalFolder(tmp_path / "gone", SUFFIXES).list({}))
    with pytest.raises(DriveUnavailable, match="Nothing was removed"):
        list(LocalFile(tmp_path / "gone.md").list({}))


def test_many_files_are_listed_once_each(tmp_path):
    for number in range(30):
        fill(tmp_path, *(f"{number}/{name}.md" for name in range(40)))
    entries, _, _ = listed(tmp_path)
    assert len(entries) == 1200


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("{}/nothing", "There is no file or folder"),
        ("{}/film.mp4", "format that can't be read. Formats that can: docx, md, txt"),
        ("{}/pipe.md", "neither a file nor a folder"),
        ("{}/home", "own home folder"),
        ("{}/home/index", "own home folder"),
        ("ftp://example.org/x", "ftp:// can't be read"),
    ],
)
def test_what_can_not_be_a_drive_is_refused_with_the_remedy(tmp_path, target, words):
    fill(tmp_path, "film.mp4", "home/index/a.md")
    os.mkfifo(tmp_path / "pipe.md")
    with pytest.raises(UsageError) as refused:
        open_drive(target.format(tmp_path), home=tmp_path / "home", suffixes=SUFFIXES)
    assert words in refused.value.sentence


def test_a_picture_needs_text_recognition(tmp_path):
    fill(tmp_path, "scan.png")
    with pytest.raises(UsageError, match=r"citewise\[ocr\]"):
        open_drive(str(tmp_path / "scan.png"), suffixes=SUFFIXES)


def test_a_target_opens_the_drive_that_it_names(tmp_path):
    fill(tmp_path, "a b.md")
    assert isinstance(open_drive(str(tmp_path), suffixes=SUFFIXES), LocalFolder)
    assert isinstance(open_drive(str(tmp_path / "a b.md"), suffixes=SUFFIXES), LocalFile)
    assert isinstance(open_drive("https://example.org/a#b", suffixes=SUFFIXES), WebPage)
    again = open_drive(open_drive(str(tmp_path / "a b.md"), suffixes=SUFFIXES).url, suffixes=SUFFIXES)
    assert again.url == (tmp_path / "a b.md").as_uri()
    assert open_drive(str(tmp_path), home=tmp_path / "home", suffixes=SUFFIXES).url == tmp_path.as_uri()
