"""Who may read a file of this machine, by its mode and its POSIX access control list (acl(5))."""

import errno
import grp
import os
import pwd
import struct
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

from brain.errors import UsageError

READ, ENTER = 4, 1
_XATTR = "system.posix_acl_access"
_NO_LIST = (errno.ENODATA, errno.ENOTSUP, errno.ENOSYS)
_USER, _GROUP_OWNER, _GROUP, _MASK = 0x02, 0x04, 0x08, 0x10


class Rights(NamedTuple):
    """What the owner, the groups and the others may do, the mask already taken off."""

    owner: int
    group: int
    other: int
    users: dict[int, int]
    groups: dict[int, int]


@dataclass(frozen=True, slots=True)
class PosixReader:
    """Somebody of the space's audience: a user, the members of a group, or anybody (neither is set).

    Of a group's member nothing else is known, so rights as an owner or through other groups don't count.
    """

    name: str
    uid: int | None = None
    gids: frozenset[int] = field(default_factory=frozenset)

    def may(self, right: int, status: os.stat_result, rights: Rights) -> bool:
        """Whether the system would let them, by the order that acl(5) gives."""
        if self.uid == 0:
            return True
        if self.uid is not None and self.uid == status.st_uid:
            return bool(rights.owner & right)
        if self.uid is not None and self.uid in rights.users:
            return bool(rights.users[self.uid] & right)
        of_groups = [bits for gid, bits in rights.groups.items() if gid in self.gids]
        if status.st_gid in self.gids:
            of_groups.append(rights.group)
        if of_groups:
            return any(bits & right for bits in of_groups)
        return bool(rights.other & right)


def posix_readers(named: Collection[str]) -> tuple[PosixReader, ...]:
    """From `posix:other`, `posix:group:NAME`, `posix:user:NAME`; UsageError names what can't be meant."""
    return tuple(_reader(name) for name in named)


def all_may(
    readers: Collection[PosixReader], right: int, path: str, status: os.stat_result | None = None
) -> bool:
    """Whether each of them has that right on the file or folder; raises OSError where it can't be told."""
    if not readers:
        return True
    status = status or os.stat(path)  # noqa: PTH116
    rights = _rights(path, status)
    return all(reader.may(right, status, rights) for reader in readers)


def _reader(named: str) -> PosixReader:
    match named.split(":", 2):
        case ["posix", "other"]:
            return PosixReader(named)
        case ["posix", "group", name]:
            try:
                return PosixReader(named, gids=frozenset({grp.getgrnam(name).gr_gid}))
            except KeyError as error:
                raise UsageError(f"{named}: this machine knows no group {name}.") from error
        case ["posix", "user", name]:
            try:
                user = pwd.getpwnam(name)
            except KeyError as error:
                raise UsageError(f"{named}: this machine knows no user {name}.") from error
            return PosixReader(named, user.pw_uid, frozenset(os.getgrouplist(name, user.pw_gid)))
    raise UsageError(
        f"{named} names no reader of a folder: use posix:other, posix:group:NAME or posix:user:NAME."
    )


def _rights(path: str, status: os.stat_result) -> Rights:
    mode = status.st_mode
    plain = Rights(mode >> 6 & 7, mode >> 3 & 7, mode & 7, {}, {})
    try:
        stored = os.getxattr(path, _XATTR)
    except OSError as error:
        if error.errno in _NO_LIST:
            return plain
        raise
    # struct posix_acl_xattr_header and _entry of the kernel: a version, then tag, rights and id of each.
    entries = list(struct.iter_unpack("<HHI", stored[4:]))
    mask = next((bits for tag, bits, _ in entries if tag == _MASK), 7)
    group = next((bits for tag, bits, _ in entries if tag == _GROUP_OWNER), plain.group)
    return Rights(
        plain.owner,
        group & mask,
        plain.other,
        {number: bits & mask for tag, bits, number in entries if tag == _USER},
        {number: bits & mask for tag, bits, number in entries if tag == _GROUP},
    )
