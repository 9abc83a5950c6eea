"""Who may read a file by its mode and its access control list, and that the listing keeps others out."""

import os
import struct

import pytest

from brain.errors import UsageError
from ingest.drives import NOT_FOR_AUDIENCE, Entry, Skipped
from ingest.local.folder import LocalFile, LocalFolder
from ingest.local.posix_access import ENTER, READ, PosixReader, all_may, posix_readers

SUFFIXES = frozenset({".md"})
OTHER = PosixReader("posix:other")
MEMBER = PosixReader("posix:group:staff", gids=frozenset({4711}))


def listed(folder, *readers):
    items = LocalFolder(folder, SUFFIXES, readers=readers).list({})
    return {item.path: isinstance(item, Entry) or item.reason for item in items}


@pytest.fixture
def folder(tmp_path):
    tmp_path.chmod(0o755)
    for path, mode in {"open.md": 0o644, "owner.md": 0o600, "group.md": 0o640, "in/open.md": 0o644}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("x")
        (tmp_path / path).chmod(mode)
    (tmp_path / "in").chmod(0o755)
    return tmp_path


def test_a_file_is_listed_only_where_every_reader_may_read_it(folder):
    assert set(listed(folder).values()) == {True}
    assert listed(folder, OTHER) == {
        "open.md": True,
        "owner.md": NOT_FOR_AUDIENCE,
        "group.md": NOT_FOR_AUDIENCE,
        "in/open.md": True,
    }
    mine = PosixReader("posix:group:mine", gids=frozenset({os.getgid()}))
    assert listed(folder, mine)["group.md"] is True
    assert listed(folder, mine, OTHER)["group.md"] == NOT_FOR_AUDIENCE


def test_a_folder_that_can_not_be_entered_closes_all_below_it(folder):
    (folder / "in").chmod(0o750)
    (folder / "link.md").symlink_to(folder / "in" / "open.md")
    found = listed(folder, OTHER)
    assert (found["in/open.md"], found["link.md"]) == (NOT_FOR_AUDIENCE, NOT_FOR_AUDIENCE)
    only = list(LocalFolder(folder, SUFFIXES, readers=[OTHER]).list_only(["in/open.md"], {}))
    assert only == [Skipped("in/open.md", NOT_FOR_AUDIENCE)]
    folder.chmod(0o700)
    assert set(listed(folder, OTHER).values()) == {NOT_FOR_AUDIENCE}


def test_a_single_file_is_kept_out_too(folder):
    (item,) = LocalFile(folder / "owner.md", readers=[OTHER]).list({})
    assert item == Skipped("owner.md", NOT_FOR_AUDIENCE)


def acl(*entries):
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def test_an_access_control_list_speaks_before_the_groups_bits(folder):
    file = folder / "owner.md"
    none = 0xFFFFFFFF
    # owner rw-, group 4711 r--, owning group ---, mask r--, other ---
    stored = acl((1, 6, none), (4, 0, none), (8, 4, 4711), (0x10, 4, none), (0x20, 0, none))
    try:
        os.setxattr(file, "system.posix_acl_access", stored)
    except OSError as error:
        pytest.skip(f"this file system keeps no access control lists: {error}")
    assert file.stat().st_mode & 0o070 == 0o040, "the mask stands in the group's bits"
    assert all_may([MEMBER], READ, os.fspath(file))
    assert not all_may([PosixReader("other group", gids=frozenset({4712}))], READ, os.fspath(file))
    assert not all_may([PosixReader("owning group", gids=frozenset({file.stat().st_gid}))], READ, str(file))
    masked = acl((1, 6, none), (4, 0, none), (8, 4, 4711), (0x10, 0, none), (0x20, 0, none))
    os.setxattr(file, "system.posix_acl_access", masked)
    assert not all_may([MEMBER], READ, os.fspath(file))


def test_the_first_class_that_fits_decides(folder):
    file = folder / "open.md"
    file.chmod(0o044)
    owner = PosixReader("owner", uid=file.stat().st_uid or 12345, gids=frozenset())
    status = os.stat_result([*file.stat()[:4], owner.uid, *file.stat()[5:]])
    assert not all_may([owner], READ, os.fspath(file), status)
    file.chmod(0o604)
    member = PosixReader("member", gids=frozenset({file.stat().st_gid}))
    assert not all_may([member], READ, os.fspath(file))
    assert all_may([OTHER], READ, os.fspath(file))
    assert not all_may([OTHER], ENTER, os.fspath(file))


def test_readers_are_named_or_refused():
    assert posix_readers(["posix:other"]) == (OTHER,)
    (root,) = posix_readers(["posix:user:root"])
    assert root.uid == 0
    for named in (
        "posix:group:no-such-group-x",
        "posix:user:no-such-user-x",
        "group:hr@example.org",
        "other",
    ):
        with pytest.raises(UsageError, match=named):
            posix_readers([named])
