"""What a listing of a SharePoint library or a OneDrive holds, and how it is told that something changed."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from cloud_kit import kept_out, stored
from fake_cloud import Answer
from fake_graph import LIBRARY, PERSONAL, ROOT, SITE

from brain.errors import StorageFailed, UsageError
from ingest.cloud.graph_drive import A_NOTEBOOK, ELSEWHERE, MALWARE
from ingest.drives import ChangeFeed, DriveUnavailable, Entry


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


def test_a_folder_of_many_pages_is_listed_by_name_and_twins_are_told_apart(cloud, opened):
    cloud.page_size = 50
    below = cloud.folder("below")
    numbers = [*range(620)]
    random.Random(1).shuffle(numbers)
    for number in numbers:
        cloud.add(f"{number:04}.md", below, "text")
    first, *twins = [cloud.add("0300 twin.md", below, "text") for _ in range(60)]
    found = list(opened().list({}))
    listed = [entry.path for entry in found]
    assert listed == sorted(listed)
    assert len(set(listed)) == 680
    named = {entry.identity: entry.path for entry in found}
    assert named[first] == "below/0300 twin.md"
    assert all(named[twin].startswith("below/0300 twin (") for twin in twins)


def later_pages_tell(cloud, more):
    """Have these items told besides those on the second page."""
    whole = cloud.answer

    def order(ask):
        if "-10-" not in ask.params.get("token", ""):
            return None
        answer = whole(ask)
        answer.body["value"] += more
        return answer

    cloud.orders.append(order)


def test_what_comes_again_counts_as_it_was_seen_last(cloud, opened):
    cloud.page_size = 10
    other = cloud.folder("other")
    kept, gone, back = (cloud.add(f"{name}.md", content="text") for name in ("kept", "gone", "back"))
    for number in range(12):
        cloud.add(f"{number:02}.md", content="text")
    parent = {"driveId": LIBRARY, "id": other}
    moved, deleted = ({**cloud.items[one], "parentReference": parent} for one in (kept, back))
    again = {"id": back, "deleted": {}}, deleted
    later_pages_tell(cloud, [{"id": gone, "deleted": {"state": "deleted"}}, moved, *again])
    found = {entry.path: entry.identity for entry in opened().list({})}
    assert len(found) == 14
    assert (found["other/kept.md"], found["other/back.md"]) == (kept, back)
    assert not {"gone.md", "kept.md", "back.md"} & found.keys()


@pytest.mark.parametrize("readers", [(), ("group:hr@contoso.example",)])
def test_folders_that_seem_to_lie_in_one_another_are_listed_once(cloud, opened, readers):
    """As in a listing during which one was moved."""
    cloud.hierarchical = True
    hr = {"group": {"id": "2", "email": "hr@contoso.example"}}
    cloud.permissions[ROOT] = [{"id": "1", "roles": ["read"], "grantedToV2": hr}]
    outer = cloud.folder("outer")
    inner = cloud.folder("inner", outer)
    cloud.add("a.md", inner, "text")
    drive = opened(*readers, url=f"{SITE}/Documents/outer")
    later = [{**cloud.items[outer], "parentReference": {"driveId": LIBRARY, "id": inner}}]
    body = {"value": [*cloud.items.values(), *later], "@odata.deltaLink": "none"}
    headers = {"Preference-Applied": "hierarchicalsharing"}
    cloud.fail(1, Answer(body=body, headers=headers), "/delta")
    assert [item.path for item in drive.list({}) if isinstance(item, Entry)] == ["inner/a.md"]


def test_links_are_known_after_the_listing_and_in_other_threads(cloud, opened):
    files = [cloud.add("a.md", content="text"), cloud.add("b.md", cloud.folder("below"), "text")]
    drive = opened()
    for _ in range(2):  # a drive may be looked at again and again
        entries = list(drive.list({}))
        with ThreadPoolExecutor(2) as pool:
            links = list(pool.map(drive.uri, entries))
        assert [entry.identity for entry in entries] == files
        assert links == [cloud.items[file]["webUrl"] for file in files]


def test_a_home_that_takes_nothing_ends_the_listing_with_a_sentence(cloud, kit, opened, folder):
    cloud.add("a.md", content="text of a")
    kit.sync(opened())
    drive = opened()
    drive._home = folder / "nowhere"
    with pytest.raises(StorageFailed, match="can't be written"):
        kit.sync(drive)
    assert stored(kit) == ["a.md"]


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
