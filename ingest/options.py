"""What an admin sets for a drive when adding it; kept with the drive in the catalog, as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from brain.errors import UsageError

EVERY_SECONDS = 300.0
SETTLE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class DriveOptions:
    """How one drive is followed.

    `every`: seconds between two looks at a drive that tells nothing by itself, and between two full
    reconciles of one that does. `settle`: seconds for which a file's size and time must have been quiet
    before it is read. `include`, `exclude`: glob patterns over paths; with `include` only what fits is read.
    `readers`: who the space's audience is on the source, in the source's words (`group:hr@example.org`,
    `posix:other`); a file is read only if each of them may read it there. Empty: the space is trusted.
    `poll`: look at intervals even where the file system could tell of changes. `marker`: a file that must
    be there, or the drive counts as not mounted.
    """

    every: float = EVERY_SECONDS
    settle: float = SETTLE_SECONDS
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    poll: bool = False
    marker: str = ""

    def __post_init__(self) -> None:
        """Raise UsageError for seconds that make no sense."""
        if self.every < 1:
            raise UsageError("A drive can be looked at once a second at most: --every 1s or longer.")
        if self.settle < 0:
            raise UsageError("The settling time can't be negative: --settle 0s or longer.")

    def as_json(self) -> dict[str, Any]:
        """As the catalog keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "DriveOptions":
        """From the catalog; names that this version does not know are passed over."""
        known = {field.name for field in fields(cls)}
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in stored.items()
            if name in known
        }
        return cls(**values)
