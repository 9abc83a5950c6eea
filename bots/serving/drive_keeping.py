"""The keeper of the drives as a service: every watched drive is followed as long as `citewise serve` runs."""

from collections import Counter

from bots.serving.services import ServiceStatus
from brain.catalog.rows import DriveState
from ingest.following.keeper import Keeper


class DriveKeeping:
    """Starts and stops the keeper, and says how its drives are."""

    name = "drives"

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    def start(self) -> None:
        """Follow every watched drive."""
        self._keeper.start()

    def stop(self, timeout: float) -> None:
        """End following; what a look was cut short in is taken up by the next one."""
        self._keeper.stop(timeout)

    def status(self) -> ServiceStatus:
        """How many drives are followed, and how many of them need somebody."""
        rows = [row.known for row in self._keeper.status() if row.known.drive.watched]
        if not rows:
            return ServiceStatus(
                self._keeper.running, "no drive is followed yet: `citewise drives add FOLDER`"
            )
        states = Counter(row.state for row in rows)
        ill = [f"{count} {state.value}" for state, count in states.items() if state is not DriveState.OK]
        followed = f"{len(rows)} followed" + (f", {', '.join(ill)}: see `citewise drives`" if ill else "")
        return ServiceStatus(self._keeper.running, followed)
