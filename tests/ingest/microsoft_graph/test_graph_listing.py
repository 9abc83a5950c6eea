"""What a listing of a SharePoint library or a OneDrive holds, and how it is told that something changed."""

import pytest
from cloud_kit import kept_out, stored
from fake_graph import LIBRARY, PERSONAL, ROOT, SITE

from brain.errors import UsageError
from ingest.cloud.graph_drive import A_NOTEBOOK, ELSEWHERE, MALWARE
from ingest.drives import ChangeFeed, DriveUnavailable


def test_a_library_is_followed_through_every_kind_of_change(cloud, kit, opened):
    policy = cloud.add("policy.md", content="# Leave\nThirty days of leave a year.")
    below = cloud.folder("2024")
    note = cloud.add("note.md", below, "# Note\nThe canteen opens at noon.")
    assert kit.sync(opened()).added == 2
    assert stored(kit) == ["2024/note.md", "policy.md"]
    assert kit.sync(opened()).unchanged == 2
    assert len(cloud.downloads.asked) == 2

    cloud.write(policy, "# Leave\nThirty-one days of leave a year.")
    assert kit.sync(opened()).changed == 1
    cloud.change(policy, name="leave.md")
    cloud.change(below, name="Archive")  # what is in it does not change, and is not told by delta
    report = kit.sync(opened())
    assert (report.moved, report.embedded) == (2, 0)
    assert stored(kit) == ["Archive/note.md", "leave.md"]
    cloud.move(note, ROOT)
    assert kit.sync(opened()).moved == 1

    cloud.delete(note)
    assert kit.sync(opened()).removed == 1
    cloud.restore(note, ROOT, "note.md")
    assert kit.sync(opened()).added == 1
    assert stored(kit) == ["leave.md", "note.md"]
    [document] = [row for row in kit.catalog.documents() if row.path == "note.md"]
    assert document.uri == cloud.items[note]["webUrl"]


def test_identity_and_mark_stay_the_same_through_renames_and_moves(cloud, opened):
    files = [cloud.add(f"{number}.md", content="text") for number in range(2)]
    before = {entry.identity: entry.etag for entry in opened().list({})}
    cloud.change(files[0], name="renamed.md")
    cloud.move(files[1], cloud.folder("below"))
    assert {entry.identity: entry.etag for entry in opened().list({})} == before
    assert set(before) == set(files)
    cloud.write(files[0], "other text")
    assert {entry.identity: entry.etag for entry in opened().list({})} != before


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (SITE, ["below/a.md", "b.md"]),
        (f"{SITE}/Documents", ["below/a.md", "b.md"]),
        (f"{SITE}/Shared%20Documents/below", ["a.md"]),
        (f"{SITE}/Archive", []),
        ("onedrive://anna@contoso.example", ["mine.md"]),
    ],
)
def test_an_address_names_a_site_a_library_a_folder_or_a_onedrive(cloud, opened, url, found):
    cloud.add("a.md", cloud.folder("below"), "text")
    cloud.add("b.md", content="text")
    cloud.add("mine.md", f"root-{PERSONAL}", "text")
    drive = opened(url=url)
    assert sorted(entry.path for entry in drive.list({})) == sorted(found)
    assert drive.url == url


@pytest.mark.parametrize(
    ("url", "error", "words"),
    [
        ("sharepoint://contoso.example", UsageError, "names no site"),
        ("onedrive://anna", UsageError, "names no OneDrive"),
        (f"{SITE}/Nowhere", UsageError, "It has: Archive, Documents"),
        (f"{SITE}/Documents/a.md", UsageError, "is a single file"),
        (f"{SITE}/Documents/nowhere", DriveUnavailable, "check the spelling"),
        ("sharepoint://contoso.example/sites/Other", DriveUnavailable, "check the spelling"),
    ],
)
def test_an_address_that_names_nothing_is_told(cloud, opened, url, error, words):
    cloud.add("a.md", content="text")
    with pytest.raises(error, match=words):
        list(opened(url=url).list({}))


def test_what_is_no_file_is_skipped_with_the_reason(cloud, opened):
    cloud.add("Notes", content=None, package={"type": "oneNote"})
    cloud.add("elsewhere", content=None, remoteItem={"id": "x"})
    cloud.add("bad.md", content="text", malware={"description": "x"})
    assert kept_out(opened().list({})) == {"Notes": A_NOTEBOOK, "elsewhere": ELSEWHERE, "bad.md": MALWARE}


def test_three_thousand_files_come_in_pages_and_one_token_lasts(cloud, opened):
    below = cloud.folder("many")
    for number in range(3000):
        cloud.add(f"{number:04}.md", below, f"text {number}")
    found = list(opened().list({}))
    assert len({entry.identity for entry in found}) == 3000
    assert (cloud.count("/root/delta"), cloud.count("/token")) == (4, 1)


def test_changes_are_told_by_the_delta_link(cloud, opened):
    drive = opened()
    assert isinstance(drive, ChangeFeed)
    first = drive.changes("")
    assert first.any
    second = drive.changes(first.cursor)
    assert not second.any
    cloud.add("a.md", content="text")
    third = opened().changes(second.cursor)
    assert third.any
    assert not opened().changes(third.cursor).any
    cloud.delete(next(iter(set(cloud.content))))
    assert opened().changes(third.cursor).any
    for unknown in ("nonsense", "b!other x", f"{LIBRARY} {cloud.origin}/v1.0/drives/{LIBRARY}/nowhere"):
        assert opened().changes(unknown).any
    with pytest.raises(DriveUnavailable, match="another host"):
        opened().changes(f"{LIBRARY} {cloud.downloads.origin}/x")


def test_a_cursor_that_the_service_forgot_is_a_yes_and_a_new_one(cloud, opened):
    cursor = opened().changes("").cursor
    cloud.add("a.md", content="text")
    cloud.oldest_token = 10_000
    told = opened().changes(cursor)
    cloud.oldest_token = 0
    assert told.any
    assert not opened().changes(told.cursor).any
