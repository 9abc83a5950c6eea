"""Who may read a file on its source, held against the readers that an admin named for the drive.

A reader may read a file if one of its grants names the reader, or names something that includes it by
itself: anyone, or the domain of its address. Who is in a group is not looked up.
"""

from collections.abc import Collection
from dataclasses import dataclass

from brain.errors import UsageError
from ingest.drives import NOT_FOR_AUDIENCE

# Not to know who may read a file is not the same as that nobody may; either way it is kept out.
UNKNOWN_AUDIENCE = f"{NOT_FOR_AUDIENCE}, as far as can be seen: its permissions can't be read"

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


def all_may_read(wanted: Collection[Principal], grants: Grants) -> bool:
    """Whether every one of the readers is granted it."""
    return all(_may_read(reader, grants) for reader in wanted)


def _may_read(reader: Principal, grants: Grants) -> bool:
    if reader in grants or ANYONE in grants:
        return True
    if reader.kind not in _ADDRESSED:
        return False
    return Principal("domain", reader.name.rpartition("@")[2]) in grants
