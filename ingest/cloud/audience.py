"""Who may read a file on its source, held against the readers that an admin named for the drive.

A reader may read a file if one of its grants names the reader, or names something that includes it by
itself: anyone, or the domain of its address. Who is in a group is not looked up.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass

from brain.errors import UsageError

_log = logging.getLogger(__name__)

_ADDRESSED = ("user", "group")


@dataclass(frozen=True, slots=True)
class Principal:
    """Someone or something that may read: `kind` is user, group, domain, anyone or sharepoint-group.

    Names are in lower case, since addresses and domains mean the same in any.
    """

    kind: str
    name: str = ""

    @classmethod
    def of(cls, kind: str, name: str | None) -> "Principal":
        """With the name as it is compared."""
        return cls(kind, (name or "").strip().lower())


ANYONE = Principal("anyone")
Grants = frozenset[Principal]


def readers(named: Collection[str], kinds: Collection[str]) -> tuple[Principal, ...]:
    """The readers that a drive's options name; raises UsageError for one that its source does not know."""
    found = []
    for text in named:
        kind, _, name = text.partition(":")
        complete = bool(name) != (kind == ANYONE.kind) and (kind not in _ADDRESSED or "@" in name)
        if kind not in kinds or not complete:
            raise UsageError(
                f"{text} is no reader that this drive knows. Name one as "
                + ", ".join(_EXAMPLES[known] for known in kinds)
                + "."
            )
        found.append(Principal.of(kind, name))
    return tuple(found)


_EXAMPLES = {
    "user": "user:anna@example.org",
    "group": "group:hr@example.org",
    "domain": "domain:example.org",
    "anyone": "anyone",
    "sharepoint-group": "sharepoint-group:HR Visitors",
}


def _may_read(reader: Principal, grants: Grants) -> bool:
    if reader in grants or ANYONE in grants:
        return True
    if reader.kind not in _ADDRESSED:
        return False
    return Principal("domain", reader.name.rpartition("@")[2]) in grants


class Gate:
    """Decides in one run which files the readers may read, and tells of those where nobody could say."""

    def __init__(self, url: str, wanted: Collection[Principal], remedy: str) -> None:
        self._url = url
        self._wanted = wanted
        self._remedy = remedy
        self._unseen = 0

    def lets_in(self, grants: Grants | None) -> bool:
        """Whether a file is for the audience; not where its grants are None, which means not shown."""
        if grants is None:
            self._unseen += 1
            return False
        return all(_may_read(reader, grants) for reader in self._wanted)

    def close(self) -> None:
        """Tell the admin's log how many files are kept out only since their permissions can't be seen."""
        if self._unseen:
            _log.warning(
                "%s: %d files are kept out, since who may read them is not shown. %s",
                self._url,
                self._unseen,
                self._remedy,
            )
