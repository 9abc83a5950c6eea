"""What a listing of Google Drive holds: names, pages, shortcuts, folders of shared drives."""

import random
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from cloud_kit import kept_out
from fake_cloud import Answer
from fake_google_drive import DOC, FOLDER, SHORTCUT
from google_place import Place, paths

from ingest.cloud.google_drive import A_SHORTCUT
from ingest.drives import Skipped


def test_identity_and_mark_stay_the_same_through_renames_and_moves(cloud, place):
    file = cloud.add("a.md", place.root, "text")
    doc = cloud.add("Plan", place.root, b"docx", DOC)
    before = {entry.identity: entry.etag for entry in place.listed()}
    other = cloud.folder("other", place.root)
    for one in (file, doc):
        cloud.change(one, name="renamed.md" if one == file else "Renamed plan", parents=[other], version="9")
    after = {entry.identity: entry.etag for entry in place.listed()}
    assert before == after
    assert set(before) == {file, doc}
    assert cloud.count("/export") == 0


def test_names_that_no_file_system_allows_become_unique_stable_paths(cloud, place):
    top = place.root
    first = cloud.add("Report.md", top, "one")
    second = cloud.add("Report.md", top, "two")
    cloud.add("24/25 budget.md", top, "slash")
    twins = [cloud.folder("Minutes", top) for _ in range(2)]
    for twin in twins:
        cloud.add("may.md", twin, twin)
    before = {entry.identity: entry.path for entry in place.listed()}
    assert len(set(before.values())) == len(before) == 5
    assert before[first] == "Report.md"
    assert before[second].startswith("Report (")
    assert "24\N{FULLWIDTH SOLIDUS}25 budget.md" in before.values()
    cloud.add("Report.md", top, "three")
    after = {entry.identity: entry.path for entry in place.listed()}
    assert after.items() > before.items()


def test_shortcuts_and_files_in_two_folders_are_listed_once(cloud, place):
    inside = cloud.folder("inside", place.root)
    target = cloud.add("target.md", inside, "text")
    cloud.add("link.md", place.root, b"", SHORTCUT, shortcutDetails={"targetId": target})
    outside = cloud.folder("outside")
    cloud.add("secret.md", outside, "text")
    cloud.add("way out", place.root, b"", SHORTCUT, shortcutDetails={"targetId": outside})
    both = cloud.add("both.md", inside, "text")
    cloud.change(both, parents=[inside, place.root])
    found = place.listed()
    assert sorted(entry.identity for entry in found if not isinstance(entry, Skipped)) == [target, both]
    assert list(kept_out(found).values()).count(A_SHORTCUT) == 2
    assert "secret.md" not in str(found)


def test_three_thousand_files_come_in_pages(cloud, shared):
    folder = cloud.folder("many", shared.root)
    for number in range(3000):
        cloud.add(f"{number:04}.md", folder, f"text {number}")
    found = shared.listed()
    assert len(found) == len({entry.identity for entry in found}) == 3000
    assert cloud.count("/files") == 4  # 3,001 items, a thousand a page


@pytest.mark.parametrize("shared_drive", [True, False])
def test_a_folder_of_many_pages_is_listed_by_name_and_twins_are_told_apart(
    cloud, place, shared, shared_drive
):
    at = shared if shared_drive else place
    cloud.page_size = 50
    numbers = [*range(620)]
    random.Random(1).shuffle(numbers)
    for number in numbers:
        cloud.add(f"{number:04}.md", at.root, "text")
    first, *twins = [cloud.add("0300 twin.md", at.root, "text") for _ in range(60)]
    for file_id in (first, *twins):
        cloud.change(file_id, createdTime="2024-01-01T00:00:00.000Z")
    found = at.listed()
    listed = [entry.path for entry in found]
    assert listed == sorted(listed)
    assert len(set(listed)) == 680
    named = {entry.identity: entry.path for entry in found}
    assert named[first] == "0300 twin.md"
    assert all(named[twin].startswith("0300 twin (") for twin in twins)


def on_a_later_page(cloud, change):
    """Have `change` look at the second page that is given; what it returns is given instead."""
    whole = cloud.answer

    def order(ask):
        if ask.path != "/drive/v3/files" or ask.params.get("pageToken") != "10":
            return None
        answer = whole(ask)
        return change(answer) or answer

    cloud.orders.append(order)


def test_a_file_that_moves_from_page_to_page_counts_where_it_was_seen_last(cloud, shared):
    cloud.page_size = 10
    other = cloud.folder("other", shared.root)
    moving = cloud.add("moving.md", shared.root, "text")
    for number in range(15):
        cloud.add(f"{number:02}.md", shared.root, "text")

    def move(answer):
        answer.body["files"].append({**cloud.files[moving], "name": "moved.md", "parents": [other]})

    on_a_later_page(cloud, move)
    found = {entry.path: entry.identity for entry in shared.listed()}
    assert (len(found), found["other/moved.md"]) == (16, moving)
    assert "moving.md" not in found


@pytest.mark.parametrize("shared_drive", [True, False])
def test_a_page_token_that_is_dropped_begins_the_listing_again(cloud, place, shared, shared_drive):
    at = shared if shared_drive else place
    cloud.page_size = 10
    gone = cloud.add("gone.md", at.root, "text")
    for number in range(15):
        cloud.add(f"{number:02}.md", at.root, "text")
    left = [Answer(400, {"error": {"code": 400, "errors": [{"reason": "invalid"}]}})]

    def reject(answer):
        if left:
            cloud.delete(gone)
            return left.pop()
        return None

    on_a_later_page(cloud, reject)
    assert paths(at.listed()) == [f"{number:02}.md" for number in range(15)]
    assert not left


def test_links_are_known_after_the_listing_and_in_other_threads(cloud, shared):
    below = cloud.folder("below", shared.root)
    plain = cloud.add("plain.md", below, "text")
    own = cloud.add("own.md", shared.root, "text", webViewLink="https://example.org/of/its/own")
    doc = cloud.add("Plan", shared.root, b"docx", DOC)
    drive = shared.open()
    for _ in range(2):  # a drive may be looked at again and again
        entries = list(drive.list({}))
        with ThreadPoolExecutor(2) as pool:
            links = dict(zip((e.identity for e in entries), pool.map(drive.uri, entries), strict=True))
        assert links == {
            plain: f"https://drive.google.com/file/d/{plain}/view?usp=drivesdk",
            own: "https://example.org/of/its/own",
            doc: f"https://docs.google.com/document/d/{doc}/edit?usp=drivesdk",
        }


def test_the_root_of_my_drive_needs_no_shared_drive_parameters(cloud, place):
    cloud.add("a.md", place.root, "text")
    assert paths(place.listed()) == ["a.md"]
    [listing] = [ask for ask in cloud.asked if ask.path == "/drive/v3/files"]
    assert listing.params["corpora"] == "user"
    assert "driveId" not in listing.params


def test_a_folder_of_a_shared_drive_is_walked_within_it(cloud, shared, tmp_path):
    folder = cloud.folder("team", shared.root)
    cloud.add("a.md", folder, "text")
    cloud.add("b.md", shared.root, "text")
    team = Place(cloud, tmp_path, folder)
    assert paths(team.listed()) == ["a.md"]
    assert cloud.files[folder]["mimeType"] == FOLDER
    assert team.open().changes("").cursor.startswith("0ASHARED:")


def test_a_folder_that_was_made_while_the_drive_was_listed_loses_nothing(cloud, shared):
    folder = cloud.folder("late", shared.root)
    cloud.add("a.md", folder, "text")
    secret = cloud.folder("not for us", shared.root, hidden=True)
    cloud.add("b.md", secret, "text")
    whole = cloud.answer

    def without_the_folder(ask):
        if ask.path != "/drive/v3/files":
            return None
        answer = whole(ask)
        answer.body["files"] = [file for file in answer.body["files"] if file["id"] != folder]
        return answer

    cloud.orders.append(without_the_folder)
    assert paths(shared.listed()) == ["late/a.md"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/files/0ASHARED?fields=id", 404),
        ("/files/0ASHARED?fields=id&supportsAllDrives=true", 200),
        ("/files?q=trashed%20=%20false&fields=files&driveId=0ASHARED&corpora=drive", 403),
        ("/files/0ASHARED?fields=id&supportsAllDrives=true&nonsense=1", 400),
        ("/changes?pageToken=0&fields=changes&driveId=0ASHARED", 403),
    ],
)
def test_the_fake_is_as_strict_as_the_service(cloud, shared, path, status):
    shared.listed()
    address = f"{cloud.origin}/drive/v3{path}"
    assert httpx.get(address).status_code == 401
    token = {"Authorization": f"Bearer {next(iter(cloud.tokens))}"}
    assert httpx.get(address, headers=token).status_code == status
