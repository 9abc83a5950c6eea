"""Who may read a file of Google Drive, and what is kept out for the others."""

import pytest
from cloud_kit import kept_out, stored
from google_place import ANNA, ANYONE, HR, X_ORG, grants

from brain.errors import UsageError
from ingest.cloud.audience import Gate, readers
from ingest.cloud.google_files import grant
from ingest.drives import NOT_FOR_AUDIENCE


@pytest.mark.parametrize(
    ("reader", "given", "allowed"),
    [
        ("user:anna@x.org", ANNA, True),
        ("user:anna@x.org", X_ORG, True),
        ("user:anna@x.org", ANYONE, True),
        ("user:anna@x.org", HR, False),
        ("user:anna@y.org", X_ORG, False),
        ("group:hr@x.org", HR, True),
        ("domain:x.org", X_ORG, True),
        ("domain:x.org", ANNA, False),
        ("anyone", X_ORG, False),
        ("anyone", ANYONE, True),
        ("user:anna@x.org", {**ANNA, "deleted": True}, False),
    ],
)
def test_a_reader_is_let_in_by_name_or_by_what_includes_it(reader, given, allowed):
    gate = Gate("gdrive://x", readers([reader], ["user", "group", "domain", "anyone"]), "")
    assert gate.lets_in(frozenset(filter(None, [grant(given)]))) is allowed


def test_each_of_several_readers_must_be_let_in(cloud, place):
    cloud.add("a.md", place.root, "text", **grants(one=HR, two=ANNA))
    cloud.add("b.md", place.root, "text", **grants(one=HR))
    assert kept_out(place.listed("group:hr@x.org", "user:anna@x.org")) == {"b.md": NOT_FOR_AUDIENCE}


def test_a_permission_that_is_withdrawn_takes_the_document_out(cloud, kit, place):
    file = cloud.add("a.md", place.root, "text", **grants(hr=HR))
    cloud.add("b.md", place.root, "more text", **grants(hr=HR))
    assert kit.sync(place.open("group:hr@x.org")).added == 2
    cloud.change(file, permissions=[])
    report = kit.sync(place.open("group:hr@x.org"))
    assert report.skipped_by_reason == {NOT_FOR_AUDIENCE: 1}
    assert stored(kit) == ["b.md"]


def test_a_shared_drive_asks_for_permissions_only_where_an_id_is_new(cloud, shared):
    for number in range(500):
        cloud.add(f"{number:03}.md", shared.root, "text")
    board = cloud.folder("board", shared.root)
    anna = [{"id": "p-anna", **ANNA}]
    cloud.change(board, permissions=anna, inheritedPermissionsDisabled=True)
    cloud.add("secret.md", board, "text")
    assert kept_out(shared.listed("group:hr@x.org")) == {"board/secret.md": NOT_FOR_AUDIENCE}
    assert cloud.count("/permissions") == 2  # the drive's members, and the one file with an id of its own


def test_permissions_that_cannot_be_seen_keep_a_file_out(cloud, place, caplog):
    cloud.sees_permissions = False
    cloud.add("a.md", place.root, "text", **grants(hr=HR))
    assert kept_out(place.listed("group:hr@x.org")) == {"a.md": NOT_FOR_AUDIENCE}
    assert "1 files are kept out, since who may read them is not shown" in caplog.text


@pytest.mark.parametrize("reader", ["hr@x.org", "posix:other", "user:anna", "anyone:x", "group:"])
def test_a_reader_that_google_does_not_know_is_refused(place, reader):
    with pytest.raises(UsageError, match="is no reader that this drive knows"):
        place.open(reader)


def test_a_file_shared_beyond_the_drive_is_asked_for_itself(cloud, shared):
    own = [{"id": "p-anna", **ANNA, "role": "reader"}]
    cloud.add("a.md", shared.root, "text", permissions=own)
    cloud.add("b.md", shared.root, "text")
    assert kept_out(shared.listed("user:anna@x.org")) == {"b.md": NOT_FOR_AUDIENCE}
