"""Which file system a folder lies on, from the kernel's table of mounts (proc(5), /proc/self/mountinfo)."""

import os
import re
from pathlib import Path

# Their changes are made elsewhere, so that this kernel sees no events, and their times are another clock's.
NETWORK = frozenset(
    {
        "9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "davfs2", "fuse.ceph", "fuse.cifs",
        "fuse.gcsfuse", "fuse.glusterfs", "fuse.mount.ceph", "fuse.rclone", "fuse.s3fs", "fuse.sshfs",
        "fuse.vmhgfs-fuse", "gfs2", "glusterfs", "gpfs", "lustre", "moosefs", "ncpfs", "nfs", "nfs4", "ocfs2",
        "orangefs", "prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs",
    }
)  # fmt: skip
_ESCAPE = re.compile(r"\\([0-7]{3})")
MOUNTS = Path("/proc/self/mountinfo")


def file_system_of(folder: Path, table: Path = MOUNTS) -> str:
    """The type of the file system that holds `folder`, such as `ext4`; empty where no table tells."""
    wanted = os.path.realpath(folder)
    try:
        lines = table.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return ""
    best, found = -1, ""
    for line in lines:
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) < 5 or not after:
            continue
        point = _ESCAPE.sub(lambda match: chr(int(match[1], 8)), fields[4])
        inside = wanted == point or wanted.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= best:  # of mounts on one point the last one hides the others
            best, found = len(point), after.split(" ")[0]
    return found


def is_remote(file_system: str) -> bool:
    """Whether others may change it unseen; any FUSE file system may, for all that is known of it."""
    return file_system in NETWORK or file_system.startswith("fuse")
