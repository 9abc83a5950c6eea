"""A Google Drive that is followed through the real sync, and how it tells of changes."""

from cloud_kit import stored
from google_place import Place

from ingest.drives import ChangeFeed, Unlisted


def test_a_folder_is_followed_through_every_kind_of_change(cloud, kit, place):
    top = place.root
    policy = cloud.add("policy.md", top, "# Leave\nThirty days of leave a year.")
    below = cloud.folder("2024", top)
    note = cloud.add("note.md", below, "# Note\nThe canteen opens at noon.")
    assert kit.sync(place.open()).added == 2
    assert stored(kit) == ["2024/note.md", "policy.md"]

    assert kit.sync(place.open()).unchanged == 2
    assert cloud.count(note) == 1  # downloaded once, by the first run

    cloud.write(policy, "# Leave\nThirty-one days of leave a year.")
    assert kit.sync(place.open()).changed == 1
    cloud.change(policy, name="leave.md")
    cloud.change(below, name="Archive")
    report = kit.sync(place.open())
    assert (report.moved, report.embedded) == (2, 0)
    assert stored(kit) == ["Archive/note.md", "leave.md"]
    cloud.change(note, parents=[top])
    assert kit.sync(place.open()).moved == 1
    assert stored(kit) == ["leave.md", "note.md"]

    cloud.change(note, trashed=True)
    assert kit.sync(place.open()).removed == 1
    cloud.change(note, trashed=False)
    assert kit.sync(place.open()).added == 1
    cloud.delete(note)
    assert kit.sync(place.open()).removed == 1
    assert stored(kit) == ["leave.md"]


def test_a_folder_that_cannot_be_listed_keeps_its_documents(cloud, kit, place):
    below = cloud.folder("below", place.root)
    cloud.add("a.md", below, "text of below")
    cloud.add("b.md", place.root, "text of the top")
    kit.sync(place.open())
    cloud.change(below, unlistable=True)
    assert kit.sync(place.open()).unlisted == (Unlisted("below", "Google Drive refuses to list it (404)"),)
    assert stored(kit) == ["b.md", "below/a.md"]


def test_changes_are_told_for_each_shared_drive_alone(cloud, shared, tmp_path):
    drive = shared.open()
    assert isinstance(drive, ChangeFeed)
    first = drive.changes("")
    assert first.any
    assert not drive.changes(first.cursor).any
    cloud.add("mine.md", cloud.folder("My Drive folder"), "text")
    assert not drive.changes(first.cursor).any
    cloud.add("ours.md", shared.root, "text")
    changed = drive.changes(first.cursor)
    assert changed.any
    assert not shared.open().changes(changed.cursor).any
    for unknown in ("0ASHARED:999999", "0ASHARED:x", "0AOTHER:1", "nonsense"):
        told = drive.changes(unknown)
        assert told.any
        assert not drive.changes(told.cursor).any
    mine = Place(cloud, tmp_path, cloud.folder("Another"))
    assert mine.open().changes(changed.cursor).any  # a shared drive's cursor says nothing of My Drive
