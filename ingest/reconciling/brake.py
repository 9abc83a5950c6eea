"""The mass-deletion brake: what vanishes all at once may be a share that was unmounted, not files deleted."""

import time
from collections import deque
from dataclasses import dataclass, field

SHARE = 0.2  # of a drive's documents that may go within WINDOW_SECONDS
BACK = 0.02  # once braked, so few may still be missing for the files to count as back
WINDOW_SECONDS = 60.0


@dataclass(slots=True)
class Brake:
    """Counts removals on one drive over the last minute, so that an `rm -r` seen in pieces is one."""

    recent: deque[tuple[float, int]] = field(default_factory=deque)

    def holds(self, gone: int, documents: int, *, braked: bool, allowed: int) -> bool:
        """Whether `gone` of `documents` must not be removed now.

        `braked`: the drive is suspended already, and what was held once is not let go because a part of it
        came back. `allowed`: so many removals were confirmed by a person.
        """
        lately = self._lately()
        if gone == 0 or gone <= allowed or gone + lately <= 1:
            return False
        return gone + lately > (BACK if braked else SHARE) * (documents + lately)

    def removed(self, count: int) -> None:
        """So many documents were removed now."""
        if count:
            self.recent.append((time.monotonic(), count))

    def _lately(self) -> int:
        since = time.monotonic() - WINDOW_SECONDS
        while self.recent and self.recent[0][0] < since:
            self.recent.popleft()
        return sum(count for _, count in self.recent)
