"""The daily pass over all contents, which finds what neither size nor time tells."""

import time

import pytest
from watch_kit import drive_sync_of, follow

from brain.catalog.drives import ledger
from ingest.following.follower import StopAsked
from ingest.local.folder import LocalFolder
from ingest.locate import readable_suffixes


def test_content_that_changed_behind_size_and_time_is_found_by_the_pass_over_contents(kit):
    file = kit.write("a.md", "Costs 10 euros.")
    drive_id = follow(kit)
    drive_sync = drive_sync_of(kit)
    drive_sync.sync(drive_id)
    drive_sync.check_some(drive_id)
    kit.write("a.md", "Costs 99 euros.", mtime=int(file.stat().st_mtime))
    with kit.catalog.database.writing() as connection:  # as on a share that has no change time
        connection.execute("UPDATE documents SET etag = ''")

    class Plain(LocalFolder):
        def _file(self, *given):
            item = super()._file(*given)
            return item if not hasattr(item, "etag") else type(item)(item.path, item.size, item.mtime_ns)

    drive_sync = drive_sync_of(kit, lambda url, options: Plain(kit.root, readable_suffixes()))
    assert drive_sync.sync(drive_id).changed == 0
    for _ in range(12):  # a day in steps of two hours
        notes = kit.catalog.followed.of(drive_id).checked
        kit.catalog.followed.set_checked(drive_id, {**notes, "when": time.time() - 2 * 3600})
        drive_sync.check_some(drive_id)
    assert kit.found("99") == {"a.md"}


def test_a_pass_over_many_contents_looks_at_a_page_of_them_at_a_time_and_can_be_left(kit, monkeypatch):
    monkeypatch.setattr(ledger, "SLICE_PAGE", 4)
    for number in range(20):
        kit.write(f"{number}.md", f"Rule {number} costs 10 euros.")
    drive_id = follow(kit)
    drive_sync = drive_sync_of(kit)
    drive_sync.sync(drive_id)
    drive_sync.check_some(drive_id)
    looked_at, look = [], drive_sync.sync

    def noted(number, **how):
        looked_at.extend([sorted(how["paths"])])
        return look(number, **how)

    monkeypatch.setattr(drive_sync, "sync", noted)
    monkeypatch.setattr("ingest.following.drive_sync.CHECK_PARTS", 1)
    a_day_ago = {"part": 0, "when": time.time() - 24 * 3600}
    kit.catalog.followed.set_checked(drive_id, a_day_ago)

    def leave_after_two():
        if len(looked_at) == 2:
            raise StopAsked

    with pytest.raises(StopAsked):
        drive_sync.check_some(drive_id, leave_after_two)
    assert kit.catalog.followed.of(drive_id).checked == a_day_ago, "the part is not done"
    del looked_at[:]
    drive_sync.check_some(drive_id)
    assert [len(paths) for paths in looked_at] == [4, 4, 4, 4, 4]
    assert sorted(path for paths in looked_at for path in paths) == sorted(kit.documents())
    assert kit.catalog.followed.of(drive_id).checked["when"] > a_day_ago["when"]
