"""Which file system a folder lies on, by a table as the kernel writes it."""

from pathlib import Path

from ingest.local.mounts import MOUNTS, file_system_of, is_remote

TABLE = r"""
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 22 0:35 / /srv/share rw,relatime shared:7 master:1 - cifs //nas/docs rw,vers=3.1.1
41 22 0:36 / /srv/my\040files rw - nfs4 nas:/export rw
42 22 0:37 / /srv/key rw - fuse.sshfs host:/x rw
43 22 0:38 / /srv/share/scratch rw - tmpfs tmpfs rw
44 22 0:39 / /srv/share2 rw - xfs /dev/vdb rw
45 22 0:40 / /srv/over rw - ext4 /dev/vdc rw
46 22 0:41 / /srv/over rw - nfs nas:/over rw
"""


def test_the_innermost_mount_tells(tmp_path):
    table = tmp_path / "mountinfo"
    table.write_text(TABLE)

    def on(folder):
        return file_system_of(Path(folder), table)

    assert on("/srv") == "ext4"
    assert on("/srv/share/hr") == "cifs"
    assert on("/srv/share/scratch/x") == "tmpfs"
    assert on("/srv/share2") == "xfs"
    assert on("/srv/my files/a") == "nfs4"
    assert on("/srv/over") == "nfs"
    assert [is_remote(on(path)) for path in ("/srv/key", "/srv/share", "/srv/my files", "/srv")] == [
        *(True, True, True, False)
    ]
    assert file_system_of(tmp_path, tmp_path / "none") == ""


def test_the_real_table_knows_proc():
    assert file_system_of(MOUNTS.parent) == "proc"
