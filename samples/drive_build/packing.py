"""Office files as archives whose bytes don't depend on the clock."""

import zipfile
from io import BytesIO
from pathlib import Path

# The earliest time that a ZIP entry can carry.
EPOCH = (1980, 1, 1, 0, 0, 0)


def pack_again(made: BytesIO, target: Path) -> None:
    """Copies the archive in `made` to `target`, entry by entry, with one fixed time."""
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            new.writestr(entry, old.read(name))
