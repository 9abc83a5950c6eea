"""Looks at followed drives on the kit's home."""

import time
from contextlib import nullcontext
from dataclasses import replace

from sync_kit import POOL

from ingest.following.drive_sync import DriveSync
from ingest.local.folder import LocalFolder
from ingest.locate import readable_suffixes
from ingest.options import DriveOptions
from ingest.reconciling.brake import Brake
from ingest.reconciling.settling import Settling
from ingest.reconciling.watch import Watch

PATIENCE = 60  # seconds that a test waits at most


class Watcher:
    """What a follower remembers, for single looks by hand; `settle` is 0 unless it is what is tested."""

    def __init__(self, kit, **options):
        self.kit = kit
        self.options = DriveOptions(**{"settle": 0.0} | options)
        self.watch = Watch(self.options, Settling(self.options.settle, kit.folder), Brake())

    def look(self, *paths, drive=None, **given):
        """A look at these places, or at all."""
        watch = replace(self.watch, paths=paths or None, **given)
        return self.kit.sync(drive, watch=watch)


def fill(kit, count, folder=""):
    """So many short files."""
    for number in range(count):
        kit.write(f"{folder}{number}.md", f"Rule {number} of {folder or 'all'}.")


def own_clock(kit):
    """The kit's drive, with times that are this machine's."""
    return LocalFolder(kit.root, readable_suffixes(), own_clock=True)


def drive_sync_of(kit, open_drive=None):
    """Looks with the kit's parts; the readers' process is shared by all tests."""
    kit.embedder()
    return DriveSync(
        kit.catalog,
        kit.open_index,
        kit.embedder,
        open_drive or (lambda url, options: own_clock(kit)),
        lambda workers: nullcontext(POOL),
    )


def follow(kit, **options):
    """Add the kit's drive to the catalog as a followed one."""
    given = DriveOptions(**{"settle": 0.0} | options)
    return kit.catalog.followed.follow(kit.root.as_uri(), "general", given.as_json()).id


def until(condition, what):
    """Wait until it holds; what happens on threads of their own takes its time."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.05)
